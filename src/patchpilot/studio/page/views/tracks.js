// Tracks: what is in a whole track, how much of a trance track it is, what it lacks beside yours, and what to turn.

import { html, useEffect, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { Icon } from "../parts/icons.js";
import { useKeys } from "../parts/keys.js";
import * as player from "../parts/player.js";
import { go } from "../parts/router.js";
import { isActive } from "../parts/store.js";
import { facts } from "../parts/tracks/facts.js";
import { Fixes } from "../parts/tracks/fixes.js";
import { Gaps } from "../parts/tracks/gaps.js";
import { begin, useJob, Working } from "../parts/tracks/jobs.js";
import { Score } from "../parts/tracks/score.js";
import { Start } from "../parts/tracks/start.js";
import { Stems } from "../parts/tracks/stems.js";
import { Timeline } from "../parts/tracks/timeline.js";

const TABS = [
  ["score", "Score"],
  ["gap", "What it lacks"],
  ["fix", "Fixes"],
];

export default function Tracks({ args }) {
  return args[0] ? html`<${Track} key=${args[0]} id=${args[0]} tab=${args[1] ?? "score"} />` : html`<${Start} />`;
}

function Track({ id, tab }) {
  const [sound, set] = useState(null);
  const [failed, fail] = useState("");
  const [profile, choose] = useState("");
  const [marked, mark] = useState(null); // the gap whose places are shown: { spans }
  const job = useJob("track_analyze", { sound: id });
  const track = job?.result;
  useEffect(() => {
    api.get(`/sounds/${id}`).then(set, (error) => fail(error.message));
    return () => player.close(`track-${id}`);
  }, [id]);
  useEffect(() => mark(null), [tab]);
  const entry = sound && { key: "track", label: sound.name, url: `/sounds/${id}/audio`, lufs: sound.lufs };
  const hear = (from) => {
    player.open(`track-${id}`, [entry], { select: "track" });
    player.play({ key: "track", from });
  };
  const toggle = () => (player.heard.value ? player.toggle() : entry && hear(0));
  useKeys([
    ["space", "Play or pause", toggle],
    ...TABS.map(([key, title], index) => [String(index + 1), title, () => go("tracks", id, key)]),
  ]);
  if (failed) return html`<p class="empty" role="status">${failed}</p>`;
  if (!sound) return html`<p class="empty" role="status">Looking for this track …</p>`;
  const shared = { id, profile, choose, onMark: mark, hear };
  return html`<div class="track">
    <header>
      <a class="button ghost" href="#/tracks"><${Icon} name="tracks" />All tracks</a>
      <div><h1>${sound.name}</h1><p class="quiet number">${track ? facts(track) : ""}</p></div>
    </header>
    ${!track && html`<${Analysing} id=${id} job=${job} />`}
    ${track && html`<${Timeline} id=${id} track=${track} marked=${marked} hear=${hear} />
      <${Stems} track=${sound} />
      <fieldset class="choice"><legend class="unseen">What is shown</legend>
        ${TABS.map(([key, title]) => html`<label><input type="radio" name="tab" checked=${tab === key} onChange=${() => go("tracks", id, key)} />${title}</label>`)}
      </fieldset>
      ${tab === "score" && html`<${Score} track=${track} />`}
      ${tab === "gap" && html`<${Gaps} ...${shared} />`}
      ${tab === "fix" && html`<${Fixes} ...${shared} />`}`}
  </div>`;
}

function Analysing({ id, job }) {
  const again = () => attempt(begin("/track/analyze", { sound: id }));
  if (job && isActive(job)) return html`<${Working} job=${job} text="Listening to all of it: tempo, bars, key, sections, loudness" />`;
  if (job?.state === "done") return html`<p class="quiet" role="status">Looking for what was heard …</p>`;
  return html`<div class="ask">
    <p class="quiet">${job?.error?.message ?? "Nobody listened to this track yet."}</p>
    <button class="button main" onClick=${again}>${job ? "Listen again" : "Listen to it"}</button>
  </div>`;
}
