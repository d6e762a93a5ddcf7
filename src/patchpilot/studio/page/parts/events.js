// The server's event stream: one connection for all tabs, which comes back after a restart and misses nothing.
//
// Browsers allow six connections to a server. So the first tab listens and passes everything on; when it is closed,
// the next takes over (a lock of the browser decides), asking for what came after the last event it knows.
// Where a browser has no locks (a page that is not on this machine, over plain HTTP) each tab listens for itself.

import { signal, useEffect } from "./html.js";
import { BASE, signedOut } from "./api.js";

export const link = signal("connecting"); // "connecting" | "live" | "lost"
const TYPES = ["hello", "job", "candidate", "take", "draft", "mark", "stems", "listening"];
const handlers = new Map();
let last = null; // id of the newest event seen
let server = null; // when the server that we know was started
let wait = 500; // ms before the next try
let retry = () => {}; // tries now, where the connection is lost

// Calls `handler(data)` for each event of a type; answers a function that ends it. Type "restart" is made here: the
// server is another one than before, or no longer remembers all that happened since; everything has to be read again.
export function on(type, handler) {
  if (!handlers.has(type)) handlers.set(type, new Set());
  handlers.get(type).add(handler);
  return () => handlers.get(type).delete(handler);
}

// The same for a component: as long as it is shown.
export function useEvent(type, handler, inputs = []) {
  useEffect(() => on(type, handler), inputs);
}

function emit(type, data) {
  for (const handler of [...(handlers.get(type) ?? [])]) {
    try {
      handler(data);
    } catch (error) {
      console.error(error);
    }
  }
}

function receive({ type, id, data }) {
  link.value = "live";
  if (type === "hello") {
    const restarted = server !== null && (data.started !== server || data.is_all === false);
    server = data.started;
    last ??= data.last ?? null;
    if (restarted) {
      last = data.last ?? last;
      emit("restart", data);
    }
  }
  if (id) last = id;
  emit(type, data);
}

function listen(pass) {
  const source = new EventSource(`${BASE}/events${last === null ? "" : `?after=${encodeURIComponent(last)}`}`);
  const take = (type) => (event) => {
    wait = 500;
    const message = { type, id: event.lastEventId, data: JSON.parse(event.data) };
    receive(message);
    pass(message);
  };
  for (const type of TYPES) source.addEventListener(type, take(type));
  source.onopen = () => (link.value = "live");
  source.onerror = () => {
    source.close();
    link.value = "lost";
    pass({ type: "lost" });
    if (signedOut.value) return;
    const again = () => {
      clearTimeout(timer);
      retry = () => {};
      listen(pass);
    };
    const timer = setTimeout(again, wait);
    retry = again;
    wait = Math.min(wait * 1.6, 5000);
  };
}

export function connect() {
  if (!navigator.locks || !window.BroadcastChannel) return listen(() => {});
  const channel = new BroadcastChannel("patchpilot-events");
  let leads = false;
  channel.onmessage = ({ data: message }) => {
    if (message.type === "hello?") return leads && server !== null && channel.postMessage(greeting());
    if (message.type === "try") return retry();
    if (message.type === "lost") return void (link.value = "lost");
    return receive(message);
  };
  // A tab in the background is slow to try again; one that is looked at asks it to.
  setInterval(() => {
    if (link.value === "lost" && !leads && !document.hidden) channel.postMessage({ type: "try" });
  }, 2000);
  channel.postMessage({ type: "hello?" });
  navigator.locks.request("patchpilot-events", () => {
    leads = true;
    listen((message) => channel.postMessage(message));
    return new Promise(() => {}); // as long as this tab lives
  });
}

const greeting = () => ({ type: "hello", id: last, data: { started: server } });
