// The last action of the workspace taken back: votes, tags, pins, notes, whatever view they were made in.

import { api, attempt } from "./api.js";
import { toast } from "./toasts.js";

export async function undo() {
  const undone = await attempt(api.post("/undo"));
  if (undone) toast(undone.said ? `Undone: ${undone.said}` : "Undone");
  return undone;
}

// Says what was done, with a button that takes it back.
export function done(text) {
  toast(text, { action: { label: "Undo", run: undo } });
}
