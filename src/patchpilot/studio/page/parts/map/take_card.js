// One take: what it is, and what can be said of it and done with it.

import { html, names, useEffect, useState } from "../html.js";
import { audioOf, nameOf, star, take, vote } from "../said.js";
import { download } from "../api.js";
import { useEvent } from "../events.js";
import { Icon } from "../icons.js";
import { edit } from "../match/stage.js";
import { sound } from "../sounds.js";
import { Outline } from "../wave.js";
import { ago } from "../words.js";

// A take as the server knows it now: undefined while it is asked for, null where it is not there.
function useTake(number) {
  const [one, set] = useState(undefined);
  const read = () => {
    let here = true;
    const found = (answer) => here && set(answer);
    take(number).then(found, () => found(null));
    return () => (here = false);
  };
  useEffect(() => (set(undefined), read()), [number]);
  useEvent("mark", (said) => said.number === number && set(said), [number]);
  return one;
}

export function TakeCard({ number, hear, lineage, setLineage }) {
  const one = useTake(number);
  const [buffer, fill] = useState(null);
  useEffect(() => {
    let here = true;
    fill(null);
    sound(audioOf(number)).then((found) => here && fill(found), () => {});
    return () => (here = false);
  }, [number]);
  if (one === null) return html`<section class="card"><h2>Take ${number}</h2><p class="quiet">It is no longer in the bank.</p></section>`;
  const isLiked = (word) => one?.vote === word;
  return html`<section class="card" aria-label="The take">
    <div class="head">
      <button class="round" aria-label="Hear take ${number}" onClick=${() => hear(number)}><${Icon} name="start" /></button>
      <div><h2>${one ? nameOf(one) : `Take ${number}`}</h2>
        <p class="quiet small">${one && [one.instrument, one.searcher, ago(one.created)].join(" · ")}</p>
      </div>
    </div>
    <${Outline} buffer=${buffer} width=${272} height=${44} />
    ${one?.tags.length > 0 && html`<p class="tags">${one.tags.map((tag) => html`<span class="tag" key=${tag}>${tag}</span>`)}</p>`}
    ${one?.note && html`<p class="small">${one.note}</p>`}
    <div class="says">
      <button class=${names("button", "yes")} aria-pressed=${String(isLiked("yes"))} disabled=${!one}
        onClick=${() => vote(number, isLiked("yes") ? null : "yes")}><${Icon} name="yes" />Yes</button>
      <button class=${names("button", "no")} aria-pressed=${String(isLiked("no"))} disabled=${!one}
        onClick=${() => vote(number, isLiked("no") ? null : "no")}><${Icon} name="no" />No</button>
      <button class="button square" aria-label="Star" aria-pressed=${String(one?.stars > 0)} disabled=${!one}
        onClick=${() => star(number, one.stars ? 0 : 1)}><${Icon} name="star" /></button>
    </div>
    <div class="says">
      <button class="button" aria-pressed=${String(lineage)} onClick=${() => setLineage(!lineage)}>Lineage</button>
      <button class="button" onClick=${() => edit(number)}>Edit</button>
      <button class="button" onClick=${() => download(`/takes/${number}/preset`)}>Preset</button>
    </div>
  </section>`;
}
