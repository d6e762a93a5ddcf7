"""What the page really plays: its output is recorded before it leaves for the loudspeaker."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from patchpilot.audio import Audio

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RECORD = """async (seconds) => {
  const player = await import("/parts/player.js");
  const { audio } = await import("/parts/sounds.js");
  await audio().resume();
  const out = audio().createMediaStreamDestination();
  player.analyser().connect(out);
  const recorder = new MediaRecorder(out.stream, { mimeType: "audio/webm;codecs=pcm" });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  const pass = async (time) => {  // of the audio, which on a busy machine is slower than the clock
    const until = audio().currentTime + time;
    while (audio().currentTime < until) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await pass(0.1);
  /* doing */
  await pass(seconds);
  recorder.stop();
  await ended;
  player.analyser().disconnect(out);
  const heard = await audio().decodeAudioData(await new Blob(pieces).arrayBuffer());
  const sides = [0, heard.numberOfChannels - 1].flatMap((side) => [...heard.getChannelData(side)]);
  const bytes = new Uint8Array(new Float32Array(sides).buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [btoa(text), heard.sampleRate];
}"""


def heard(page: Page, doing: str, seconds: float) -> Audio:
    """What is heard, stereo, while `doing` and for `seconds` after it.

    `doing` is JavaScript that knows `player` and `pass(seconds)`.
    """
    answer: Any = page.evaluate(_RECORD.replace("/* doing */", doing), seconds)
    text, rate = answer
    return Audio(np.frombuffer(base64.b64decode(text), "<f4").reshape(2, -1).copy(), int(rate))
