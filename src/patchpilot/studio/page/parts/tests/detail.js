// One listening test: its page to send, the votes that came back, and what they say.

import { html, names, useEffect, useRef, useState } from "../html.js";
import { api, attempt, BASE, download } from "../api.js";
import { useDrop } from "../drop.js";
import { useEvent } from "../events.js";
import { Icon } from "../icons.js";
import { go } from "../router.js";
import { toast } from "../toasts.js";
import { done } from "../undo.js";
import { Results } from "./results.js";

const KINDS = { pairwise: "two at a time", mushra: "ratings beside a reference" };

export function Detail({ id, onChanged }) {
  const [test, set] = useState(null);
  const [failed, fail] = useState("");
  const show = (found) => {
    set(found);
    fail("");
  };
  const load = () => api.get(`/tests/${id}`).then(show, (error) => fail(error.message));
  useEffect(() => void load(), [id]);
  useEvent("restart", load);
  useEvent("listening", (said) => said.test === id && (said.is_here ? load() : fail("This test was put away.")));
  const add = async (file) => {
    const found = await attempt(api.post(`/tests/${id}/votes`, { text: await file.text(), name: file.name }));
    if (!found) return;
    set(found);
    onChanged();
    done(`Took in ${file.name}`);
  };
  const over = useDrop(add);
  if (failed) return html`<p class="empty" role="status">${failed}</p>`;
  if (!test) return html`<p class="empty" role="status">Looking for this test …</p>`;
  const remove = async (votes) => {
    const found = await attempt(api.delete(`/tests/${id}/votes/${votes.id}`));
    if (found) set(found);
    onChanged();
    if (found) done(`Took ${votes.name} out`);
  };
  const away = async () => {
    if (!(await attempt(api.delete(`/tests/${id}`)))) return;
    onChanged();
    go("tests");
    done(`Put ${test.name} away`);
  };
  return html`<section class=${names("detail", { over })} aria-labelledby="test-title">
    <header>
      <h1 id="test-title">${test.name}</h1>
      <p class="quiet">${test.question} ${test.trials} ${test.trials === 1 ? "trial" : "trials"}, ${KINDS[test.kind]}: ${test.conditions.join(", ")}.</p>
    </header>
    <div class="row">
      <button class="button main" onClick=${() => download(`/tests/${id}/page?download=true`)}><${Icon} name="download" />Save the page to send</button>
      <a class="button" href=${`${BASE}/tests/${id}/page`} target="_blank" rel="noreferrer"><${Icon} name="sound" />Open it here</a>
      <button class="button" onClick=${() => copy(test.guest)}><${Icon} name="link" />Copy a guest's address</button>
      <button class="button ghost" onClick=${away}>Put away</button>
    </div>
    <p class="quiet small">The page is one file with all its sounds, tells nothing of what is what, and saves votes as a file to send back.</p>
    ${test.remarks.map((remark) => html`<p class="small">${remark}</p>`)}
    <${Votes} votes=${test.votes} over=${over} onFile=${add} onRemove=${remove} />
    ${test.results
      ? html`<${Results} results=${test.results} onSave=${() => download(`/tests/${id}/results.csv`)} />`
      : html`<p class="quiet">What came out is shown here as soon as somebody's votes are in.</p>`}
    <${Listing} trials=${test.listing} />
  </section>`;
}

async function copy(key) {
  const address = `${location.origin}${BASE}/listen/${key}`;
  try {
    await navigator.clipboard.writeText(address);
    toast("Copied. It opens this test alone, as far as this studio can be reached.");
  } catch {
    toast(address, { seconds: 30 });
  }
}

function Votes({ votes, over, onFile, onRemove }) {
  const field = useRef(null);
  const picked = async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    for (const file of files) await onFile(file);
  };
  return html`<section class=${names("votes", { over })} aria-label="Votes">
    <div class="row">
      <h2>${over ? "Let go" : "Votes"}</h2>
      <button class="button" onClick=${() => field.current.click()}><${Icon} name="plus" />Add votes</button>
      <input ref=${field} class="unseen" type="file" accept=".csv,text/csv" multiple tabindex="-1" aria-label="Files of votes" onChange=${picked} />
      <span class="quiet small">or drop a file here</span>
    </div>
    <ul>${votes.map((one) => html`<li class="tag" key=${one.id}>${one.participants.join(", ")}
      <button class="close" aria-label=${`Take out ${one.name}`} title=${`Take out ${one.name}`} onClick=${() => onRemove(one)}>×</button></li>`)}
    </ul>
  </section>`;
}

function Listing({ trials }) {
  return html`<details><summary>What is compared (shown to you alone)</summary>
    <ul class="listing">${trials.map((trial) => html`<li><strong>${trial.name}</strong>
      ${trial.stimuli.map((one) => html`<span>${one.condition}${one.detail ? html` <span class="quiet small">${one.detail}</span>` : ""}</span>`)}
    </li>`)}</ul>
  </details>`;
}
