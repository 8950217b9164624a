/** Talking to `/studio/api`: as the desk talks to its own API. */

import { ask } from "/static/desk/api.js";

export { ApiError } from "/static/desk/api.js";

export const api = (path, body, method) => ask(`/studio/api${path}`, body, method);

/** An intent's address within the API; its name may hold a slash. */
export const intentPath = (intent) => `/intents/${intent.split("/").map(encodeURIComponent).join("/")}`;
