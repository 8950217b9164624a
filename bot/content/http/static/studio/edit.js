/** What an editor has changed of an intent and not saved yet, and how that goes onto what somebody else made of it. */

const key = (one) => JSON.stringify([one.answer, one.number]);

export class Edit {
  constructor() {
    this.clear();
  }

  clear() {
    this.added = [];
    this.removed = new Set();
    this.reworded = new Map();
    this.words = new Map();
    this.moreWordings = [];
    this.fewerWordings = new Map();
    this.reading = "";
  }

  get count() {
    return (this.reading ? 1 : 0) + this.added.length + this.removed.size + this.reworded.size + this.words.size + this.moreWordings.length + this.fewerWordings.size;
  }

  reword(old, text) {
    if (text === old) this.reworded.delete(old);
    else this.reworded.set(old, text);
  }

  say(answer, number, was, text) {
    const one = { answer, number, was, text };
    if (text === was) this.words.delete(key(one));
    else this.words.set(key(one), one);
  }

  said(answer, number, was) {
    return this.words.get(key({ answer, number }))?.text ?? was;
  }

  dropWording(answer, number, was) {
    this.words.delete(key({ answer, number }));
    this.fewerWordings.set(key({ answer, number }), { answer, number, was });
  }

  keepWording(answer, number) {
    this.fewerWordings.delete(key({ answer, number }));
  }

  isDropped(answer, number) {
    return this.fewerWordings.has(key({ answer, number }));
  }

  /** As the API takes it. */
  body() {
    return {
      add: this.added,
      remove: [...this.removed],
      reword: [...this.reworded].filter(([old]) => !this.removed.has(old)).map(([old, text]) => ({ old, new: text })),
      words: [...this.words.values()],
      more_wordings: this.moreWordings,
      fewer_wordings: [...this.fewerWordings.values()],
      reading: this.reading,
    };
  }

  /**
   * Goes over to what somebody else saved: what is theirs alone stays theirs, what is ours alone stays ours. What both
   * changed is given back, to be decided: `{ answer, number, seen, theirs, mine }`.
   */
  onto(seen, theirs) {
    const examples = new Set(theirs.examples.map((one) => one.text));
    this.added = this.added.filter((text) => !examples.has(text));
    for (const text of [...this.removed]) if (!examples.has(text)) this.removed.delete(text);
    for (const [old, text] of [...this.reworded]) {
      if (examples.has(old)) continue;
      // They took it out or changed it: ours stays beside theirs.
      this.reworded.delete(old);
      if (!examples.has(text)) this.added.push(text);
    }
    const clashes = [];
    const before = [...this.words.values()];
    this.words.clear();
    for (const one of before) {
      const now = place(theirs, one);
      if (now.text === one.was) this.say(one.answer, now.number, one.was, one.text);
      else if (now.text !== one.text) clashes.push({ answer: one.answer, number: now.number, seen: one.was, theirs: now.text, mine: one.text });
    }
    const dropped = [...this.fewerWordings.values()];
    this.fewerWordings.clear();
    for (const one of dropped) {
      const now = place(theirs, one);
      if (now.text === one.was) this.dropWording(one.answer, now.number, one.was);
    }
    const said = theirs.answers.find((answer) => answer.reading);
    if (this.reading && said?.wordings.length) {
      const [{ number, text }] = said.wordings;
      if (text !== this.reading) clashes.push({ answer: said.name, number, seen: "", theirs: text, mine: this.reading });
      this.reading = "";
    }
    return clashes;
  }
}

/** Where a wording stands by now: by its words, else by its number; `text` is null when it is gone. */
function place(words, one) {
  const wordings = words.answers.find((answer) => answer.name === one.answer)?.wordings ?? [];
  const same = wordings.find((wording) => wording.number === one.number && wording.text === one.was) ?? wordings.find((wording) => wording.text === one.was);
  const now = same ?? wordings.find((wording) => wording.number === one.number);
  return now ? { number: now.number, text: now.text } : { number: one.number, text: null };
}

/** What differs between two states of an intent, for people: `[kind, text, before]`. */
export function differences(seen, now) {
  const texts = (words) => words.examples.map((one) => one.text);
  const [old, fresh] = [texts(seen), texts(now)];
  const found = [
    ...fresh.filter((text) => !old.includes(text)).map((text) => ["added", text]),
    ...old.filter((text) => !fresh.includes(text)).map((text) => ["removed", text]),
  ];
  for (const answer of now.answers) {
    const was = seen.answers.find((one) => one.name === answer.name)?.wordings ?? [];
    answer.wordings.forEach((wording, at) => {
      if (was[at]?.text !== wording.text) found.push(["says", wording.text, was[at]?.text]);
    });
    was.slice(answer.wordings.length).forEach((wording) => found.push(["silent", wording.text]));
  }
  return found;
}
