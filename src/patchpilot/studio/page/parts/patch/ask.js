// "darker, more movement": what was asked for, what was understood, and what moved.

import { html, useEffect, useRef, useState } from "../html.js";
import { fixed, sentence } from "../words.js";

export function Ask({ draft, instrument }) {
  const field = useRef(null);
  const [busy, set] = useState(false);
  const [answer, tell] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const text = field.current.value.trim();
    if (!text || busy) return;
    set(true);
    const said = await draft.act("ask", { text });
    set(false);
    if (!said) return;
    field.current.value = "";
    tell(said);
  };
  useEffect(() => tell(null), [draft]);
  return html`<form class="ask" onSubmit=${submit}>
    <label class="unseen" for="ask">Ask for a change in words</label>
    <input id="ask" class="text" ref=${field} placeholder="Ask: darker, wider …" autocomplete="off" maxlength="500" disabled=${busy} />
    <div class="heard-as" role="status">
      ${busy && html`<p class="quiet">Listening and turning knobs …</p>`}
      ${answer && !busy && html`<${Answer} answer=${answer} instrument=${instrument} />`}
    </div>
  </form>`;
}

const MOST = 6;

function Answer({ answer, instrument }) {
  const { understood, said = [], turned = [], features = {} } = answer;
  const title = (name) => {
    const group = instrument.groups.find((one) => one.parameters.some((parameter) => parameter.name === name));
    return group ? `${group.title} · ${instrument.by_name.get(name).title}` : name.replace(">", "→").replaceAll("_", " ");
  };
  const felt = Object.entries(features).filter(([, one]) => one.asked);
  return html`<div>
    <p><strong>${sentence(understood)}</strong></p>
    ${said.map((sentence) => html`<p class="small quiet">${sentence}</p>`)}
    ${turned.length > 0 &&
    html`<details class="small"><summary>${turned.length} ${turned.length === 1 ? "control" : "controls"} turned</summary>
      <ul>
        ${felt.map(([name, one]) => html`<${Change} name=${sentence(name)} before=${number(one.before)} after=${`${number(one.after)} ${one.unit}`} />`)}
        ${turned.slice(0, MOST).map((one) => html`<${Change} name=${title(one.name)} before=${one.before} after=${one.after} />`)}
        ${turned.length > MOST && html`<li class="quiet">and ${turned.length - MOST} more</li>`}
      </ul>
    </details>`}
  </div>`;
}

function Change({ name, before, after }) {
  return html`<li class="number"><span class="quiet">${name}</span> ${before} → ${after}</li>`;
}

const number = (value) => (typeof value === "number" ? fixed(value, Math.abs(value) >= 100 ? 0 : 2) : value);
