// One experiment: what goes in, what is turned, before and after, and the best moments.

import { html, useEffect, useState } from "../html.js";
import { attempt } from "../api.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { audioOf, LEVEL_LUFS, nameOf, vote } from "../said.js";
import { instrument } from "../store.js";
import { undo } from "../undo.js";
import { Curves } from "./charts.js";
import { Comparing, other, useBuffer } from "./comparing.js";
import { Graph } from "./graph.js";
import { Knobs } from "./knobs.js";
import { BY_HAND, titleOf } from "./names.js";
import { kept, Turning, useDraft } from "./turning.js";
import * as player from "../player.js";

const COLOURS = ["#ff9a4d", "#56b4e9", "#2bb38a", "#d98cb8", "#f0e442"];

export function One({ one, resume, replay, again }) {
  const [draft, begin] = useDraft(one.id);
  const state = draft?.state.value;
  const [known, setKnown] = useState(null); // the instrument that is turned
  useEffect(() => void (state && attempt(instrument(state.instrument)).then(setKnown)), [state?.instrument]);
  const first = one.before ?? (draft ? one.after : null); // what is turned by hand is compared with what it began with
  const before = useBuffer(first);
  const best = useBuffer(one.after);
  const keys = ["before", draft ? "draft" : "after"];
  const deck = `experiment-${one.id}`;
  const sides = [
    { key: keys[0], name: "Before", title: first ? nameOf(first) : "nothing to compare with", buffer: before },
    draft
      ? { key: keys[1], name: "After", title: "as the knobs are now", buffer: draft.buffer.value }
      : { key: keys[1], name: "After", title: one.after ? nameOf(one.after) : "nothing yet", buffer: best },
  ];
  useEffect(() => {
    const entries = first ? [{ key: keys[0], label: "Before", url: audioOf(first.number), lufs: first.lufs }] : [];
    if (draft) entries.push({ key: keys[1], label: "After", buffer: draft.buffer.value, lufs: state?.lufs });
    else if (one.after) entries.push({ key: keys[1], label: "After", url: audioOf(one.after.number), lufs: one.after.lufs });
    player.open(deck, entries, { select: keys[1], level: LEVEL_LUFS });
  }, [one.id, first?.number, one.after?.number, draft]);
  useEffect(() => () => player.close(deck), [deck]);
  useEffect(() => void (one.state === BY_HAND && begin()), [one.id]);

  const hear = (take) => {
    const entry = { key: `take-${take.number}`, label: nameOf(take), url: audioOf(take.number), lufs: take.lufs };
    const stay = player.deck.value.entries.filter(({ key }) => keys.includes(key));
    player.open(deck, [...stay, entry], { level: LEVEL_LUFS });
    player.play({ key: entry.key, from: 0, once: true });
  };
  const keep = (word) => async () => {
    if (draft) await kept(draft, word);
    else if (word && one.after) await vote(one.after.number, word);
    again();
  };
  const turnBack = () => (draft && state?.can_undo ? draft.act("undo") : undo());
  useKeys([
    ["space", "Switch between before and after", () => other(keys)],
    ["k", "Keep this moment", keep(null)],
    ["g", "Good", keep("yes")],
    ["b", "Bad", keep("no")],
    ["p", "Play or pause", player.toggle],
    ["mod+z", "Undo", turnBack],
  ]);

  const rack = one.graph && html`<section key="rack" aria-label="Rack"><h2>Rack</h2>
    <${Graph} graph=${one.graph} values=${state?.values} parameters=${known?.by_name} label="Rack of ${titleOf(one)}" /></section>`;
  const turned = html`<section key="knobs" aria-label="Knobs"><h2>Knobs</h2>
    ${draft ? html`<${Turning} draft=${draft} known=${known} knobs=${one.knobs} />` : html`<${Knobs} knobs=${one.knobs} />`}</section>`;
  return html`<div class="one">
    <header>
      <a class="button ghost" href="#/experiments">All experiments</a>
      <div class="named"><h1>${titleOf(one)}</h1><p class="quiet small">${about(one).join(" · ")}</p></div>
      ${one.can_resume && html`<button class="button main" onClick=${() => resume(one.id)}>Go on</button>`}
      ${one.can_replay && html`<button class="button" onClick=${() => replay(one.id)}>Replay</button>`}
      ${!draft && html`<button class="button" onClick=${begin}><${Icon} name="edit" />Turn the knobs</button>`}
    </header>
    <div class="columns">
      <div class="main">
        <${Comparing} sides=${sides} />
        <div class="moments" role="group" aria-label="This moment">
          <button class="button" disabled=${!draft} onClick=${keep(null)}><${Icon} name="keep" />Keep <kbd>K</kbd></button>
          <button class="button" disabled=${!draft && !one.after} onClick=${keep("no")}><${Icon} name="no" />Bad <kbd>B</kbd></button>
          <button class="button" disabled=${!draft && !one.after} onClick=${keep("yes")}><${Icon} name="yes" />Good <kbd>G</kbd></button>
        </div>
        ${draft ? [turned, rack] : [rack, turned]}
        ${one.curve.length > 0 && html`<section aria-label="How it went"><h2>How it went</h2>
          <${Curves} runs=${[{ name: "score", colour: COLOURS[0], curve: one.curve }, ...parts(one)]} height=${240} /></section>`}
      </div>
      <aside aria-label="What went in, and what came of it">
        <section><h2>Best moments</h2>
          ${one.takes.length === 0 && html`<p class="quiet small">Nothing was kept yet.</p>`}
          <ul class="takes">${one.takes.map((take) => html`<${Moment} key=${take.number} take=${take} hear=${hear} again=${again} />`)}</ul>
        </section>
        <section><h2>What goes in</h2>
          <dl>${one.inputs.map(({ title, text }) => html`<div key=${title}><dt>${title}</dt><dd>${text}</dd></div>`)}
            ${one.state !== BY_HAND &&
            html`<div><dt>Renders</dt><dd class="number">${one.renders.toLocaleString()} of ${one.budget.toLocaleString()}</dd></div>`}
            <div><dt>State</dt><dd>${one.state}</dd></div></dl>
        </section>
        ${one.toml && html`<details><summary>As a file</summary><pre tabindex="0">${one.toml}</pre></details>`}
      </aside>
    </div>
  </div>`;
}

