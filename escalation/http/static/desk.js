/** The web desk: the queue, one handoff at a time, and what an agent may do with it. Talks to `/api/v1` only. */

/** Every word on the screen, in one place, so that it can be translated. */
const TEXTS = {
  title: "Desk",
  deskOf: (business) => `${business} desk`,
  loading: "Loading…",
  signInTitle: "Sign in to the desk",
  signInHint: "Your token was printed when you were added to the roster. An admin can make you a new one.",
  token: "Your token",
  signIn: "Sign in",
  signingIn: "Signing in…",
  signOut: "Sign out",
  signedOut: "You have been signed out. Sign in again to go on; what you were writing is kept.",
  emptyToken: "Please paste your token first.",
  unreachableTitle: "The desk can’t be reached",
  unreachable: "The server does not answer. Check your connection, then try again.",
  timeout: "The server took too long to answer. Nothing you wrote is lost. Try again.",
  tryAgain: "Try again",
  tryNow: "Try now",
  lost: (time) => `Connection lost. What you see is as of ${time}. Trying again…`,
  queue: "Queue",
  waiting: "Waiting",
  mine: "Mine",
  others: "With colleagues",
  ended: "Ended lately",
  noneWaiting: "Nobody is waiting.",
  noneWaitingHint: "New handoffs appear here by themselves.",
  noneMine: "You hold no handoff. Claim one from the queue.",
  pickTitle: "Pick a handoff",
  pickHint: "Open one from the queue to see the whole story. Press ? for the keyboard shortcuts.",
  allQuiet: "All quiet. Nobody is waiting for a person right now.",
  place: (n) => `Number ${n} in line`,
  waits: (span) => `waiting ${span}`,
  awaits: (span) => `contact waits ${span}`,
  lease: (span) => `goes back in ${span}`,
  leaseOver: "goes back to the queue now",
  with: (name) => `with ${name}`,
  writes: (language) => `writes ${language}`,
  channels: { web: "Web", telegram: "Telegram", slack: "Slack" },
  states: { waiting: "Waiting", assigned: "Assigned", resolved: "Resolved", returned: "With the assistant", abandoned: "Abandoned" },
  outcomes: { solved: "Solved", not_solved: "Not solved", no_answer: "No answer from the contact", spam: "Spam" },
  outcomeHints: {
    solved: "The matter is settled.",
    not_solved: "We could not do what was asked.",
    no_answer: "The contact went silent.",
    spam: "Not a real request.",
  },
  moods: ["very upset", "upset", "neutral", "content", "happy"],
  mood: (word) => `Mood: ${word}`,
  moodTrend: (words) => `Mood so far, oldest first: ${words.join(", ")}`,
  back: "Back to the queue",
  brief: "Brief",
  ask: "What they ask for",
  noAsk: "No clear request yet. Read the last messages.",
  reasons: "Why it came to you",
  facts: "What we know",
  tried: "What the assistant tried",
  moodTitle: "Mood",
  orders: "Orders",
  history: "Earlier handoffs",
  nothingKnown: "Nothing more is known yet.",
  line: (n) => `message ${n}`,
  showLine: (n) => `Show message ${n} in the conversation`,
  transcript: "Conversation",
  emptyTranscript: "Nothing has been said yet.",
  newEpisode: "New matter",
  senders: { contact: "Contact", bot: "Assistant", agent: "Agent", system: "System" },
  assistantName: "Assistant",
  note: "Note",
  onlyColleagues: "only colleagues see this",
  withdrawn: "Withdrawn, never shown to the contact",
  edited: "edited",
  deletedByContact: "Deleted by the contact",
  deletedByUs: "Deleted",
  left: "cannot be reached: they blocked us, or left",
  sendAgain: "Send again",
  edit: "Edit",
  deleteMessage: "Delete",
  editTitle: "Edit your message",
  editLabel: "What it says from now on",
  editBody: "The contact sees the new text in the place of the old one.",
  saveEdit: "Save",
  deleteTitle: "Delete your message?",
  deleteBody: "The contact does not see it any more. It cannot be brought back.",
  attach: "Attach a file",
  attaching: (name) => `Uploading ${name}…`,
  attached: (name) => `${name} is attached.`,
  detach: (name) => `Remove ${name}`,
  fileTooLarge: (name) => `${name} is larger than 20 MB.`,
  fileTooLargeHint: "Choose a smaller file, or send a link to it.",
  tooManyFiles: "A message carries up to 10 files.",
  tooManyFilesHint: "Send the others in another message.",
  download: (name, size) => `${name} (${size})`,
  bytes: (n) => `${n} bytes`,
  kilobytes: (n) => `${n} kB`,
  megabytes: (n) => `${n} MB`,
  offered: "Offered:",
  statuses: { pending: "Being sent", sending: "Being sent", sent: "Sent", failed: "Not delivered", unknown: "May not have arrived" },
  said: (contact, text) => `${contact}: ${text}`,
  typing: (name) => `${name} is typing…`,
  claim: "Claim",
  claiming: "Claiming…",
  resolve: "Resolve",
  returnTo: "Return to assistant",
  release: "Release",
  claimed: "This handoff is yours. Say hello.",
  released: "Released. It waits again in its old place.",
  returned: "Returned. The assistant answers again.",
  resolved: "Resolved. Well done.",
  replyLabel: (contact) => `Reply to ${contact}`,
  noteLabel: "For colleagues",
  replyPlaceholder: "Write to the contact…",
  notePlaceholder: "Write a note. It never reaches the contact…",
  noteSwitch: "Private note",
  sendReply: "Send reply",
  saveNote: "Save note",
  sending: "Sending…",
  noteWarning: "Only colleagues see this.",
  replyHint: "Ctrl + Enter sends. The contact sees this.",
  claimFirst: "Claim this handoff to answer the contact. Until then you can leave a note.",
  slashes: "This begins with //, the mark of a private note, so it was not sent. Keep it as a note, or remove the slashes.",
  lostHold: "You don’t hold this handoff, so this can’t be sent.",
  claimAndSend: "Claim and send",
  keepAsNote: "Keep as note",
  resolveTitle: "Resolve this handoff",
  outcome: "How did it end?",
  commentOf: (text) => `“${text}”`,
  stars: (n) => `${n} of 5 stars`,
  comment: "Comment for colleagues (optional)",
  confirmResolve: "Resolve",
  returnTitle: "Return to the assistant?",
  returnBody: "The assistant answers the contact again. Choose this when a person is no longer needed.",
  releaseTitle: "Release this handoff?",
  releaseBody: "It goes back to its old place in line, and a colleague can claim it.",
  draftWarning: "You have an unsent reply. It is kept here, and not sent.",
  cancel: "Cancel",
  close: "Close",
  dismiss: "Dismiss",
  shortcuts: "Keyboard shortcuts",
  shortcutsOn: "Single-key shortcuts are on",
  keys: [
    ["j / k", "next / previous handoff in the queue"],
    ["Enter", "open the handoff"],
    ["c", "claim, and write a reply"],
    ["r", "write a reply"],
    ["n", "write a note"],
    ["Ctrl + Enter", "send or save what you wrote (on a Mac: Cmd + Enter)"],
    ["Esc", "leave the text field, or go back to the queue"],
    ["?", "show this list"],
  ],
  goneTitle: "This handoff can’t be shown",
  second: (n) => `${n} s`,
  minute: (n, s) => (n < 10 ? `${n} min ${s} s` : `${n} min`),
  plain: (span) => span,
  waitsFor: "Waiting for",
  awaitsFor: "The contact waits for an answer for",
  hour: (h, m) => `${h} h ${m} min`,
  day: (n) => (n === 1 ? "1 day" : `${n} days`),
  newWaiting: (contact) => `${contact} is waiting now.`,
};

