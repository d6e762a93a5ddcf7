// How the map is laid out: by principal axes at once, or by neighbours (UMAP), which is drawn once and kept.

import { html, useEffect, useRef, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { useEvent } from "../events.js";
import { isActive, jobs, keep } from "../store.js";
import { Atlas } from "./atlas.js";

export const LAYOUTS = [
  ["pca", "Axes", "By principal components: at once, and the same for everybody"],
  ["umap", "Neighbours", "By UMAP: what sounds alike lies closer together; takes about a minute the first time"],
];
const KEY = "patchpilot-map";
const AGAIN_MS = 3000; // new takes come in bursts

const newest = () => [...jobs.value.values()].filter((job) => job.kind === "map_draw").sort((a, b) => (a.id < b.id ? 1 : -1))[0];

// Answers { atlas, failed, method, choose(method), draw(afresh), job }: the map that is shown, the newest that is drawn.
export function useLayout() {
  const [atlas, setAtlas] = useState(null);
  const [failed, setFailed] = useState("");
  const [method, setMethod] = useState(localStorage.getItem(KEY) === "umap" ? "umap" : "pca");
  const wanted = useRef(method);
  const watched = useRef(null); // the job whose end is waited for
  const job = newest();
  const works = job && isActive(job);
  const want = (one) => {
    wanted.current = one;
    setMethod(one);
  };
  // Answers whether what is wanted is drawn; until it is, the other is shown.
  const read = async () => {
    const asked = wanted.current;
    try {
      const found = await Atlas.read(asked);
      if (asked === wanted.current) setAtlas(found.is_drawn ? found : await Atlas.read("pca"));
      setFailed("");
      return found.is_drawn;
    } catch (error) {
      setFailed(error.message);
      return true;
    }
  };
  const draw = async (afresh) => {
    const begun = await attempt(api.post("/map/draw", { method: "umap", afresh }));
    if (begun) keep(begun);
    else choose("pca");
  };
  const choose = async (one) => {
    want(one);
    localStorage.setItem(KEY, one);
    const is_drawn = await read();
    if (!is_drawn && wanted.current === one && !works) draw(false);
  };
  useEffect(() => void read().then((is_drawn) => !is_drawn && !works && want("pca")), []);
  useEffect(() => {
    if (works) watched.current = job.id;
    if (!job || works || watched.current !== job.id || wanted.current !== "umap") return;
    watched.current = null;
    if (job.state === "done") read();
    else if (atlas?.method !== "umap") choose("pca");
  }, [job?.id, job?.state]);
  useEvent("restart", read);
  useRefreshed("take", read);
  return { atlas, failed, method, choose, draw, job };
}

// Calls for a type of event, but not more often than once in a while.
function useRefreshed(type, read) {
  const timer = useRef(0);
  useEvent(type, () => {
    timer.current ||= setTimeout(() => {
      timer.current = 0;
      read();
    }, AGAIN_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

export function Layouts({ layout }) {
  const { atlas, method, choose, draw, job } = layout;
  const works = job && isActive(job);
  return html`<fieldset class="choice"><legend class="unseen">Laid out by</legend>
      ${LAYOUTS.map(
        ([one, title, about]) => html`<label key=${one} title=${about}>
          <input type="radio" name="map-layout" checked=${one === method} onChange=${() => choose(one)} />${title}
        </label>`,
      )}
    </fieldset>
    ${method === "umap" && atlas.is_old && !works && html`<button class="button" onClick=${() => draw(true)}>Most takes are new: draw it anew</button>`}`;
}

// Said over the map while another is drawn.
export function Drawing({ layout }) {
  const { job } = layout;
  if (!job || !isActive(job)) return null;
  const stop = () => attempt(api.post(`/jobs/${job.id}/cancel`));
  return html`<div class="drawing panel" role="status"><span>Laying out neighbours; the first time takes about a minute.</span>
    <button class="button ghost" onClick=${stop}>Stop</button></div>`;
}
