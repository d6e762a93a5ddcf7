// Experiments: all runs side by side, and each of them in full.

import { html, useEffect, useRef, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { useEvent } from "../parts/events.js";
import { keep } from "../parts/store.js";
import { toast } from "../parts/toasts.js";
import { All, None } from "../parts/experiments/list.js";
import { One } from "../parts/experiments/one.js";

const AGAIN_MS = 1500; // a run that goes on tells of itself several times a second

export default function Experiments({ args }) {
  const id = args[0] ?? "";
  const path = id ? `/experiments/${encodeURIComponent(id)}` : "/experiments";
  const [told, read, failed] = useTold(path);
  const resume = async (one) => {
    const job = await attempt(api.post(`/experiments/${encodeURIComponent(one)}/resume`));
    if (!job) return;
    keep(job);
    toast("It goes on where it stopped");
    read();
  };
  const replay = async (one) => {
    const job = await attempt(api.post(`/experiments/${encodeURIComponent(one)}/replay`));
    if (job) replayed(keep(job));
  };
  if (failed) return html`<div class="empty"><p>${failed}</p><p><a class="button" href="#/experiments">All experiments</a></p></div>`;
  if (!told) return html`<p class="empty" role="status">Reading the experiments …</p>`;
  if (id) return html`<${One} key=${id} one=${told} resume=${resume} replay=${replay} again=${read} />`;
  const all = told.experiments;
  return all.length ? html`<${All} experiments=${all} resume=${resume} replay=${replay} />` : html`<${None} />`;
}

// What the server says at a path, read again while runs go on: [answer, read, why it failed].
function useTold(path) {
  const [told, set] = useState({ path: "", answer: null, failed: "" });
  const timer = useRef(0);
  const read = () =>
    api.get(path).then(
      (answer) => set({ path, answer, failed: "" }),
      (error) => set((before) => (before.path === path && before.answer ? before : { path, answer: null, failed: error.message })),
    );
  const soon = () => {
    timer.current ||= setTimeout(() => {
      timer.current = 0;
      read();
    }, AGAIN_MS);
  };
  useEffect(() => {
    read();
    return () => {
      clearTimeout(timer.current);
      timer.current = 0;
    };
  }, [path]);
  useEvent("job", (job) => !["match", "track"].includes(job.kind) && soon(), [path]);
  useEvent("restart", soon, [path]);
  return told.path === path ? [told.answer, read, told.failed] : [null, read, ""];
}

// Says how a replay went, as soon as it is done.
async function replayed(job) {
  let now = job;
  while (now && (now.state === "queued" || now.state === "running")) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    now = await attempt(api.get(`/jobs/${job.id}`));
  }
  if (!now?.result) return;
  const all = now.result.replays ?? [];
  const same = all.filter(({ verdict }) => verdict === "identical").length;
  const far = (db) => (Number.isFinite(db) ? ` (${db.toFixed(0)} dB)` : "");
  const others = all.filter(({ verdict }) => verdict !== "identical");
  const said = others.slice(0, 3).map(({ number, verdict, max_db: db }) => `take ${number} ${verdict}${far(db)}`);
  toast([`${same} of ${all.length} takes sound the same to the bit`, ...said].join("; "), { seconds: 12 });
}