const about = ({ instrument, searcher, objective, seed, state }) =>
  state === BY_HAND ? [instrument] : [instrument, searcher, objective, `seed ${seed}`];

// The parts of the score, where there are several.
function parts(one) {
  const found = Object.entries(one.parts ?? {});
  return found.length < 2 ? [] : found.map(([name, curve], i) => ({ name, curve, colour: COLOURS[(i + 1) % COLOURS.length], isDashed: true }));
}

function Moment({ take, hear, again }) {
  const say = (word) => async () => {
    await vote(take.number, take.vote === word ? null : word);
    again();
  };
  return html`<li>
    <button class="line" onClick=${() => hear(take)}><${Icon} name="start" size=${16} />
      <span class="name">${nameOf(take)}</span><span class="quiet small number">${total(take)}</span></button>
    <button class="say" aria-label="Good: take ${take.number}" aria-pressed=${String(take.vote === "yes")} onClick=${say("yes")}>
      <${Icon} name="yes" size=${18} /></button>
    <button class="say" aria-label="Bad: take ${take.number}" aria-pressed=${String(take.vote === "no")} onClick=${say("no")}>
      <${Icon} name="no" size=${18} /></button>
  </li>`;
}

const total = ({ scores }) => {
  const all = Object.values(scores ?? {}).filter(Number.isFinite);
  return all.length ? all.reduce((a, b) => a + b).toFixed(2) : "";
};
