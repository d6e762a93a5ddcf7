// What there is to edit: the newest takes of the bank, or an instrument's first patch.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Icon } from "../icons.js";
import { go } from "../router.js";
import { status } from "../store.js";
import { ago } from "../words.js";

const open = (from) => attempt(async () => go("patch", (await api.post("/drafts", from)).id));

export function Begin() {
  const [takes, set] = useState(null);
  useEffect(() => void attempt(api.get("/takes?limit=24")).then((found) => set(found?.takes ?? [])), []);
  const known = status.value?.instruments ?? [];
  return html`<div class="begin">
    <h1>What do you want to turn?</h1>
    <div class="row">${known.map(
      (name) => html`<button class="button" onClick=${() => open({ init: name })}><${Icon} name="patch" />A new ${name} patch</button>`,
    )}</div>
    ${takes?.length === 0 && html`<p class="quiet">The bank is empty. <a href="#/match">Match a sound</a>, and its answers are here.</p>`}
    ${takes?.length > 0 &&
    html`<h2>Newest takes</h2>
      <ul>${takes.map(
        (take) => html`<li key=${take.number}><button class="button" onClick=${() => open({ take: take.number })}>
          <strong class="number">${take.number}</strong><span>${take.searcher ?? "by hand"}</span><span class="quiet small">${ago(take.created)}</span>
        </button></li>`,
      )}</ul>`}
  </div>`;
}
