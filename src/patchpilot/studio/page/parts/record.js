// Recording from a microphone or an audio interface, as it comes in: no echo cancelling, no automatic gain.

import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";
import { audio } from "./sounds.js";
import { toast } from "./toasts.js";
import { wav } from "./wav.js";

const RAW = "audio/webm;codecs=pcm"; // without loss, where a browser has it
const LONGEST_S = 60;
const REFUSED = "The browser does not let this page record. Allow the microphone, then try again.";
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

async function microphone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS });
  } catch (error) {
    toast(error.name === "NotAllowedError" ? REFUSED : "There is no microphone to record from.", { kind: "error" });
    return null;
  }
}

// Records until `stop` is called; answers { stop, file } where file is a promise of a WAV File.
async function record() {
  const stream = await microphone();
  if (!stream) return null;
  const recorder = new MediaRecorder(stream, MediaRecorder.isTypeSupported(RAW) ? { mimeType: RAW } : {});
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const ended = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  const limit = setTimeout(stop, LONGEST_S * 1000);
  const file = ended.then(async () => {
    clearTimeout(limit);
    stream.getTracks().forEach((track) => track.stop());
    const bytes = await new Blob(pieces).arrayBuffer();
    const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
    return new File([wav(await audio().decodeAudioData(bytes))], `recording ${time}.wav`, { type: "audio/wav" });
  });
  return { stop, file };
}

// A button that records; `onSound(file)` gets what was recorded.
export function Record({ onSound }) {
  const [recording, set] = useState(null);
  const [seconds, count] = useState(0);
  const alive = useRef(null);
  alive.current = recording;
  useEffect(() => () => alive.current?.stop(), []);
  useEffect(() => {
    if (!recording) return undefined;
    const began = performance.now();
    const timer = setInterval(() => count((performance.now() - began) / 1000), 100);
    return () => clearInterval(timer);
  }, [recording]);

  const press = async () => {
    if (recording) return recording.stop();
    count(0);
    const begun = await record();
    if (!begun) return undefined;
    set(begun);
    return begun.file.then(onSound, () => toast("Nothing was recorded.", { kind: "error" })).finally(() => set(null));
  };
  return html`<button class="button" aria-pressed=${String(Boolean(recording))} onClick=${press}>
    <${Icon} name=${recording ? "stop" : "record"} />
    ${recording ? html`<span class="number">Stop · ${seconds.toFixed(1)} s</span>` : "Record"}
  </button>`;
}
