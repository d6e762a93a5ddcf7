// What is to be voted on now: one take, or two without saying which is which; and the way back.

import { useEffect, useRef, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { useEvent } from "../events.js";
import { audioOf, nameOf, star, vote } from "../said.js";
import { undo } from "../undo.js";
import * as player from "../player.js";

const AGAIN_MS = 1500; // until it is asked again whether there is something to hear
const LEVEL_LUFS = -20; // as loud as all others, whatever they are: loudness is not to be voted on
const MOST_BACK = 50;

// Answers { asked, votes, said, yes, no, skip, starred, better, back }; `asked` is { takes, likely, … }, null while there is
// none, `said` what was said last.
export function useAsking(id, isBlind, isRunning) {
  const [asked, setAsked] = useState(null);
  const [votes, setVotes] = useState(0);
  const [said, setSaid] = useState("");
  const behind = useRef([]); // what was voted on, the latest last
  const turn = useRef(0);
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
    const found = await attempt(asks(`/play/${id}/next?blind=${isBlind}${after ? `&after=${after}` : ""}`));
    if (now !== turn.current || !found) return;
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
    const timer = setInterval(() => next(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [asked, isRunning, isBlind]);
  useEvent("mark", (one) => setAsked((now) => now && { ...now, takes: now.takes.map((old) => (old.number === one.number ? one : old)) }));

  const voted = (words) => {
    setSaid(words);
    setVotes((before) => before + 1);
    behind.current = [...behind.current, asked].slice(-MOST_BACK);
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
    starred: () => asked?.takes.length === 1 && star(asked.takes[0].number, asked.takes[0].stars ? 0 : 1),
    // Which of two is better: 0 or 1. Only now it is told which takes they were.
    better: async (which) => {
      if (asked?.takes.length !== 2) return;
      const [better, worse] = [asked.takes[which], asked.takes[1 - which]];
      if (!(await attempt(api.post(`/play/${id}/prefer`, { better: better.number, worse: worse.number })))) return;
      await voted(`${"AB"[which]} was ${nameOf(better)}, by ${better.searcher}; the other ${nameOf(worse)}, by ${worse.searcher}`);
    },
    // The last vote is taken back, and its take asked about again.
    back: async () => {
      const last = behind.current.pop();
      if (!last || !(await undo())) return;
      setVotes((before) => Math.max(0, before - 1));
      setSaid("");
      turn.current += 1;
      show(last);
    },
  };
}

// What is to be asked; nothing where it does not play any more.
const asks = (path) => api.get(path).catch((error) => (error.status === 409 ? { takes: [] } : Promise.reject(error)));
