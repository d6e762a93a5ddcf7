// Before and after: two sounds to switch between, and their spectra in one frame.

import { html, useEffect, useState } from "../html.js";
import { Icon } from "../icons.js";
import { audioOf } from "../said.js";
import { sound } from "../sounds.js";
import { Spectra } from "./charts.js";
import * as player from "../player.js";

const BEFORE = { colour: "#d8d6d0", isDashed: true };
const AFTER = { colour: "#ff9a4d", isDashed: false };

// The decoded sound of a take, undefined while it is on its way.
export function useBuffer(take) {
  const [found, set] = useState(undefined);
  useEffect(() => {
    let here = true;
    set(undefined);
    if (take) sound(audioOf(take.number)).then((buffer) => here && set(buffer), () => {});
    return () => (here = false);
  }, [take?.number]);
  return found;
}

// Switches between the two, and begins where nothing plays.
export function other(keys) {
  if (!player.playing.value) return player.play();
  return player.select(player.current.value === keys[0] ? keys[1] : keys[0]);
}

// `sides`: [{ key, name, title, buffer }], before and after.
export function Comparing({ sides }) {
  const tones = [BEFORE, AFTER];
  const sounds = sides.map(({ name, buffer }, i) => ({ name, buffer, ...tones[i] }));
  return html`<section class="panel comparing" aria-label="Before and after">
    <div class="sides">${sides.map(
      ({ key, name, title, buffer }, i) => html`<button key=${key} class="button side" disabled=${!buffer}
        aria-pressed=${String(player.current.value === key)} onClick=${() => player.listen(key)}>
        <${Icon} name="start" size=${18} />
        <span class="swatch ${tones[i].isDashed ? "dashed" : ""}" style=${{ background: tones[i].colour }}></span>
        <span>${name}</span><span class="quiet small">${title}</span>
      </button>`,
    )}</div>
    <${Spectra} sounds=${sounds} height=${220} />
  </section>`;
}
