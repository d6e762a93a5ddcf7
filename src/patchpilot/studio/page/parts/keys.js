// The keyboard: views and parts say which keys do what; the newest binding of a key wins; "?" lists them all.
//
//   useKeys([["space", "Switch between target and answer", toggle], ["mod+z", "Undo", undo]]);
//
// A key is its character in lower case, or "space", "enter", "escape", "arrowup" …, with "mod+" (Ctrl, or ⌘ on a
// Mac), "shift+" and "alt+" before it, in this order. Keys typed into a field do nothing else.

import { signal, useEffect, useRef } from "./html.js";

const layers = signal([]); // the newest last; each { current: bindings }
const FIELDS = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PRESSED = "button, a, summary, [role=button], [role=switch], [role=option], [role=menuitem]";

function combination(event) {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const shifted = event.shiftKey && (key.length > 1 || /[a-z]/.test(key));
  const held = [(event.ctrlKey || event.metaKey) && "mod", shifted && "shift", event.altKey && "alt"];
  return [...held.filter(Boolean), key].join("+");
}

export function useKeys(bindings) {
  const layer = useRef(bindings);
  layer.current = bindings;
  useEffect(() => {
    layers.value = [...layers.value, layer];
    return () => (layers.value = layers.value.filter((one) => one !== layer));
  }, []);
}

// All that can be pressed now: [key, what it does], the newest binding of a key only.
export function bound() {
  const all = new Map();
  for (const layer of layers.value) for (const [key, label] of layer.current) all.set(key, label);
  return [...all].filter(([, label]) => label);
}

addEventListener("keydown", (event) => {
  const key = combination(event);
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.defaultPrevented || (target.closest(FIELDS) && key !== "escape")) return;
  if ((key === "space" || key === "enter") && target.closest(PRESSED)) return;
  if (document.querySelector("dialog[open]") && key !== "escape" && key !== "?") return;
  for (const layer of layers.value.toReversed()) {
    const binding = layer.current.find(([name]) => name === key);
    if (!binding) continue;
    event.preventDefault();
    binding[2](event);
    return;
  }
});

// A button that was pressed with the pointer gives the keyboard back, so that space goes on meaning what it means.
addEventListener("click", (event) => {
  if (event.detail > 0 && document.activeElement?.matches("button, a, summary")) document.activeElement.blur();
});
