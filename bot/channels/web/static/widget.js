/**
 * The Frontdesk chat: one script, no dependencies.
 *
 *   <script src="https://support.example/widget.js" async></script>
 *
 * adds a launcher button to any page. Where the page has an element `#frontdesk-chat` or
 * `[data-frontdesk-mode="page"]`, the chat is put there in full instead. It talks to the script's own origin.
 *
 * Options are `data-` attributes of the script's tag, or fields of an object `frontdeskOptions` made before it:
 * `place` (`end`, `start`, `left`, `right`: the launcher's corner), `theme` (`light`, `dark`; else as the system),
 * `lang` and `dir` (else the page's), `contact` (the customer's id as the site signed it), `texts` (an object, or JSON:
 * other words for any of `WORDS`). Colours are the CSS variables `--frontdesk-…` of the element `frontdesk-chat`.
 * `document.querySelector("frontdesk-chat").identify(signed)` tells who signed in, or out (null), without a reload.
 */
(() => {
  "use strict";

  const SCRIPT = document.currentScript;
  const ORIGIN = new URL(SCRIPT?.src || location.href, location.href).origin;
  const TAG = "frontdesk-chat";
  if (customElements.get(TAG)) return;

  const OPTIONS = { ...SCRIPT?.dataset, ...window.frontdeskOptions };

  /** A language that this browser knows by this name, else undefined. */
  const known = (language) => {
    try {
      return Intl.getCanonicalLocales(language)[0];
    } catch {
      return undefined;
    }
  };
  const LANGUAGE = known(OPTIONS.lang) ?? known(document.documentElement.lang) ?? "en";

  /** Every word on the screen, in one place, so that it can be translated. `{n}` and the like are filled in. */
  const WORDS = {
    launcher: "Chat with us",
    launcherClose: "Close chat",
    unread: { one: "{n} new message", other: "{n} new messages" },
    chat: "Support chat",
    chatWith: "Chat with {business}",
    business: "Support",
    close: "Close chat",
    menu: "Menu",
    menuStart: "Start over",
    menuHelp: "Help",
    menuLink: "Use me on another channel",
    menuPrivacy: "Privacy and my data",
    conversation: "Conversation",
    log: "Messages",
    assistantTag: "Assistant",
    agentTag: "Person",
    agentFallback: "Support team",
    you: "You",
    notice: "Notice",
    stateBot: "{assistant} answers",
    stateBotHint: "automated assistant",
    stateAssistantFallback: "Assistant",
    stateQueue: "A person has been asked",
    statePlace: "You’re number {place} in line",
    stateMeanwhile: "{assistant} answers meanwhile",
    stateReference: "ref {reference}",
    stateAgent: "{agent} is with you",
    connecting: "Connecting…",
    reconnecting: "Connection lost. Reconnecting…",
    unreachable: "We can’t reach the support desk. Reconnecting…",
    offline: "You seem to be offline. Reconnecting as soon as you’re back…",
    seconds: "in {n} s",
    tryNow: "Try now",
    transparency: "You’re chatting with an automated assistant. You can ask for a person at any time.",
    unreachableTitle: "We can’t connect right now",
    unreachableBody:
      "Please check your internet connection. You can write anyway: your message is kept on this device and sent as " +
      "soon as we’re connected.",
    starters: "You could ask",
    composer: "Your message",
    placeholder: "Write a message…",
    send: "Send",
    human: "Talk to a person",
    left: { one: "{n} character left", other: "{n} characters left" },
    over: { one: "{n} character too long", other: "{n} characters too long" },
    sending: "Sending…",
    waiting: "Waits for the connection",
    sent: "Sent",
    failed: "Not sent",
    retry: "Try again",
    edit: "Edit",
    remove: "Delete",
    reallyRemove: "Delete for good?",
    discard: "Discard",
    editing: "You’re changing your message",
    cancel: "Cancel",
    edited: "edited",
    deleted: "This message was deleted",
    tooLong: "That is longer than we can take. Please shorten it.",
    stars: "Your rating",
    star: "{n} of 5",
    rated: "You rated {n} of 5",
    maskedCard: "We hid a card number. Nobody here will ask for it.",
    maskedSecret: "We hid a password or code. Nobody here will ask for it.",
    again: "Start a new chat",
    chosen: "chosen",
    typing: "{name} is typing…",
    newMessages: { one: "{n} new message", other: "{n} new messages" },
    toBottom: "Go to the latest message",
    picture: "Picture from {name}",
    pictureFailed: "The picture could not be shown. Open it in a new tab",
    attach: "Add a file",
    download: "Download {name}",
    removeFile: "Remove {name}",
    uploading: "Adding {name}…",
    fileReady: "{name} is added",
    fileTooLarge: "This file is larger than {n} MB. Please send a smaller one.",
    fileLost: "This file could not be sent. Please check your connection and add it again.",
    fileGone: "This file could not be loaded. Please try again.",
    tooManyFiles: { one: "A message takes {n} file.", other: "A message takes {n} files." },
    today: "Today",
    yesterday: "Yesterday",
    dismiss: "Dismiss",
  };

  /** The words with the page's own in their place; what has something to fill in, or a plural, is a function. */
  const TEXTS = (() => {
    let own = {};
    try {
      own = (typeof OPTIONS.texts === "string" ? JSON.parse(OPTIONS.texts) : OPTIONS.texts) ?? {};
    } catch (error) {
      console.error("Frontdesk: data-texts is not JSON, so the chat speaks English.", error);
    }
    const plurals = new Intl.PluralRules(LANGUAGE);
    const made = ([key, word]) => {
      const chosen = own[key] && (typeof own[key] === "string" || own[key].other) ? own[key] : word;
      if (typeof word === "string" && !word.includes("{")) return [key, String(chosen)];
      const form = (value) => (typeof chosen === "string" ? chosen : chosen[plurals.select(value)] ?? chosen.other);
      return [key, (value) => form(value).replace(/\{\w+\}/g, () => String(value))];
    };
    return Object.fromEntries(Object.entries(WORDS).map(made));
  })();

  const HELLO_DEADLINE = 10_000;
  const ACCEPT_DEADLINE = 15_000;
  const PROBE_EVERY = 25_000;
  const PROBE_DEADLINE = 8_000;
  const TYPING_LIMIT = 45_000;
  // A person is told to be typing again and again while they do.
  const PERSON_TYPING_LIMIT = 6_000;
  // A notice of more characters is read as a text, not glanced at.
  const SHORT_NOTICE = 140;
  const GROUP_SECONDS = 300;

  // Storage

  /** localStorage where it may be used, else memory: some browsers block it in frames and private windows. */
  const store = (() => {
    const memory = new Map();
    const attempt = (action, fallback) => {
      try {
        return action();
      } catch {
        return fallback();
      }
    };
    return {
      get: (key) => memory.get(key) ?? attempt(() => localStorage.getItem(key), () => null),
      set: (key, value) => attempt(() => localStorage.setItem(key, value), () => memory.set(key, value)),
      remove: (key) => {
        memory.delete(key);
        attempt(() => localStorage.removeItem(key), () => null);
      },
      keys: () => [...new Set([...memory.keys(), ...attempt(() => Object.keys(localStorage), () => [])])],
    };
  })();

  const KEY = {
    token: "frontdesk.token",
    read: "frontdesk.read",
    known: "frontdesk.known",
    outbox: "frontdesk.outbox.",
    draft: "frontdesk.draft",
  };

  /** Messages not yet accepted. One key each, so that two tabs cannot overwrite each other's. */
  const outbox = {
    load() {
      const entries = [];
      for (const key of store.keys()) {
        if (!key.startsWith(KEY.outbox)) continue;
        try {
          const entry = JSON.parse(store.get(key));
          if (entry?.id && entry.frame?.id === entry.id) entries.push(entry);
        } catch {
          store.remove(key);
        }
      }
      return entries.sort((a, b) => a.at - b.at);
    },
    save({ id, frame, text, at, files, silent, owner }) {
      store.set(KEY.outbox + id, JSON.stringify({ id, frame, text, at, files, silent, owner }));
    },
    remove(id) {
      store.remove(KEY.outbox + id);
    },
  };

  /** A random UUID; `crypto.randomUUID` is missing on pages served over plain http. */
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /** The proof from the link of an e-mail (`#return=…`). It leaves the address at once: whoever has it reads along. */
  function takeProof() {
    const proof = /^#return=([\w.-]+)$/.exec(location.hash)?.[1];
    if (proof) history.replaceState(history.state, "", location.pathname + location.search);
    return proof ?? null;
  }

  /** Whom a token is for: what is kept on this device is sent by nobody else. */
  function ownerOf(token) {
    try {
      return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
    } catch {
      return "";
    }
  }

  /** How places of customers begin; alone: a customer whom the server has not confirmed yet. */
  const CUSTOMER = "u/";

  /** Whether a message that waits is this visitor's. One that was written before anybody was anybody is a guest's. */
  const isOf = ({ owner = "" }, visitor) =>
    owner === visitor || (visitor.startsWith(CUSTOMER) ? owner === CUSTOMER : owner === "");

  /** Length in code points, as the server counts. */
  const lengthOf = (text) => [...text].length;

  // Building nodes: text only, never markup.

  /** An element with properties; `class`, `dataset` and attributes with a dash or `role` are set as attributes. */
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "testid") node.setAttribute("data-testid", value);
      else if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  const SVG = "http://www.w3.org/2000/svg";
  const ICONS = {
    chat: "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4.1c-.5.5-1.4.1-1.4-.6V16A2.5 2.5 0 0 1 4 13.5z",
    close: "M6.2 4.8 12 10.6l5.8-5.8 1.4 1.4-5.8 5.8 5.8 5.8-1.4 1.4-5.8-5.8-5.8 5.8-1.4-1.4 5.8-5.8-5.8-5.8z",
    send: "M3.4 20.4 21.3 12.7c.7-.3.7-1.2 0-1.5L3.4 3.6c-.6-.3-1.2.3-1 .9L4.6 11 13 12l-8.4 1-2.2 6.4c-.2.7.4 1.2 1 1z",
    person: "M12 12a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4zm0 2c-4 0-8 2-8 5v1.4h16V19c0-3-4-5-8-5z",
    star: "m12 2.8 2.8 5.8 6.4.9-4.6 4.4 1.1 6.3-5.7-3-5.7 3 1.1-6.3L2.8 9.5l6.4-.9z",
    tick: "M9.3 17.6 3.7 12l1.5-1.5 4.1 4.1 9.5-9.5 1.5 1.5z",
    clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1 2.5v5.1l4 2.3 1-1.600-3.100-1.800v-4z",
    down: "m12 16.5-7-7L6.5 8l5.5 5.5L17.5 8 19 9.5z",
    more: "M5 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
    clip: "M16.500 6v11a4.500 4.500 0 0 1-9 0V5a3 3 0 0 1 6 0v10.500a1.300 1.300 0 0 1-2.600 0V6H9.400v9.500a2.800 2.800 0 0 0 5.600 0V5a4.500 4.500 0 0 0-9 0v12a6 6 0 0 0 12 0V6z",
    file: "M6 2.500h8l5 5V20a1.500 1.500 0 0 1-1.500 1.500h-11A1.500 1.500 0 0 1 5 20V4a1.500 1.500 0 0 1 1-1.500zM13.500 4v4h4z",
    pencil: "m4 16.500 10.500-10.500 3.500 3.500L7.500 20H4zM15.600 4.900l1.500-1.500a1.400 1.400 0 0 1 2 0l1.500 1.500a1.400 1.400 0 0 1 0 2l-1.500 1.500z",
    bin: "M8 4h8l.6 1.500H20v2H4v-2h3.400zM5.500 9h13l-1 11.500a1.500 1.500 0 0 1-1.500 1.500H8a1.500 1.500 0 0 1-1.500-1.500z",
    warning: "M12 3 1.8 20.5h20.4zm1 14.200h-2v-2h2zm0-3.400h-2V9.500h2z",
  };

  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "icon");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  const hidden = (text) => el("span", { class: "sr" }, text);

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

  /** Kinds of pictures that every browser shows. */
  const SHOWN = /^image\/(png|jpeg|gif|webp)$/;
  const inKilobytes = new Intl.NumberFormat(known(OPTIONS.lang), { style: "unit", unit: "kilobyte" });
  const inMegabytes = new Intl.NumberFormat(known(OPTIONS.lang), { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
  const sizeOf = (bytes) => (bytes < 1e6 ? inKilobytes.format(Math.ceil(bytes / 1000)) : inMegabytes.format(bytes / 1e6));

  /** A picture's address if the browser may load it: https, this server, or an image in a data address. */
  function safeImage(address) {
    try {
      const url = new URL(address, ORIGIN);
      if (url.protocol === "https:" || url.origin === ORIGIN) return url.href;
      return /^data:image\/(png|jpeg|gif|webp)[;,]/i.test(address) ? address : null;
    } catch {
      return null;
    }
  }

  // Times

  const clock = new Intl.DateTimeFormat(known(OPTIONS.lang), { hour: "numeric", minute: "2-digit" });
  const fullTime = new Intl.DateTimeFormat(known(OPTIONS.lang), { dateStyle: "full", timeStyle: "short" });
  const thisYear = new Intl.DateTimeFormat(known(OPTIONS.lang), { weekday: "long", day: "numeric", month: "long" });
  const otherYear = new Intl.DateTimeFormat(known(OPTIONS.lang), { day: "numeric", month: "long", year: "numeric" });

  const dayKey = (date) => `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;

  function dayLabel(date) {
    const today = new Date();
    const yesterday = new Date(today);
    yesterday.setDate(today.getDate() - 1);
    if (dayKey(date) === dayKey(today)) return TEXTS.today;
    if (dayKey(date) === dayKey(yesterday)) return TEXTS.yesterday;
    return (date.getFullYear() === today.getFullYear() ? thisYear : otherYear).format(date);
  }

  // The socket

  /**
   * Keeps one web socket open. `phase` is `idle`, `connecting`, `open` (welcomed) or `lost` (a retry is due at
   * `retryAt`); it never says `open` before the server has welcomed us, and not after an unanswered probe.
   */
  class Link {
    constructor({ hello, onFrame, onPhase }) {
      Object.assign(this, { hello, onFrame, onPhase });
      this.phase = "idle";
      this.everOpen = false;
      this.tries = 0;
      this.retryAt = 0;
      // A server that is silent on an empty replay cannot be probed; we learn it from the first answer.
      this.answersProbes = false;
    }

    start() {
      if (this.phase !== "idle") return;
      if (!this.listens) this.listen();
      this.connect();
    }

    /** Closes the connection until it is started again. */
    rest() {
      clearTimeout(this.deadline);
      clearTimeout(this.timer);
      const socket = this.socket;
      this.socket = undefined;
      this.probedAt = 0;
      socket?.close();
      this.setPhase("idle");
    }

    listen() {
      this.listens = true;
      addEventListener("online", () => this.tryNow());
      addEventListener("offline", () => this.drop());
      addEventListener("pagehide", () => this.socket?.close());
      addEventListener("pageshow", (event) => event.persisted && this.tryNow());
      document.addEventListener("resume", () => this.tryNow());
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) return;
        if (this.phase === "lost") this.tryNow();
        else this.probe();
      });
      setInterval(() => this.idleCheck(), 5_000);
    }

    /** Only one tab at a time may become a new visitor, or two tabs would hold two conversations. */
    async connect() {
      this.setPhase("connecting");
      if (store.get(KEY.token) || OPTIONS.contact || !navigator.locks) return this.attempt();
      try {
        await navigator.locks.request("frontdesk.hello", { signal: AbortSignal.timeout(4_000) }, () => this.attempt());
      } catch {
        if (this.phase === "connecting" && !this.socket) await this.attempt();
      }
    }

    /** Resolves when the server has welcomed us or the attempt has failed. */
    attempt() {
      return new Promise((settled) => {
        this.settled = settled;
        let socket;
        try {
          socket = new WebSocket(`${ORIGIN.replace(/^http/, "ws")}/ws`);
        } catch {
          return this.lost(null);
        }
        this.socket = socket;
        this.deadline = setTimeout(() => this.lost(socket), HELLO_DEADLINE);
        socket.addEventListener("open", () => socket.send(JSON.stringify(this.hello())));
        socket.addEventListener("message", (event) => this.receive(socket, event.data));
        socket.addEventListener("close", () => this.lost(socket));
      });
    }

    receive(socket, data) {
      if (socket !== this.socket) return;
      let frame;
      try {
        frame = JSON.parse(data);
      } catch {
        return;
      }
      this.heardAt = Date.now();
      if (this.probedAt && ["messages", "state"].includes(frame.type)) this.answersProbes = true;
      this.probedAt = 0;
      if (frame.type === "welcome") this.welcomed();
      this.onFrame(frame);
    }

    welcomed() {
      clearTimeout(this.deadline);
      this.tries = 0;
      this.everOpen = true;
      this.setPhase("open");
      this.settled?.();
    }

    lost(socket) {
      if (socket !== (this.socket ?? null)) return;
      clearTimeout(this.deadline);
      this.socket = undefined;
      this.probedAt = 0;
      socket?.close();
      const ceiling = Math.min(30_000, 1_000 * 2 ** this.tries);
      this.tries += 1;
      const delay = ceiling / 2 + (Math.random() * ceiling) / 2;
      this.retryAt = Date.now() + delay;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.connect(), delay);
      this.setPhase("lost");
      this.settled?.();
    }

    /** Says hello anew, as whoever we are now. */
    again() {
      if (this.phase === "idle") return;
      if (this.phase === "open" || this.phase === "connecting") this.lost(this.socket);
      this.tryNow();
    }

    tryNow() {
      if (this.phase === "open") return this.probe();
      if (this.phase !== "lost") return;
      clearTimeout(this.timer);
      this.connect();
    }

    /** Drops a connection that has gone silent, and reconnects. */
    drop() {
      if (this.phase === "open") this.lost(this.socket);
    }

    send(frame) {
      if (this.phase !== "open" || this.socket?.readyState !== WebSocket.OPEN) return false;
      this.socket.send(JSON.stringify(frame));
      return true;
    }

    /** Asks for an empty replay: a live server answers it, if only with the state. */
    probe() {
      if (this.phase !== "open" || this.probedAt) return;
      if (this.send({ type: "replay", after: this.hello().after })) this.probedAt = Date.now();
    }

    idleCheck() {
      if (this.phase !== "open") return;
      const now = Date.now();
      if (this.probedAt) {
        if (now - this.probedAt < PROBE_DEADLINE) return;
        if (this.answersProbes) this.drop();
        else this.probedAt = 0;
        this.heardAt = now;
      } else if (!document.hidden && now - this.heardAt > PROBE_EVERY) this.probe();
    }

    setPhase(phase) {
      this.phase = phase;
      this.onPhase();
    }
  }

  // One message on the screen

  /**
   * A message's nodes. `view` is what the server said (or our guess while it is pending); `pending` is the outbox
   * entry as long as the server has not accepted it. Nodes are changed in place: a screen reader hears a message once.
   */
  class Line {
    constructor(chat, view, pending = null) {
      this.chat = chat;
      this.pending = pending;
      this.item = el("li", { class: "line", testid: "message" });
      this.who = el("div", { class: "who" });
      this.bubble = el("div", { class: "bubble" });
      this.files = el("div", { class: "files", hidden: true });
      this.aside = el("p", { class: "aside", testid: "masked", hidden: true });
      this.choices = el("div", { class: "choices" });
      this.meta = el("div", { class: "meta" });
      this.trouble = el("div", { class: "trouble", role: "alert" });
      this.item.append(this.who, this.bubble, this.files, this.aside, this.choices, this.meta, this.trouble);
      this.update(view);
    }

    update(view) {
      const before = this.view;
      this.view = view;
      this.item.classList.add(view.sender);
      this.item.dataset.sender = view.sender;
      if (view.number) this.item.dataset.number = String(view.number);
      this.item.hidden = this.isHidden();
      this.item.classList.toggle("long", view.sender === "system" && (view.text.length > SHORT_NOTICE || view.text.includes("\n")));
      this.item.classList.toggle("deleted", Boolean(view.deleted));
      if (!before || before.sender !== view.sender || before.name !== view.name) this.drawWho();
      if (!before || before.text !== view.text || before.image !== view.image || before.deleted !== view.deleted)
        this.drawBody();
      if (!before || JSON.stringify(before.files) !== JSON.stringify(view.files)) this.drawFiles();
      if (!before || JSON.stringify(before.buttons) !== JSON.stringify(view.buttons)) this.drawChoices();
      this.syncChoices();
      this.drawMeta();
    }

    /** Withdrawn, or a rating: the stars themselves show it. */
    isHidden() {
      const asked = this.chat.lines.get(Number.parseInt(this.view.choice));
      return Boolean(this.view.withdrawn || asked?.starNodes.length);
    }

    /** Says below a message that a secret was taken out of it; null: not here. */
    setAside(kind) {
      const text = { card: TEXTS.maskedCard, secret: TEXTS.maskedSecret }[kind] ?? "";
      if (this.aside.textContent !== text) this.aside.textContent = text;
      this.aside.hidden = !text;
    }

    get name() {
      const { sender, name } = this.view;
      if (sender === "contact") return TEXTS.you;
      if (sender === "agent") return name || TEXTS.agentFallback;
      if (sender === "bot") return this.chat.assistant;
      return TEXTS.notice;
    }

    drawWho() {
      const { sender } = this.view;
      const name = el("bdi", { class: "name" }, this.name);
      if (sender === "contact" || sender === "system") return this.who.replaceChildren(hidden(`${this.name}: `));
      const avatar = el("span", { class: "avatar", "aria-hidden": "true" }, [...this.name][0]?.toUpperCase() ?? "?");
      const tag = el("span", { class: "tag" }, sender === "bot" ? TEXTS.assistantTag : TEXTS.agentTag);
      this.who.replaceChildren(avatar, name, tag);
    }

    drawBody() {
      const { text, image, deleted } = this.view;
      const parts = [];
      if (deleted) parts.push(el("p", { class: "text", testid: "message-deleted" }, TEXTS.deleted));
      else if (text) parts.push(el("p", { class: "text", dir: "auto", testid: "message-text" }, ...linked(text)));
      const src = image ? safeImage(image) : null;
      if (src) parts.push(this.picture(src));
      this.bubble.replaceChildren(...parts);
      this.bubble.hidden = parts.length === 0;
    }

    picture(src) {
      const link = el("a", { class: "picture", href: src, target: "_blank", rel: "noopener noreferrer nofollow" });
      const img = el("img", { src, alt: TEXTS.picture(this.name), loading: "lazy" });
      img.addEventListener("load", () => this.chat.keepBottom());
      img.addEventListener("error", () => link.replaceChildren(TEXTS.pictureFailed));
      link.append(img);
      return link;
    }

    /** Pictures in place, other files to download: each is fetched with the token in a header, never in an address. */
    drawFiles() {
      const files = this.view.files ?? [];
      this.files.hidden = files.length === 0;
      this.files.replaceChildren(...files.map((file) => this.file(file)));
    }

    file(file) {
      const isPicture = SHOWN.test(file.media_type);
      const label = [el("bdi", {}, file.name), el("span", { class: "size", dir: "auto" }, sizeOf(file.size))];
      const node = el("button", {
        class: "file", type: "button", testid: "file", disabled: !file.id, "aria-label": TEXTS.download(file.name),
      }, icon("file"), ...label);
      node.addEventListener("click", () => this.chat.download(file, node));
      if (isPicture && file.id) this.showPicture(file, node);
      return node;
    }

    async showPicture(file, node) {
      const content = await this.chat.content(file);
      if (!content || !node.isConnected) return;
      const src = URL.createObjectURL(content);
      const img = el("img", { src, alt: file.name });
      img.addEventListener("load", () => {
        URL.revokeObjectURL(src);
        this.chat.keepBottom();
      });
      node.classList.add("shown");
      node.replaceChildren(img);
    }

    drawChoices() {
      const buttons = (this.view.buttons ?? []).map((button, index) => ({ ...button, kind: button.kind ?? "reply", index }));
      const stars = buttons.filter((button) => button.kind === "survey");
      const rest = buttons.filter((button) => button.kind !== "survey");
      this.starNodes = stars.map((button, order) => this.star(button, order));
      this.buttonNodes = rest.map((button) => this.quickReply(button));
      this.rated = el("span", { class: "sr" });
      const parts = [];
      if (stars.length)
        parts.push(el("div", { class: "stars", role: "radiogroup", "aria-label": TEXTS.stars }, ...this.starNodes), this.rated);
      if (rest.length) parts.push(el("div", { class: "replies" }, ...this.buttonNodes));
      this.choices.replaceChildren(...parts);
      this.choices.hidden = parts.length === 0;
    }

    quickReply(button) {
      const node = el("button", { class: `reply ${button.kind}`, type: "button", testid: "quick-reply", dir: "auto" });
      node.append(icon("tick"), button.title);
      Object.assign(node, { index: button.index, stays: button.stays });
      node.addEventListener("click", () => this.press(button));
      return node;
    }

    star(button, order) {
      const node = el("button", {
        class: "star", type: "button", role: "radio", "aria-checked": "false",
        "aria-label": TEXTS.star(order + 1), testid: `star-${order + 1}`,
      });
      node.append(icon("star"));
      node.index = button.index;
      node.addEventListener("click", () => this.press(button));
      // Arrows move without choosing: a choice is sent at once and cannot be taken back.
      node.addEventListener("keydown", (event) => this.moveStar(event, order));
      return node;
    }

    moveStar(event, order) {
      const last = this.starNodes.length - 1;
      const targets = { ArrowRight: order + 1, ArrowUp: order + 1, ArrowLeft: order - 1, ArrowDown: order - 1, Home: 0, End: last };
      const target = targets[event.key];
      if (target === undefined) return;
      event.preventDefault();
      const node = this.starNodes[Math.max(0, Math.min(last, target))];
      for (const star of this.starNodes) star.tabIndex = star === node ? 0 : -1;
      node.focus();
    }

    press(button) {
      if (this.isClosed() && !this.isLeft(button)) return;
      this.chat.press(this, button);
    }

    /** The index of the button that was pressed, here or as the server says. */
    chosenIndex() {
      return this.view.chosen ?? this.pressedHere ?? null;
    }

    /** Whether a button may be pressed though another one was. */
    isLeft({ stays, index }) {
      return Boolean(stays) && this.view.open !== false && index !== this.chosenIndex();
    }

    isClosed() {
      return this.view.open === false || this.chosenIndex() !== null;
    }

    syncChoices() {
      const chosen = this.chosenIndex();
      const closed = this.isClosed();
      this.choices.classList.toggle("closed", closed);
      for (const node of this.buttonNodes) {
        node.disabled = closed && !this.isLeft(node);
        const mine = node.index === chosen;
        node.classList.toggle("chosen", mine);
        if (mine) node.setAttribute("aria-label", `${node.textContent}, ${TEXTS.chosen}`);
        else node.removeAttribute("aria-label");
      }
      this.syncStars(chosen, closed);
    }

    syncStars(chosen, closed) {
      const rank = this.starNodes.findIndex((node) => node.index === chosen);
      this.starNodes.forEach((node, order) => {
        node.disabled = closed;
        node.setAttribute("aria-checked", String(order === rank));
        node.classList.toggle("lit", order <= rank);
        if (!node.hasAttribute("tabindex")) node.tabIndex = order === 0 ? 0 : -1;
      });
      this.rated.textContent = rank >= 0 ? TEXTS.rated(rank + 1) : "";
    }

    drawMeta() {
      const { sender, at, withdrawn } = this.view;
      if (withdrawn || this.greeting) return this.meta.replaceChildren();
      const { edited, deleted } = this.view;
      const date = new Date(at * 1000);
      const time = el("time", { dir: "auto", datetime: date.toISOString(), title: fullTime.format(date) }, clock.format(date));
      const parts = [time];
      if (edited && !deleted) parts.push(el("span", { testid: "message-edited" }, TEXTS.edited));
      if (sender === "contact") parts.push(this.status());
      if (this.isLastOwn) parts.push(...this.ownActions());
      // What has the focus stays: a redrawn button would lose it.
      if (!this.meta.contains(this.chat.focused())) this.meta.replaceChildren(...parts);
      this.drawTrouble();
    }

    /** Whether the contact may still change this one: their latest words, once they arrived. */
    canBeChanged() {
      const { sender, id, number, pressed, deleted } = this.view;
      return sender === "contact" && Boolean(id && number) && !pressed && !deleted && !this.pending;
    }

    setLastOwn(isLast) {
      const may = isLast && this.canBeChanged();
      if (may === Boolean(this.isLastOwn)) return;
      this.isLastOwn = may;
      this.drawMeta();
    }

    ownActions() {
      const act = (name, label, testid, run) =>
        el("button", { class: "own", type: "button", "aria-label": label, title: label, testid, onclick: run }, icon(name));
      const remove = act("bin", TEXTS.remove, "own-delete", () => {
        if (remove.dataset.sure) return this.chat.remove(this);
        remove.dataset.sure = "yes";
        remove.removeAttribute("aria-label");
        remove.replaceChildren(TEXTS.reallyRemove);
        remove.addEventListener("blur", () => this.drawMeta(), { once: true });
      });
      const edit = this.view.text ? [act("pencil", TEXTS.edit, "own-edit", () => this.chat.change(this))] : [];
      return [...edit, remove];
    }

    status() {
      const [name, text, visible] = this.statusOf();
      this.item.dataset.status = name;
      const mark = icon({ sent: "tick", failed: "warning" }[name] ?? "clock");
      return el("span", { class: `status ${name}` }, mark, visible ? text : hidden(text));
    }

    statusOf() {
      if (!this.pending) return ["sent", TEXTS.sent, false];
      if (this.pending.problem) return ["failed", TEXTS.failed, true];
      return this.chat.link.phase === "open" ? ["sending", TEXTS.sending, true] : ["waiting", TEXTS.waiting, true];
    }

    drawTrouble() {
      const problem = this.pending?.problem ?? this.problem;
      if (this.shownProblem === problem) return;
      this.shownProblem = problem;
      this.item.classList.toggle("in-trouble", Boolean(problem));
      if (!problem) return this.trouble.replaceChildren();
      const action = (label, testid, run) => el("button", { class: "small", type: "button", testid, onclick: run }, label);
      const actions = [];
      if (this.pending) {
        if (problem.retry && !this.pending.frame.files?.length) actions.push(action(TEXTS.retry, "retry", () => this.chat.resend(this.pending)));
        else if (this.pending.frame.type === "say") actions.push(action(TEXTS.edit, "edit", () => this.chat.edit(this)));
        actions.push(action(TEXTS.discard, "discard", () => this.chat.discard(this.pending)));
      }
      const words = problem.text ? [el("span", { dir: "auto", testid: "message-problem" }, problem.text)] : [];
      this.trouble.replaceChildren(...words, ...actions);
    }
  }

  // The chat

  class Chat {
    /** `mode` is `page` or `bubble`; `onClose` closes the panel, `onUnread` hears the number of unread messages. */
    constructor({ mode, host, onClose, onUnread }) {
      Object.assign(this, { mode, host, onClose, onUnread });
      this.assistant = TEXTS.stateAssistantFallback;
      this.business = "";
      this.limit = Infinity;
      this.lines = new Map();
      this.pending = new Map();
      this.cursor = 0;
      this.visible = mode === "page";
      this.sticky = true;
      this.fresh = 0;
      this.state = null;
      this.days = new Map();
      this.uploads = [];
      // The link leads to our own page.
      this.proof = mode === "page" ? takeProof() : null;
      this.build();
      this.link = new Link({
        hello: () => this.hello(),
        onFrame: (frame) => this.take(frame),
        onPhase: () => this.phaseChanged(),
      });
      // A customer's are shown once the server says that it is them.
      if (!OPTIONS.contact && !this.proof) this.loadPending(ownerOf(store.get(KEY.token) ?? ""));
      this.layout();
      this.drawConnection();
      setInterval(() => this.tick(), 1_000);
      addEventListener("storage", (event) => event.key === KEY.read && this.countUnread());
    }

    // Building

    build() {
      this.title = el("span", { class: "title" }, TEXTS.business);
      this.stateText = el("span", { class: "state-text" }, TEXTS.chat);
      this.stateBar = el("div", { class: "state", role: "status", testid: "state-bar" }, el("span", { class: "dot", "aria-hidden": "true" }), this.stateText);
      const head = el("div", { class: "names" }, this.title, this.stateBar);
      const header = el("div", { class: "head" }, head, this.buildCommands());
      if (this.mode === "bubble")
        header.append(
          el("button", { class: "plain close", type: "button", "aria-label": TEXTS.close, testid: "chat-close", onclick: () => this.onClose() }, icon("close")),
        );
      this.direction = OPTIONS.dir || getComputedStyle(document.documentElement).direction;
      this.root = el("section", { class: "chat", "aria-label": TEXTS.chat, testid: "chat", dir: this.direction, lang: LANGUAGE });
      this.root.append(header, this.buildConnection(), this.buildLog(), this.buildMenu(), this.buildComposer());
    }

    /** What a contact may ask for at any time. */
    buildCommands() {
      const commands = { help: TEXTS.menuHelp, human: TEXTS.human, link: TEXTS.menuLink, privacy: TEXTS.menuPrivacy, start: TEXTS.menuStart };
      const items = Object.entries(commands).map(([command, label]) =>
        el("li", {}, el("button", { type: "button", testid: `command-${command}`, onclick: () => this.command(command, label) }, label)),
      );
      this.commands = el("ul", { class: "commands", id: "fd-commands", hidden: true }, ...items);
      this.menuButton = el("button", {
        class: "plain", type: "button", "aria-label": TEXTS.menu, "aria-expanded": "false", "aria-controls": "fd-commands",
        testid: "menu", onclick: () => this.showCommands(this.commands.hidden),
      }, icon("more"));
      const box = el("div", { class: "menu" }, this.menuButton, this.commands);
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || this.commands.hidden) return;
        event.stopPropagation();
        event.preventDefault();
        this.showCommands(false);
        this.menuButton.focus();
      });
      box.addEventListener("focusout", (event) => event.relatedTarget && !box.contains(event.relatedTarget) && this.showCommands(false));
      return box;
    }

    showCommands(shown) {
      this.commands.hidden = !shown;
      this.menuButton.setAttribute("aria-expanded", String(shown));
      if (shown) this.commands.querySelector("button").focus();
    }

    command(command, label) {
      const id = uuid();
      this.showCommands(false);
      this.post({ id, text: label, at: Date.now() / 1000, frame: { type: "menu", id, command } });
      this.input.focus({ preventScroll: true });
    }

    buildConnection() {
      this.connectionText = el("span", { role: "status", testid: "connection-text" });
      this.countdown = el("span", { class: "countdown", dir: "auto", "aria-hidden": "true" });
      this.tryButton = el("button", { class: "small", type: "button", testid: "try-now", onclick: () => this.link.tryNow() }, TEXTS.tryNow);
      this.connection = el("div", { class: "connection", testid: "connection" }, this.connectionText, this.countdown, this.tryButton);
      return this.connection;
    }

    buildLog() {
      this.list = el("ol", { class: "list" });
      this.log = el("div", { class: "log", role: "log", "aria-live": "off", "aria-label": TEXTS.log, testid: "chat-log" }, this.list);
      this.empty = el("div", { class: "empty", testid: "empty" });
      this.typing = el("div", { class: "typing", role: "status", testid: "typing", hidden: true });
      this.scroller = el("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": TEXTS.conversation }, this.empty, this.log, this.typing);
      this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
      this.pillText = el("span", {});
      this.pill = el("button", { class: "pill", type: "button", testid: "new-messages", hidden: true, onclick: () => this.toBottom(true) }, icon("down"), this.pillText);
      new ResizeObserver(() => this.keepBottom()).observe(this.scroller);
      return el("div", { class: "middle" }, this.scroller, this.pill);
    }

    buildMenu() {
      this.human = el("button", { class: "human", type: "button", testid: "menu-human", onclick: () => this.command("human", TEXTS.human) }, icon("person"), TEXTS.human);
      this.noticeText = el("span", { dir: "auto" });
      const dismiss = el("button", { class: "plain", type: "button", "aria-label": TEXTS.dismiss, onclick: () => this.notice("") }, icon("close"));
      this.noticeBox = el("div", { class: "notice", role: "alert", testid: "notice", hidden: true }, this.noticeText, dismiss);
      return el("div", { class: "foot" }, this.noticeBox, this.human);
    }

    buildComposer() {
      this.input = el("textarea", {
        id: "fd-input", rows: "1", dir: "auto", placeholder: TEXTS.placeholder, enterkeyhint: "send",
        autocomplete: "off", "aria-describedby": "fd-counter", testid: "chat-input",
      });
      this.counter = el("span", { class: "counter", id: "fd-counter", testid: "counter" });
      this.counterStatus = el("span", { class: "sr", role: "status" });
      this.sendButton = el("button", { class: "send", type: "submit", "aria-label": TEXTS.send, testid: "chat-send" }, icon("send"));
      const box = el("div", { class: "box" }, ...this.buildAttaching(), this.input, this.sendButton);
      this.editingBar = el("div", { class: "editing", hidden: true, testid: "editing" }, el("span", { role: "status" }), el("button", { class: "small", type: "button", testid: "edit-cancel", onclick: () => this.stopChange() }, TEXTS.cancel));
      const form = el("form", { class: "composer" }, this.editingBar, this.uploadList, el("label", { class: "sr", for: "fd-input" }, TEXTS.composer), box, this.counter, this.counterStatus);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.submit();
      });
      this.input.dir = this.direction;
      this.input.addEventListener("input", () => {
        this.input.dir = this.input.value ? "auto" : this.direction;  // an empty field reads as the widget does
        this.draftChanged();
        this.tellWriting();
      });
      this.input.addEventListener("paste", (event) => {
        if (event.clipboardData?.files.length) event.preventDefault();
        this.addFiles(event.clipboardData?.files);
      });
      this.input.addEventListener("keydown", (event) => this.keydown(event));
      this.input.value = sessionDraft.get();
      this.draftChanged();
      return form;
    }

    // Files

    buildAttaching() {
      this.picker = el("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true", testid: "file-picker" });
      this.picker.addEventListener("change", () => {
        this.addFiles(this.picker.files);
        this.picker.value = "";
      });
      this.attachButton = el("button", { class: "attach", type: "button", "aria-label": TEXTS.attach, title: TEXTS.attach, testid: "attach", onclick: () => this.picker.click() }, icon("clip"));
      this.uploadList = el("ul", { class: "uploads", hidden: true });
      this.uploadStatus = el("span", { class: "sr", role: "status" });
      return [this.picker, this.attachButton, this.uploadStatus];
    }

    addFiles(files) {
      for (const file of files ?? []) {
        if (this.uploads.length >= (this.fileRules?.at_once ?? 5)) {
          this.notice(TEXTS.tooManyFiles(this.fileRules?.at_once ?? 5));
          return;
        }
        if (this.fileRules && file.size > this.fileRules.most) this.notice(TEXTS.fileTooLarge(this.fileRules.most / 1e6));
        else this.upload(file);
      }
    }

    async upload(file) {
      const one = { name: file.name, abort: new AbortController() };
      if (SHOWN.test(file.type)) one.preview = URL.createObjectURL(file);
      this.uploads.push(one);
      this.uploadStatus.textContent = TEXTS.uploading(file.name);
      this.drawUploads();
      try {
        const headers = { Authorization: `Bearer ${this.token ?? ""}`, "X-File-Name": encodeURIComponent(file.name.toWellFormed?.() ?? file.name) };
        const answer = await fetch(`${ORIGIN}/files`, { method: "POST", body: file, headers, credentials: "omit", signal: one.abort.signal });
        const kept = await answer.json();
        if (!answer.ok) throw Object.assign(new Error(), { words: kept.error });
        Object.assign(one, { handle: kept.file, name: kept.name, size: kept.size, media_type: kept.media_type });
        this.uploadStatus.textContent = TEXTS.fileReady(one.name);
      } catch (error) {
        this.forgetUploads(one);
        if (error.name !== "AbortError") this.notice(error.words ?? TEXTS.fileLost);
      }
      this.drawUploads();
    }

    drawUploads() {
      const items = this.uploads.map((one) =>
        el(
          "li", { class: one.handle ? "ready" : "", testid: "upload" },
          this.uploadPicture(one), el("bdi", {}, one.name),
          el("button", { class: "plain", type: "button", "aria-label": TEXTS.removeFile(one.name), onclick: () => this.dropUpload(one) }, icon("close")),
        ),
      );
      this.uploadList.replaceChildren(...items);
      this.uploadList.hidden = items.length === 0;
      this.draftChanged();
    }

    /** What is about to be sent, small; a mark where it is no picture or cannot be shown. */
    uploadPicture(one) {
      const mark = icon(one.handle ? "file" : "clock");
      if (!one.preview) return mark;
      const picture = el("img", { class: "preview", src: one.preview, alt: "", testid: "preview" });
      picture.addEventListener("error", () => picture.replaceWith(mark));
      return picture;
    }

    forgetUploads(...gone) {
      for (const one of gone) if (one.preview) URL.revokeObjectURL(one.preview);
      this.uploads = this.uploads.filter((one) => !gone.includes(one));
    }

    dropUpload(one) {
      one.abort.abort();
      this.forgetUploads(one);
      this.drawUploads();
      this.input.focus();
    }

    /** A file's content; null when it cannot be had. */
    async content({ id }) {
      try {
        const answer = await fetch(`${ORIGIN}/files/${id}`, { headers: { Authorization: `Bearer ${this.token ?? ""}` }, credentials: "omit" });
        return answer.ok ? await answer.blob() : null;
      } catch {
        return null;
      }
    }

    async download(file, node) {
      node.disabled = true;
      const content = await this.content(file);
      node.disabled = false;
      if (!content) return this.notice(TEXTS.fileGone);
      const href = URL.createObjectURL(content);
      el("a", { href, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
    }

    // Connection

    start() {
      if (!this.farewell) this.link.start();
    }

    hello() {
      // A tab stays who it was: another tab may have become somebody else, and nothing shown here would be theirs.
      const token = this.token ?? store.get(KEY.token);
      return { type: "hello", token, after: this.cursor, locale: navigator.language || null, contact: OPTIONS.contact || null, back: this.proof, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || null };
    }

    /** What was shown is of another conversation, and so is what was pressed or changed in it. */
    forget() {
      for (const line of this.lines.values()) line.item.remove();
      this.lines.clear();
      for (const entry of [...this.pending.values()]) if (!["say", "menu"].includes(entry.frame.type)) this.settle(entry);
      this.cursor = 0;
      this.layout();
    }

    /** The host site's word on who it is, from now on; null: nobody who is signed in. */
    identify(signed) {
      OPTIONS.contact = signed || undefined;
      if (this.isKnown) {
        // A customer who signs out leaves nothing behind on this device.
        this.token = undefined;
        this.isKnown = false;
        store.remove(KEY.known);
        for (const entry of [...this.pending.values()]) this.discard(entry);
        this.forget();
        this.input.value = "";
        this.draftChanged();
      }
      this.link.again();
    }

    loadPending(owner) {
      for (const entry of outbox.load())
        if (!this.pending.has(entry.id) && isOf(entry, owner)) this.showPending(entry);
    }

    phaseChanged() {
      if (!this.link) return;
      if (this.link.phase !== "open") {
        this.setTyping(null);
        for (const entry of this.pending.values()) clearTimeout(entry.timer);
      }
      for (const entry of this.pending.values()) entry.line?.drawMeta();
      this.drawConnection();
      this.layout();
    }

    drawConnection() {
      const phase = this.link?.phase ?? "idle";
      const quiet = phase === "open" || phase === "idle";
      this.connection.hidden = quiet;
      this.root.dataset.connection = phase;
      if (quiet) return;
      const first = phase === "connecting" && !this.link.everOpen && this.link.tries === 0;
      const text = first ? TEXTS.connecting : this.lossText();
      if (this.connectionText.textContent !== text) this.connectionText.textContent = text;
      this.connection.classList.toggle("bad", !first);
      this.tryButton.hidden = phase !== "lost";
      this.tick();
    }

    lossText() {
      if (this.serverNote) return this.serverNote;
      if (navigator.onLine === false) return TEXTS.offline;
      return this.link.everOpen ? TEXTS.reconnecting : TEXTS.unreachable;
    }

    tick() {
      const waits = this.link.phase === "lost" ? Math.ceil((this.link.retryAt - Date.now()) / 1000) : 0;
      this.countdown.textContent = waits > 0 ? TEXTS.seconds(waits) : "";
    }

    // Frames from the server

    take(frame) {
      const handlers = {
        welcome: () => this.welcome(frame),
        messages: () => this.receive(frame),
        accepted: () => this.accepted(frame),
        state: () => this.setState(frame),
        typing: () => this.setTyping(frame.on ? frame : null),
        problem: () => this.problem(frame),
      };
      handlers[frame.type]?.();
    }

    welcome(frame) {
      this.serverNote = "";
      this.proof = null;
      this.token = frame.token;
      this.isKnown = Boolean(frame.known);
      // A customer's token stays in this page; what they said as a guest is theirs now, and nobody else's of this device.
      if (this.isKnown) store.remove(KEY.token);
      else store.set(KEY.token, frame.token);
      // Another conversation: a token has expired, or somebody has signed in.
      if (frame.after < this.cursor) this.forget();
      this.loadPending(ownerOf(frame.token));
      this.fileRules = frame.files;
      this.picker.accept = frame.files.types.join(",");
      if (this.isKnown && frame.last_number) store.set(KEY.known, "1");
      this.business = frame.business;
      this.assistant = frame.assistant || TEXTS.stateAssistantFallback;
      this.limit = frame.text_limit || Infinity;
      this.lastNumber = frame.last_number;
      this.title.textContent = frame.business;
      this.root.setAttribute("aria-label", TEXTS.chatWith(frame.business));
      this.opening = { greeting: frame.greeting, starters: frame.starters ?? [] };
      this.setState(frame.state);
      this.draftChanged();
      this.layout();
      this.catchUp();
      this.flush();
      this.host.dispatchEvent(
        new CustomEvent("frontdesk:welcome", { bubbles: true, composed: true, detail: { business: frame.business, assistant: this.assistant } }),
      );
    }

    /** Nothing of it stays on this device either. The last words do, until the contact begins anew. */
    erased(words) {
      const last = this.ordered().filter((line) => line.view.sender === "system").at(-1)?.view.text;
      for (const entry of [...this.pending.values()]) this.discard(entry);
      this.link.rest();
      this.opening = this.greetingLine = this.emptyKey = null;
      this.starterItem?.remove();
      this.forget();
      store.remove(KEY.token);
      store.remove(KEY.read);
      store.remove(KEY.known);
      this.token = undefined;
      this.input.value = "";
      this.draftChanged();
      this.sayFarewell([last, words].filter(Boolean));
    }

    sayFarewell(words) {
      const again = el("button", { class: "reply", type: "button", testid: "begin-anew", "aria-describedby": "fd-farewell", onclick: () => this.beginAnew() }, TEXTS.again);
      const said = el("div", { id: "fd-farewell" }, ...words.map((text) => el("p", { dir: "auto" }, text)));
      this.farewell = el("div", { class: "farewell", testid: "farewell" }, said, again);
      this.stateText.textContent = TEXTS.chat;
      this.root.classList.add("gone");
      this.scroller.prepend(this.farewell);
      again.focus();
    }

    beginAnew() {
      this.farewell.remove();
      this.farewell = null;
      this.root.classList.remove("gone");
      this.link.start();
      this.input.focus();
    }

    /** Sends again what was not accepted, in order; what the server refused for good waits for the contact. */
    flush() {
      for (const entry of [...this.pending.values()].sort((a, b) => a.at - b.at)) {
        if (!entry.problem) this.transmit(entry);
        else if (entry.problem.retry) this.resend(entry);
      }
    }

    /** Live announcements begin when the history is complete; what is missing is asked for again. */
    catchUp() {
      clearTimeout(this.catchUpTimer);
      if (this.cursor >= this.lastNumber) return this.log.setAttribute("aria-live", "polite");
      this.catchUpTimer = setTimeout(() => {
        if (this.cursor < this.lastNumber && this.link.send({ type: "replay", after: this.cursor })) this.catchUp();
      }, 5_000);
    }

    receive({ after, items }) {
      if (after > this.cursor) return this.fillGap();
      this.gapAsked = 0;
      let news = 0;
      for (const view of items) {
        const isNew = view.number > this.cursor;
        if (isNew) this.cursor = view.number;
        this.put(view);
        if (isNew && view.sender !== "contact" && !view.withdrawn) news += 1;
      }
      if (news) this.setTyping(null);
      this.layout();
      this.keepBottom();
      if (!this.sticky && news) this.showPill(news);
      if (this.lastNumber !== undefined && this.cursor >= this.lastNumber) queueMicrotask(() => this.catchUp());
      this.countUnread();
    }

    fillGap() {
      const now = Date.now();
      if (this.gapAsked && now - this.gapAsked < 3_000) return;
      this.gapAsked = now;
      this.link.send({ type: "replay", after: this.cursor });
    }

    put(view) {
      const entry = view.id ? this.pending.get(view.id) : undefined;
      const line = this.lines.get(view.number) ?? entry?.line;
      if (entry) this.settle(entry);
      if (!line) return this.lines.set(view.number, new Line(this, view));
      if (view.chosen !== undefined && view.chosen !== null) line.pressedHere = null;
      this.lines.set(view.number, line);
      line.update(view);
    }

    accepted({ id, number }) {
      const entry = this.pending.get(id);
      if (!entry) return;
      if (this.isKnown) store.set(KEY.known, "1");
      const { line } = entry;
      this.settle(entry);
      if (line && number) this.promote(line, number);
      this.layout();
    }

    /** Our own message takes its number at once; the server's own view of it replaces it when it comes. */
    promote(line, number) {
      if (this.lines.has(number) && this.lines.get(number) !== line) {
        line.item.remove();
        return;
      }
      this.lines.set(number, line);
      line.update({ ...line.view, number });
      if (number === this.cursor + 1) this.cursor = number;
      this.countUnread();
    }

    settle(entry) {
      clearTimeout(entry.timer);
      this.pending.delete(entry.id);
      outbox.remove(entry.id);
      if (entry.line) {
        entry.line.pending = null;
        entry.line.drawMeta();
      }
      this.showLastOwn();
      this.drawMenu();
    }

    setState(state) {
      if (this.state && this.state.owner !== state.owner) this.setTyping(null);
      this.state = state;
      const parts = this.stateParts(state);
      this.stateText.replaceChildren(...parts.flatMap((part, index) => (index ? [el("span", { class: "sep" }, " · "), part] : [part])));
      this.stateBar.dataset.owner = state.owner;
      this.drawMenu();
    }

    stateParts({ owner, agent, waiting, place, reference }) {
      const line = waiting || owner === "queue" ? [el("b", {}, place ? TEXTS.statePlace(place > 1000 ? "1,000+" : place) : TEXTS.stateQueue), ...(reference ? [el("span", { class: "whole" }, TEXTS.stateReference(reference))] : [])] : [];
      if (owner === "agent") return [el("b", { dir: "auto" }, TEXTS.stateAgent(agent || TEXTS.agentFallback))];
      if (owner === "queue") return line;
      if (waiting) return [...line, TEXTS.stateMeanwhile(this.assistant)];
      return [el("b", {}, TEXTS.stateBot(this.assistant)), TEXTS.stateBotHint];
    }

    drawMenu() {
      const asked = [...this.pending.values()].some((entry) => entry.frame.type === "menu");
      this.human.hidden = Boolean(this.state) && this.state.owner !== "bot";
      this.human.disabled = asked;
    }

    setTyping(frame) {
      clearTimeout(this.typingTimer);
      this.typing.hidden = !frame;
      if (!frame) return this.typing.replaceChildren();
      const isPerson = this.state?.owner === "agent";
      const text = TEXTS.typing(frame.name || (isPerson && this.state.agent) || (isPerson ? TEXTS.agentFallback : this.assistant));
      this.typingTimer = setTimeout(() => this.setTyping(null), isPerson ? PERSON_TYPING_LIMIT : TYPING_LIMIT);
      // Told again while it stands there, it is neither redrawn nor read out again.
      if (this.typing.lastChild?.textContent === text) return;
      const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
      this.typing.replaceChildren(dots, isPerson ? el("span", { dir: "auto" }, text) : hidden(text));
      this.keepBottom();
    }

    problem(frame) {
      if (frame.code === "erased") return this.erased(frame.text);
      const entry = frame.id ? this.pending.get(frame.id) : undefined;
      if (!entry) {
        if (this.link.phase === "open") this.notice(frame.text);
        else this.serverNote = frame.text;
        return;
      }
      clearTimeout(entry.timer);
      entry.problem = { text: frame.text, retry: Boolean(frame.retry) };
      if (entry.silent && entry.frame.of) {
        this.settle(entry);
        return frame.text && this.notice(frame.text);
      }
      if (frame.retry) this.retryLater(entry);
      else {
        outbox.remove(entry.id);
        if (entry.asked) this.reopen(entry);
      }
      entry.line?.drawMeta();
      this.drawMenu();
      this.layout();
      this.keepBottom();
    }

    retryLater(entry) {
      entry.retries = (entry.retries ?? 0) + 1;
      entry.timer = setTimeout(() => this.resend(entry), Math.min(60_000, 5_000 * 2 ** (entry.retries - 1)));
    }

    /** A refused press: its buttons are as the server says again. */
    reopen(entry) {
      const asked = entry.asked;
      asked.pressedHere = null;
      if (!entry.line) {
        asked.problem = entry.problem;
        this.pending.delete(entry.id);
      }
      asked.syncChoices();
      asked.drawMeta();
    }

    // What the contact does

    submit() {
      if (!this.canSend()) return;
      const text = this.input.value.trim();
      const files = this.changing ? [] : this.uploads;
      this.input.value = "";
      if (!this.changing) this.forgetUploads(...this.uploads);
      this.drawUploads();
      if (this.changing) this.sendChange(text);
      else this.say(text, files);
      this.input.focus();
    }

    canSend() {
      const ready = this.changing || this.uploads.every((one) => one.handle);
      return ready && Boolean(this.input.value.trim() || (!this.changing && this.uploads.length)) && this.overLimit() <= 0;
    }

    say(text, uploads = []) {
      const id = uuid();
      const files = uploads.map(({ name, size, media_type }) => ({ name, size, media_type }));
      const frame = { type: "say", id, text, ...(files.length ? { files: uploads.map((one) => one.handle) } : {}) };
      this.post({ id, text, files, at: Date.now() / 1000, frame });
    }

    /** Takes a message of the contact's under the pen again, to put other words in its place. */
    change(line) {
      this.changing = line;
      this.draftBefore = this.input.value;
      this.input.value = line.view.text;
      this.editingBar.hidden = false;
      this.editingBar.firstChild.textContent = TEXTS.editing;
      this.draftChanged();
      this.input.focus();
    }

    stopChange() {
      this.changing = null;
      this.editingBar.hidden = true;
      this.editingBar.firstChild.textContent = "";
      this.input.value = this.draftBefore ?? "";
      this.draftChanged();
      this.input.focus();
    }

    sendChange(text) {
      const { id: of, text: before } = this.changing.view;
      this.stopChange();
      if (text !== before) this.revise({ type: "edit", of, text });
    }

    remove(line) {
      if (this.changing === line) this.stopChange();
      this.input.focus({ preventScroll: true });
      this.revise({ type: "delete", of: line.view.id });
    }

    revise(frame) {
      const id = uuid();
      this.post({ id, text: frame.text ?? "", at: Date.now() / 1000, silent: true, frame: { ...frame, id } });
    }

    /** The agent sees that the contact is writing. */
    tellWriting() {
      const now = Date.now();
      if (this.state?.owner !== "agent" || now - (this.toldWriting ?? 0) < 3_000) return;
      this.toldWriting = now;
      this.link.send({ type: "typing" });
    }

    press(line, button) {
      const id = uuid();
      line.pressedHere = button.index;
      line.problem = null;
      const entry = { id, text: button.title, at: Date.now() / 1000, frame: { type: "press", id, choice: button.choice } };
      entry.asked = line;
      entry.silent = button.kind === "survey";
      this.post(entry);
      line.syncChoices();
      line.drawMeta();
      this.input.focus({ preventScroll: true });
    }

    post(entry) {
      this.notice("");
      entry.owner = ownerOf(this.token ?? store.get(KEY.token) ?? "") || (OPTIONS.contact ? CUSTOMER : "");
      outbox.save(entry);
      this.showPending(entry);
      this.transmit(entry);
      this.drawMenu();
      this.layout();
      this.toBottom();
    }

    showPending(entry) {
      this.pending.set(entry.id, entry);
      if (entry.silent) return;
      const view = { sender: "contact", text: entry.text, at: entry.at, id: entry.id, files: entry.files, pressed: entry.frame.type !== "say" };
      entry.line = new Line(this, view, entry);
    }

    transmit(entry) {
      clearTimeout(entry.timer);
      if (this.link.send(entry.frame)) entry.timer = setTimeout(() => this.link.drop(), ACCEPT_DEADLINE);
    }

    resend(entry) {
      if (!this.pending.has(entry.id)) return;
      entry.problem = null;
      outbox.save(entry);
      this.transmit(entry);
      entry.line?.drawMeta();
    }

    discard(entry) {
      this.settle(entry);
      entry.line?.item.remove();
      if (entry.asked) this.reopen(entry);
      this.layout();
      this.input.focus();
    }

    /** Puts a refused message back under the pen. */
    edit(line) {
      const { text } = line.pending;
      this.discard(line.pending);
      this.input.value = this.input.value ? `${text}\n${this.input.value}` : text;
      this.draftChanged();
    }

    keydown(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    }

    overLimit() {
      return lengthOf(this.input.value.trim()) - this.limit;
    }

    draftChanged() {
      if (!this.changing) sessionDraft.set(this.input.value);
      this.input.style.height = "auto";
      this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
      this.sendButton.disabled = !this.canSend();
      this.drawCounter();
    }

    drawCounter() {
      const left = -this.overLimit();
      const near = left <= Math.min(200, this.limit / 5);
      this.counter.textContent = !near ? "" : left < 0 ? TEXTS.over(-left) : TEXTS.left(left);
      this.counter.classList.toggle("over", left < 0);
      this.input.setAttribute("aria-invalid", String(left < 0));
      // Spoken when a border is crossed, not at every key.
      const level = left < 0 ? "over" : near ? "near" : "";
      if (level !== this.counterLevel) this.counterStatus.textContent = left < 0 ? TEXTS.tooLong : this.counter.textContent;
      this.counterLevel = level;
    }

    notice(text) {
      this.noticeText.textContent = text;
      this.noticeBox.hidden = !text;
    }

    // Laying out

    ordered() {
      const confirmed = [...this.lines.entries()].sort(([a], [b]) => a - b).map(([, line]) => line);
      const pending = [...this.pending.values()].sort((a, b) => a.at - b.at).map((entry) => entry.line);
      return [...confirmed, ...pending.filter((line) => line && !confirmed.includes(line))];
    }

    layout() {
      const lines = this.ordered();
      const wanted = [];
      let before = null;
      let day = "";
      this.drawOpening(lines.length === 0, wanted);
      for (const line of lines) {
        if (line.isHidden()) {
          wanted.push(line.item);
          continue;
        }
        const date = new Date(line.view.at * 1000);
        if (dayKey(date) !== day) {
          day = dayKey(date);
          wanted.push(this.dayNode(day, date));
          before = null;
        }
        this.group(line, before);
        wanted.push(line.item);
        before = line;
      }
      before?.item.classList.remove("continues");
      this.arrange(wanted);
      this.showLastOwn();
      this.explainMasked(lines);
    }

    /** Once is enough: at the first message that something was taken out of. */
    explainMasked(lines) {
      const first = lines.find((line) => line.view.masked);
      for (const line of lines) line.setAside(line === first ? line.view.masked : null);
    }

    showLastOwn() {
      const own = this.ordered().filter((line) => line.view.sender === "contact");
      own.forEach((line, index) => line.setLastOwn(index === own.length - 1));
    }

    focused() {
      return this.root.getRootNode().activeElement ?? null;
    }

    group(line, before) {
      const same = before && before.view.sender === line.view.sender && before.view.name === line.view.name;
      const follows = Boolean(same && line.view.at - before.view.at < GROUP_SECONDS);
      line.item.classList.toggle("follows", follows);
      before?.item.classList.toggle("continues", follows);
    }

    dayNode(day, date) {
      const node = this.days.get(day) ?? el("li", { class: "day" }, el("span", {}));
      node.firstChild.textContent = dayLabel(date);
      this.days.set(day, node);
      return node;
    }

    /** Moves only what is out of place: moved nodes would be announced again and lose the focus. */
    arrange(wanted) {
      const keep = new Set(wanted);
      for (const node of [...this.list.children]) if (!keep.has(node)) node.remove();
      wanted.forEach((node, index) => {
        if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
      });
    }

    drawOpening(isEmpty, wanted) {
      if (!this.opening) return this.drawUnreachable(isEmpty);
      const settled = this.cursor >= this.lastNumber;
      if (isEmpty && settled && !this.greetingLine && this.opening.greeting) this.greetingLine = this.greet(this.opening.greeting);
      if (this.greetingLine) wanted.push(this.greetingLine.item);
      const starters = isEmpty && settled ? this.opening.starters : [];
      const key = JSON.stringify([starters, settled]);
      if (this.emptyKey === key) return;
      this.emptyKey = key;
      this.empty.replaceChildren();
      this.empty.hidden = true;
      this.starterItem?.remove();
      this.starterItem = starters.length ? this.starterNodes(starters) : null;
      if (this.starterItem) this.scroller.insertBefore(this.starterItem, this.typing);
    }

    greet(text) {
      const line = new Line(this, { sender: "bot", text, at: Date.now() / 1000 });
      line.greeting = true;
      line.item.dataset.testid = "greeting";
      line.item.classList.add("greeting");
      line.drawMeta();
      return line;
    }

    starterNodes(starters) {
      const buttons = starters.map((text) =>
        el("button", { class: "reply", type: "button", testid: "starter", dir: "auto", onclick: () => this.startWith(text) }, text),
      );
      return el(
        "div", { class: "starters" },
        el("p", { class: "hint" }, TEXTS.transparency),
        el("p", { class: "hint strong", id: "fd-starters" }, TEXTS.starters),
        el("div", { class: "replies", role: "group", "aria-labelledby": "fd-starters" }, ...buttons),
      );
    }

    startWith(text) {
      this.say(text);
      this.input.focus({ preventScroll: true });
    }

    drawUnreachable(isEmpty) {
      const phase = this.link?.phase ?? "idle";
      const failed = phase === "lost" || this.link?.tries > 0;
      const key = `before:${isEmpty}:${failed}`;
      if (this.emptyKey === key) return;
      this.emptyKey = key;
      this.empty.hidden = !isEmpty;
      const body = failed
        ? [el("p", { class: "empty-title" }, TEXTS.unreachableTitle), el("p", {}, TEXTS.unreachableBody)]
        : [el("div", { class: "bone", "aria-hidden": "true" }), el("div", { class: "bone short", "aria-hidden": "true" })];
      this.empty.classList.toggle("failed", failed);
      this.empty.replaceChildren(...body);
    }

    // Scrolling and reading

    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = this.scroller;
      this.sticky = scrollHeight - scrollTop - clientHeight < 48;
      if (this.sticky) this.fresh = 0;
      this.pill.hidden = this.sticky || scrollHeight - scrollTop - clientHeight < 240 && !this.fresh;
      this.pillText.textContent = this.fresh ? TEXTS.newMessages(this.fresh) : TEXTS.toBottom;
      this.pill.classList.toggle("bare", !this.fresh);
    }

    showPill(news) {
      this.fresh += news;
      this.scrolled();
    }

    keepBottom() {
      // A greeting is read from its top.
      if (this.sticky && this.ordered().length) this.scroller.scrollTop = this.scroller.scrollHeight;
    }

    toBottom(focus = false) {
      this.sticky = true;
      this.keepBottom();
      this.scrolled();
      if (focus) this.input.focus({ preventScroll: true });
    }

    /** Tells whether the contact can see the chat now. */
    setVisible(visible) {
      this.visible = visible;
      this.countUnread();
      if (visible) {
        this.draftChanged();
        this.keepBottom();
      }
    }

    countUnread() {
      const read = Number(store.get(KEY.read)) || 0;
      if (this.visible && this.cursor && this.cursor !== read) store.set(KEY.read, String(this.cursor));
      // A mark above the last number belongs to an earlier conversation.
      const from = this.visible ? this.cursor : read > this.cursor ? 0 : read;
      const unread = [...this.lines.values()].filter(
        ({ view }) => view.number > from && view.sender !== "contact" && !view.withdrawn,
      ).length;
      this.onUnread(unread);
    }
  }

  /** What is being typed, per tab, so that a reload does not lose it. */
  const sessionDraft = {
    get() {
      try {
        return sessionStorage.getItem(KEY.draft) ?? "";
      } catch {
        return "";
      }
    },
    set(text) {
      try {
        if (text) sessionStorage.setItem(KEY.draft, text);
        else sessionStorage.removeItem(KEY.draft);
      } catch {
        // Blocked storage: the draft lives as long as the page.
      }
    },
  };

  // The element

  /** `<frontdesk-chat mode="page|bubble">`: the full chat, or a launcher with a panel. */
  class FrontdeskChat extends HTMLElement {
    connectedCallback() {
      if (this.chat) return;
      this.mode = this.getAttribute("mode") === "page" ? "page" : "bubble";
      this.setAttribute("mode", this.mode);
      this.setAttribute("place", { left: "left", right: "right", start: "start" }[OPTIONS.place] ?? "end");
      this.dir = OPTIONS.dir || getComputedStyle(document.documentElement).direction;
      this.setTheme();
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.setTheme());
      const shadow = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
      this.chat = new Chat({ mode: this.mode, host: this, onClose: () => this.close(), onUnread: (n) => this.drawUnread(n) });
      if (this.mode === "page") shadow.append(this.chat.root);
      else this.buildPanel(shadow);
      // A visitor who never opens the chat is not registered anywhere.
      if (this.mode === "page" || store.get(OPTIONS.contact ? KEY.known : KEY.token)) this.chat.start();
    }

    setTheme() {
      const asked = { light: false, dark: true }[OPTIONS.theme];
      this.toggleAttribute("dark", asked ?? matchMedia("(prefers-color-scheme: dark)").matches);
    }

    /** Tells who is signed in on the host site, by its signed id; null: nobody. */
    identify(signed) {
      this.chat.identify(signed);
    }

    buildPanel(shadow) {
      this.badge = el("span", { class: "badge", "aria-hidden": "true", testid: "unread", hidden: true });
      this.launcher = el("button", {
        class: "launcher", type: "button", "aria-label": TEXTS.launcher, "aria-expanded": "false", "aria-haspopup": "dialog",
        testid: "launcher", onclick: () => this.toggle(),
      }, icon("chat"), icon("close"), this.badge);
      this.panel = el("dialog", { class: "panel", "aria-label": TEXTS.launcher, testid: "panel" }, this.chat.root);
      this.panel.addEventListener("cancel", (event) => {
        event.preventDefault();
        this.close();
      });
      this.panel.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.stopPropagation();
        event.preventDefault();
        this.close();
      });
      shadow.append(this.panel, this.launcher);
      visualViewport?.addEventListener("resize", () => this.fitKeyboard());
    }

    /** A phone's keyboard covers the page without resizing it: the panel shrinks instead. */
    fitKeyboard() {
      this.panel.style.setProperty("--fd-height", `${visualViewport.height}px`);
      this.chat.keepBottom();
    }

    /** Opens the panel. On a phone it covers the page, so the page behind it is made inert. */
    open() {
      if (this.mode === "page" || this.panel.open) return;
      this.chat.start();
      if (matchMedia("(max-width: 520px)").matches) {
        this.fitKeyboard();
        this.panel.showModal();
      } else this.panel.show();
      this.launcher.setAttribute("aria-expanded", "true");
      this.launcher.classList.add("open");
      this.chat.setVisible(true);
      this.chat.input.focus();
    }

    /** Closes the panel and gives the focus back to the launcher. */
    close() {
      if (this.mode === "page" || !this.panel.open) return;
      this.panel.close();
      this.launcher.setAttribute("aria-expanded", "false");
      this.launcher.classList.remove("open");
      this.chat.setVisible(false);
      this.launcher.focus();
    }

    toggle() {
      if (this.panel.open) this.close();
      else this.open();
    }

    drawUnread(count) {
      if (!this.badge) return;
      this.badge.hidden = count === 0;
      this.badge.textContent = count > 9 ? "9+" : String(count);
      const label = this.panel.open ? TEXTS.launcherClose : TEXTS.launcher;
      this.launcher.setAttribute("aria-label", count ? `${label}, ${TEXTS.unread(count)}` : label);
    }
  }

  const STYLE = `
:host {
  all: initial;
  --bg: #fffdf8; --surface: #ffffff; --ink: #1f2a24; --muted: #566159; --line: #e5decd;
  --accent: var(--frontdesk-accent, #1d6b4f); --on-accent: var(--frontdesk-on-accent, #ffffff);
  --soft: #f4efe2; --person: #e2f0e8; --person-line: #b6d6c5; --sun: #f2b824; --star: #d99a00;
  --bad: #a3281d; --bad-soft: #fdecea; --warn-soft: #fff3cf; --warn-ink: #5c4300;
  --focus: #0b57d0; --shadow: 0 12px 40px rgb(40 32 10 / 22%);
  display: block; color: var(--ink); color-scheme: light;
  font: 400 16px/1.45 ui-rounded, "SF Pro Rounded", "Nunito", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
:host([mode="page"]) { height: 100%; min-height: 0; }
:host([hidden]) { display: none; }
:host([dark]) {
    --bg: #141d18; --surface: #1c2721; --ink: #eef2ec; --muted: #a8b6ac; --line: #33433a;
    --accent: var(--frontdesk-accent-dark, #f4c64e); --on-accent: var(--frontdesk-on-accent-dark, #221a04);
    --soft: #25332b; --person: #1d4033; --person-line: #35664f; --sun: #f4c64e; --star: #f4c64e;
    --bad: #ffb4a9; --bad-soft: #4a1e19; --warn-soft: #43360f; --warn-ink: #ffe7a3;
    --focus: #a8c7ff; --shadow: 0 12px 40px rgb(0 0 0 / 55%);
    color-scheme: dark;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.sr {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; border: 0;
}
button { font: inherit; color: inherit; cursor: pointer; border: 0; background: none; margin: 0; }
button:disabled { cursor: default; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.icon { width: 20px; height: 20px; fill: currentColor; flex: none; display: block; }

.launcher {
  position: fixed; inset-inline-end: max(16px, env(safe-area-inset-right)); bottom: max(16px, env(safe-area-inset-bottom));
  z-index: 2147483000; width: 60px; height: 60px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: var(--shadow); display: grid; place-items: center; transition: transform .15s ease;
}
.launcher:hover { transform: scale(1.05); }
.launcher .icon { width: 28px; height: 28px; grid-area: 1 / 1; }
.launcher .icon:nth-of-type(2), .launcher.open .icon:nth-of-type(1) { visibility: hidden; }
.launcher.open .icon:nth-of-type(2) { visibility: visible; }
.badge {
  position: absolute; top: -4px; inset-inline-end: -4px; min-width: 24px; height: 24px; padding: 0 6px; border-radius: 12px;
  background: #b3261e; color: #fff; font-size: 13px; font-weight: 700; line-height: 24px; text-align: center;
}
.panel {
  position: fixed; inset: auto; inset-inline-end: max(16px, env(safe-area-inset-right)); bottom: 88px; z-index: 2147483000; margin: 0; padding: 0;
  width: min(392px, calc(100vw - 32px)); height: min(640px, calc(100vh - 112px)); height: min(640px, calc(100dvh - 112px));
  max-width: none; max-height: none; border: 1px solid var(--line); border-radius: 20px; overflow: hidden;
  background: var(--bg); color: inherit; box-shadow: var(--shadow);
}
.panel[open] { animation: rise .18s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
:host([place="start"]) :is(.launcher, .panel) { inset-inline: max(16px, env(safe-area-inset-left)) auto; }
:host([place="left"]) :is(.launcher, .panel) { inset-inline: auto; left: max(16px, env(safe-area-inset-left)); }
:host([place="right"]) :is(.launcher, .panel) { inset-inline: auto; right: max(16px, env(safe-area-inset-right)); }
@media (max-width: 520px) {
  :host .panel { inset: 0 !important; width: 100%; height: var(--fd-height, 100dvh); border: 0; border-radius: 0; }
  .panel::backdrop { background: var(--bg); }
  .launcher.open { display: none; }
}

.chat { container-type: inline-size; position: relative; display: flex; flex-direction: column; height: 100%; min-height: 0; background: var(--bg); color: var(--ink); overflow: hidden; }
.head { display: flex; align-items: center; gap: 12px; padding: 12px 16px; border-bottom: 1px solid var(--line); background: var(--surface); }
.names { flex: 1; min-width: 0; }
.title { display: block; font-weight: 700; font-size: 17px; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
:host([mode="page"]) .title { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.state { display: flex; align-items: baseline; gap: 8px; font-size: 14px; color: var(--muted); }
.state b { color: var(--ink); font-weight: 600; }
.state-text { min-width: 0; overflow-wrap: anywhere; }
.chat[dir="rtl"] .state-text { text-align: right; }
.dot { width: 9px; height: 9px; border-radius: 50%; background: var(--muted); flex: none; }
.state[data-owner="bot"] .dot { background: #2f9a6c; }
.state[data-owner="queue"] .dot { background: var(--sun); }
.state[data-owner="agent"] .dot { background: #2f80ed; }
.chat:not([data-connection="open"]) .dot { background: var(--muted); }
.plain { width: 44px; height: 44px; border-radius: 12px; display: grid; place-items: center; flex: none; margin-block: -6px; margin-inline: 0 -8px; }
.plain:hover { background: var(--soft); }

.menu { position: relative; flex: none; }
.commands {
  position: absolute; inset-inline-end: 0; top: 44px; z-index: 2; min-width: 200px; margin: 0; padding: 6px; list-style: none;
  border: 1px solid var(--line); border-radius: 14px; background: var(--surface); box-shadow: var(--shadow);
}
.commands button { display: block; width: 100%; min-height: 44px; padding: 8px 12px; border-radius: 10px; text-align: start; font-size: 15px; }
.commands button:hover { background: var(--soft); }

.connection {
  display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; padding: 8px 16px; font-size: 14px;
  background: var(--soft); color: var(--ink); border-bottom: 1px solid var(--line);
}
.connection.bad { background: var(--warn-soft); color: var(--warn-ink); }
.countdown { font-variant-numeric: tabular-nums; }
.connection .small { margin-inline-start: auto; }
.small {
  min-height: 32px; padding: 3px 12px; border-radius: 999px; border: 1px solid currentColor; font-size: 14px; font-weight: 600;
}

/* Words that nobody translated read right in a page of the other direction too. */
.hint, .state-text, .connection span, .meta, .editing span, .size, .commands button, .empty p { unicode-bidi: plaintext; }

.middle { position: relative; flex: 1; min-height: 0; display: flex; }
.scroller { position: relative; flex: 1; min-width: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px; scrollbar-width: thin; }
.scroller:focus-visible { outline-offset: -3px; }
.list { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; }
.day { align-self: center; margin: 14px 0 6px; font-size: 13px; color: var(--muted); }
.day span { padding: 2px 12px; border-radius: 999px; background: var(--soft); }
.day:first-child { margin-top: 0; }
.line { position: relative; display: flex; flex-direction: column; align-items: flex-start; max-width: min(86%, 560px); margin-top: 14px; }
.line.follows { margin-top: 4px; }
.line.contact { align-self: flex-end; align-items: flex-end; }
.line.system { align-self: center; align-items: center; max-width: 94%; }
.who { display: flex; align-items: center; gap: 8px; margin-bottom: 5px; font-size: 14px; max-width: 100%; }
.line.follows .who { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.line.contact .who, .line.system .who { margin: 0; }
.name { font-weight: 700; overflow-wrap: anywhere; }
.avatar {
  width: 26px; height: 26px; border-radius: 50%; display: grid; place-items: center; font-size: 13px; font-weight: 700;
  background: var(--sun); color: #33260a; flex: none;
}
.agent .avatar { background: var(--accent); color: var(--on-accent); }
.tag { font-size: 12px; font-weight: 600; padding: 1px 8px; border-radius: 999px; border: 1px solid var(--line); color: var(--muted); }
.agent .tag { border-color: var(--person-line); background: var(--person); color: var(--ink); }
.bubble { padding: 9px 14px; border-radius: 18px; max-width: 100%; overflow: hidden; overflow-wrap: anywhere; }
.text { margin: 0; white-space: pre-wrap; }
.bot .bubble { background: var(--soft); border-start-start-radius: 6px; }
.agent .bubble { background: var(--person); border: 1px solid var(--person-line); border-start-start-radius: 6px; }
.contact .bubble { background: var(--accent); color: var(--on-accent); border-end-end-radius: 6px; }
.system .bubble { background: none; color: var(--muted); font-size: 14px; text-align: center; padding: 4px 8px; }
.line.system.long { align-self: flex-start; align-items: flex-start; max-width: min(94%, 560px); }
.system.long .bubble { color: var(--ink); font-size: 15px; text-align: start; padding: 9px 14px; border: 1px solid var(--line); background: var(--surface); }
.aside { margin: 4px 0 0; font-size: 14px; color: var(--ink); text-align: end; }
.contact[data-status="waiting"] .bubble { background: var(--person); color: var(--ink); outline: 1.5px dashed var(--accent); outline-offset: -1.5px; }
.contact[data-status="failed"] .bubble { background: var(--bad-soft); color: var(--ink); border: 1px solid var(--bad); opacity: 1; }
a { color: inherit; text-underline-offset: 2px; }
.picture { display: block; margin: 6px 0 2px; }
.picture img { display: block; max-width: 100%; max-height: 280px; border-radius: 12px; }
.meta { display: flex; align-items: center; gap: 6px; margin-top: 3px; font-size: 12px; color: var(--muted); }
.line.continues .meta, .line.system .meta { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.line.continues:is([data-status="sending"], [data-status="waiting"], [data-status="failed"]) .meta { position: static; width: auto; height: auto; clip-path: none; }
.status { display: inline-flex; align-items: center; gap: 4px; }
.status .icon { width: 14px; height: 14px; }
.status.sent { color: var(--accent); }
.status.failed { color: var(--bad); font-weight: 600; }
.trouble { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 8px; font-size: 14px; color: var(--bad); }
.in-trouble .trouble { margin-top: 4px; }
.contact .trouble { justify-content: flex-end; text-align: end; }

.deleted .bubble { background: none; border: 1px dashed var(--muted); color: var(--muted); font-style: italic; }
.own { min-width: 28px; min-height: 28px; padding: 4px; border-radius: 8px; color: var(--muted); font-size: 12px; }
.own:hover { background: var(--soft); color: var(--ink); }
.own .icon { width: 16px; height: 16px; }
.own[data-sure] { background: var(--bad-soft); color: var(--bad); font-weight: 600; padding: 4px 10px; }
.files { display: flex; flex-direction: column; gap: 6px; margin-top: 6px; max-width: 100%; }
.contact .files { align-items: flex-end; }
.bubble[hidden] + .files { margin-top: 0; }
.file {
  display: inline-flex; align-items: center; gap: 8px; min-height: 44px; max-width: 100%; padding: 8px 14px; border-radius: 14px;
  border: 1px solid var(--line); background: var(--surface); color: var(--ink); font-size: 15px; text-align: start;
}
.file:hover:enabled { border-color: var(--accent); }
.file bdi { overflow-wrap: anywhere; font-weight: 600; }
.file .size { color: var(--muted); font-size: 13px; white-space: nowrap; }
.file.shown { padding: 0; overflow: hidden; background: none; }
.file img { display: block; max-width: 100%; max-height: 280px; border-radius: 13px; }

.choices { margin-top: 8px; max-width: 100%; }
.replies { display: flex; flex-wrap: wrap; gap: 8px; }
.system:not(.long) .replies { justify-content: center; }
.reply {
  display: inline-flex; align-items: center; gap: 6px; min-height: 44px; padding: 8px 16px; border-radius: 22px; text-align: start;
  border: 1.5px solid var(--accent); background: var(--surface); color: var(--ink); font-weight: 600; font-size: 15px; overflow-wrap: anywhere;
}
.reply:hover:enabled { background: var(--accent); color: var(--on-accent); }
.reply.command { border-style: dashed; }
.reply .icon { display: none; width: 16px; height: 16px; }
.reply:disabled { border-color: var(--line); color: var(--muted); background: none; font-weight: 500; }
.reply.chosen { border: 1.5px solid var(--accent); color: var(--ink); background: var(--person); font-weight: 600; }
.reply.chosen .icon { display: block; color: var(--accent); }
.closed .reply { min-height: 36px; padding: 4px 14px; }
.stars { display: flex; gap: 2px; }
.star { width: 48px; height: 48px; display: grid; place-items: center; border-radius: 12px; color: transparent; }
.star .icon { width: 32px; height: 32px; stroke: var(--star); stroke-width: 1.6; stroke-linejoin: round; overflow: visible; }
.star.lit { color: var(--star); }
.stars:not(.closed .stars):has(.star:enabled:hover) .star { color: var(--star); }
.stars:has(.star:enabled:hover) .star:hover ~ .star { color: transparent; }
.closed .star:not(.lit) .icon { stroke: var(--line); }
.whole { white-space: nowrap; }
.choices > .replies:not(:first-child) { margin-top: 8px; }

.typing { display: inline-flex; align-items: center; gap: 10px; font-size: 14px; margin-top: 14px; padding: 13px 16px; border-radius: 18px; border-start-start-radius: 6px; background: var(--soft); }
.dots { display: inline-flex; gap: 5px; }
.dots i { width: 8px; height: 8px; border-radius: 50%; background: var(--muted); animation: hop 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes hop { 0%, 60%, 100% { transform: none; opacity: .5; } 30% { transform: translateY(-4px); opacity: 1; } }
.pill {
  position: absolute; bottom: 10px; left: 50%; transform: translateX(-50%); display: inline-flex; align-items: center; gap: 6px;
  min-height: 40px; padding-block: 6px; padding-inline: 12px 16px; border-radius: 20px; background: var(--ink); color: var(--bg); font-size: 14px; font-weight: 600;
  box-shadow: 0 4px 14px rgb(0 0 0 / 25%); white-space: nowrap;
}
.pill.bare { left: auto; inset-inline-end: 14px; transform: none; padding: 6px 10px; background: var(--surface); color: var(--ink); border: 1px solid var(--line); }
.pill.bare span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.starters { margin-top: 16px; }
.hint { margin: 0 0 10px; font-size: 14px; color: var(--muted); }
.hint.strong { color: var(--ink); font-weight: 600; margin-top: 18px; }
.empty-title { font-weight: 700; font-size: 17px; color: var(--ink); margin: 0 0 6px; }
.empty.failed { margin: 12vh auto 0; max-width: 380px; text-align: center; color: var(--muted); }
.empty p { margin: 0 0 8px; }
.bone { width: 62%; height: 42px; border-radius: 18px; background: var(--soft); margin-bottom: 10px; animation: pulse 1.4s infinite ease-in-out; }
.bone.short { width: 40%; }
@keyframes pulse { 50% { opacity: .45; } }

.farewell { max-width: 420px; margin: 8vh auto 0; }
.farewell p { margin: 0 0 12px; }
.farewell .reply { margin-top: 8px; }
.gone :is(.log, .empty, .menu, .foot, .composer) { display: none; }

.foot { padding: 0 16px; background: var(--bg); }
.human {
  display: inline-flex; align-items: center; gap: 8px; min-height: 40px; padding-block: 4px; padding-inline: 10px 14px; margin: 6px 0 8px; border-radius: 20px;
  background: var(--soft); font-size: 14px; font-weight: 600;
}
.human:hover:enabled { background: var(--person); }
.human:disabled { color: var(--muted); }
.human .icon { width: 18px; height: 18px; color: var(--accent); }
.notice { display: flex; align-items: center; gap: 8px; padding: 8px 12px; margin-top: 8px; border-radius: 12px; background: var(--bad-soft); color: var(--bad); font-size: 14px; }
.notice span { flex: 1; }
.composer { padding: 10px 12px calc(12px + env(safe-area-inset-bottom)); border-top: 1px solid var(--line); background: var(--surface); }
.box { display: flex; align-items: flex-end; gap: 8px; }
textarea {
  flex: 1; min-width: 0; min-height: 46px; max-height: 140px; padding: 10px 14px; border: 1.5px solid var(--muted); border-radius: 22px; resize: none;
  font: inherit; color: var(--ink); background: var(--bg); margin: 0; display: block; overflow-y: auto; scrollbar-width: thin;
}
textarea::placeholder { color: var(--muted); opacity: 1; }
textarea[aria-invalid="true"] { border-color: var(--bad); }
.attach { width: 44px; height: 46px; border-radius: 12px; display: grid; place-items: center; flex: none; color: var(--muted); margin-inline: -6px -4px; }
.attach:hover { color: var(--ink); background: var(--soft); }
.uploads { list-style: none; margin: 0 0 8px; padding: 0; display: flex; flex-wrap: wrap; gap: 6px; }
.uploads li {
  display: inline-flex; align-items: center; gap: 6px; max-width: 100%; padding-inline: 10px 2px; border-radius: 12px; background: var(--soft);
  font-size: 14px; color: var(--muted);
}
.uploads li.ready { color: var(--ink); }
.uploads bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.preview { width: 56px; height: 56px; margin: 6px 0; border-radius: 8px; object-fit: cover; flex: none; }
.uploads .plain { width: 36px; height: 36px; margin: 0; }
.uploads .plain .icon { width: 16px; height: 16px; }
.editing { display: flex; align-items: center; justify-content: space-between; gap: 8px; margin-bottom: 8px; font-size: 14px; color: var(--muted); }
[dir="rtl"] .send .icon { transform: scaleX(-1); }
.send { width: 46px; height: 46px; border-radius: 50%; background: var(--accent); color: var(--on-accent); display: grid; place-items: center; flex: none; }
.send:disabled { background: var(--soft); color: var(--muted); }
.counter { display: block; font-size: 13px; color: var(--muted); text-align: end; padding-block: 4px 0; padding-inline: 0 60px; }
.counter:empty { display: none; }
.counter.over { color: var(--bad); font-weight: 600; }

/* On a narrow phone whatever one may begin with is in sight at once; that a program answers, the greeting says. */
@container (max-width: 420px) {
  .head { padding-block: 6px; min-height: 52px; }
  .state { font-size: 13px; gap: 6px; }
  .scroller { padding-block: 10px; }
  .greeting { max-width: 100%; margin-top: 0; }
  .greeting .bubble { font-size: 15px; line-height: 1.4; padding-block: 7px; }
  .starters { margin-top: 8px; }
  .starters .hint { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .starters .replies { gap: 6px; }
  .starters .reply { min-height: 40px; padding: 6px 14px; font-size: 14px; }
  .human { min-height: 36px; margin: 2px 0 6px; }
  .composer { padding-block: 6px calc(6px + env(safe-area-inset-bottom)); }
}

@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  .bubble, .reply, .human, .launcher, .send { border: 1px solid; }
  .star.lit .icon { fill: Highlight; }
}
`;

  function mount() {
    customElements.define(TAG, FrontdeskChat);
    if (document.querySelector(TAG)) return;
    const place = document.querySelector('#frontdesk-chat, [data-frontdesk-mode="page"]');
    const chat = document.createElement(TAG);
    chat.setAttribute("mode", place ? "page" : "bubble");
    (place ?? document.body).append(chat);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount);
  else mount();
})();
