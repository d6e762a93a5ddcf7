// The list beside the stage: the sound, its answers, or what sounds like one of them.

import { html, names } from "../html.js";
import { Outline } from "../wave.js";
import { fixed, sentence } from "../words.js";
import * as player from "../player.js";

// One sound to choose: its key, its outline, and two lines about it.
export function Answer({ entry, cap, title, about, far, staged, onChoose }) {
  const tone = entry === "target" ? "target" : "answer";
  const one = player.deck.value.entries.find((other) => other.key === entry);
  const chosen = player.current.value === entry;
  const sounding = player.playing.value && chosen;
  return html`<li>
    <button class=${names("row-sound", tone, { chosen, staged, sounding })} aria-pressed=${String(chosen)} onClick=${onChoose}>
      <kbd aria-hidden="true">${cap}</kbd>
      <span class="said"><strong>${title}</strong><span class="quiet small">${about}</span></span>
      <${Outline} buffer=${one?.buffer} tone=${tone} width=${84} height=${34} />
      ${far !== undefined && html`<span class="unseen">distance ${fixed(far, 2)}</span>`}
    </button>
  </li>`;
}

// What a match did and what it is about: the phase, how far it is, and a way to stop it.
export function Progress({ job, onCancel }) {
  const { phase = "", done = 0, total = 0, best } = job.progress ?? {};
  const part = total ? done / total : 0;
  return html`<div class="running" role="status">
    <div class="row"><span>${job.state === "queued" ? "Waiting for its turn" : sentence(phase) || "Searching"}</span>
      <span class="quiet number">${total ? `${Math.floor(100 * part)} %` : ""}</span></div>
    <div class="progress"><span style=${{ transform: `scaleX(${part})` }}></span></div>
    <div class="row"><span class="quiet small number">${Number.isFinite(best) && best !== null ? `closest so far ${fixed(best, 2)}` : " "}</span>
      <button class="button ghost" onClick=${onCancel}>Stop</button></div>
  </div>`;
}
