// One period of an LFO, drawn by hand: points are dragged, made by a double click and removed by another; between them
// the line is bent. All of it works with the keyboard, too.

import { html, useRef, useState } from "../html.js";
import { new_drag } from "../knob.js";
import { follow, Handle, place } from "./handles.js";
import { EDGE, frame, path } from "./pictures.js";

const { x_of, y_of, part_x, part_y, wide, tall } = frame(300, 96);
const [MOST_POINTS, MOST_POWER] = [100, 20];
const [STEP, FINE, BEND] = [0.02, 0.1, 1];
const SHORT_PX = 14; // a line that is not wider than that is not bent
const WORDS = "Drag points. Double-click: a point more, or one less. Keys: arrows, Delete, Enter (one more), Page Up and Down (next point), Alt and arrows (bend).";

const limited = (value, low, high) => Math.min(high, Math.max(low, value));
const percent = (part) => `${Math.round(100 * part)} %`;

// How far the line is at a part of the way between two points, as Vital bends it.
function bent(part, power, is_smooth) {
  if (is_smooth) return 0.5 - 0.5 * Math.cos(Math.PI * part);
  return Math.abs(power) < 0.01 ? part : Math.expm1(power * part) / Math.expm1(power);
}

const level_at = ({ points, powers, is_smooth }, index, part) => {
  const [from, to] = [points[index][1], points[index + 1][1]];
  return from + (to - from) * bent(part, powers[index] ?? 0, is_smooth);
};

function line_of(shape) {
  const { points, powers, is_smooth } = shape;
  const drawn = points.slice(0, -1).flatMap(([x], index) => {
    const steps = is_smooth || Math.abs(powers[index] ?? 0) >= 0.01 ? 16 : 1;
    return Array.from({ length: steps }, (_, step) => [x + ((points[index + 1][0] - x) * step) / steps, level_at(shape, index, step / steps)]);
  });
  return path([...drawn, points.at(-1)].map(([x, y]) => [x_of(x), y_of(y)]));
}

// The shape with a point more, after that of an index; with one less, but never the ends; with one elsewhere, between
// its neighbours.
function added({ points, powers, ...rest }, index, point) {
  return { ...rest, points: points.toSpliced(index + 1, 0, point), powers: powers.toSpliced(index + 1, 0, 0) };
}

function removed({ points, powers, ...rest }, index) {
  return { ...rest, points: points.toSpliced(index, 1), powers: powers.toSpliced(index, 1) };
}

function moved({ points, ...rest }, index, x, y) {
  const is_end = index === 0 || index === points.length - 1;
  const at = is_end ? points[index][0] : limited(x, points[index - 1][0], points[index + 1][0]);
  return { ...rest, points: points.with(index, [at, limited(y, 0, 1)]) };
}

const with_power = ({ powers, ...rest }, index, power) => ({ ...rest, powers: powers.with(index, limited(power, -MOST_POWER, MOST_POWER)) });

// shape: of GET /drafts/{id}; onDraw(shape, drag).
export function Lfo({ shape: { points, powers: given, is_smooth }, title, onDraw }) {
  const powers = points.map((_, index) => given[index] ?? 0);
  const shape = { points, powers, is_smooth };
  const latest = useRef(shape);
  latest.current = shape;
  const [chosen, choose] = useState(0);
  const [grabs, grab] = useState(false); // whether the chosen point takes the keyboard when it is there
  const at = Math.min(chosen, points.length - 1);

  const to = (index) => {
    choose(limited(index, 0, latest.current.points.length - 1));
    grab(true);
  };
  const add = (index, point) => {
    if (latest.current.points.length >= MOST_POINTS) return;
    onDraw(added(latest.current, index, point), new_drag());
    to(index + 1);
  };
  const remove = (index) => {
    if (index === 0 || index >= latest.current.points.length - 1) return;
    onDraw(removed(latest.current, index), new_drag());
    to(index - 1);
  };
  const twice = (event) => {
    const [x, y] = place(event);
    const [time, level] = [limited(part_x(x), 0, 1), limited(part_y(y), 0, 1)];
    add(limited(points.findLastIndex(([before]) => before <= time), 0, points.length - 2), [time, level]);
  };
  const between = (index) => {
    if (index < points.length - 1) add(index, [(points[index][0] + points[index + 1][0]) / 2, level_at(shape, index, 0.5)]);
  };
  const key = (index) => (event) => {
    if (event.key === "Delete" || event.key === "Backspace") remove(index);
    else if (event.key === "Enter" || event.key === "Insert") between(index);
    else if (event.key === "PageUp") to(index - 1);
    else if (event.key === "PageDown") to(index + 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(points.length - 1);
    else return false;
    return true;
  };
  const nudge = (index) => (right, up, drag, event) => {
    const [x, y] = points[index];
    const step = STEP * (event.shiftKey ? FINE : 1);
    if (event.altKey) onDraw(with_power(shape, index, powers[index] + BEND * (up || right)), drag);
    else onDraw(moved(shape, index, x + right * step, y + up * step), drag);
  };
  const line = line_of(shape);
  return html`<div class="drawn">
    <svg class="picture draws" viewBox=${`0 0 ${wide} ${tall}`} width=${wide} height=${tall} role="group" aria-label=${`${title}, drawn`} onDblClick=${twice}>
      <path class="ground" d=${`${line}L${x_of(1)} ${y_of(0)}L${x_of(0)} ${y_of(0)}Z`} />
      <path class="line" d=${line} />
      ${!is_smooth && points.slice(0, -1).map((_, index) => html`<${Bend} key=${`bend ${index}`} shape=${shape} latest=${latest} index=${index} onDraw=${onDraw} />`)}
      ${points.map(
        ([x, y], index) => html`<${Handle} key=${index} x=${x_of(x)} y=${y_of(y)} label=${`${title}, point ${index + 1} of ${points.length}`} now=${100 * y}
          said=${`at ${percent(x)}, level ${percent(y)}`} tabs=${index === at} focus=${grabs && index === at} onFocus=${() => choose(index)} onNudge=${nudge(index)}
          onMove=${(to_x, to_y, drag) => onDraw(moved(latest.current, index, part_x(to_x), part_y(to_y)), drag)} onKey=${key(index)} onTwice=${() => remove(index)} />`,
      )}
    </svg>
    <p class="small"><span class="quiet" title=${WORDS}>${points.length} points</span>
      <label class="check"><input type="checkbox" checked=${is_smooth} onChange=${() => onDraw({ ...shape, is_smooth: !is_smooth }, new_drag())} />Smooth</label></p>
  </div>`;
}

// The middle of a line, which bends it when it is dragged; with the keyboard that is done from its first point.
function Bend({ shape, latest, index, onDraw }) {
  const [[from, low], [to, high]] = [shape.points[index], shape.points[index + 1]];
  if (x_of(to) - x_of(from) < SHORT_PX || low === high) return null;
  const press = (event) => {
    if (event.button !== 0) return;
    const drag = new_drag();
    const [[, start], power] = [place(event), latest.current.powers[index]];
    const turn = ((high > low ? 1 : -1) * MOST_POWER) / (tall - 2 * EDGE);
    follow(event, (_, y) => onDraw(with_power(latest.current, index, power + (y - start) * turn), drag));
  };
  return html`<g class="bend" aria-hidden="true" transform=${`translate(${x_of((from + to) / 2)} ${y_of(level_at(shape, index, 0.5))})`} onPointerDown=${press}>
    <title>Drag to bend the line</title><circle class="reach" r="9" /><circle class="dot" r="3" />
  </g>`;
}
