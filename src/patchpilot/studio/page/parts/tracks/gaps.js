// What a track lacks beside a profile: the most important first, its places on the timeline.

import { html, names, useEffect, useState } from "../html.js";
import { attempt } from "../api.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { isActive } from "../store.js";
import { fixed } from "../words.js";
import { begin, useJob, Working } from "./jobs.js";
import { Pair, usePairs } from "./pair.js";
import { ProfileChoice } from "./profiles.js";

export function Gaps({ id, profile, choose, onMark, hear }) {
  const job = useJob("track_gap", { sound: id, profile });
  const gaps = job?.result?.gaps;
  const [at, set] = useState(0);
  const shown = gaps?.[at];
  useEffect(() => onMark(shown ?? null), [shown]);
  const pairs = usePairs(`gap-${id}`, gaps, ["mine", "theirs"], "Gap");
  const compared = (index, which) => {
    set(index);
    pairs.hear(index, which);
  };
  const step = (by) => () => gaps && set(Math.min(gaps.length - 1, Math.max(0, at + by)));
  useKeys([
    ["arrowdown", "Next gap", step(1)],
    ["arrowup", "Previous gap", step(-1)],
    ["g", "Hear the gap in the track", () => shown?.spans[0] && hear(shown.spans[0].start_s)],
    ["b", "Yours or theirs", () => pairs.flip(at)],
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
    <ol class="list">${gaps?.map((gap, index) => html`<${Row} key=${gap.feature} gap=${gap} number=${index + 1} shown=${index === at} 
      heard=${pairs.heard(index)} onShow=${() => set(index)} onPair=${(which) => compared(index, which)} hear=${hear} />`)}</ol>
  </section>`;
}

function Row({ gap, number, shown, heard, onShow, onPair, hear }) {
  const [head, rest] = parts(gap.sentence);
  return html`<li class=${names("row-gap", { shown })}>
    <button class="what" aria-pressed=${String(shown)} onClick=${onShow}>
      <span class="number quiet">${number}</span>
      <span><strong>${head}</strong> <span class="quiet">${rest}</span></span>
      <${Spread} gap=${gap} />
    </button>
    <button class="button ghost square" aria-label=${`Hear gap ${number} in the track`} title="Hear it in the track" disabled=${!gap.spans.length} onClick=${() => { onShow(); hear(gap.spans[0].start_s); }}><${Icon} name="start" size=${18} /></button>
    ${gap.mine_sound
      ? html`<${Pair} label=${`Hear gap ${number} beside ${gap.beside}`} texts=${{ mine: "Yours", theirs: "Theirs" }} heard=${heard} onHear=${onPair} />`
      : html`<span class="pair small quiet" title=${gap.why}>nothing to compare</span>`}
    ${heard && html`<p class="beside small quiet">${heard === "mine" ? "Your bars" : `The same section of ${gap.beside}`}, as loud as the other</p>`}
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
