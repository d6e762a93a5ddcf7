// Views by the address's hash: "#/patch/17?tab=all" is view "patch", args ["17"], query { tab: "all" }.

import { signal } from "./html.js";

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...args] = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { view, args, query: Object.fromEntries(new URLSearchParams(query)) };
}

export const route = signal(parse(location.hash));
addEventListener("hashchange", () => (route.value = parse(location.hash)));

// The address of a view: at("patch", 17) is "#/patch/17".
export const at = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

export function go(...parts) {
  location.hash = at(...parts);
}

// The same without a step in the browser's history.
export function replace(...parts) {
  history.replaceState(null, "", at(...parts));
  route.value = parse(location.hash);
}
