// A sound as a picture: its waveform over its spectrogram (mel scale, 70 dB), and where the player is.
// Pressing it plays from there.

import { html, names, useEffect, useRef } from "./html.js";
import WaveSurfer from "../vendor/wavesurfer.js";
import Spectrogram from "../vendor/wavesurfer-spectrogram.js";
import { channels } from "./sounds.js";
import { eachFrame } from "./transport.js";
import * as player from "./player.js";

const RANGE_DB = 70;
const COLOURS = {
  target: { wave: "#d8d6d0", map: ["#101214", "#2c2e32", "#77787a", "#d8d6d0", "#ffffff"] },
  answer: { wave: "#ff9a4d", map: ["#101214", "#3a2213", "#a1521b", "#ff9a4d", "#fff3e2"] },
};

// 256 colours between those given, as wavesurfer wants them: [red, green, blue, opacity], each 0..1.
function colour_map(stops) {
  const parsed = stops.map((stop) => [1, 3, 5].map((at) => parseInt(stop.slice(at, at + 2), 16) / 255));
  return Array.from({ length: 256 }, (_, index) => {
    const at = (index / 255) * (parsed.length - 1);
    const low = Math.min(Math.floor(at), parsed.length - 2);
    return [...parsed[low].map((value, i) => value + (at - low) * (parsed[low + 1][i] - value)), 1];
  });
}
const MAPS = Object.fromEntries(Object.entries(COLOURS).map(([tone, { map }]) => [tone, colour_map(map)]));

// buffer: an AudioBuffer, or undefined while it is on its way; seconds: the length that the picture's width stands
// for, so that sounds below one another agree in time; entry: its key in the player's deck.
export function Wave({ buffer, tone = "answer", seconds = buffer?.duration, entry, label, wave = 52, spectrum = 110 }) {
  const place = useRef(null);
  const shown = useRef(null);

  useEffect(() => {
    if (!buffer) return undefined;
    const surfer = WaveSurfer.create({
      container: place.current.querySelector(".wave-form"),
      height: wave,
      waveColor: COLOURS[tone].wave,
      progressColor: COLOURS[tone].wave,
      cursorWidth: 0,
      interact: false,
      normalize: true,
      hideScrollbar: true,
      sampleRate: buffer.sampleRate,
    });
    if (spectrum)
      surfer.registerPlugin(
        Spectrogram.create({
          container: place.current.querySelector(".wave-spectrum"),
          height: spectrum,
          fftSamples: 2048,
          scale: "mel",
          frequencyMin: 30,
          frequencyMax: Math.min(18000, buffer.sampleRate / 2),
          autoGain: true,
          rangeDB: RANGE_DB,
          colorMap: MAPS[tone],
          useWebWorker: true,
        }),
      );
    surfer.load("", channels(buffer), buffer.duration).catch(() => {});
    return () => surfer.destroy();
  }, [buffer, tone, wave, spectrum]);

  useEffect(() => {
    let before = "";
    return eachFrame(() => {
      const at = player.position();
      const there = player.playing.value || at > 0;
      const now = `${at} ${there} ${player.current.value}`;
      if (now === before || !shown.current) return; // a last frame may come after it is gone
      before = now;
      const { style } = shown.current;
      style.transform = `translateX(${Math.min(100, (100 * at) / (seconds || 1))}%)`;
      style.opacity = there ? (player.current.value === entry ? "1" : "0.35") : "0";
    });
  }, [seconds, entry]);

  const press = (event) => {
    if (!buffer) return;
    const box = event.currentTarget.getBoundingClientRect();
    player.play({ key: entry, from: ((event.clientX - box.left) / box.width) * seconds });
  };
  const width = buffer && seconds ? `${Math.min(100, (100 * buffer.duration) / seconds)}%` : "100%";
  return html`<div class=${names("wave", tone, { waiting: !buffer })} role="img" aria-label=${label} onPointerDown=${press}>
    <div ref=${place} style=${{ width }}>
      <div class="wave-form" style=${{ height: `${wave}px` }}></div>
      ${spectrum > 0 && html`<div class="wave-spectrum" style=${{ height: `${spectrum}px` }}></div>`}
    </div>
    <span class="wave-place" ref=${shown} aria-hidden="true"></span>
  </div>`;
}

// The waveform alone, small and still: for lists.
export function Outline({ buffer, tone = "answer", width = 120, height = 36 }) {
  const place = useRef(null);
  useEffect(() => {
    const canvas = place.current;
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!buffer) return;
    pen.fillStyle = COLOURS[tone].wave;
    const peaks = outline(buffer, canvas.width);
    const most = Math.max(1e-6, ...peaks);
    peaks.forEach((peak, x) => {
      const tall = Math.max(scale, (peak / most) * canvas.height);
      pen.fillRect(x, (canvas.height - tall) / 2, 1, tall);
    });
  }, [buffer, tone, width, height]);
  return html`<canvas class="outline" ref=${place} style=${{ width: `${width}px`, height: `${height}px` }} aria-hidden="true"></canvas>`;
}

// The largest sample in each of n equal parts of a buffer.
function outline(buffer, n) {
  const samples = buffer.getChannelData(0);
  const step = samples.length / n;
  return Array.from({ length: n }, (_, index) => {
    let most = 0;
    const stop = Math.min(samples.length, Math.ceil((index + 1) * step));
    for (let at = Math.floor(index * step); at < stop; at++) most = Math.max(most, Math.abs(samples[at]));
    return most;
  });
}
