/** The studio: what the assistant could not answer, what it knows and says, and how that goes live. */

import { Studio } from "./studio.js";

new Studio(document.querySelector("#desk")).start();
