// What experiments are called. Self-play is named after when it began, which is said as a person would; a file is called
// what it is, without the digits that tell it from others of its name.

export const BY_HAND = "by hand"; // its state: nobody searches, somebody turns
const PLAYED = /^play (\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[^+]*(?:\+(\d+))?$/;

export function titleOf({ name, state }) {
  const found = PLAYED.exec(name);
  if (!found) return state === BY_HAND ? name.replace(/-[0-9a-f]{6}$/, "") : name;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const began = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const when = began.toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return `Self-play, ${when}${found[7] ? `, part ${found[7]}` : ""}`;
}

// "filter_cutoff" as words that begin a line.
export const worded = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");
