// What several views know: the server's status, its jobs, its instruments.

import { batch, computed, signal } from "./html.js";
import { api, attempt } from "./api.js";
import { on } from "./events.js";

export const status = signal(null); // GET /status
export const jobs = signal(new Map()); // by id, the newest known state of each
export const running = computed(() => [...jobs.value.values()].filter((job) => isActive(job)));

const described = new Map();

export const isActive = (job) => job.state === "queued" || job.state === "running";

// Lists of jobs come without results: what is known of one stays.
const merged = (job) => ({ ...job, result: job.result ?? jobs.value.get(job.id)?.result ?? null });

export function keep(job) {
  jobs.value = new Map(jobs.value).set(job.id, merged(job));
  return job;
}

// A job with its result; asks the server where that is not known.
export async function job(id) {
  const known = jobs.value.get(id);
  return known && (isActive(known) || known.result) ? known : keep(await api.get(`/jobs/${id}`));
}

// GET /instruments/{name}, asked once; with `by_name` (parameter by name) beside `groups`.
export function instrument(name) {
  if (!described.has(name)) {
    const asked = api.get(`/instruments/${encodeURIComponent(name)}`).then((one) => {
      const all = one.groups.flatMap((group) => group.parameters.map((parameter) => [parameter.name, parameter]));
      return { ...one, by_name: new Map(all) };
    });
    asked.catch(() => described.delete(name));
    described.set(name, asked);
  }
  return described.get(name);
}

export async function refresh() {
  const [now, all] = await Promise.all([attempt(api.get("/status")), attempt(api.get("/jobs"))]);
  batch(() => {
    if (now) status.value = now;
    if (all) jobs.value = new Map((all.jobs ?? all).map((one) => [one.id, merged(one)]));
  });
}

on("job", keep);
on("restart", () => {
  described.clear();
  refresh();
});