const API = "/api/v1";
const TIMEOUT = 15_000;
const UPLOAD_TIMEOUT = 180_000;
const FILE_LIMIT = 20 * 1024 * 1024;
const FILES_LIMIT = 10;
// What a browser shows as a picture; anything else is only saved.
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const RECONCILE_EVERY = 30_000;
// While an agent writes, the contact is told so often; they see it a little longer.
const TYPING_EVERY = 3_000;
const DRAFTS = "frontdesk.desk.draft.";
const SHORTCUTS = "frontdesk.desk.shortcuts";

// Talking to the server

/** An answer other than 2xx, or none (`status` 0). `title` says what happened, `detail` what to do. */
class ApiError extends Error {
  constructor(status, title, detail) {
    super(title);
    Object.assign(this, { status, title, detail });
  }
}

/** Calls the API. Throws {@link ApiError}; whatever changes something carries the header that other sites cannot send. */
async function api(path, body, method = body === undefined ? "GET" : "POST") {
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
    response = await fetch(API + path, options);
  } catch (error) {
    const slow = error.name === "TimeoutError";
    throw new ApiError(0, TEXTS.unreachableTitle, slow ? TEXTS.timeout : TEXTS.unreachable);
  }
  const data = await response.json().catch(() => null);
  if (response.ok) return data;
  throw new ApiError(response.status, data?.title || `${response.status} ${response.statusText}`, data?.detail || TEXTS.unreachable);
}

/** A random UUID; `crypto.randomUUID` is missing on pages served over plain http. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Building nodes: text only, never markup.

/** An element; `on…` are listeners, `testid` and `class` as named, anything else an attribute. */
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "testid") node.setAttribute("data-testid", value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const ICONS = {
  back: "M14.5 5 7.5 12l7 7 1.5-1.5L10.5 12 16 6.5z",
  tick: "M9.3 17.6 3.7 12l1.5-1.5 4.1 4.1 9.5-9.5 1.5 1.5z",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1 2.5v5.1l4 2.3 1-1.6-3.1-1.8v-4z",
  warning: "M12 3 1.8 20.5h20.4zm1 14.2h-2v-2h2zm0-3.4h-2V9.5h2z",
  lock: "M12 2.5A4.5 4.5 0 0 0 7.5 7v3H6v11h12V10h-1.5V7A4.5 4.5 0 0 0 12 2.5zM9.5 10V7a2.5 2.5 0 0 1 5 0v3z",
  clip: "M16.5 6v10.5a4.5 4.5 0 0 1-9 0V5.5a3 3 0 0 1 6 0v10a1.5 1.5 0 0 1-3 0V6.8H9v8.7a3 3 0 0 0 6 0v-10a4.5 4.5 0 0 0-9 0v11a6 6 0 0 0 12 0V6z",
  file: "M6 2.5h8l5 5v14H6zm7 1.8V9h4.6z",
  close: "M6.2 4.8 12 10.6l5.8-5.8 1.4 1.4-5.8 5.8 5.8 5.8-1.4 1.4-5.8-5.8-5.8 5.8-1.4-1.4 5.8-5.8-5.8-5.8z",
};

const icon = (name) => svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
const hidden = (text) => el("span", { class: "sr" }, text);
const button = (label, props = {}) => el("button", { type: "button", class: "button", ...props }, label);

const LINKS = /\b(?:https?:\/\/|mailto:)[^\s<>"“”]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;

/** The address if it is http(s) or mailto, else null. */
function safeHref(text) {
  try {
    const url = new URL(/^(https?|mailto):/i.test(text) ? text : `mailto:${text}`);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Text with its links as nodes. Punctuation after a link stays outside it. */
function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    const shown = match[0].replace(/[.,;:!?)\]}'’]+$/, "");
    const href = safeHref(shown);
    if (!href) continue;
    nodes.push(text.slice(from, match.index));
    nodes.push(el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, shown));
    from = match.index + shown.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** Replaces a node's children only when `data` differs from what was drawn: focus and scroll survive a refetch. */
function redraw(node, data, build) {
  const key = JSON.stringify(data);
  if (node.drawn === key) return false;
  node.drawn = key;
  node.replaceChildren(...[build()].flat().filter(Boolean));
  return true;
}

/** Ctrl + Enter, on a Mac Cmd + Enter: what was written is sent or saved. */
const sends = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;

// Times and moods

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dateFormat = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

let clockOffset = 0;
const now = () => Date.now() / 1000 + clockOffset;

/** A length of time in words, coarser the longer it is. */
function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return TEXTS.second(whole);
  if (whole < 3600) return TEXTS.minute(Math.floor(whole / 60), whole % 60);
  if (whole < 86400) return TEXTS.hour(Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
  return TEXTS.day(Math.floor(whole / 86400));
}

/** A text that is kept current by {@link tickClocks}. `kind` is `plain`, `waits`, `awaits` or `lease`. */
function ticking(kind, at) {
  const node = el("span", { class: "ticking" });
  node.tick = () => {
    const seconds = kind === "lease" ? at - now() : now() - at;
    const text = kind === "lease" && seconds <= 0 ? TEXTS.leaseOver : TEXTS[kind](span(seconds));
    if (node.textContent !== text) node.textContent = text;
  };
  node.tick();
  return node;
}

/** A clock for a row of the queue: short for the eye, in words for a screen reader. */
const rowClock = (prefix, at) => el("span", { class: "row-clock", title: prefix }, icon("clock"), hidden(`${prefix} `), ticking("plain", at));

function tickClocks() {
  for (const node of document.querySelectorAll(".ticking")) node.tick();
}

function timeOf(at) {
  const date = new Date(at * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return el("time", { datetime: date.toISOString(), title: fullFormat.format(date) }, (today ? clockFormat : dateFormat).format(date));
}

/** Mood −1 to 1 as a step from 0 (very upset) to 4 (happy). */
const moodStep = (mood) => Math.max(0, Math.min(4, Math.round((mood + 1) * 2)));

/** Five small blocks, filled up to the mood, with the word beside or for screen readers. */
function moodBlocks(mood, showWord = false) {
  const step = moodStep(mood);
  const blocks = [0, 1, 2, 3, 4].map((n) => svg("rect", { x: n * 7, y: 0, width: 5, height: 12, rx: 1.5, class: n <= step ? `mood-${step}` : "mood-none" }));
  const picture = svg("svg", { viewBox: "0 0 33 12", class: "mood", "aria-hidden": "true" }, ...blocks);
  const word = TEXTS.moods[step];
  return el("span", { class: "mood-line", title: TEXTS.mood(word) }, picture, showWord ? el("span", {}, word) : hidden(TEXTS.mood(word)));
}

/** The trend: a column for each message, above the middle line when content, below when upset. */
function moodTrend(moods) {
  const shown = moods.slice(-24);
  const width = Math.max(shown.length * 12, 60);
  const columns = shown.map((mood, index) => {
    const height = Math.max(3, Math.abs(mood) * 20);
    return svg("rect", { x: index * 12, y: mood >= 0 ? 22 - height : 22, width: 9, height, rx: 2, class: `mood-${moodStep(mood)}` });
  });
  const middle = svg("line", { x1: 0, y1: 22, x2: width, y2: 22, class: "middle" });
  const label = TEXTS.moodTrend(shown.map((mood) => TEXTS.moods[moodStep(mood)]));
  return svg("svg", { viewBox: `0 0 ${width} 44`, width, height: 44, class: "trend", role: "img", "aria-label": label }, middle, ...columns);
}

// Drafts: what is being typed, per handoff and separately for replies and notes, in this tab.

const emptyDraft = () => ({ mode: "reply", reply: { id: null, sent: null, text: "" }, note: { id: null, sent: null, text: "" } });

const drafts = {
  cache: new Map(),
  of(id) {
    if (this.cache.has(id)) return this.cache.get(id);
    let draft = emptyDraft();
    try {
      draft = { ...draft, ...JSON.parse(sessionStorage.getItem(DRAFTS + id) ?? "{}") };
    } catch {
      // Blocked storage: the draft lives as long as the page.
    }
    this.cache.set(id, draft);
    return draft;
  },
  save(id) {
    try {
      sessionStorage.setItem(DRAFTS + id, JSON.stringify(this.of(id)));
    } catch {
      // As above.
    }
  },
  /** The UUID to send with: the same as long as text and files are, so that a repeat is not said twice. */
  idFor(part, files) {
    const text = [part.text.trim(), ...files].join("\n");
    if (!part.id || part.sent !== text) Object.assign(part, { id: uuid(), sent: text });
    return part.id;
  },
  clearAll() {
    this.cache.clear();
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFTS)) sessionStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
};

// Live updates

/** Server-sent events with our own reconnecting: the browser's gives up at the first HTTP error. */
class Live {
  constructor({ onEvent, onUp, onDown }) {
    Object.assign(this, { onEvent, onUp, onDown });
    this.tries = 0;
  }

  start() {
    this.stopped = false;
    this.open();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.source?.close();
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(`${API}/live`);
    this.source = source;
    source.addEventListener("open", () => {
      this.tries = 0;
      this.onUp();
    });
    for (const name of ["queue", "handoff", "typing"]) {
      source.addEventListener(name, (event) => this.onEvent(name, parse(event.data)));
    }
    source.addEventListener("error", () => this.failed(source));
  }

  failed(source) {
    if (source !== this.source || this.stopped) return;
    source.close();
    const ceiling = Math.min(30_000, 1_000 * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), ceiling / 2 + (Math.random() * ceiling) / 2);
    this.onDown();
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Runs `job` one at a time; calls made meanwhile are joined into one more run. */
function coalesced(job) {
  let running = null;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await job();
      } while (again);
    })();
    try {
      await running;
    } finally {
      running = null;
    }
  };
}

