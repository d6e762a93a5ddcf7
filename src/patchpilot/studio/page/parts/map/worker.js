// Draws what it is sent; of several views that came since the last frame, the latest.

import { painterOf } from "./painters.js";

let painter = null;
let next = null;

onmessage = ({ data }) => {
  if (data.canvas) painter = painterOf(data.canvas);
  else if (data.draw) later(data.draw[0]);
  else for (const [verb, given] of Object.entries(data)) painter[verb](...given);
};

function later(view) {
  const isWaiting = next !== null;
  next = view;
  if (isWaiting) return;
  requestAnimationFrame(() => {
    painter.draw(next);
    next = null;
  });
}
