// Takes as they are made, the newest first.

import { html, useEffect, useState } from "../html.js";
import { api } from "../api.js";
import { useEvent } from "../events.js";
import { Icon } from "../icons.js";

const SHOWN = 40;

// The latest takes of a run of self-play.
export function useArrivals(id) {
  const [takes, set] = useState([]);
  useEffect(() => {
    let here = true;
    earlier(id).then((all) => here && set(all), () => {});
    return () => (here = false);
  }, [id]);
  useEvent("take", (one) => one.job === id && set((all) => [one, ...all].slice(0, SHOWN)), [id]);
  useEvent("mark", (one) => set((all) => all.map((old) => (old.number === one.number ? { ...old, ...one } : old))));
  return takes;
}

// Those that were made before the page was opened: each time that somebody steers, another experiment begins.
async function earlier(id) {
  const ended = async () => (await api.get(`/jobs/${id}`)).result ?? {};
  const { experiments = [id] } = await api.get(`/play/${id}`).catch(ended);
  const path = (name) => `/takes?limit=${SHOWN}&experiment=${encodeURIComponent(`play ${name}`)}`;
  const parts = await Promise.all(experiments.slice(-3).map((name) => api.get(path(name))));
  return parts.flatMap(({ takes }) => takes).sort((a, b) => b.number - a.number).slice(0, SHOWN);
}

export function Arrivals({ takes, hear, hides }) {
  return html`<section class="arrivals" aria-label="Takes as they are made">
    <h2>Just made</h2>
    ${takes.length === 0 && html`<p class="quiet small">Takes appear here as soon as one is worth keeping.</p>`}
    <ul>${takes.map(
      (one) => html`<li key=${one.number}>
        <button class="line" onClick=${() => hear(one.number)}>
          <${Icon} name="start" size=${16} /><span>Take ${one.number}</span>
          <span class="quiet small">${hides ? "" : one.searcher}</span>
          ${one.vote && html`<span class="said">${one.vote}</span>`}
        </button>
      </li>`,
    )}</ul>
  </section>`;
}
