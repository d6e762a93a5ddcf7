// Where the pictures of a patch are drawn, and wavetables as the server says their points.

import { html } from "../html.js";

export const EDGE = 8;
const [WIDE, TALL] = [150, 74];

// A picture of a size: from parts (0..1, upwards) to its own units and back.
export function frame(wide, tall) {
  return {
    wide,
    tall,
    x_of: (part) => EDGE + part * (wide - 2 * EDGE),
    y_of: (part) => tall - EDGE - part * (tall - 2 * EDGE),
    part_x: (x) => (x - EDGE) / (wide - 2 * EDGE),
    part_y: (y) => (tall - EDGE - y) / (tall - 2 * EDGE),
  };
}

export const path = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

const DEPTH = 0.42; // of the picture, that the frames go back into

// The frames of a wavetable behind one another; the one that plays is bright.
export function Wavetable({ table, title }) {
  const { frames } = table;
  if (!frames.length) return html`<p class="picture words small quiet">${table.why || "no table"}</p>`;
  const at = table.position ?? 0;
  const chosen = frames.reduce((best, frame, index) => (Math.abs(frame.position - at) < Math.abs(frames[best].position - at) ? index : best), 0);
  const wave = (frame) => {
    const back = frames.length > 1 ? frame.position : 0;
    const tall = (TALL - 2 * EDGE) * (frames.length > 1 ? 1 - DEPTH : 1);
    const base = TALL - EDGE - tall / 2 - back * DEPTH * (TALL - 2 * EDGE);
    const left = EDGE + back * 18;
    const wide = WIDE - 2 * EDGE - (frames.length > 1 ? 18 : 0);
    return path(frame.points.map((level, index) => [left + (wide * index) / (frame.points.length - 1), base - (level * tall) / 2]));
  };
  const others = frames.map((frame, index) => [frame, index]).filter(([, index]) => index !== chosen).reverse();
  const label = `${title}: wavetable ${table.name || "of the instrument"}, ${frames.length} frames drawn`;
  return html`<svg class="picture" viewBox=${`0 0 ${WIDE} ${TALL}`} width=${WIDE} height=${TALL} role="img" aria-label=${label}>
    ${others.map(([frame]) => html`<path class="behind" d=${wave(frame)} />`)}
    <path class="line" d=${wave(frames[chosen])} />
  </svg>`;
}
