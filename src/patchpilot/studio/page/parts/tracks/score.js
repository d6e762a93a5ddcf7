// The trance score: each part with the sentence that explains it; and what detectors found.

import { html } from "../html.js";
import { fixed, sentence } from "../words.js";

const NAMES = {
  tempo_score: "Tempo",
  pumping_score: "Pumping",
  energy_progression: "Energy",
  four_on_floor: "Four on the floor",
  supersaw_score: "Supersaw",
  acid_303_score: "Acid",
  offbeat_hihat: "Off-beat hats",
  spectral_brightness: "Brightness",
  tempo_stability: "Steadiness",
};

export function Score({ track }) {
  const { score } = track;
  if (!score) return html`<p class="quiet">No beat was found, so there is no score.</p>`;
  return html`<section class="score" aria-label="Trance score">
    <p class="total"><strong class="number">${fixed(100 * score.total, 0)}</strong> <span class="quiet">of 100: how much is in it of what trance is made of</span></p>
    <dl>${score.parts.map((part) => html`<div key=${part.name}>
      <dt>${NAMES[part.name] ?? sentence(part.name.replaceAll("_", " "))}</dt>
      <dd class="meter"><span class="bar" aria-hidden="true"><span style=${{ transform: `scaleX(${part.value})` }}></span></span>
        <span class="number small">${fixed(100 * part.weight * part.value, 1)} <span class="quiet">of ${fixed(100 * part.weight, 1)}</span></span></dd>
      <dd class="quiet">${part.sentence}</dd>
    </div>`)}</dl>
  </section>`;
}
