// Lines in a frame: curves of runs against renders, spectra against frequency.

import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { spectrum, RANGE_HZ } from "./fft.js";

export const COLOURS = ["#ff9a4d", "#56b4e9", "#2bb38a", "#d98cb8", "#f0e442", "#a493ff", "#d8d6d0", "#ff7a45"];
const EDGE = { left: 48, right: 14, top: 22, bottom: 30 };

// `series`: [{ name, colour, points: [[x, y], …], isStepped, isDashed }]; `xs`, `ys`: { low, high, ticks: [[value, text]] };
// `across(x)` is 0..1 (linear by default). `read(share)` says in words what stands at a share of the width.
function Lines({ series, xs, ys, across = linear(xs), label, height, axis, read }) {
  const box = useRef(null);
  const width = useWidth(box);
  const [at, setAt] = useState(null);
  const inside = { width: width - EDGE.left - EDGE.right, height: height - EDGE.top - EDGE.bottom };
  const left = (x) => EDGE.left + across(x) * inside.width;
  const top = (y) => EDGE.top + (1 - (y - ys.low) / (ys.high - ys.low || 1)) * inside.height;
  const path = ({ points, isStepped }) => points.map(([x, y], i) => {
    const [right, down] = [round(left(x)), round(top(y))];
    return i > 0 && isStepped ? `H${right}V${down}` : `${i > 0 ? "L" : "M"}${right} ${down}`;
  }).join("");
  const point = (event) => {
    const share = (event.clientX - event.currentTarget.getBoundingClientRect().left - EDGE.left) / inside.width;
    setAt(share >= 0 && share <= 1 ? share : null);
  };
  return html`<figure class="chart" ref=${box}>
    <svg width=${width} height=${height} role="img" aria-label=${label} onPointerMove=${point} onPointerLeave=${() => setAt(null)}>
      ${ys.ticks.map(
        ([y, text]) => html`<path class="grid" d="M${EDGE.left} ${top(y)}H${width - EDGE.right}" />
          <text x=${EDGE.left - 8} y=${top(y) + 4} text-anchor="end">${text}</text>`,
      )}
      ${xs.ticks.map(
        ([x, text]) => html`<path class="grid" d="M${left(x)} ${EDGE.top}V${height - EDGE.bottom}" />
          <text x=${left(x)} y=${height - 10} text-anchor="middle">${text}</text>`,
      )}
      <text class="axis" x=${width - EDGE.right} y="12" text-anchor="end">${axis}</text>
      ${series.map(
        (one) => html`<path key=${one.name} class="line" d=${path(one)} stroke=${one.colour}
          stroke-dasharray=${one.isDashed ? "5 4" : undefined} />`,
      )}
      ${at !== null && html`<path class="here" d="M${EDGE.left + at * inside.width} ${EDGE.top}V${height - EDGE.bottom}" />`}
    </svg>
    <figcaption class="small quiet number">${at === null ? " " : read(at)}</figcaption>
  </figure>`;
}

// How wide an element is, in pixels.
function useWidth(place) {
  const [width, set] = useState(640);
  useEffect(() => {
    const watcher = new ResizeObserver(() => set(Math.max(200, place.current?.clientWidth ?? 0)));
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, []);
  return width;
}

const round = (value) => Math.round(value * 10) / 10;
const linear = ({ low, high }) => (x) => (x - low) / (high - low || 1);

// The best score so far of some runs against renders. `runs`: [{ name, colour, curve: [[renders, best], …] }].
export function Curves({ runs, height = 320, what = "best score so far" }) {
  const all = runs.flatMap(({ curve }) => curve).filter(([, best]) => Number.isFinite(best));
  if (!all.length) return html`<p class="quiet">Nothing scored yet.</p>`;
  const most = Math.max(...all.map(([renders]) => renders), 1);
  const low = Math.min(...all.map(([, best]) => best));
  const high = Math.max(...all.map(([, best]) => best));
  const room = (high - low) * 0.06 || 0.5;
  const value = (curve, renders) => curve.findLast(([x]) => x <= renders)?.[1];
  const read = (share) => {
    const renders = Math.round(share * most);
    const said = runs.map(({ name, curve }) => `${name} ${value(curve, renders)?.toFixed(3) ?? "–"}`);
    return `${renders.toLocaleString()} renders: ${said.join(", ")}`;
  };
  const scored = (curve) => curve.filter(([, best]) => Number.isFinite(best));
  const series = runs.map(({ curve, ...one }) => ({ ...one, isStepped: true, points: scored(curve) }));
  const ends = runs.map(({ name, curve }) => `${name} ends at ${value(curve, Infinity)?.toFixed(3) ?? "nothing"}`);
  const label = `${what} against renders: ${ends.join("; ")}`;
  return html`<${Lines} series=${series} label=${label} height=${height} axis=${what} read=${read}
    xs=${{ low: 0, high: most, ticks: ticks(0, most, 5).map((x) => [x, x.toLocaleString()]) }}
    ys=${{ low: low - room, high: high + room, ticks: ticks(low - room, high + room, 5).map((y) => [y, String(y)]) }} />`;
}

// Round numbers in a range, about n of them.
export function ticks(low, high, n) {
  const rough = (high - low) / n || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough) * power;
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i += 1) found.push(Number((i * step).toPrecision(6)));
  return found;
}

const OCTAVES = [
  [50, "50"], [100, "100"], [200, "200"], [500, "500"], [1000, "1 k"], [2000, "2 k"], [5000, "5 k"], [10000, "10 k"],
];

const RANGE_DB = 80;

// Spectra of sounds in one frame. `sounds`: [{ name, colour, buffer, isDashed }].
export function Spectra({ sounds, height = 220 }) {
  const buffers = sounds.map(({ buffer }) => buffer);
  const found = useMemo(() => sounds.map(({ buffer }) => buffer && spectrum(buffer)), buffers);
  const [lowest, highest] = RANGE_HZ;
  const across = (hz) => Math.log(hz / lowest) / Math.log(highest / lowest);
  const high = Math.max(-60, ...found.flatMap((points) => points?.map(({ db }) => db) ?? []));
  const top = Math.ceil(high / 10) * 10;
  const points = (bands) => bands.map(({ hz, db }) => [hz, Math.max(db, top - RANGE_DB)]);
  const series = sounds.flatMap(({ buffer, ...one }, i) => (buffer ? [{ ...one, points: points(found[i]) }] : []));
  const read = (share) => {
    const hz = lowest * (highest / lowest) ** share;
    const near = (bands) => bands[Math.min(bands.length - 1, Math.floor(share * bands.length))].db;
    const said = sounds.map(({ name }, i) => `${name} ${found[i] ? `${Math.round(near(found[i]))} dB` : "…"}`);
    return `${hz < 1000 ? `${Math.round(hz)} Hz` : `${(hz / 1000).toFixed(1)} kHz`}: ${said.join(", ")}`;
  };
  const label = `Spectra of ${sounds.map(({ name }) => name).join(" and ")}`;
  const levels = [0, 20, 40, 60].map((down) => [top - down, String(top - down)]);
  return html`<${Lines} series=${series} label=${label} height=${height} axis="dB" across=${across} read=${read}
    xs=${{ low: lowest, high: highest, ticks: OCTAVES }} ys=${{ low: top - RANGE_DB, high: top, ticks: levels }} />`;
}
