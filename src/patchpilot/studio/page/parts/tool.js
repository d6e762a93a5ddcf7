// A button that is a pictogram; what it does is said to those who point at it or do not see it.

import { html } from "./html.js";
import { Icon } from "./icons.js";

export function Tool({ icon, label, title = label, pressed, disabled = false, small = false, onPress }) {
  const kind = small ? "tool" : "button square ghost";
  const state = pressed === undefined ? undefined : String(pressed);
  return html`<button class=${kind} aria-label=${label} title=${title} aria-pressed=${state} disabled=${disabled} onClick=${onPress}>
    <${Icon} name=${icon} size=${small ? 18 : 22} />
  </button>`;
}
