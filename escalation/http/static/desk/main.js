/** The web desk: the queue, one handoff at a time, and what an agent may do with it. Talks to `/api/v1` only. */

import { Desk } from "./desk.js";

new Desk(document.querySelector("#desk")).start();
