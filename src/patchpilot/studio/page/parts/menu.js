// A parameter of few named values: a menu, with its name below like a knob's.

import { html, names } from "./html.js";
import { Name, new_drag } from "./knob.js";

export function Menu({ parameter, value, pinned = false, onTurn, onPin }) {
  const pick = (event) => onTurn(Number(event.target.value), new_drag());
  const index = Math.round(value);
  const values = Array.from({ length: parameter.maximum - parameter.minimum + 1 }, (_, at) => parameter.minimum + at);
  return html`<div class=${names("knob menu", { pinned, changed: value !== parameter.default })}>
    <select aria-label=${parameter.title} onChange=${pick}>
      ${values.map((one, at) => html`<option value=${one} selected=${one === index}>${parameter.options[at] ?? String(one)}</option>`)}
    </select>
    <${Name} title=${parameter.title} pinned=${pinned} onPin=${onPin} />
  </div>`;
}

export function Switch({ parameter, value, label = parameter.title, onTurn }) {
  const on = value >= 0.5 * (parameter.minimum + parameter.maximum);
  const flip = () => onTurn(on ? parameter.minimum : parameter.maximum, new_drag());
  return html`<button class="flip" role="switch" aria-checked=${String(on)} aria-label=${label} onClick=${flip}><span></span></button>`;
}
