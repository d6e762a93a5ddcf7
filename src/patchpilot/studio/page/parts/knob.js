// A knob: drag it up and down (shift: finely), turn the wheel over it, use the arrow keys, type a value,
// double-click for the default. Its name below pins it: a pinned one stays when others are randomised.

import { html, names, useEffect, useLayoutEffect, useRef, useState } from "./html.js";
import { from_norm, is_stepped, norm, parsed, text } from "./values.js";

const TRAVEL_PX = 190; // of a drag over the whole range
const FINE = 0.1;
const STEP = 0.01; // of an arrow key
const SERIES_MS = 700; // keys and wheel clicks that follow within this are one drag
const SWEEP = 0.75; // of a circle

let drags = 0;
export const new_drag = () => `${Date.now().toString(36)}-${++drags}`;

// onTurn(value, drag) is called with the stored value and the id of the drag that it is part of.
export function Knob({ parameter, value, pinned = false, onTurn, onPin, disabled = false }) {
  const face = useRef(null);
  const series = useRef({ drag: null, at: 0 });
  const [typing, type] = useState(null);
  const now = useRef(value);
  now.current = value;

  const in_series = () => {
    const time = performance.now();
    if (time - series.current.at > SERIES_MS) series.current.drag = new_drag();
    series.current.at = time;
    return series.current.drag;
  };
  const step_of = () => (is_stepped(parameter) ? 1 / (parameter.maximum - parameter.minimum) : STEP);
  const nudge = (steps, fine) => {
    const step = step_of() * (fine && !is_stepped(parameter) ? FINE : 1);
    onTurn(from_norm(parameter, norm(parameter, now.current) + steps * step), in_series());
  };
  const reset = () => onTurn(parameter.default, new_drag());

  const press = (event) => {
    if (event.button !== 0 || typing !== null) return;
    event.preventDefault();
    face.current.focus({ preventScroll: true });
    face.current.setPointerCapture(event.pointerId);
    const drag = new_drag();
    let at = norm(parameter, now.current);
    let y = event.clientY;
    const move = (moved) => {
      at = Math.min(1, Math.max(0, at + ((y - moved.clientY) / TRAVEL_PX) * (moved.shiftKey ? FINE : 1)));
      y = moved.clientY;
      const turned = from_norm(parameter, at);
      if (turned !== now.current) onTurn(turned, drag);
    };
    const release = () => {
      face.current?.removeEventListener("pointermove", move);
      face.current?.removeEventListener("pointerup", release);
      face.current?.removeEventListener("pointercancel", release);
    };
    face.current.addEventListener("pointermove", move);
    face.current.addEventListener("pointerup", release);
    face.current.addEventListener("pointercancel", release);
  };

  // Only a knob that has the keyboard turns with the wheel: else a page that scrolls would turn what it passes.
  useEffect(() => {
    const wheel = (event) => {
      if (document.activeElement !== face.current) return;
      event.preventDefault();
      nudge(event.deltaY < 0 || event.deltaX > 0 ? 1 : -1, event.shiftKey);
    };
    face.current.addEventListener("wheel", wheel, { passive: false });
    return () => face.current?.removeEventListener("wheel", wheel);
  }, [parameter]);

  const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in KEYS) nudge(KEYS[event.key], event.shiftKey);
    else if (event.key === "Home") onTurn(parameter.minimum, new_drag());
    else if (event.key === "End") onTurn(parameter.maximum, new_drag());
    else if (event.key === "Delete" || event.key === "Backspace") reset();
    else if (event.key === "Enter") type("");
    else if (/^[0-9.-]$/.test(event.key)) type(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const enter = (typed, stays = false) => {
    const found = parsed(parameter, typed);
    type(null);
    if (stays) face.current.focus({ preventScroll: true });
    if (found !== null && found !== value) onTurn(found, new_drag());
  };

  const at = norm(parameter, value);
  const said = text(parameter, value);
  return html`<div class=${names("knob", { pinned, disabled, changed: value !== parameter.default })}>
    <div class="face" ref=${face} role="slider" tabindex="0" aria-label=${parameter.title} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Math.round(100 * at)} aria-valuetext=${said} aria-disabled=${String(disabled)} title=${`${parameter.title}: ${said}`}
      onPointerDown=${press} onDblClick=${reset} onKeyDown=${key}>
      <${Dial} at=${at} origin=${parameter.minimum === -parameter.maximum ? 0.5 : 0} initial=${norm(parameter, parameter.default)} />
    </div>
    ${
      typing === null
        ? html`<button class="value number" tabindex="-1" title="Type a value" onClick=${() => type("")}>${said}</button>`
        : html`<${Typed} first=${typing} said=${said} label=${parameter.title} onDone=${enter} onCancel=${() => type(null)} />`
    }
    <${Name} title=${parameter.title} pinned=${pinned} onPin=${onPin} />
  </div>`;
}

// What a control is called; pressing it pins the control.
export function Name({ title, pinned, onPin }) {
  const does = `${title}: ${pinned ? "let it go" : "pin it"}`;
  return html`<button class="name" tabindex="-1" aria-pressed=${String(pinned)} aria-label=${`Pin ${title}`} title=${does}
    onClick=${() => onPin(!pinned)}>${title}</button>`;
}

// The field in which a value is typed; `first` is the key that opened it.
function Typed({ first, said, label, onDone, onCancel }) {
  const field = useRef(null);
  const over = useRef(false); // a field that goes is left, too
  useLayoutEffect(() => {
    const here = field.current;
    here.value = first || said;
    here.focus();
    if (!first) here.select();
  }, []);
  const end = (how) => {
    if (!over.current) how();
    over.current = true;
  };
  const key = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(() => onDone(event.target.value, true));
    if (event.key === "Escape") end(onCancel);
  };
  const leave = (event) => end(() => onDone(event.target.value));
  return html`<input class="value number" ref=${field} aria-label=${label} onKeyDown=${key} onBlur=${leave} />`;
}

const RADIUS = 20;

// Where a part of the sweep is on a circle around (0, 0).
function rim(at, radius) {
  const angle = Math.PI * (0.5 + (1 - SWEEP) + at * 2 * SWEEP);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function arc(from, to, radius) {
  const [a, b] = [rim(from, radius), rim(to, radius)];
  return `M${a[0]} ${a[1]}A${radius} ${radius} 0 ${(to - from) * SWEEP > 0.5 ? 1 : 0} 1 ${b[0]} ${b[1]}`;
}

function Dial({ at, origin, initial }) {
  const [low, high] = at < origin ? [at, origin] : [origin, at];
  const [from, to] = [rim(at, 6), rim(at, 14)];
  const [a, b] = [rim(initial, RADIUS + 1.5), rim(initial, RADIUS + 4.5)];
  return html`<svg viewBox="-26 -26 52 52" width="52" height="52" aria-hidden="true">
    <circle r="15.5" class="cap" />
    <path class="track" d=${arc(0, 1, RADIUS)} />
    ${high - low > 0.002 && html`<path class="arc" d=${arc(low, high, RADIUS)} />`}
    <path class="initial" d=${`M${a[0]} ${a[1]}L${b[0]} ${b[1]}`} />
    <path class="hand" d=${`M${from[0]} ${from[1]}L${to[0]} ${to[1]}`} />
  </svg>`;
}
