// Short messages in a corner: what was done (with its undo), and what went wrong.

import { html, signal } from "./html.js";
import { sentence } from "./words.js";

const shown = signal([]);
let count = 0;

// Shows a message. kind: "note" | "error"; action: { label, run }. An error stays until it is closed.
export function toast(text, { kind = "note", action = null, seconds = kind === "error" ? 20 : 5 } = {}) {
  const id = ++count;
  const others = shown.value.filter((one) => one.text !== text).slice(-3);
  shown.value = [...others, { id, text, kind, action }];
  setTimeout(() => dismiss(id), seconds * 1000);
  return id;
}

function dismiss(id) {
  shown.value = shown.value.filter((one) => one.id !== id);
}

function Toast({ one }) {
  const act = () => {
    dismiss(one.id);
    one.action.run();
  };
  return html`<li class="toast ${one.kind}" role=${one.kind === "error" ? "alert" : undefined}>
    <span>${sentence(one.text)}</span>
    ${one.action && html`<button class="link" onClick=${act}>${one.action.label}</button>`}
    <button class="close" aria-label="Close this message" onClick=${() => dismiss(one.id)}>×</button>
  </li>`;
}

export function Toasts() {
  return html`<section class="toasts" aria-label="Messages">
    <ul aria-live="polite">${shown.value.map((one) => html`<${Toast} key=${one.id} one=${one} />`)}</ul>
  </section>`;
}
