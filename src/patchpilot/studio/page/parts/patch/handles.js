// Points of a picture that are dragged, or moved with the arrow keys; what is moved at once is one drag.

import { html, useLayoutEffect, useRef } from "../html.js";
import { new_drag } from "../knob.js";

const SERIES_MS = 700; // keys that follow within this are one drag
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// Where a pointer is in the svg that an element is of, in its own units.
export function place(event, element = event.currentTarget) {
  const svg = element.ownerSVGElement ?? element;
  const box = svg.getBoundingClientRect();
  const { width, height } = svg.viewBox.baseVal;
  return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
}

// Calls onMove(x, y) with where the pointer is until it is let go.
export function follow(event, onMove) {
  const here = event.currentTarget;
  event.preventDefault();
  here.setPointerCapture(event.pointerId);
  const move = (moved) => onMove(...place(moved, here));
  const end = () => {
    for (const name of ["pointerup", "pointercancel"]) here.removeEventListener(name, end);
    here.removeEventListener("pointermove", move);
  };
  here.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) here.addEventListener(name, end);
}

// x, y: where it is; now: 0..100 and said: what it is at; onMove(x, y, drag): dragged to there; onNudge(right, up, drag,
// event): an arrow key, in steps; onKey(event): any other key, true where it was of use; focus: whether to take the keyboard.
export function Handle({ x, y, label, said, now, title, tabs = true, focus = false, onMove, onNudge, onKey, onFocus, onTwice }) {
  const knob = useRef(null);
  const series = useRef({ drag: null, at: 0 });
  useLayoutEffect(() => {
    if (focus) knob.current.focus({ preventScroll: true });
  }, [focus]);
  const press = (event) => {
    if (event.button !== 0) return;
    const drag = new_drag();
    knob.current.focus({ preventScroll: true });
    follow(event, (to_x, to_y) => onMove(to_x, to_y, drag));
  };
  const key = (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const time = performance.now();
      if (time - series.current.at > SERIES_MS) series.current.drag = new_drag();
      series.current.at = time;
      onNudge(...arrow, series.current.drag, event);
    } else if (!onKey?.(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const twice = (event) => {
    event.stopPropagation();
    onTwice?.();
  };
  return html`<g class="handle" ref=${knob} role="slider" tabindex=${tabs ? 0 : -1} aria-label=${label} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(now)} aria-valuetext=${said} transform=${`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    onPointerDown=${press} onKeyDown=${key} onFocus=${onFocus} onDblClick=${twice}>
    <title>${title ?? `${label}: ${said}`}</title>
    <circle class="reach" r="12" /><circle class="dot" r="4.5" />
  </g>`;
}
