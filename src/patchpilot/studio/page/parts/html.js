// What every part and view is written with: Preact, its hooks, signals, and htm instead of JSX.
//
//   import { html, useEffect, signal } from "../parts/html.js";
//   html`<button onClick=${press}>${label}</button>`
//
// A component that reads `some_signal.value` while it renders is rendered again when that signal changes.

import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
export { render, Fragment } from "../vendor/preact.js";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact-hooks.js";
export { batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect } from "../vendor/signals.js";

// Class names out of what holds: names("knob", { pinned: true, core: false }) is "knob pinned".
export function names(...parts) {
  return parts
    .flatMap((part) => (part && typeof part === "object" ? Object.keys(part).filter((name) => part[name]) : part || []))
    .join(" ");
}
