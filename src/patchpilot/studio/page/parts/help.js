// The list of keys that work where one is ("?").

import { html, signal, useEffect, useRef } from "./html.js";
import { bound } from "./keys.js";

export const helping = signal(false);

const MAC = /mac|iphone|ipad/i.test(navigator.platform);
const WORDS = {
  mod: MAC ? "⌘" : "Ctrl",
  shift: "Shift",
  alt: "Alt",
  space: "Space",
  escape: "Esc",
  enter: "Enter",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
};
const cap = (key) => WORDS[key] ?? key.toUpperCase();

export function Keys({ of }) {
  return of.split("+").map((key, index) => html`${index > 0 && " "}<kbd>${cap(key)}</kbd>`);
}

export function Help() {
  const dialog = useRef(null);
  useEffect(() => {
    if (helping.value && !dialog.current.open) dialog.current.showModal();
    if (!helping.value && dialog.current.open) dialog.current.close();
  }, [helping.value]);
  const close = () => (helping.value = false);
  const outside = (event) => event.target === dialog.current && close();
  return html`<dialog class="help" ref=${dialog} aria-labelledby="help-title" onClose=${close} onClick=${outside}>
    <div>
      <h2 id="help-title">Keys</h2>
      <dl>${helping.value && bound().map(([key, label]) => html`<div><dt><${Keys} of=${key} /></dt><dd>${label}</dd></div>`)}</dl>
      <button class="button" onClick=${close}>Close</button>
    </div>
  </dialog>`;
}