// The dialogs

/** A modal dialog in the top layer; the browser keeps the focus in it and gives it back. */
function dialog(title, content, actions, testid) {
  const box = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title", testid });
  const form = el("form", { method: "dialog" }, el("h2", { id: "dialog-title" }, title), content, el("div", { class: "dialog-actions" }, actions));
  box.append(form);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

function problemBox(error, extra = []) {
  const detail = error.detail ? el("span", { dir: "auto" }, error.detail) : null;
  return el("div", { class: "problem", role: "alert", testid: "problem" }, icon("warning"), el("div", {}, el("strong", { dir: "auto" }, error.title), " ", detail), extra);
}

// Sign-in

/** The form for the token. `onDone` hears who signed in. */
function signInScreen({ message, onDone }) {
  const field = el("input", {
    id: "token", type: "password", autocomplete: "current-password", spellcheck: "false", autocapitalize: "off", testid: "token",
    "aria-describedby": "token-hint",
  });
  const errors = el("div", { testid: "sign-in-error" });
  const submit = el("button", { type: "submit", class: "button primary wide", testid: "sign-in" }, TEXTS.signIn);
  const form = el(
    "form", { class: "card" },
    el("h1", {}, TEXTS.signInTitle),
    message ? el("p", { class: "hint", role: "status" }, message) : null,
    el("label", { for: "token" }, TEXTS.token), field,
    el("p", { class: "hint", id: "token-hint" }, TEXTS.signInHint),
    errors, submit,
  );
  const show = (error) => {
    errors.replaceChildren(problemBox(error));
    field.setAttribute("aria-invalid", "true");
    field.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!field.value.trim()) return show({ title: TEXTS.emptyToken });
    submit.disabled = true;
    submit.textContent = TEXTS.signingIn;
    try {
      onDone(await api("/sign-in", { token: field.value.trim() }));
    } catch (error) {
      show(error);
    } finally {
      submit.disabled = false;
      submit.textContent = TEXTS.signIn;
    }
  });
  return el("main", { class: "sign-in" }, form);
}

function unreachableScreen(error, retry) {
  return el(
    "main", { class: "sign-in" },
    el("div", { class: "card" }, el("h1", {}, error.title), el("p", { role: "alert" }, error.detail), button(TEXTS.tryAgain, { class: "button primary wide", testid: "try-again", onclick: retry })),
  );
}

// One handoff

/** Draws the brief: each line that rests on a message links to it. */
function briefNodes(brief, show) {
  const cite = (number) =>
    number === null || number === undefined
      ? null
      : el("button", { type: "button", class: "cite", testid: "cite", "aria-label": TEXTS.showLine(number), onclick: () => show(number) }, TEXTS.line(number));
  const section = (title, className, content) => el("section", { class: `block ${className}` }, el("h3", {}, title), content);
  const facts = (items) =>
    el("dl", { class: "facts" }, items.map((fact) => el("div", {}, el("dt", { dir: "auto" }, fact.label), el("dd", { dir: "auto" }, ...linked(fact.value), " ", cite(fact.message)))));
  const reason = (item) =>
    el("li", {}, el("strong", {}, item.label), item.evidence ? el("q", { dir: "auto" }, item.evidence) : null, " ", cite(item.message));
  const tried = (item) => el("li", {}, el("strong", { dir: "auto" }, item.understood), el("span", { dir: "auto" }, item.answer), " ", cite(item.message));
  const parts = [
    section(TEXTS.ask, "ask", el("p", { dir: "auto" }, brief.ask || TEXTS.noAsk, " ", cite(brief.ask_message))),
    brief.reasons.length && section(TEXTS.reasons, "reasons", el("ul", {}, brief.reasons.map(reason))),
    brief.mood.length && section(TEXTS.moodTitle, "moods", el("div", { class: "trend-line" }, moodTrend(brief.mood), moodBlocks(brief.mood.at(-1), true))),
    brief.facts.length && section(TEXTS.facts, "known", facts(brief.facts)),
    brief.tried.length && section(TEXTS.tried, "tried", el("ul", {}, brief.tried.map(tried))),
    brief.orders.length && section(TEXTS.orders, "orders", facts(brief.orders)),
    brief.history.length && section(TEXTS.history, "history", facts(brief.history)),
  ].filter(Boolean);
  if (parts.length === 1) parts.push(el("p", { class: "hint" }, TEXTS.nothingKnown));
  return parts;
}

/** A number of bytes in words. */
function sizeOf(bytes) {
  if (bytes >= 1_000_000) return TEXTS.megabytes((bytes / 1_000_000).toFixed(1));
  return bytes >= 1_000 ? TEXTS.kilobytes(Math.round(bytes / 1_000)) : TEXTS.bytes(bytes);
}

/** A file of a message: to be saved, and a picture is shown small. Its content is fetched once it is in sight. */
function fileNode(file, base) {
  const href = `${API}${base}/files/${encodeURIComponent(file.file_id)}`;
  const label = TEXTS.download(file.name, sizeOf(file.size));
  const link = el("a", { class: "file", href, download: file.name, dir: "auto", testid: "file" });
  link.append(icon("file"), el("span", {}, label));
  if (PICTURES.includes(file.media_type)) thumbnail(link, href, file.name);
  return el("li", {}, link);
}

/** Puts a picture before the name. It is fetched, since what the server sends is to be saved and never shown as a page. */
function thumbnail(link, href, name) {
  const seen = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    const response = await fetch(href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    const address = URL.createObjectURL(await response.blob());
    const picture = el("img", { class: "thumbnail", alt: name, src: address, testid: "thumbnail" });
    picture.addEventListener("error", () => picture.remove());
    for (const ended of ["load", "error"]) picture.addEventListener(ended, () => URL.revokeObjectURL(address));
    link.prepend(picture);
  });
  seen.observe(link);
}

