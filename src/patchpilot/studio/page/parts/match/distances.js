// How far an answer is from the sound, in each metric, and what that means.

import { html } from "../html.js";
import { fixed } from "../words.js";

// metric: what it is about, what it measures, whether more of it is closer
const METRICS = {
  logmel: ["Spectrum", "mel spectrum over time, at equal loudness: what the verdict goes by"],
  mss: ["Fine detail", "mel spectra at three time scales, in dB"],
  wmfcc: ["Timbre", "timbre, with time warped for the best fit"],
  sot: ["Brightness", "how far the energy has to move along the frequency axis"],
  rms_cosine: ["Shape in time", "likeness of the two volume envelopes: 1 is identical", true],
};

const far = (name, value) => (METRICS[name][2] ? 1 - value : value);

// One row a metric: its bar is how far this answer is, of the farthest of `all`.
export function Distances({ distance, all }) {
  const measured = Object.entries(METRICS).filter(([name]) => Number.isFinite(distance[name]));
  return html`<div class="how-far">
    <dl class="distances">${measured.map(([name, [title]]) => {
      const most = Math.max(1e-9, ...all.map((other) => far(name, other[name] ?? 0)));
      const part = Math.max(0.02, far(name, distance[name]) / most);
      return html`<div key=${name}>
        <dt>${title}</dt>
        <dd><span class="bar" aria-hidden="true"><span style=${{ transform: `scaleX(${part})` }}></span></span>
          <span class="number">${fixed(distance[name], distance[name] < 10 ? 2 : 1)}</span></dd>
      </div>`;
    })}
    </dl>
    <button class="link small quiet" popovertarget="distances-mean">What these mean</button>
    <div id="distances-mean" popover class="meanings">
      <p>How far the answer is from your sound. A short bar is close; the longest is the farthest of these answers.</p>
      <dl>${measured.map(([name, [title, about]]) => html`<div><dt>${title}</dt><dd>${about}</dd></div>`)}</dl>
    </div>
  </div>`;
}
