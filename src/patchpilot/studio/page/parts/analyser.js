// What is heard now as a spectrum: 30 Hz to 18 kHz, 70 dB, with a line that remembers the highest for a while.

import { html, useEffect, useRef } from "./html.js";
import { audio } from "./sounds.js";
import { eachFrame } from "./transport.js";
import * as player from "./player.js";

const [LOW_HZ, HIGH_HZ, TOP_DB, RANGE_DB] = [30, 18000, -12, 72];
const EVERY = 2; // frames of the screen a picture is shown
const FALL_DB = 0.7; // of the remembered line, a picture
const MARKS = [[100, "100"], [1000, "1k"], [10000, "10k"]];

const place = (hz) => Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ);

export function Analyser({ height = 120 }) {
  const canvas = useRef(null);
  useEffect(() => {
    const meter = player.analyser();
    const levels = new Float32Array(meter.frequencyBinCount);
    let peaks = null;
    let resting = false;
    let turn = 0;
    return eachFrame(() => {
      if (turn++ % EVERY) return;
      const here = canvas.current;
      const scale = devicePixelRatio || 1;
      const [wide, tall] = [Math.round(here.clientWidth * scale), Math.round(here.clientHeight * scale)];
      if (here.width !== wide || here.height !== tall) {
        [here.width, here.height] = [wide, tall];
        peaks = null;
        resting = false;
      }
      if (resting && !player.playing.value) return;
      meter.getFloatFrequencyData(levels);
      peaks ??= new Float32Array(wide).fill(-200);
      const now = columns(levels, wide, audio().sampleRate);
      for (let x = 0; x < wide; x++) peaks[x] = Math.max(now[x], peaks[x] - FALL_DB);
      draw(here.getContext("2d"), wide, tall, now, peaks, scale);
      resting = peaks.every((level) => level < TOP_DB - RANGE_DB);
    });
  }, []);
  return html`<div class="analyser" style=${{ height: `${height}px` }}>
    <canvas ref=${canvas} role="img" aria-label="Spectrum of what is heard"></canvas>
    ${MARKS.map(([hz, label]) => html`<span aria-hidden="true" style=${{ left: `${100 * place(hz)}%` }}>${label}</span>`)}
  </div>`;
}

// The level of each column of the picture: the loudest bin that falls into it.
function columns(levels, wide, rate) {
  const bin = rate / 2 / levels.length;
  const at = (x) => (LOW_HZ * (HIGH_HZ / LOW_HZ) ** (x / wide)) / bin;
  return Float32Array.from({ length: wide }, (_, x) => {
    const [from, to] = [at(x), at(x + 1)];
    if (to - from < 1) return between(levels, (from + to) / 2);
    let most = -200;
    for (let index = Math.ceil(from); index < to && index < levels.length; index++) most = Math.max(most, levels[index]);
    return most;
  });
}

function between(levels, at) {
  const low = Math.min(levels.length - 2, Math.floor(at));
  const value = levels[low] + (at - low) * (levels[low + 1] - levels[low]);
  return Number.isFinite(value) ? value : -200;
}

function draw(pen, wide, tall, now, peaks, scale) {
  const y = (level) => Math.min(tall, Math.max(0, ((TOP_DB - level) / RANGE_DB) * tall));
  pen.clearRect(0, 0, wide, tall);
  pen.fillStyle = "#2b2f36";
  for (const [hz] of MARKS) pen.fillRect(Math.round(place(hz) * wide), 0, scale, tall);
  const fill = pen.createLinearGradient(0, 0, 0, tall);
  fill.addColorStop(0, "#ff9a4d");
  fill.addColorStop(1, "#ff9a4d22");
  pen.fillStyle = fill;
  pen.beginPath();
  pen.moveTo(0, tall);
  for (let x = 0; x < wide; x++) pen.lineTo(x, y(now[x]));
  pen.lineTo(wide, tall);
  pen.fill();
  pen.strokeStyle = "#a9acb3";
  pen.lineWidth = scale;
  pen.beginPath();
  for (let x = 0; x < wide; x++) pen.lineTo(x, Math.min(tall + 2, y(peaks[x])));
  pen.stroke();
}
