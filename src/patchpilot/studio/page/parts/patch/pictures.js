// Envelopes, LFO shapes and wavetables as the server says their points.

import { html } from "../html.js";

const [WIDE, TALL, EDGE] = [150, 74, 5];

const x_of = (part) => EDGE + part * (WIDE - 2 * EDGE);
const y_of = (part) => TALL - EDGE - part * (TALL - 2 * EDGE);
const path = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function Picture({ label, children }) {
  return html`<svg class="picture" viewBox=${`0 0 ${WIDE} ${TALL}`} width=${WIDE} height=${TALL} role="img" aria-label=${label}>${children}</svg>`;
}

// One envelope: its curve over time, and where the key is let go.
export function Envelope({ shape, held_s, title }) {
  const last = Math.max(held_s, shape.points.at(-1)?.[0] ?? 0) || 1;
  const line = path(shape.points.map(([seconds, level]) => [x_of(seconds / last), y_of(level)]));
  const up = x_of(held_s / last);
  return html`<${Picture} label=${`${title}, drawn`}>
    <path class="ground" d=${`${line}L${x_of(1)} ${y_of(0)}L${x_of(0)} ${y_of(0)}Z`} />
    <path class="line" d=${line} />
    <path class="mark" d=${`M${up} ${EDGE}V${TALL - EDGE}`} />
  <//>`;
}

// One period of an LFO.
export function Shape({ shape, title }) {
  const line = path(shape.points.map(([at, level]) => [x_of(at), y_of(level)]));
  return html`<${Picture} label=${`${title}, drawn`}>
    <path class="ground" d=${`${line}L${x_of(1)} ${y_of(0)}L${x_of(0)} ${y_of(0)}Z`} />
    <path class="line" d=${line} />
  <//>`;
}

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
  return html`<${Picture} label=${`${title}: wavetable ${table.name || "of the instrument"}, ${frames.length} frames drawn`}>
    ${others.map(([frame]) => html`<path class="behind" d=${wave(frame)} />`)}
    <path class="line" d=${wave(frames[chosen])} />
  <//>`;
}