/** One message or note. `base` is the handoff's place in the API; `on` does what its buttons say. */
function lineNode(line, contact, base, on) {
  const kind = line.note ? "note" : line.sender;
  const name = line.name || { contact, bot: TEXTS.assistantName }[line.sender] || TEXTS.senders[line.sender] || line.sender;
  const role = line.note ? TEXTS.note : TEXTS.senders[line.sender];
  const attributes = { class: `line ${kind} ${line.status}`, testid: "line", "data-sender": line.sender, "data-status": line.status, tabindex: "-1" };
  if (line.note) attributes["data-note"] = "true";
  if (line.number !== null) Object.assign(attributes, { id: `m-${line.number}`, "data-number": line.number });
  const withdrawn = line.status === "withdrawn";
  const deleted = line.sender === "contact" ? TEXTS.deletedByContact : TEXTS.deletedByUs;
  const acts = {
    send_again: () => button(TEXTS.sendAgain, { class: "button small", testid: "send-again", onclick: () => on.sendAgain(line) }),
    edit: () => button(TEXTS.edit, { class: "button small plain", testid: "edit", onclick: () => on.edit(line) }),
    delete: () => button(TEXTS.deleteMessage, { class: "button small plain", testid: "delete", onclick: () => on.remove(line) }),
  };
  const text = el(withdrawn ? "del" : "span", { class: "text", dir: "auto", testid: "line-text" }, ...linked(line.text));
  return el(
    "li", attributes,
    el("div", { class: "line-head" }, el("bdi", { class: "name" }, name), role !== name ? el("span", { class: "tag" }, role) : null, line.note ? el("span", { class: "private" }, icon("lock"), TEXTS.onlyColleagues) : null, timeOf(line.at), line.edited && !line.deleted ? el("span", { class: "tag", testid: "edited" }, TEXTS.edited) : null, statusMark(line)),
    line.deleted ? el("p", { class: "aside", testid: "deleted" }, deleted) : el("p", {}, text),
    line.files.length ? el("ul", { class: "files" }, line.files.map((file) => fileNode(file, base))) : null,
    withdrawn && !line.deleted ? el("p", { class: "aside" }, TEXTS.withdrawn) : null,
    line.buttons.length ? el("p", { class: "offered", dir: "auto" }, TEXTS.offered, " ", line.buttons.map((title) => el("span", { class: "offer", dir: "auto" }, title))) : null,
    line.may.length ? el("p", { class: "line-acts" }, line.may.map((name) => acts[name]?.())) : null,
  );
}

function statusMark(line) {
  if (line.note || line.sender === "contact" || line.sender === "system") return null;
  const label = TEXTS.statuses[line.status] ?? line.status;
  if (line.status === "sent") return el("span", { class: "status sent", title: label }, icon("tick"), hidden(label));
  if (line.status === "pending" || line.status === "sending") return el("span", { class: "status pending" }, icon("clock"), label);
  if (line.status === "failed" || line.status === "unknown") return el("span", { class: "status failed" }, icon("warning"), label);
  return null;
}

