// What a track lacks beside a profile: the most important first, its places on the timeline.

import { html, names, useEffect, useState } from "../html.js";
import { attempt } from "../api.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { isActive } from "../store.js";
import { fixed } from "../words.js";
import { begin, useJob, Working } from "./jobs.js";
import { ProfileChoice } from "./profiles.js";

export function Gaps({ id, profile, choose, onMark, hear }) {
  const job = useJob("track_gap", { sound: id, profile });
  const gaps = job?.result?.gaps;
  const [at, set] = useState(0);
  const shown = gaps?.[at];
  useEffect(() => onMark(shown ?? null), [shown]);
  const step = (by) => () => gaps && set(Math.min(gaps.length - 1, Math.max(0, at + by)));
  useKeys([
    ["arrowdown", "Next gap", step(1)],
    ["arrowup", "Previous gap", step(-1)],
    ["g", "Hear the gap", () => shown?.spans[0] && hear(shown.spans[0].start_s)],
  ]);
  const compare = () => attempt(begin("/track/gap", { sound: id, profile, most: 12 }));
  return html`<section class="gaps" aria-label="Gaps">
    <div class="row">
      <${ProfileChoice} value=${profile} onChange=${choose} />
      <button class="button ${gaps ? "" : "main"}" disabled=${!profile || (job && isActive(job))} onClick=${compare}>${gaps ? "Compare again" : "Compare"}</button>
      ${gaps && html`<span class="quiet">Like the profile by <strong class="number">${fixed(job.result.likeness, 2)}</strong>; 0.5 is as like as nine of ten of its own tracks.</span>`}
    </div>
    ${job && isActive(job) && html`<${Working} job=${job} text="Comparing drops with drops" />`}
    ${job?.error && html`<p class="quiet" role="status">${job.error.message}</p>`}
    ${gaps?.length === 0 && html`<p class="quiet">Nothing sticks out: it is like the profile.</p>`}
    <ol class="list">${gaps?.map((gap, index) => html`<${Row} key=${gap.feature} gap=${gap} number=${index + 1} shown=${index === at} onShow=${() => set(index)} hear=${hear} />`)}</ol>
  </section>`;
}

function Row({ gap, number, shown, onShow, hear }) {
  const [head, rest] = parts(gap.sentence);
  return html`<li class=${names("row-gap", { shown })}>
    <button class="what" aria-pressed=${String(shown)} onClick=${onShow}>
      <span class="number quiet">${number}</span>
      <span><strong>${head}</strong> <span class="quiet">${rest}</span></span>
      <${Spread} gap=${gap} />
    </button>
    <button class="button ghost square" aria-label=${`Hear gap ${number}`} disabled=${!gap.spans.length} onClick=${() => { onShow(); hear(gap.spans[0].start_s); }}><${Icon} name="start" size=${18} /></button>
  </li>`;
}

// A sentence's first part, up to its figures, and the rest.
function parts(sentence) {
  const end = sentence.indexOf(" (", sentence.indexOf(":"));
  return end < 0 ? [sentence, ""] : [sentence.slice(0, end), sentence.slice(end + 1)];
}

// How far off it is, in spreads of the profile: the middle is usual.
function Spread({ gap }) {
  const part = Math.max(-1, Math.min(1, gap.spreads / 6));
  const style = { left: `${50 + 50 * Math.min(0, part)}%`, width: `${50 * Math.abs(part)}%` };
  return html`<span class="spread" aria-hidden="true"><i style=${style}></i></span>`;
}
