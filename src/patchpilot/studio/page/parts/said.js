// Takes in words, and what is said of them: votes, stars, tags.

import { api, attempt } from "./api.js";
import { done } from "./undo.js";

// How loud takes are played that come one after another: quiet enough that hardly a sound would clip, so that it is one
// level for all of them, and loudness is not what is voted on.
export const LEVEL_LUFS = -20;

const known = new Map(); // number -> promise of the take
const MOST_KNOWN = 2000;

// A take of the bank, asked for once until something is said of it.
export function take(number) {
  if (!known.has(number)) {
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
    const asked = api.get(`/takes/${number}`);
    asked.catch(() => known.delete(number));
    known.set(number, asked);
  }
  return known.get(number);
}

// Something was said of a take: it is asked for again.
export const forget = (number) => known.delete(number);

export const audioOf = (number) => `/takes/${number}/audio`;

// Says yes, no or nothing (null) of a take; answers the take as it is now, undefined where that failed. `isTold`: whether
// a message says so.
export async function vote(number, word, { isTold = true } = {}) {
  return said(number, "vote", { vote: word }, isTold && (word ? `Voted ${word} on take ${number}` : `No vote on take ${number}`));
}

export async function star(number, stars) {
  return said(number, "star", { stars }, stars ? `Take ${number} has a star` : `Take ${number} has no star`);
}

export async function tag(number, add, remove = []) {
  return said(number, "tag", { add, remove }, `Tagged take ${number}`);
}

async function said(number, verb, request, words) {
  const answer = await attempt(api.post(`/takes/${number}/${verb}`, request));
  forget(number);
  if (answer && words) done(words);
  return answer;
}

// "Take 17", with its patch's name where it has one.
export const nameOf = (one) => (one.name ? `${one.name} (take ${one.number})` : `Take ${one.number}`);