/** The right-hand side: one handoff, kept in place while its data change. */
class Detail {
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
    this.version = 0;
    this.path = `/handoffs/${encodeURIComponent(id)}`;
    this.draft = drafts.of(id);
    this.files = [];
    this.build();
    this.refresh = coalesced(() => this.load());
    this.ready = this.refresh();
  }

  build() {
    this.heading = el("div", { class: "detail-title" });
    this.actions = el("div", { class: "actions", role: "group" });
    const back = el("button", { type: "button", class: "button plain back", "aria-label": TEXTS.back, testid: "back", onclick: () => this.desk.close() }, icon("back"));
    const header = el("header", { class: "detail-head" }, back, this.heading, this.actions);
    this.errors = el("div", { class: "errors", testid: "detail-problem" });
    this.brief = el("section", { class: "brief", "aria-label": TEXTS.brief, tabindex: "0", testid: "brief" }, el("p", { class: "hint loading" }, TEXTS.loading));
    this.lines = el("ol", { class: "lines", "aria-label": TEXTS.transcript, testid: "transcript" });
    this.typing = el("p", { class: "typing", role: "status", testid: "typing" });
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": TEXTS.transcript }, this.lines, this.typing);
    // A picture has its height only when it has come: whoever read at the end goes on reading there.
    this.atEnd = true;
    this.scroll.addEventListener("scroll", () => {
      this.atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60;
    });
    new ResizeObserver(() => this.atEnd && this.scroller() === this.scroll && this.toBottom()).observe(this.lines);
    this.talk = el("div", { class: "talk" }, this.scroll, this.buildComposer());
    this.body = el("div", { class: "detail-body" }, this.brief, this.talk);
    this.root = el("article", { class: "detail", testid: "detail", "data-id": this.id }, header, this.errors, this.body);
  }

  buildComposer() {
    this.label = el("label", { for: "reply-text", class: "composer-label" });
    this.text = el("textarea", { id: "reply-text", rows: "3", dir: "auto", testid: "reply-text", "aria-describedby": "composer-hint" });
    this.toggle = el("button", { type: "button", role: "switch", class: "switch", testid: "note-toggle", onclick: () => this.switchMode() }, el("span", { class: "knob", "aria-hidden": "true" }), TEXTS.noteSwitch);
    this.submit = el("button", { type: "submit", class: "button primary", testid: "send" });
    this.hint = el("p", { class: "hint", id: "composer-hint" });
    this.chooser = el("input", { type: "file", multiple: true, hidden: true, testid: "file-input", onchange: () => this.chosen() });
    this.attach = el("button", { type: "button", class: "button plain attach", "aria-label": TEXTS.attach, title: TEXTS.attach, testid: "attach", onclick: () => this.chooser.click() }, icon("clip"));
    this.attached = el("ul", { class: "files", testid: "attached" });
    this.rescue = el("div", { class: "rescue", testid: "rescue" });
    this.composerErrors = el("div", { testid: "composer-problem" });
    this.composer = el(
      "form", { class: "composer", testid: "composer", hidden: true },
      el("div", { class: "composer-top" }, this.label, this.toggle), this.text, this.attached, this.composerErrors, this.rescue,
      el("div", { class: "composer-bottom" }, this.attach, this.chooser, this.hint, this.submit),
    );
    this.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => {
      if (!sends(event)) return;
      event.preventDefault();
      this.send();
    });
    return this.composer;
  }

  // Data

  async load() {
    const version = ++this.version;
    try {
      const data = await api(this.path);
      // An answer to something done meanwhile is newer than this one.
      if (version === this.version) this.show(data);
    } catch (error) {
      this.loadFailed(error);
    }
  }

  loadFailed(error) {
    if (this.desk.handled(error)) return;
    if (this.data && error.status !== 404 && error.status !== 403) return;
    const retry = button(TEXTS.tryAgain, { class: "button small", onclick: () => this.refresh() });
    this.heading.drawn = null;
    this.heading.replaceChildren(el("h1", { tabindex: "-1" }, TEXTS.goneTitle));
    this.brief.drawn = null;
    this.brief.replaceChildren(problemBox(error, [retry]));
  }

  show(data) {
    const first = !this.data;
    this.data = data;
    const { summary, brief, transcript } = data;
    if (first) this.firstMode();
    redraw(this.heading, summary, () => this.headingNodes(summary));
    this.drawActions();
    redraw(this.brief, brief, () => [el("h2", { class: "sr" }, TEXTS.brief), ...briefNodes(brief, (number) => this.showLine(number))]);
    this.drawComposer();
    this.drawTranscript(transcript, summary.contact, first);
    this.desk.titleChanged();
    this.followDelivery(transcript);
  }

  /** While a message is under way its tick is looked for, ever more rarely. */
  followDelivery(transcript) {
    clearTimeout(this.deliveryTimer);
    const underWay = transcript.some((line) => line.status === "pending" || line.status === "sending");
    this.deliveryDelay = underWay ? Math.min(60_000, (this.deliveryDelay ?? 1_000) * 2) : undefined;
    if (underWay) this.deliveryTimer = setTimeout(() => this.desk.detail === this && this.refresh(), this.deliveryDelay);
  }

  /** A note is the only thing possible before a claim; a reply that was begun stays a reply. */
  firstMode() {
    if (this.may("reply") || this.draft.reply.text) return;
    this.draft.mode = "note";
  }

  may(action) {
    return this.data?.may.includes(action) ?? false;
  }

  // Drawing

  headingNodes(summary) {
    const state = [TEXTS.states[summary.state] ?? summary.state];
    if (summary.outcome) state.push(TEXTS.outcomes[summary.outcome] ?? summary.outcome);
    if (summary.comment) state.push(TEXTS.commentOf(summary.comment));
    if (summary.stars) state.push(TEXTS.stars(summary.stars));
    const clocks = [];
    if (summary.state === "waiting") clocks.push(ticking("waits", summary.waiting_since));
    if (summary.state === "assigned" && summary.awaiting) clocks.push(ticking("awaits", summary.awaiting));
    if (summary.state === "assigned" && summary.agent_id === this.desk.me.id && summary.lease_until) clocks.push(ticking("lease", summary.lease_until));
    const holder = summary.state === "assigned" ? el("bdi", {}, TEXTS.with(summary.agent ?? "")) : null;
    const facts = [el("span", { class: `state ${summary.state}` }, state.join(" · ")), holder, el("span", {}, TEXTS.channels[summary.channel] ?? summary.channel), summary.language && el("span", { class: "language" }, TEXTS.writes(summary.language)), summary.left_at && el("strong", { class: "left", testid: "left" }, icon("warning"), TEXTS.left), el("span", { class: "reference" }, summary.reference), ...clocks];
    return [el("h1", { tabindex: "-1", dir: "auto", testid: "detail-contact" }, summary.contact), el("p", { class: "detail-facts" }, facts.filter(Boolean))];
  }

  drawActions() {
    redraw(this.actions, [this.data.may, this.busy], () => {
      const action = (name, label, run, primary) =>
        this.may(name) && button(label, { class: `button ${primary ? "primary" : ""}`, testid: name, onclick: run, disabled: Boolean(this.busy) });
      return [
        action("claim", this.busy === "claim" ? TEXTS.claiming : TEXTS.claim, () => this.claim(), true),
        action("resolve", TEXTS.resolve, () => this.askResolve(), true),
        action("return", TEXTS.returnTo, () => this.confirm("return", TEXTS.returnTitle, TEXTS.returnBody, TEXTS.returned)),
        action("release", TEXTS.release, () => this.confirm("release", TEXTS.releaseTitle, TEXTS.releaseBody, TEXTS.released)),
      ];
    });
    this.actions.setAttribute("aria-label", TEXTS.states[this.data.summary.state] ?? "");
  }

  drawTranscript(transcript, contact, first) {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller();
    const inside = this.scroller() === this.scroll;
    // On a phone the brief stands above the conversation and is read first.
    const atBottom = inside ? first || this.atEnd : !first && scrollHeight - scrollTop - clientHeight < 60;
    if (!transcript.length) return redraw(this.lines, [], () => el("li", { class: "hint" }, TEXTS.emptyTranscript));
    const wanted = [];
    let episode = transcript.find((line) => !line.note)?.episode;
    for (const line of transcript) {
      // Notes belong to the handoff, not to an episode.
      if (!line.note && line.episode !== episode) wanted.push(["episode", line.episode]);
      if (!line.note) episode = line.episode;
      wanted.push(["line", line]);
    }
    this.lines.drawn = null;
    this.patchLines(wanted, contact);
    if (atBottom) this.toBottom();
    const last = transcript.at(-1);
    if (transcript.length > (this.shown ?? 0) && last.sender === "contact") this.showTyping({ on: false });
    if (!first && transcript.length > this.shown && last.sender === "contact") this.desk.announce(TEXTS.said(contact, last.text));
    this.shown = transcript.length;
  }

  /** What scrolls: the conversation, or on a phone the brief and the conversation together. */
  scroller() {
    return getComputedStyle(this.scroll).overflowY === "visible" ? this.body : this.scroll;
  }

  toBottom() {
    const scroller = this.scroller();
    scroller.scrollTop = scroller.scrollHeight;
  }

  patchLines(wanted, contact) {
    wanted.forEach(([kind, data], index) => {
      const key = JSON.stringify([kind, data]);
      const old = this.lines.children[index];
      if (old?.key === key) return;
      const node = kind === "line" ? lineNode(data, contact, this.path, this) : el("li", { class: "episode" }, el("span", {}, TEXTS.newEpisode));
      node.key = key;
      if (old) old.replaceWith(node);
      else this.lines.append(node);
    });
    while (this.lines.children.length > wanted.length) this.lines.lastChild.remove();
  }

  /** Scrolls to a message that the brief cites, marks it, and gives it the focus. */
  showLine(number) {
    const node = this.lines.querySelector(`#m-${CSS.escape(String(number))}`);
    if (!node) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    for (const marked of this.lines.querySelectorAll(".cited")) marked.classList.remove("cited");
    node.classList.add("cited");
  }

  showTyping(data) {
    clearTimeout(this.typingTimer);
    const on = data.on !== false;
    this.typing.textContent = on ? TEXTS.typing(data.name || this.data?.summary.contact || TEXTS.senders.contact) : "";
    if (on) this.typingTimer = setTimeout(() => (this.typing.textContent = ""), 6_000);
  }

  // The composer

  get part() {
    return this.draft[this.draft.mode];
  }

  drawComposer() {
    if (!this.may("reply") && this.may("note") && !this.draft.reply.text) this.draft.mode = "note";
    const { mode } = this.draft;
    const note = mode === "note";
    const canReply = this.may("reply");
    this.composer.hidden = !canReply && !this.may("note") && !this.draft.reply.text && !this.draft.note.text;
    this.composer.classList.toggle("is-note", note);
    this.label.textContent = note ? TEXTS.noteLabel : TEXTS.replyLabel(this.data.summary.contact);
    this.text.placeholder = note ? TEXTS.notePlaceholder : TEXTS.replyPlaceholder;
    this.toggle.setAttribute("aria-checked", String(note));
    this.toggle.disabled = Boolean(this.sending) || (note && !canReply && !this.draft.reply.text);
    this.submit.textContent = this.sending ? TEXTS.sending : note ? TEXTS.saveNote : TEXTS.sendReply;
    this.submit.disabled = Boolean(this.sending) || !this.may(mode);
    this.text.readOnly = Boolean(this.sending);
    this.hint.textContent = this.hintText(note, canReply);
    if (this.text.value !== this.part.text) this.text.value = this.part.text;
    this.attach.hidden = note || !canReply;
    this.attach.disabled = Boolean(this.sending) || Boolean(this.uploading);
    this.attached.hidden = note || !this.files.length;
    redraw(this.attached, [this.files, Boolean(this.sending)], () => this.files.map((file) => this.attachedNode(file)));
    this.drawRescue();
  }

  attachedNode(file) {
    const remove = el("button", { type: "button", class: "button plain", "aria-label": TEXTS.detach(file.name), disabled: Boolean(this.sending), onclick: () => this.detach(file) }, icon("close"));
    return el("li", {}, el("span", { class: "file", dir: "auto" }, icon("file"), el("span", {}, TEXTS.download(file.name, sizeOf(file.size)))), remove);
  }

  detach(file) {
    this.files = this.files.filter((one) => one !== file);
    this.drawComposer();
    this.text.focus();
  }

  /** Uploads what was chosen; it goes with the next reply. */
  async chosen() {
    const files = [...this.chooser.files];
    this.chooser.value = "";
    this.composerErrors.replaceChildren();
    for (const file of files) {
      if (!(await this.upload(file))) return;
    }
  }

  async upload(file) {
    const refuse = (title, detail) => this.composerErrors.replaceChildren(problemBox({ title, detail }));
    if (this.files.length >= FILES_LIMIT) return refuse(TEXTS.tooManyFiles, TEXTS.tooManyFilesHint);
    if (file.size > FILE_LIMIT) return refuse(TEXTS.fileTooLarge(file.name), TEXTS.fileTooLargeHint);
    this.uploading = true;
    this.desk.announce(TEXTS.attaching(file.name));
    this.drawComposer();
    try {
      this.files = [...this.files, await api(`${this.path}/files?name=${encodeURIComponent(file.name)}`, file)];
      this.desk.announce(TEXTS.attached(file.name));
      return true;
    } catch (error) {
      if (!this.desk.handled(error)) this.composerErrors.replaceChildren(problemBox(error));
      return false;
    } finally {
      this.uploading = false;
      this.drawComposer();
    }
  }

  hintText(note, canReply) {
    if (!note) return TEXTS.replyHint;
    if (canReply) return TEXTS.noteWarning;
    return this.may("claim") ? TEXTS.claimFirst : TEXTS.noteWarning;
  }

  /** A reply begun by somebody who does not hold the handoff (any more) is neither lost nor sent. */
  drawRescue() {
    const stuck = this.draft.mode === "reply" && !this.may("reply") && this.draft.reply.text.trim() !== "";
    redraw(this.rescue, [stuck, this.may("claim"), this.may("note"), Boolean(this.sending)], () => {
      if (!stuck) return [];
      return [
        el("p", { role: "status" }, TEXTS.lostHold),
        this.may("claim") && button(TEXTS.claimAndSend, { class: "button small", testid: "claim-and-send", onclick: () => this.claimAndSend() }),
        this.may("note") && button(TEXTS.keepAsNote, { class: "button small", testid: "keep-as-note", onclick: () => this.keepAsNote() }),
      ];
    });
  }

  typed() {
    this.part.text = this.text.value;
    drafts.save(this.id);
    this.composerErrors.replaceChildren();
    this.drawRescue();
    this.tellTyping();
  }

  /** The contact sees that a reply is being written; a lost signal is no harm. */
  tellTyping() {
    const at = Date.now();
    if (this.draft.mode !== "reply" || !this.part.text.trim() || !this.may("reply") || at - (this.toldTyping ?? 0) < TYPING_EVERY) return;
    this.toldTyping = at;
    api(`${this.path}/typing`, undefined, "POST").catch(() => {});
  }

  /** Replies and notes have texts of their own: switching never turns a note into something the contact reads. */
  switchMode(mode = this.draft.mode === "note" ? "reply" : "note") {
    if (this.toggle.disabled || mode === this.draft.mode) return;
    this.draft.mode = mode;
    drafts.save(this.id);
    this.composerErrors.replaceChildren();
    this.drawComposer();
    this.text.focus();
  }

  keepAsNote() {
    const { reply, note } = this.draft;
    note.text = [note.text, reply.text.trim().replace(/^\/\/\s*/, "")].filter(Boolean).join("\n");
    Object.assign(reply, { id: null, sent: null, text: "" });
    this.draft.mode = "note";
    drafts.save(this.id);
    this.composerErrors.replaceChildren();
    this.drawComposer();
    this.text.focus();
  }

  async send() {
    const { mode } = this.draft;
    const part = this.part;
    const files = mode === "reply" ? this.files.map((file) => file.file_id) : [];
    if (this.sending || this.uploading || !(part.text.trim() || files.length) || !this.may(mode)) return false;
    if (mode === "reply" && /^\s*\/\//.test(part.text)) return this.refuseSlashes();
    const body = { id: drafts.idFor(part, files), text: part.text.trim() };
    if (files.length) body.file_ids = files;
    drafts.save(this.id);
    this.sending = true;
    this.composerErrors.replaceChildren();
    this.drawComposer();
    try {
      const data = await api(`${this.path}/${mode}`, body);
      Object.assign(part, { id: null, sent: null, text: "" });
      drafts.save(this.id);
      this.sending = false;
      if (mode === "reply") this.files = [];
      this.apply(data);
      this.toBottom();
      return true;
    } catch (error) {
      this.sending = false;
      this.sendFailed(error);
      return false;
    }
  }

  sendFailed(error) {
    this.drawComposer();
    if (this.desk.handled(error)) return;
    this.composerErrors.replaceChildren(problemBox(error));
    this.text.focus();
    if (error.status === 409 || error.status === 403) this.refresh();
  }

  refuseSlashes() {
    const keep = this.may("note") && button(TEXTS.keepAsNote, { class: "button small", testid: "keep-as-note", onclick: () => this.keepAsNote() });
    this.composerErrors.replaceChildren(problemBox({ title: TEXTS.slashes }, [keep].filter(Boolean)));
    return false;
  }

  // What an agent does

  apply(data) {
    this.version += 1;
    this.show(data);
    this.desk.refreshQueue();
  }

  // What an agent does with one message

  sendAgain(line) {
    return this.act(`messages/${line.number}/again`);
  }

  edit(line) {
    const field = el("textarea", { id: "edit-text", rows: "4", dir: "auto", testid: "edit-text" });
    field.value = line.text;
    const yes = el("button", { type: "submit", value: "yes", class: "button primary", testid: "edit-confirm" }, TEXTS.saveEdit);
    const no = el("button", { type: "submit", value: "no", class: "button", formnovalidate: true }, TEXTS.cancel);
    const box = dialog(TEXTS.editTitle, [el("p", {}, TEXTS.editBody), el("label", { for: "edit-text" }, TEXTS.editLabel), field], [no, yes], "edit-dialog");
    field.addEventListener("keydown", (event) => {
      if (!sends(event)) return;
      event.preventDefault();
      box.close("yes");
    });
    box.addEventListener("close", () => {
      const text = field.value.trim();
      if (box.returnValue === "yes" && text && text !== line.text) this.act(`messages/${line.number}`, { text }, "PATCH");
    });
    field.focus();
  }

  remove(line) {
    const yes = el("button", { type: "submit", value: "yes", class: "button primary", testid: "delete-confirm" }, TEXTS.deleteMessage);
    const no = el("button", { type: "submit", value: "no", class: "button" }, TEXTS.cancel);
    const box = dialog(TEXTS.deleteTitle, [el("p", {}, TEXTS.deleteBody)], [no, yes], "delete-dialog");
    box.addEventListener("close", () => {
      if (box.returnValue === "yes") this.act(`messages/${line.number}`, undefined, "DELETE");
    });
    no.focus();
  }

  /** Does an action; True when the server did it. An error is shown, and what it says about is fetched. */
  async act(name, body = {}, method = "POST") {
    if (this.busy) return false;
    this.busy = name;
    this.errors.replaceChildren();
    this.drawActions();
    try {
      const data = await api(`${this.path}/${name}`, method === "DELETE" ? undefined : body, method);
      this.busy = null;
      this.apply(data);
      return true;
    } catch (error) {
      this.busy = null;
      this.drawActions();
      if (!this.desk.handled(error)) this.errors.replaceChildren(problemBox(error, [this.dismiss()]));
      this.refresh();
      this.desk.refreshQueue();
      return false;
    }
  }

  dismiss() {
    return el("button", { type: "button", class: "button plain", "aria-label": TEXTS.dismiss, onclick: () => this.errors.replaceChildren() }, icon("close"));
  }

  async claim() {
    if (!this.may("claim") || !(await this.act("claim"))) return false;
    if (!this.draft.note.text) this.draft.mode = "reply";
    this.drawComposer();
    this.desk.announce(TEXTS.claimed);
    this.text.focus();
    return true;
  }

  async claimAndSend() {
    if (await this.claim()) await this.send();
  }

  draftWarning() {
    return this.draft.reply.text.trim() ? el("p", { class: "warning" }, icon("warning"), TEXTS.draftWarning) : null;
  }

  confirm(name, title, body, done) {
    const yes = el("button", { type: "submit", value: "yes", class: "button primary", testid: `${name}-confirm` }, title.replace(/\?$/, ""));
    const no = el("button", { type: "submit", value: "no", class: "button", formnovalidate: true }, TEXTS.cancel);
    const box = dialog(title, [el("p", {}, body), this.draftWarning()], [no, yes], `${name}-dialog`);
    box.addEventListener("close", async () => {
      if (box.returnValue === "yes" && (await this.act(name))) this.desk.announce(done);
    });
    yes.focus();
  }

  askResolve() {
    const options = Object.entries(TEXTS.outcomes).map(([value, label]) =>
      el("label", { class: "option" }, el("input", { type: "radio", name: "outcome", value, required: true, testid: `outcome-${value}`, checked: value === "solved" }), el("span", {}, el("strong", {}, label), el("span", { class: "hint" }, TEXTS.outcomeHints[value]))),
    );
    const comment = el("textarea", { id: "resolve-comment", rows: "3", dir: "auto", testid: "resolve-comment" });
    const content = [el("fieldset", { class: "options", testid: "outcome" }, el("legend", {}, TEXTS.outcome), options), el("label", { for: "resolve-comment" }, TEXTS.comment), comment, this.draftWarning()];
    const errors = el("div", {});
    const yes = button(TEXTS.confirmResolve, { type: "submit", class: "button primary", testid: "resolve-confirm" });
    const no = button(TEXTS.cancel, { onclick: () => box.close() });
    const box = dialog(TEXTS.resolveTitle, [...content.filter(Boolean), errors], [no, yes], "resolve-dialog");
    box.querySelector("input").focus();
    box.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      yes.disabled = true;
      const outcome = box.querySelector("input:checked").value;
      if (await this.act("resolve", { outcome, comment: comment.value.trim() })) {
        box.close();
        this.desk.announce(TEXTS.resolved);
        return;
      }
      // The comment stays: the dialog is open until the server has taken it.
      yes.disabled = false;
      errors.replaceChildren(...[...this.errors.children].map((node) => node.cloneNode(true)));
    });
  }

  focusComposer(mode) {
    if (this.composer.hidden || !this.data) return;
    if (mode === "reply" && !this.may("reply")) return;
    if (mode === "note" && !this.may("note")) return;
    this.switchMode(mode);
    this.text.focus();
  }
}

