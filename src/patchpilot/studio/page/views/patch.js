// Patch: one patch under the hands. Knobs, words, dice; every change is heard a moment later.

import { html, useEffect, useMemo, useState } from "../parts/html.js";
import { Analyser } from "../parts/analyser.js";
import { api, attempt, download } from "../parts/api.js";
import { Icon } from "../parts/icons.js";
import { useKeys } from "../parts/keys.js";
import { Ask } from "../parts/patch/ask.js";
import { Begin } from "../parts/patch/begin.js";
import { Draft, hear, hearing } from "../parts/patch/draft.js";
import { Module, Modulations } from "../parts/patch/module.js";
import { Strip } from "../parts/patch/strip.js";
import { size } from "../parts/size.js";
import { instrument as describe } from "../parts/store.js";
import { Tool } from "../parts/tool.js";
import { done } from "../parts/undo.js";
import { sentence } from "../parts/words.js";
import { Wave } from "../parts/wave.js";
import * as player from "../parts/player.js";

const FLOW = ["osc", "sample", "filter_1", "filter_2", "env_1"]; // how the signal goes; the rest as the instrument says
const DECK = "patch";

export default function Patch({ args }) {
  return args[0] ? html`<${Editor} key=${args[0]} id=${args[0]} />` : html`<${Begin} />`;
}

function useDraft(id) {
  const draft = useMemo(() => new Draft(id), [id]);
  useEffect(() => {
    player.open(DECK, [{ key: "draft", label: "This patch" }], { select: "draft", anchor: "draft" });
    draft.load();
    return () => {
      draft.close();
      player.close(DECK);
    };
  }, [draft]);
  return draft;
}

function Editor({ id }) {
  const draft = useDraft(id);
  const state = draft.state.value;
  const [instrument, set] = useState(null);
  useEffect(() => void (state && attempt(describe(state.instrument)).then((one) => one && set(one))), [state?.instrument]);
  const origin = useOrigin(state);
  const play = (note, velocity) => draft.act("play", { note, velocity }, { plays: "anew" });
  const undo = () => state?.can_undo && draft.act("undo");
  const redo = () => state?.can_redo && draft.act("redo");
  const keep = async () => {
    const kept = await draft.act("keep", {}, { plays: false });
    if (kept) done(`Kept as take ${kept.take}`);
    return kept?.take;
  };
  const vote = async (how) => {
    const take = state.take ?? (await draft.act("keep", {}, { plays: false }))?.take;
    if (take && (await attempt(api.post(`/takes/${take}/vote`, { vote: how })))) done(how === "yes" ? "Voted yes" : "Voted no");
  };
  const other = () => origin && player.select(player.current.value === "draft" ? "before" : "draft");
  useKeys([
    ["space", "Play or pause", player.toggle],
    ["mod+z", "Undo the last change", undo],
    ["shift+mod+z", "", redo],
    ["mod+shift+z", "Do it again", redo],
    ["mod+y", "", redo],
    ["mod+s", "Keep as a take", keep],
    ["shift+y", "Vote yes", () => vote("yes")],
    ["shift+n", "Vote no", () => vote("no")],
    ["c", "Compare with where it began", other],
    ["/", "Ask for a change in words", () => document.getElementById("ask")?.focus()],
    ["r", "Randomise all that is not pinned, a little", () => draft.act("randomise", { amount: 0.15 })],
    ["escape", "Stop", () => player.stop()],
  ]);
  if (draft.missing.value) return html`<${Missing} why=${draft.missing.value} />`;
  if (!state || !instrument) return html`<div class="empty">Opening the patch …</div>`;
  const compare = origin && { on: player.current.value === "before", flip: other };
  return html`<div class="editor">
    <${Header} state=${state} compare=${compare} onUndo=${undo} onRedo=${redo} onVote=${vote} onKeep=${keep} />
    <${Modules} draft=${draft} instrument=${instrument} />
    <${Side} draft=${draft} instrument=${instrument} />
    <${Strip} note=${state.note} velocity=${state.velocity} onPlay=${play} />
  </div>`;
}

const title_of = ({ name, from }) => name || (from?.take ? `From take ${from.take}` : "A new patch");

function Missing({ why }) {
  return html`<div class="empty">
    <h1>This patch cannot be opened</h1>
    <p>${sentence(why)}</p>
    <a class="button" href="#/patch">Another patch</a>
  </div>`;
}

