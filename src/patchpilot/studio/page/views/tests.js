// Listening tests: made of takes, sounds or searchers, sent as a page, voted on by others, told with their intervals.

import { html, useEffect, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { useEvent } from "../parts/events.js";
import { at } from "../parts/router.js";
import { isActive, jobs } from "../parts/store.js";
import { ago } from "../parts/words.js";
import { Icon } from "../parts/icons.js";
import { Builder } from "../parts/tests/builder.js";
import { Detail } from "../parts/tests/detail.js";

export default function Tests({ args, query }) {
  const [tests, set] = useState(null);
  const load = () => attempt(api.get("/tests")).then((found) => found && set(found.tests));
  useEffect(() => void load(), [args[0]]);
  useEvent("restart", load);
  useEvent("listening", load);
  const [id] = args;
  return html`<div class="tests-frame">
    <aside aria-label="Listening tests">
      <a class="button ${id ? "" : "main"}" href="#/tests"><${Icon} name="plus" />New test</a>
      <${Matching} />
      <ul>
        ${tests?.map((one) => html`<${Item} key=${one.id} one=${one} shown=${one.id === id} />`)}
      </ul>
      ${tests?.length === 0 && html`<p class="quiet small">No tests yet. Is one patch better than another, or only newer? Make a test, send its page to a few friends, and know.</p>`}
    </aside>
    ${id ? html`<${Detail} key=${id} id=${id} onChanged=${load} />` : html`<${Builder} query=${query} onMade=${load} />`}
  </div>`;
}

function Item({ one, shown }) {
  const { participants: votes, trials } = one;
  return html`<li><a class="entry" href=${at("tests", one.id)} aria-current=${shown ? "true" : undefined}>
    <strong>${one.name}</strong>
    <span class="quiet small number">${trials} ${trials === 1 ? "trial" : "trials"} · ${votes ? `${votes} voted` : "nobody voted yet"} · ${ago(one.created)}</span>
  </a></li>`;
}

// Searchers that are matching for a test now, and those that failed last.
function Matching() {
  const all = [...jobs.value.values()].filter((job) => job.kind === "compare_searchers").sort((a, b) => (a.id < b.id ? 1 : -1));
  const shown = all.filter((job, index) => isActive(job) || (index === 0 && job.state !== "done"));
  return shown.map((job) => {
    const { phase, done = 0, total = 0 } = job.progress ?? {};
    const part = total ? Math.min(1, done / total) : 0;
    const cancel = () => attempt(api.post(`/jobs/${job.id}/cancel`));
    const resume = () => attempt(api.post(`/jobs/${job.id}/resume`));
    return html`<div class="entry running" key=${job.id} role="status">
      <strong>${job.request.name || "Searchers compared"}</strong>
      <span class="quiet small">${isActive(job) ? phase ?? "waiting" : job.error?.message ?? job.state}</span>
      <span class="progress"><span style=${{ transform: `scaleX(${part})` }}></span></span>
      ${isActive(job)
        ? html`<button class="button ghost" onClick=${cancel}>Stop</button>`
        : html`<button class="button ghost" onClick=${resume}>Go on</button>`}
    </div>`;
  });
}
