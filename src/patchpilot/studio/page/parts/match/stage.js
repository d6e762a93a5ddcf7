// The sound above, one answer below, aligned in time; how far they are apart; what can be done with the answer.

import { html } from "../html.js";
import { api, attempt, download } from "../api.js";
import { Icon } from "../icons.js";
import { go } from "../router.js";
import { size } from "../size.js";
import { Wave } from "../wave.js";
import { lufs_text, note_name, seconds_text } from "../words.js";
import { Distances } from "./distances.js";
import { match } from "./start.js";
import * as player from "../player.js";

const BESIDE_PX = 390; // all but the two spectrograms, in a window that is wide enough

// The height of a spectrogram, so that all of the stage is seen at once where that can be.
const spectrum_px = ({ width, height }) => Math.round(Math.min(300, Math.max(84, (height - BESIDE_PX - (width > 1100 ? 0 : 80)) / 2)));

export function Stage({ job, sound, answer, all, onSimilar }) {
  const of = (key) => player.deck.value.entries.find((one) => one.key === key);
  const spectrum = spectrum_px(size.value);
  const seconds = player.duration.value || sound?.seconds;
  const facts = sound && [seconds_text(sound.seconds), sound.note !== null && note_name(Math.round(sound.note)), lufs_text(sound.lufs)];
  return html`<div class="stage">
    <figure>
      <figcaption>
        <strong>${sound?.name ?? "Your sound"}</strong><span class="quiet small number">${facts?.filter(Boolean).join(" · ")}</span>
      </figcaption>
      <${Wave} buffer=${of("target")?.buffer} tone="target" seconds=${seconds} entry="target" spectrum=${spectrum}
        label="Waveform and spectrogram of your sound" />
    </figure>
    <figure>
      <figcaption>${
        answer
          ? html`<strong>${answer.title}</strong><span class="quiet small">${answer.about}</span>`
          : html`<strong>The first answer is on its way</strong>`
      }</figcaption>
      <${Wave} buffer=${answer && of(answer.entry)?.buffer} seconds=${seconds} entry=${answer?.entry} spectrum=${spectrum}
        label="Waveform and spectrogram of the answer" />
    </figure>
    <div class="about">
      ${answer?.distance && html`<${Distances} distance=${answer.distance} all=${all} />`}
      ${answer && html`<${Actions} job=${job} answer=${answer} onSimilar=${onSimilar} />`}
    </div>
  </div>`;
}

const REFINED = { quick: "default" }; // an effort that refines nothing is not what "once more" means

export function edit(take) {
  return attempt(async () => go("patch", (await api.post("/drafts", { take })).id));
}

function Actions({ job, answer, onSimilar }) {
  const { take } = answer;
  const again = () => {
    const { sound, effort, top, seed = 0, note, instrument } = job.request;
    return match({ sound, effort: REFINED[effort] ?? effort, top, note, instrument, seed: seed + 1, start_from: [take] });
  };
  return html`<div class="actions">
    <button class="button main" onClick=${() => edit(take)}><${Icon} name="edit" />Edit</button>
    <button class="button" onClick=${() => download(`/takes/${take}/preset`)}><${Icon} name="download" />Save preset</button>
    <button class="button" onClick=${again}><${Icon} name="refine" />Refine once more</button>
    <button class="button" onClick=${() => onSimilar(take)}><${Icon} name="similar" />More like this</button>
  </div>`;
}
