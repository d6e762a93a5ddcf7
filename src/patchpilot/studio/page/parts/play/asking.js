// What is to be voted on now: one take, or two without saying which is which; and the way back.

import { useEffect, useRef, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { useEvent } from "../events.js";
import { audioOf, LEVEL_LUFS, nameOf, star, vote } from "../said.js";
import { undo } from "../undo.js";
import * as player from "../player.js";

const AGAIN_MS = 1500; // until it is asked again whether there is something to hear
const MOST_BACK = 50;

// Answers { asked, votes, said, yes, no, skip, starred, better, back }; `asked` is { takes, likely, … }, null while there is
// none and undefined before that is known; `said` is what was said last.
export function useAsking(id, isBlind, isRunning) {
  const [asked, setAsked] = useState(undefined);
  const [votes, setVotes] = useState(0);
  const [said, setSaid] = useState("");
  const behind = useRef([]); // what was asked when something was said, the latest last; null for a star
  const turn = useRef(0);
  const isWaiting = useRef(false); // for an answer
  const deck = `play-${id}`;

  const show = (found) => {
    setAsked(found);
    const takes = found.takes;
    const isPair = takes.length === 2;
    const entries = takes.map((one, i) => ({
      key: isPair ? "ab"[i] : String(one.number), label: isPair ? "AB"[i] : nameOf(one), url: audioOf(one.number), lufs: one.lufs,
    }));
    player.open(deck, entries, { select: entries[0].key, level: LEVEL_LUFS });
    player.play({ key: entries[0].key, from: 0 });
  };
  const next = async (after = 0) => {
    const now = ++turn.current;
    isWaiting.current = true;
    const found = await attempt(asks(`/play/${id}/next?blind=${isBlind}${after ? `&after=${after}` : ""}`));
    if (now !== turn.current) return;
    isWaiting.current = false;
    if (!found) return;
    if (found.takes.length) show(found);
    else {
      setAsked(null);
      player.close(deck);
    }
  };
  useEffect(() => {
    next();
    return () => {
      turn.current += 1;
      player.close(deck);
    };
  }, [id, isBlind]);
  useEffect(() => {
    if (asked || !isRunning) return undefined;
    const timer = setInterval(() => isWaiting.current || next(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [asked, isRunning, isBlind]);
  useEvent("mark", (one) => setAsked((now) => now && { ...now, takes: now.takes.map((old) => (old.number === one.number ? one : old)) }));

  const remember = (one) => {
    behind.current = [...behind.current, one].slice(-MOST_BACK);
  };
  const voted = (words) => {
    setSaid(words);
    setVotes((before) => before + 1);
    remember(asked);
    return next(asked.takes[0].number);
  };
  const say = (word) => async () => {
    if (asked?.takes.length !== 1) return;
    const [{ number }] = asked.takes;
    if (await vote(number, word, { isTold: false })) await voted(`${word === "yes" ? "Yes" : "No"} to take ${number}`);
  };
  return {
    asked,
    votes,
    said,
    yes: say("yes"),
    no: say("no"),
    skip: () => asked && next(asked.takes[0].number),
    starred: async () => {
      if (asked?.takes.length !== 1) return;
      if (await star(asked.takes[0].number, asked.takes[0].stars ? 0 : 1)) remember(null);
    },
    // Which of two is better: 0 or 1. Only now it is told which takes they were.
    better: async (which) => {
      if (asked?.takes.length !== 2) return;
      const [better, worse] = [asked.takes[which], asked.takes[1 - which]];
      if (!(await attempt(api.post(`/play/${id}/prefer`, { better: better.number, worse: worse.number })))) return;
      await voted(`${"AB"[which]} was ${nameOf(better)}, by ${better.searcher}; the other ${nameOf(worse)}, by ${worse.searcher}`);
    },
    // What was said last is taken back; after a vote, its take is asked about again.
    back: async () => {
      if (!behind.current.length || !(await undo())) return;
      const last = behind.current.pop();
      if (!last) return;
      setVotes((before) => Math.max(0, before - 1));
      setSaid("");
      turn.current += 1;
      show(last);
    },
  };
}

// What is to be asked; nothing where it does not play any more.
const asks = (path) => api.get(path).catch((error) => (error.status === 409 ? { takes: [] } : Promise.reject(error)));
