// How much each part of "good" counts: three sliders.

import { html } from "../html.js";

const PARTS = [
  ["novel", "New", "unlike all that the bank has"],
  ["golden", "Golden", "like the sounds of your golden set"],
  ["liked", "Liked", "what your votes say that you like"],
];

// `without`: {part: why it cannot count}; `disabled`: it is too late.
export function Weights({ objective, change, without = {}, disabled = false }) {
  const total = PARTS.reduce((sum, [part]) => sum + (objective[part] ?? 0), 0);
  return html`<div class="weights">
    ${PARTS.map(([part, title, about]) => {
      const value = objective[part] ?? 0;
      const share = total ? Math.round((100 * value) / total) : 0;
      return html`<div class="weight" key=${part}>
        <label for=${`weight-${part}`}>${title}</label><span class="number quiet">${without[part] ? "–" : `${share} %`}</span>
        <input id=${`weight-${part}`} type="range" min="0" max="1" step="0.05" value=${value} disabled=${disabled || part in without}
          aria-describedby=${`about-${part}`} aria-valuetext=${`${share} percent`}
          onInput=${(event) => change({ ...objective, [part]: Number(event.target.value) })} />
        <p class="quiet small" id=${`about-${part}`}>${without[part] ?? about}</p>
      </div>`;
    })}
  </div>`;
}

// Why a part cannot count, out of what the server says that can be played with.
export function missing(options) {
  if (!options || options.golden.sounds + options.golden.stars > 0) return {};
  return { golden: "no golden set yet: give a star to takes that you love" };
}
