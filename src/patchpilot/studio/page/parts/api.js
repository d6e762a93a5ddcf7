// The server's verbs: requests under /api/v1, and errors a person can read.

import { signal } from "./html.js";
import { toast } from "./toasts.js";

export const BASE = "/api/v1";
export const signedOut = signal(false); // whether the server said that it does not know this page's session

export class ApiError extends Error {
  constructor(status, kind, message) {
    super(message);
    this.status = status; // of HTTP; 0 where nothing answered
    this.kind = kind; // name of the error, "ParameterError" …
  }
}

async function failure(response) {
  if (response.status === 401) signedOut.value = true;
  const body = await response.json().catch(() => null);
  const { kind = "Error", message = `The studio answered ${response.status}.` } = body?.error ?? {};
  return new ApiError(response.status, kind, message);
}

async function call(method, path, body, { signal: abort } = {}) {
  const request = { method, signal: abort, headers: {} };
  if (body instanceof FormData) request.body = body;
  else if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path.startsWith("/") ? BASE + path : path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "Unreachable", "The studio does not answer. Is patchpilot studio still running?");
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function json(...request) {
  const response = await call(...request);
  return response.status === 204 ? null : response.json();
}

// Each answers the parsed JSON, or throws an ApiError. `path` begins after /api/v1; `options.signal` aborts.
export const api = {
  get: (path, options) => json("GET", path, undefined, options),
  post: (path, body = {}, options) => json("POST", path, body, options),
  patch: (path, body, options) => json("PATCH", path, body, options),
  delete: (path, options) => json("DELETE", path, undefined, options),
  bytes: async (path, options) => (await call("GET", path, undefined, options)).arrayBuffer(),
  upload(path, file, name = file.name) {
    const form = new FormData();
    form.append("file", file, name);
    return json("POST", path, form);
  },
};

// Does some work and shows what went wrong; answers its result, or undefined where it failed.
export async function attempt(work) {
  try {
    return await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (!(error instanceof ApiError)) console.error(error);
    if (error.status !== 401) toast(error.message, { kind: "error" });
    return undefined;
  }
}

// Saves a file of the server under the name that the server gives it.
export function download(path) {
  const link = document.createElement("a");
  link.href = BASE + path;
  link.download = "";
  link.click();
}
