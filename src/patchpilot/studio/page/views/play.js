// Play: the instrument plays itself; somebody says yes or no.

import { html, useEffect, useMemo, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { useEvent } from "../parts/events.js";
import { Keys } from "../parts/help.js";
import { Icon } from "../parts/icons.js";
import { useKeys } from "../parts/keys.js";
import { isActive, job as known, jobs, keep } from "../parts/store.js";
import { audioOf, LEVEL_LUFS, nameOf, take } from "../parts/said.js";
import { Wave } from "../parts/wave.js";
import { Arrivals, useArrivals } from "../parts/play/arrivals.js";
import { useAsking } from "../parts/play/asking.js";
import { Start } from "../parts/play/start.js";
import { isPaused, Steering } from "../parts/play/steering.js";
import { Taste, useTaste } from "../parts/play/taste.js";
import * as player from "../parts/player.js";

export default function Play({ args, query }) {
  return args[0] ? html`<${Playing} key=${args[0]} id=${args[0]} />` : html`<${Start} base=${query.base} />`;
}

function Playing({ id }) {
  const [failed, setFailed] = useState("");
  const job = jobs.value.get(id);
  useEffect(() => void known(id).catch((error) => setFailed(error.message)), [id]);
  useEvent("restart", () => attempt(api.get(`/jobs/${id}`).then(keep)), [id]);
  if (!job) return html`<p class="empty" role="status">${failed || "Looking for this run …"}</p>`;
  return html`<${Listening} job=${job} />`;
}

function Listening({ job }) {
  const [isBlind, setBlind] = useState(false);
  const [options, setOptions] = useState(null);
  const asking = useAsking(job.id, isBlind, isActive(job));
  const taste = useTaste(job.id, asking.votes);
  const takes = useArrivals(job.id);
  useEffect(() => void attempt(api.get("/play/options")).then((found) => found && setOptions(found)), []);

  const pause = async () => {
    await attempt(api.post(`/play/${job.id}/pause`, { paused: !isPaused(job) }));
  };
  const hear = async (number) => {
    const one = await attempt(take(number));
    if (!one) return;
    const entry = { key: `also-${number}`, label: nameOf(one), url: audioOf(number), lufs: one.lufs };
    const asked = player.deck.value.entries.filter((other) => !other.key.startsWith("also-"));
    player.open(`play-${job.id}`, [...asked, entry], { level: LEVEL_LUFS });
    player.play({ key: entry.key, from: 0, once: true });
  };
  const isPair = asking.asked?.takes.length === 2;
  const only = (pair, one) => () => (isPair ? pair() : one());
  const nothing = () => {};
  useKeys([
    ["y", "Yes", asking.yes],
    ["n", "No", asking.no],
    ["k", "Skip", asking.skip],
    ["s", "Star", asking.starred],
    ["u", "Undo the last vote", asking.back],
    ["mod+z", "Undo the last vote", asking.back],
    ["space", "Play or pause the sound", player.toggle],
    ["a", "Hear A", only(() => player.listen("a"), nothing)],
    ["b", "Hear B", only(() => player.listen("b"), nothing)],
    ["arrowleft", "A is better", only(() => asking.better(0), nothing)],
    ["arrowright", "B is better; or skip", only(() => asking.better(1), asking.skip)],
    ["t", "Two at a time, blind, or one", () => setBlind(!isBlind)],
    ["p", "Pause self-play, or go on", pause],
  ]);

  return html`
    <${Steering} key=${job.id} job=${job} options=${options} pause=${pause} />
    <section class="asked" aria-label="What to vote on">
      <header>
        <fieldset class="choice"><legend class="unseen">How to vote</legend>
          <label><input type="radio" name="blind" checked=${!isBlind} onChange=${() => setBlind(false)} />One at a time</label>
          <label><input type="radio" name="blind" checked=${isBlind} onChange=${() => setBlind(true)} />Two, blind</label>
        </fieldset>
        <button class="button ghost" onClick=${asking.back} disabled=${!asking.votes}><${Icon} name="undo" />Undo the vote</button>
        <p class="last quiet small" role="status">${asking.said}</p>
      </header>
      ${asking.asked === null && html`<${Waiting} job=${job} />`}
      ${asking.asked && (isPair ? html`<${Pair} asking=${asking} />` : html`<${Single} asking=${asking} />`)}
    </section>
    <aside class="learned" aria-label="What came of it">
      <${Taste} taste=${taste} hear=${hear} />
      <${Arrivals} takes=${takes} hear=${hear} hides=${isBlind} />
    </aside>`;
}

function Waiting({ job }) {
  const said = isActive(job) ? "It is trying things out. The first takes come in a moment." : "There is nothing left to vote on.";
  return html`<div class="waiting" role="status"><p class="quiet">${said}</p></div>`;
}

// The buffer of the deck's sound, as soon as it is there.
function bufferOf(key) {
  return player.deck.value.entries.find((one) => one.key === key)?.buffer;
}

function Single({ asking }) {
  const [one] = asking.asked.takes;
  const key = String(one.number);
  const { likely, unsure } = asking.asked;
  const bet = Number.isFinite(likely) ? `It bets ${Math.round(100 * likely)} % that you like it, ± ${Math.round(100 * unsure)}.` : "";
  return html`<div class="single">
    <div class="about"><h1>${nameOf(one)}</h1><p class="quiet">${[one.searcher, one.detail].filter(Boolean).join(" · ")}</p></div>
    <${Wave} buffer=${bufferOf(key)} entry=${key} label=${`Sound of take ${one.number}`} wave=${70} spectrum=${140} />
    <p class="quiet small bet">${[sentence(asking.asked.reason), bet].join(" ")}</p>
    <div class="votes">
      <${Big} kind="no" icon="no" text="No" of="n" press=${asking.no} isOn=${one.vote === "no"} />
      <${Big} kind="skip" icon="skip" text="Skip" of="k" press=${asking.skip} />
      <${Big} kind="star" icon="star" text="Star" of="s" press=${asking.starred} isOn=${one.stars > 0} />
      <${Big} kind="yes" icon="yes" text="Yes" of="y" press=${asking.yes} isOn=${one.vote === "yes"} />
    </div>
  </div>`;
}

const sentence = (words) => (words ? `${words.charAt(0).toUpperCase()}${words.slice(1)}.` : "");

function Pair({ asking }) {
  const sides = useMemo(() => [["a", "A", "arrowleft"], ["b", "B", "arrowright"]], []);
  return html`<div class="pair">
    <div class="about"><h1>Which is better?</h1><p class="quiet">Which takes they are is told when you have chosen.</p></div>
    <div class="sides">${sides.map(
      ([key, name, cap], which) => html`<div class="one ${player.current.value === key ? "chosen" : ""}" key=${key}>
        <button class="letter" aria-pressed=${String(player.current.value === key)} aria-label="Hear ${name}" onClick=${() => player.listen(key)}>
          ${name}</button>
        <${Wave} buffer=${bufferOf(key)} entry=${key} label="Sound ${name}" wave=${64} spectrum=${0} />
        <${Big} kind="yes" icon="yes" text="${name} is better" of=${cap} press=${() => asking.better(which)} />
      </div>`,
    )}</div>
    <div class="votes"><${Big} kind="skip" icon="skip" text="Neither: skip" of="k" press=${asking.skip} /></div>
  </div>`;
}

function Big({ kind, icon, text, of, press, isOn }) {
  return html`<button class="big ${kind}" aria-pressed=${isOn === undefined ? undefined : String(isOn)} onClick=${press}>
    <${Icon} name=${icon} size=${28} /><span>${text}</span><${Keys} of=${of} />
  </button>`;
}
