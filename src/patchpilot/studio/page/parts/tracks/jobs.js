// Jobs about tracks: the newest of a kind, begun, and shown while it runs.

import { html, useEffect } from "../html.js";
import { api, attempt } from "../api.js";
import { isActive, job as known, jobs, keep } from "../store.js";

// The newest job of a kind whose request says all of `wanted`; its result is asked for once it is done.
export function useJob(kind, wanted) {
  const fits = (job) => job.kind === kind && Object.entries(wanted).every(([name, value]) => job.request[name] === value);
  const newest = [...jobs.value.values()].filter(fits).sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  useEffect(() => {
    if (newest && newest.state === "done" && !newest.result) attempt(known(newest.id));
  }, [newest?.id, newest?.state]);
  return newest;
}

export async function begin(path, request) {
  return keep(await api.post(path, request));
}

export function Working({ job, text }) {
  const { done = 0, total = 0, phase } = job.progress ?? {};
  const cancel = () => attempt(api.post(`/jobs/${job.id}/cancel`));
  return html`<div class="working" role="status">
    <p>${text}${phase ? html` <span class="quiet">(${phase}${total ? `, ${done} of ${total}` : ""})</span>` : ""}</p>
    <div class=${`progress ${total ? "" : "endless"}`}><span style=${{ transform: `scaleX(${total ? done / total : 0.3})` }}></span></div>
    ${isActive(job) && html`<button class="button ghost" onClick=${cancel}>Stop</button>`}
  </div>`;
}
