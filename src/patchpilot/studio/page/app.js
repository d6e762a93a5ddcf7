// The studio's page: the frame around the views, which are loaded when they are first shown.

import { html, render, useEffect, useState } from "./parts/html.js";
import { signedOut } from "./parts/api.js";
import { connect, useEvent } from "./parts/events.js";
import { Help, helping } from "./parts/help.js";
import { Icon } from "./parts/icons.js";
import { useKeys } from "./parts/keys.js";
import { at, go, route } from "./parts/router.js";
import { refresh } from "./parts/store.js";
import { Toasts } from "./parts/toasts.js";
import { Transport } from "./parts/transport.js";
import { undo } from "./parts/undo.js";

// name of the view, of its module in views/ and of its style in style/; title
const VIEWS = [
  ["match", "Match"],
  ["patch", "Patch"],
  ["play", "Play"],
  ["map", "Map"],
  ["experiments", "Experiments"],
  ["tracks", "Tracks"],
  ["tests", "Tests"],
];
const loaded = new Map();

let failures = 0;

function load(name) {
  if (!loaded.has(name)) {
    const again = failures ? `?${failures}` : ""; // browsers remember what they could not load by its address
    const asked = Promise.all([import(`./views/${name}.js${again}`), style(name)]).then(([module]) => module);
    asked.catch(() => {
      failures += 1;
      loaded.delete(name);
    });
    loaded.set(name, asked);
  }
  return loaded.get(name);
}

function style(name) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `style/${name}.css` });
  const arrived = new Promise((resolve) => (link.onload = link.onerror = resolve));
  document.head.append(link);
  return arrived;
}

function Rail({ active }) {
  return html`<nav class="rail" aria-label="Views">
    <a class="mark" href="#/match" aria-label="Patch Pilot, to the start"><img src="style/icon.svg" alt="" width="32" height="32" /></a>
    ${VIEWS.map(
      ([name, title]) => html`<a href=${at(name)} aria-current=${name === active ? "page" : undefined}>
        <${Icon} name=${name} size=${24} /><span>${title}</span>
      </a>`,
    )}
    <span class="gap"></span>
    <button aria-label="Keys" title="Keys (?)" onClick=${() => (helping.value = true)}><${Icon} name="help" size=${24} /><span>Keys</span></button>
  </nav>`;
}

function Shown({ name, args, query }) {
  const [View, set] = useState(null);
  const [failed, fail] = useState(false);
  useEffect(() => {
    let here = true;
    const missing = () => here && fail(true);
    if (!failed) load(name).then((module) => here && set(() => module.default), missing);
    return () => (here = false);
  }, [failed]);
  useEvent("hello", () => fail(false)); // the studio is there again
  if (failed) return html`<p class="empty">This view could not be loaded. Is the studio still running?</p>`;
  return View && html`<${View} args=${args} query=${query} />`;
}

function SignedOut() {
  return html`<main class="empty"><h1>Patch Pilot</h1>
    <p>This page is not signed in. Open the address that <code>patchpilot studio</code> prints; it carries the key.</p>
  </main>`;
}

function App() {
  const { view, args, query } = route.value;
  const name = VIEWS.some(([known]) => known === view) ? view : "match";
  const title = VIEWS.find(([known]) => known === name)[1];
  useEffect(() => void (document.title = `${title} · Patch Pilot`), [title]);
  useKeys([
    ["?", "Show the keys", () => (helping.value = !helping.value)],
    ["mod+z", "Undo the last action", undo],
    ...VIEWS.map(([to, label], index) => [`alt+${index + 1}`, label, () => go(to)]),
  ]);
  if (signedOut.value) return html`<${SignedOut} />`;
  return html`<div class="frame">
    <${Rail} active=${name} />
    <main id="view" class="view ${name}"><${Shown} key=${name} name=${name} args=${args} query=${query} /></main>
    <${Transport} />
    <${Toasts} />
    <${Help} />
  </div>`;
}

refresh();
connect();
const root = document.getElementById("app");
root.textContent = "";
render(html`<${App} />`, root);