// The desk

class Desk {
  constructor(root) {
    this.root = root;
    this.refreshQueue = coalesced(() => this.loadQueue());
    this.live = new Live({
      onEvent: (name, data) => this.event(name, data),
      onUp: () => this.up(),
      onDown: () => this.down(),
    });
    setInterval(tickClocks, 1_000);
    setInterval(() => this.me && !document.hidden && this.refreshQueue(), RECONCILE_EVERY);
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("online", () => this.me && this.live.open());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.unseen = 0;
      this.titleChanged();
      if (this.me) this.refreshQueue();
    });
  }

  async start() {
    this.root.replaceChildren(el("main", { class: "sign-in" }, el("p", { role: "status", class: "loading" }, TEXTS.loading)));
    try {
      this.signedIn(await api("/me"));
    } catch (error) {
      if (error.status === 401) this.showSignIn();
      else this.root.replaceChildren(unreachableScreen(error, () => this.start()));
    }
  }

  showSignIn(message) {
    this.live.stop();
    this.me = null;
    this.detail = null;
    this.list = null;
    this.unseen = 0;
    document.title = TEXTS.title;
    this.root.replaceChildren(signInScreen({ message, onDone: (me) => this.signedIn(me) }));
    this.root.querySelector("input").focus();
  }

  signedIn(me) {
    this.me = me;
    this.seen = null;
    this.unseen = 0;
    this.build();
    this.live.start();
    this.refreshQueue();
    this.route();
  }

  async signOut() {
    try {
      await api("/sign-out", {});
    } catch (error) {
      if (error.status !== 401) return this.showProblem(error);
    }
    drafts.clearAll();
    this.showSignIn();
  }

  /** True when an error means that nobody is signed in any more, and the sign-in screen is shown. */
  handled(error) {
    if (error.status !== 401) return false;
    if (this.me) this.showSignIn(TEXTS.signedOut);
    return true;
  }

  build() {
    this.banner = el("div", { class: "banner", role: "status", testid: "banner", hidden: true });
    this.status = el("p", { class: "sr", role: "status", testid: "announcement" });
    const help = el("button", { type: "button", class: "button plain help", "aria-label": TEXTS.shortcuts, testid: "help", onclick: () => this.help() }, "?");
    const who = el("span", { class: "me" }, el("bdi", { testid: "me" }, this.me.name), el("span", { class: "team" }, this.me.team));
    const out = button(TEXTS.signOut, { class: "button plain", testid: "sign-out", onclick: () => this.signOut() });
    const top = el("header", { class: "top" }, el("p", { class: "brand", dir: "auto" }, TEXTS.deskOf(this.me.business)), who, help, out);
    this.queue = el("nav", { class: "queue", "aria-label": TEXTS.queue, testid: "queue" }, el("p", { class: "hint loading", role: "status" }, TEXTS.loading));
    this.main = el("div", { class: "main" });
    this.root.replaceChildren(top, this.banner, this.status, el("main", { class: "columns" }, this.queue, this.main));
    this.drawMain();
  }

  announce(text) {
    this.status.textContent = "";
    requestAnimationFrame(() => (this.status.textContent = text));
  }

  // Live

  event(name, data) {
    if (name === "queue") this.refreshQueue();
    // No id: so much has changed that it is not listed.
    const open = this.detail && (!data.id || String(data.id) === this.detail.id);
    if (name === "handoff" && open) this.detail.refresh();
    if (name === "typing" && data.id && this.detail?.data?.conversation_id === String(data.id)) this.detail.showTyping(data);
  }

  reconcile() {
    this.refreshQueue();
    this.detail?.refresh();
  }

  up() {
    this.liveDown = false;
    this.drawBanner();
    this.reconcile();
  }

  down() {
    this.liveDown = true;
    this.drawBanner();
    // Tells a server that is gone from one that no longer knows us.
    api("/me").catch((error) => this.handled(error));
  }

  drawBanner() {
    const lost = this.liveDown || this.fetchFailed;
    this.lostAt ??= new Date();
    if (!lost) this.lostAt = null;
    this.banner.hidden = !lost;
    redraw(this.banner, [lost, this.lostAt], () =>
      lost ? [icon("warning"), el("span", {}, TEXTS.lost(clockFormat.format(this.lostAt))), button(TEXTS.tryNow, { class: "button small", testid: "try-now", onclick: () => this.tryNow() })] : [],
    );
  }

  tryNow() {
    this.live.open();
    this.reconcile();
  }

  // The queue

  async loadQueue() {
    if (!this.me) return;
    try {
      const list = await api("/handoffs");
      if (!this.me) return;
      clockOffset = list.now - Date.now() / 1000;
      this.fetchFailed = false;
      this.drawBanner();
      this.showQueue(list);
      this.compareDetail(list);
    } catch (error) {
      if (this.handled(error)) return;
      this.fetchFailed = true;
      this.drawBanner();
      if (!this.list) this.queueFailed(error);
    }
  }

  /** Opening a handoff is recorded, so it is fetched again only when its row says that it has changed. */
  compareDetail(list) {
    const shown = this.detail?.data?.summary;
    const listed = shown && [...list.waiting, ...list.assigned, ...list.ended].find((item) => item.id === shown.id);
    if (listed && JSON.stringify(listed) !== JSON.stringify(shown)) this.detail.refresh();
  }

  queueFailed(error) {
    this.queue.replaceChildren(problemBox(error, [button(TEXTS.tryAgain, { class: "button small", onclick: () => this.refreshQueue() })]));
  }

  showQueue(list) {
    this.list = list;
    this.noticeNew(list.waiting);
    const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
    const inQueue = this.queue.contains(document.activeElement);
    const endedOpen = this.queue.querySelector("details")?.open ?? false;
    const mine = list.assigned.filter((item) => item.agent_id === this.me.id);
    const others = list.assigned.filter((item) => item.agent_id !== this.me.id);
    const changed = redraw(this.queue, [list.waiting, mine, others, list.ended, this.openId], () => [
      el("h1", { class: "sr" }, TEXTS.queue),
      this.group("waiting", TEXTS.waiting, list.waiting, this.noneWaiting()),
      this.group("mine", TEXTS.mine, mine, el("p", { class: "hint" }, TEXTS.noneMine)),
      others.length ? this.group("others", TEXTS.others, others) : null,
      list.ended.length ? this.endedGroup(list.ended, endedOpen) : null,
    ]);
    if (changed && inQueue && focused) this.item(focused)?.focus();
    this.titleChanged();
    this.drawMain();
  }

  noneWaiting() {
    return el("p", { class: "none", testid: "nobody-waiting" }, el("strong", {}, TEXTS.noneWaiting), " ", TEXTS.noneWaitingHint);
  }

  group(name, title, items, empty) {
    const list = el("ul", { class: "items", testid: `group-${name}` }, items.map((item) => el("li", {}, this.itemNode(item))));
    const heading = el("h2", {}, title, " ", el("span", { class: `count ${name}` }, String(items.length)));
    return el("section", { class: "group" }, heading, items.length ? list : empty);
  }

  endedGroup(items, open) {
    const list = el("ul", { class: "items", testid: "group-ended" }, items.map((item) => el("li", {}, this.itemNode(item))));
    return el("details", { class: "group", open, testid: "ended" }, el("summary", {}, TEXTS.ended, " ", el("span", { class: "count" }, String(items.length))), list);
  }

  itemNode(item) {
    const waiting = item.state === "waiting";
    const mine = item.agent_id === this.me.id;
    const awaited = item.state === "assigned" && item.awaiting;
    const clock = waiting ? rowClock(TEXTS.waitsFor, item.waiting_since) : awaited ? rowClock(TEXTS.awaitsFor, item.awaiting) : timeOf(item.last_at);
    const place = waiting && item.place ? el("span", { class: "place" }, el("span", { "aria-hidden": "true" }, String(item.place)), hidden(TEXTS.place(item.place))) : null;
    const labels = item.reasons.map((reason) => el("span", { class: "reason" }, reason.label));
    if (item.state === "assigned" && !mine && item.agent) labels.unshift(el("bdi", { class: "reason holder" }, TEXTS.with(item.agent)));
    if (item.outcome) labels.unshift(el("span", { class: "reason holder" }, TEXTS.outcomes[item.outcome] ?? item.outcome));
    else if (["returned", "abandoned"].includes(item.state)) labels.unshift(el("span", { class: "reason holder" }, TEXTS.states[item.state]));
    return el(
      "a", { class: "item", href: `#/h/${encodeURIComponent(item.id)}`, testid: "queue-item", "data-id": item.id, "data-state": item.state, "aria-current": item.id === this.openId ? "true" : null },
      el("span", { class: "item-top" }, place, el("bdi", { class: "item-contact" }, item.contact), moodBlocks(item.mood), clock),
      el("span", { class: "item-ask", dir: "auto" }, item.ask || item.last_text),
      item.ask && item.last_text ? el("span", { class: "item-last", dir: "auto" }, "“", item.last_text, "”") : null,
      el("span", { class: "item-labels" }, el("span", { class: "reason channel" }, TEXTS.channels[item.channel] ?? item.channel), item.language && el("span", { class: "reason language" }, item.language), labels),
    );
  }

  noticeNew(waiting) {
    const ids = new Set(waiting.map((item) => item.id));
    const fresh = this.seen ? waiting.filter((item) => !this.seen.has(item.id)) : [];
    this.seen = ids;
    if (!fresh.length) return;
    if (document.hidden) this.unseen += fresh.length;
    this.announce(TEXTS.newWaiting(fresh.at(-1).contact));
  }

  /** The number waiting, and a mark when one came while nobody looked. */
  titleChanged() {
    if (!this.me) return;
    const count = this.list?.waiting.length ?? 0;
    const mark = this.unseen ? "● " : "";
    const contact = this.detail?.data?.summary.contact;
    document.title = `${mark}${count ? `(${count}) ` : ""}${contact ? `${contact} · ` : ""}${TEXTS.deskOf(this.me.business)}`;
  }

  // What is open

  item(id) {
    return [...this.queue.querySelectorAll(".item")].find((node) => node.dataset.id === id);
  }

  route() {
    if (!this.me) return;
    const id = decodeURIComponent(/^#\/h\/(.+)$/.exec(location.hash)?.[1] ?? "");
    const before = this.openId;
    this.openId = id || null;
    this.root.classList.toggle("has-open", Boolean(id));
    if (this.list) this.showQueue(this.list);
    if ((this.detail?.id ?? null) === this.openId) return;
    this.detail = id ? new Detail(this, id) : null;
    this.drawMain();
    this.titleChanged();
    if (!id && before) this.item(before)?.focus();
    if (id) this.focusDetail(this.detail);
  }

  async focusDetail(detail) {
    await detail.ready;
    if (this.detail === detail && !detail.root.contains(document.activeElement)) detail.root.querySelector("h1")?.focus({ preventScroll: true });
  }

  close() {
    location.hash = "#/";
  }

  drawMain() {
    if (this.detail) {
      if (this.main.firstChild !== this.detail.root) {
        this.main.drawn = null;
        this.main.replaceChildren(this.detail.root);
      }
      return;
    }
    const quiet = this.list && !this.list.waiting.length;
    redraw(this.main, ["pick", quiet], () => el("div", { class: "pick" }, el("h1", {}, quiet ? TEXTS.noneWaiting : TEXTS.pickTitle), el("p", {}, quiet ? TEXTS.allQuiet : TEXTS.pickHint)));
  }

  showProblem(error) {
    this.banner.hidden = false;
    this.banner.drawn = null;
    this.banner.replaceChildren(problemBox(error));
  }

  // Keys

  key(event) {
    if (!this.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") return this.escape(typing);
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") return this.help();
    if (!shortcuts.on) return;
    const actions = {
      j: () => this.move(1),
      k: () => this.move(-1),
      c: () => this.detail?.claim(),
      r: () => this.detail?.focusComposer("reply"),
      n: () => this.detail?.focusComposer("note"),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  escape(typing) {
    if (typing) return typing.blur();
    if (this.openId) this.close();
  }

  move(step) {
    const items = [...this.queue.querySelectorAll(".item")].filter((node) => node.getClientRects().length);
    if (!items.length) return;
    const at = items.findIndex((node) => node === document.activeElement);
    const from = at >= 0 ? at : items.findIndex((node) => node.dataset.id === this.openId);
    const next = from < 0 ? (step > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, from + step));
    items[next].focus();
    items[next].scrollIntoView({ block: "nearest" });
  }

  help() {
    const keys = el("dl", { class: "keys" }, TEXTS.keys.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what))));
    const box = el("input", { type: "checkbox", checked: shortcuts.on, testid: "shortcuts-on", onchange: (event) => (shortcuts.on = event.target.checked) });
    dialog(TEXTS.shortcuts, [keys, el("label", { class: "check" }, box, TEXTS.shortcutsOn)], el("button", { type: "submit", class: "button primary" }, TEXTS.close), "help-dialog");
  }
}

/** Single keys can be switched off: they disturb people who dictate. */
const shortcuts = {
  get on() {
    try {
      return localStorage.getItem(SHORTCUTS) !== "off";
    } catch {
      return true;
    }
  },
  set on(value) {
    try {
      localStorage.setItem(SHORTCUTS, value ? "on" : "off");
    } catch {
      // Blocked storage: shortcuts stay on.
    }
  },
};

new Desk(document.querySelector("#desk")).start();
