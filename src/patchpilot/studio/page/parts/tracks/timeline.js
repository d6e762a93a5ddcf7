// A track from left to right: its bars, its sections, its waveform, the places of a gap; pressing it plays from there.

import { html, useEffect, useRef, useState } from "../html.js";
import * as player from "../player.js";
import { sound } from "../sounds.js";
import { eachFrame } from "../transport.js";
import { bar_of, bar_s, clock } from "./facts.js";

const HEIGHT = 72;
const MOST_TICKS = 12;

export function Timeline({ id, track, marked, hear }) {
  const [buffer, set] = useState(null);
  const cursor = useRef(null);
  const length = track.duration_s;
  const at = (seconds) => `${Math.min(100, (100 * Math.max(0, seconds)) / length)}%`;
  const between = ({ start_s: from, end_s: to }) => ({ left: at(from), width: `${(100 * (to - from)) / length}%` });
  useEffect(() => {
    let here = true;
    sound(`/sounds/${id}/audio`).then((found) => here && set(found), () => {});
    return () => (here = false);
  }, [id]);
  useEffect(
    () =>
      eachFrame(() => {
        if (!cursor.current) return;
        const ours = player.deck.value.name === `track-${id}`;
        cursor.current.style.left = at(ours ? player.position() : 0);
        cursor.current.style.opacity = ours ? "1" : "0";
      }),
    [id, length],
  );
  const press = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    hear(Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width)) * length);
  };
  return html`<section class="timeline" aria-label="Timeline">
    <div class="ticks small quiet number" aria-hidden="true">${ticks(track).map(([seconds, text]) => html`<span style=${{ left: at(seconds) }}>${text}</span>`)}</div>
    <ol class="sections">${track.sections.map((one) => html`<li class=${one.label} style=${between(one)}>
      <button onClick=${() => hear(one.start_s)} title=${`${one.label}, ${clock(one.start_s)}`} aria-label=${`Play from the ${one.label} at ${where(track, one)}`}>${one.label}</button>
    </li>`)}</ol>
    <div class="wave-line" onPointerDown=${press}>
      <${Shape} buffer=${buffer} />
      ${marked?.spans.map((one) => html`<i class="span" style=${between(one)}></i>`)}
      <i class="cursor" ref=${cursor}></i>
    </div>
  </section>`;
}

const where = (track, one) => (track.tempo_bpm ? `bar ${bar_of(track, one.start_s)}` : clock(one.start_s));

// Bars in round numbers, or seconds where there are none: [[seconds, text]].
function ticks(track) {
  const bar = bar_s(track);
  const unit = bar ?? 1;
  const from = bar === null ? 0 : track.first_downbeat_s;
  const step = [4, 8, 16, 32, 64, 128, 256, 600].find((one) => track.duration_s / (unit * one) <= MOST_TICKS) ?? 1200;
  const count = Math.floor((track.duration_s - from) / (unit * step)) + 1;
  const all = Array.from({ length: count }, (_, index) => {
    const seconds = from + index * step * unit;
    return [seconds, bar === null ? clock(seconds) : index ? String(index * step + 1) : "bar 1"];
  });
  return all.filter(([seconds]) => seconds < 0.97 * track.duration_s);
}

// The waveform, as wide as there is room.
function Shape({ buffer }) {
  const place = useRef(null);
  useEffect(() => {
    const canvas = place.current;
    const draw = () => buffer && paint(canvas, buffer);
    const watching = new ResizeObserver(draw);
    watching.observe(canvas);
    return () => watching.disconnect();
  }, [buffer]);
  return html`<canvas ref=${place} style=${{ height: `${HEIGHT}px` }} role="img" aria-label="Waveform"></canvas>`;
}

function paint(canvas, buffer) {
  const scale = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(HEIGHT * scale)];
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).getPropertyValue("--target");
  const samples = buffer.getChannelData(0);
  const step = samples.length / width;
  for (let x = 0; x < width; x++) {
    let most = 0;
    const [from, to] = [Math.floor(x * step), Math.min(samples.length, Math.ceil((x + 1) * step))];
    const skip = Math.max(1, Math.floor((to - from) / 400)); // of a long track every few samples tell as much
    for (let index = from; index < to; index += skip) most = Math.max(most, Math.abs(samples[index]));
    const tall = Math.max(scale, Math.min(1, most) * height);
    pen.fillRect(x, (height - tall) / 2, 1, tall);
  }
}
