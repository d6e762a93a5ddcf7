// The page's pictograms: 24×24, drawn in the colour of the text around them.

import { html } from "./html.js";

const PATHS = {
  match: "M3 12h2.5M18.5 12H21M8 7v10M12 4v16M16 8v8",
  patch: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16ZM12 12l4-4.5",
  play: "M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5",
  map: "M5 6.5h.01M9.5 10h.01M7 15.5h.01M13 5h.01M14 12.5h.01M18.5 8h.01M11.5 18.5h.01M18 16h.01",
  experiments: "M4 4v16h16M7.5 15.5 11 11l3 2.5L19.5 7",
  tracks: "M3 8h10M3 12h15M3 16h7M17 16h4M16 8h5",
  tests: "M5 5h5v14H5zM14 5h5v14h-5z",
  start: "M8 5.2v13.6L19 12z",
  pause: "M8 5.5v13M16 5.5v13",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  loop: "M17 3l3 3-3 3M4 12V9a3 3 0 0 1 3-3h13M7 21l-3-3 3-3M20 12v3a3 3 0 0 1-3 3H4",
  equal: "M6 5v14M12 5v14M18 5v14M4 9h4M10 9h4M16 9h4",
  volume: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  help: "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1M12 17.4h.01",
  record: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v3.5",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14",
  refine: "M12 4a8 8 0 1 0 8 8M12 8a4 4 0 1 0 4 4M12 12l8-8M20 4h-4M20 4v4",
  similar: "M8.5 8.5h-4v11h11v-4M8.5 4.5h11v11h-11z",
  edit: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 5v4M9 10v4M17 15v4",
  lock: "M6.5 11h11v9h-11zM9 11V8a3 3 0 0 1 6 0v3",
  unlock: "M6.5 11h11v9h-11zM9 11V8a3 3 0 0 1 5.8-1",
  dice: "M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
  yes: "M5 12.5 10 17.5 19.5 7",
  no: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  keep: "M6 4h12v16l-6-4.5L6 20z",
  sound: "M4 12h1.5M8 8v8M11.5 5v14M15 9v6M18.5 11v2",
  stop: "M7 7h10v10H7z",
  chevron: "M8 10l4 4 4-4",
  link: "M12 4v6M12 14v6M4 12h6M14 12h6",
  star: "M12 4l2.4 5.1 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.8l5.6-.7z",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  ring: "M12 5c4.5 0 8 2.5 8 6s-4 6-8.5 6S4 14.5 4 11.5 7.5 5 12 5zM8 16.5 6.5 20",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  skip: "M6 6l7 6-7 6zM18 6v12",
  lineage: "M6 4v16M6 9h6a4 4 0 0 1 4 4v1M13.5 16a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0",
};
const FILLED = new Set(["start", "stop"]);

export function Icon({ name, size = 22 }) {
  return html`<svg class="icon ${FILLED.has(name) ? "filled" : ""}" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}