function Header({ state, compare, onUndo, onRedo, onVote, onKeep }) {
  const { can_undo, can_redo, done: last, undone: next } = state;
  const flip = "Hear it as it was at the beginning (C)";
  return html`<header>
    <h1>${title_of(state)}</h1>
    <span class="quiet small">${state.instrument}${state.take ? ` · take ${state.take}` : ""}</span>
    <${Tool} icon="undo" label="Undo" title=${can_undo ? `Undo: ${last}` : "Nothing to undo"} disabled=${!can_undo} onPress=${onUndo} />
    <${Tool} icon="redo" label="Redo" title=${can_redo ? `Redo: ${next}` : "Nothing to redo"} disabled=${!can_redo} onPress=${onRedo} />
    ${compare &&
    html`<button class="button ghost" aria-pressed=${String(compare.on)} title=${flip} onClick=${compare.flip}>
      <${Icon} name="tests" />Compare</button>`}
    <span class="gap"></span>
    <${Tool} icon="no" label="Vote no" title="Vote no (Shift N)" onPress=${() => onVote("no")} />
    <${Tool} icon="yes" label="Vote yes" title="Vote yes (Shift Y)" onPress=${() => onVote("yes")} />
    <button class="button" onClick=${() => download(`/drafts/${state.id}/preset`)}><${Icon} name="download" />Save preset</button>
    <button class="button main" onClick=${onKeep}><${Icon} name="keep" />Keep</button>
  </header>`;
}

// The sound that the draft began as, to compare with: of the take that it was made from.
function useOrigin(state) {
  const take = state?.from?.take ?? null;
  const [origin, set] = useState(null);
  useEffect(() => {
    if (take === null) return;
    attempt(api.get(`/takes/${take}`)).then((one) => {
      if (!one) return;
      const before = { key: "before", label: `Where it began: take ${take}`, url: `/takes/${take}/audio`, lufs: one.lufs };
      const { name, entries } = player.deck.value;
      if (name === DECK) player.open(DECK, [...entries.filter((other) => other.key !== "before"), before], { anchor: "draft" });
      set(before);
    });
  }, [take]);
  return origin;
}

function in_flow(groups) {
  const place = ({ name }) => {
    const found = FLOW.findIndex((start) => name.startsWith(start));
    return found < 0 ? FLOW.length : found;
  };
  return groups.map((group, index) => [place(group), index, group]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , group]) => group);
}

function Modules({ draft, instrument }) {
  const [opened, open] = useState([]);
  const groups = useMemo(() => in_flow(instrument.groups), [instrument]);
  const { values, envelopes = [], lfos = [] } = draft.state.value;
  const used = new Set([...envelopes, ...lfos].filter((one) => one.is_used).map((one) => one.name));
  const is_shown = (group) => group.parameters.some((one) => one.is_core) || (values[`${group.name}_on`] ?? 0) >= 0.5 || used.has(group.name);
  const [shown, hidden] = [groups.filter(is_shown), groups.filter((group) => !is_shown(group))];
  const [extra, rest] = [hidden.filter((group) => opened.includes(group.name)), hidden.filter((group) => !opened.includes(group.name))];
  const has_core = (group) => group.parameters.some((one) => one.is_core);
  return html`<div class="modules" tabindex="-1">
    ${shown.map((group) => html`<${Module} key=${group.name} draft=${draft} group=${group} opened=${!has_core(group)} />`)}
    <${Modulations} draft=${draft} />
    ${extra.map((group) => html`<${Module} key=${group.name} draft=${draft} group=${group} opened=${true} />`)}
    <div class="others" role="group" aria-label="Other modules">
      ${rest.map((group) => html`<button class="button" onClick=${() => open([...opened, group.name])}>${group.title}</button>`)}
    </div>
  </div>`;
}

function Side({ draft, instrument }) {
  const state = draft.state.value;
  const tall = size.value.height > 740;
  const picture = useSettled(draft.buffer.value);
  return html`<aside>
    <${Ask} draft=${draft} instrument=${instrument} />
    <${Analyser} height=${tall ? 140 : 104} />
    <${Wave} buffer=${picture} seconds=${player.duration.value} entry="draft" wave=${40} spectrum=${tall ? 96 : 72}
      label="Waveform and spectrogram of this patch" />
    <div class="row">
      <label class="check"><input type="checkbox" checked=${hearing.value} onChange=${(event) => hear(event.target.checked)} />Hear changes</label>
      <${Held} draft=${draft} />
    </div>
    <button class="button ghost" onClick=${() => draft.act("randomise", { amount: 0.15 })}><${Icon} name="dice" />Randomise a little</button>
  </aside>`;
}

const SETTLED_MS = 180;

// A value once it has stopped changing: pictures wait until the knob does, sound does not.
function useSettled(value) {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), settled ? SETTLED_MS : 0);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

// How long the key is down.
function Held({ draft }) {
  const { held_s } = draft.state.value;
  const hold = (event) => {
    const asked = Number(event.target.value);
    if (asked > 0) draft.act("play", { held_s: asked }, { plays: "anew" });
  };
  const shown = Number(held_s.toFixed(2));
  return html`<label class="field small">Held <input type="number" min="0.05" max="10" step="0.05" value=${shown} onChange=${hold} /> s</label>`;
}
