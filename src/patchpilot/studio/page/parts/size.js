// How large the window is, for what is drawn and cannot stretch.

import { signal } from "./html.js";

export const size = signal({ width: innerWidth, height: innerHeight });

let waiting = 0;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => (size.value = { width: innerWidth, height: innerHeight }), 120);
});
