// What fingers, mouse and wheel do on a map: move it, zoom it, point at a take, pick one, draw a ring around many.
//
// `does`: moved(right, down), zoomed(factor, left, top), pointed(left or null, top), picked(left, top, { adds, reach }),
// drawn(ring) while a ring is drawn, ringed(ring, { adds }) once it is; all in pixels of the element. `rings()` says whether
// a drag draws a ring; with Shift it always does. Answers a function that ends it.
export function gestures(element, does, rings) {
  const fingers = new Map();
  let drag = null; // { ring: [[left, top], …] or null, moved, from }

  const at = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const pressed = (event) => {
    if (event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    const draws = fingers.size === 1 && (rings() || event.shiftKey);
    drag = { ring: draws ? [at(event)] : null, moved: fingers.size > 1, from: at(event) };
    does.drawn(null);
  };

  const moved = (event) => {
    const [left, top] = at(event);
    if (!fingers.has(event.pointerId)) {
      if (event.pointerType !== "touch") does.pointed(left, top);
      return;
    }
    const [before, above] = fingers.get(event.pointerId);
    const spread = apart(fingers);
    fingers.set(event.pointerId, [left, top]);
    if (fingers.size === 2) {
      const [x, y] = middle(fingers);
      does.zoomed(apart(fingers) / Math.max(spread, 1), x, y);
      does.moved((left - before) / 2, (top - above) / 2);
      return;
    }
    if (!drag.moved && Math.hypot(left - drag.from[0], top - drag.from[1]) < 4) {
      fingers.set(event.pointerId, [before, above]); // not yet a drag: its way counts once it is
      return;
    }
    drag.moved = true;
    if (!drag.ring) return does.moved(left - before, top - above);
    const [last, over] = drag.ring.at(-1);
    if (Math.hypot(left - last, top - over) >= 3) drag.ring.push([left, top]);
    does.drawn(drag.ring);
  };

  const released = (event) => {
    if (!fingers.delete(event.pointerId) || fingers.size) return;
    const adds = event.shiftKey || event.ctrlKey || event.metaKey;
    const ring = drag.moved ? drag.ring : null;
    does.drawn(null);
    if (event.type === "pointercancel") return;
    if (ring && ring.length > 2) does.ringed(ring, { adds: event.ctrlKey || event.metaKey });
    else if (!drag.moved) does.picked(...at(event), { adds, reach: event.pointerType === "touch" ? 24 : 12 });
  };

  const turned = (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const by = Math.min(Math.max(event.deltaY * lines, -200), 200);
    does.zoomed(Math.exp(-by * (event.ctrlKey ? 0.01 : 0.0022)), ...at(event));
  };

  const left = () => does.pointed(null);
  const heard = [
    ["pointerdown", pressed], ["pointermove", moved], ["pointerup", released], ["pointercancel", released],
    ["pointerleave", left], ["wheel", turned],
  ];
  for (const [name, listener] of heard) element.addEventListener(name, listener, { passive: false });
  return () => {
    for (const [name, listener] of heard) element.removeEventListener(name, listener);
  };
}

function apart(fingers) {
  const [a, b] = [...fingers.values()];
  return b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
}

function middle(fingers) {
  const [a, b] = [...fingers.values()];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
