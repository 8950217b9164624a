/** Talking to `/api/v1`: one way to ask, one kind of error. */

import { TEXTS } from "./texts.js";

export const API = "/api/v1";
const TIMEOUT = 15_000;
const UPLOAD_TIMEOUT = 180_000;

/** An answer other than 2xx, or none (`status` 0). `title` says what happened, `detail` what to do; `data` is all of it. */
export class ApiError extends Error {
  constructor(status, title, detail, data = null) {
    super(title);
    Object.assign(this, { status, title, detail, data });
  }
}

/** Calls the desk's API, as {@link ask} does. */
export const api = (path, body, method) => ask(API + path, body, method);

/** Calls an API. Throws {@link ApiError}; whatever changes something carries the header that other sites cannot send. */
export async function ask(path, body, method = body === undefined ? "GET" : "POST") {
  const file = body instanceof Blob;
  const options = { method, credentials: "same-origin", cache: "no-store", headers: {} };
  options.signal = AbortSignal.timeout(file ? UPLOAD_TIMEOUT : TIMEOUT);
  if (method !== "GET") options.headers = { "X-Frontdesk": "desk" };
  if (body !== undefined) {
    options.headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
    options.body = file ? body : JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    const slow = error.name === "TimeoutError";
    throw new ApiError(0, TEXTS.unreachableTitle, slow ? TEXTS.timeout : TEXTS.unreachable);
  }
  const data = await response.json().catch(() => null);
  if (response.ok) return data;
  throw new ApiError(response.status, data?.title || `${response.status} ${response.statusText}`, data?.detail || TEXTS.unreachable, data);
}

/** A random UUID; `crypto.randomUUID` is missing on pages served over plain http. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
