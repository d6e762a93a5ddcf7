// Sounds from outside: dropped on the page, or picked from the disk.

import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";

export const SOUNDS = "audio/*,.wav,.flac,.aif,.aiff,.mp3,.ogg";

// Whether a file is being dragged over the page; a dropped one goes to `onSound(file)`.
export function useDrop(onSound) {
  const [over, set] = useState(false);
  const handler = useRef(onSound);
  handler.current = onSound;
  useEffect(() => {
    const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const enter = (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      set(true);
    };
    const leave = (event) => event.relatedTarget === null && set(false);
    const drop = (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      set(false);
      const [file] = event.dataTransfer.files;
      if (file) handler.current(file);
    };
    const pairs = [["dragenter", enter], ["dragover", enter], ["dragleave", leave], ["drop", drop]];
    for (const [type, handle] of pairs) addEventListener(type, handle);
    return () => pairs.forEach(([type, handle]) => removeEventListener(type, handle));
  }, []);
  return over;
}

export function Pick({ onSound, main = false, label = "Choose a sound" }) {
  const field = useRef(null);
  const picked = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) onSound(file);
  };
  return html`<button class=${`button ${main ? "main" : ""}`} onClick=${() => field.current.click()}>
      <${Icon} name="sound" />${label}
    </button>
    <input ref=${field} class="unseen" type="file" accept=${SOUNDS} tabindex="-1" aria-label=${label} onChange=${picked} />`;
}
