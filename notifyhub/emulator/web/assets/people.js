// What is known: people by channel and address, what reached them, what they wrote, and the receipts of it.

const MOST_ITEMS = 5000;
const RANK = { sent: 1, delivered: 2, seen: 3, read: 3, failed: 4 };

export class People {
  constructor() {
    this.clear();
  }

  clear() {
    this.byKey = new Map();
    this.receipts = new Map();
    this.calls = new Map();
    this.entries = new Set();
    this.lastHappening = 0;
    this.items = 0;
  }

  /** Newest first. */
  sorted() {
    return [...this.byKey.values()].sort((one, other) => other.at - one.at);
  }

  addEntry(entry, sought = false) {
    if (this.entries.has(entry.id)) {
      return null;
    }
    this.entries.add(entry.id);
    const item = { kind: "entry", at: Date.parse(entry.received_at), entry };
    return this.place(entry.channel, entry.address, item, sought);
  }

  /** Nobody looks for those any more who were found by a search: they may be forgotten like others. */
  releaseSought() {
    this.byKey.forEach((person) => {
      person.sought = false;
    });
  }

  /** What happened beside the journal; gives the person whose phone shows it, if any. */
  addHappening(happening) {
    if (happening.number <= this.lastHappening) {
      return null;
    }
    this.lastHappening = happening.number;
    if (happening.what === "deed") {
      return this.place(happening.channel, happening.address, { kind: "deed", at: happening.at * 1000, deed: happening });
    }
    return this.addReceipt(happening);
  }

  addReceipt(call) {
    if (!call.about) {
      return null;
    }
    const key = `${call.channel} ${call.about}`;
    this.calls.set(key, [...(this.calls.get(key) || []), call]);
    if ((RANK[call.kind] || 0) > (RANK[this.receipts.get(key)] || 0)) {
      this.receipts.set(key, call.kind);
    }
    return [...this.byKey.values()].find((person) => person.shown.has(key)) || null;
  }

  receiptOf(entry) {
    return this.receipts.get(`${entry.channel} ${entry.messenger_id}`);
  }

  callsAbout(entry) {
    return this.calls.get(`${entry.channel} ${entry.messenger_id}`) || [];
  }

  place(channel, address, item, sought = false) {
    const key = `${channel} ${address}`;
    let person = this.byKey.get(key);
    if (!person) {
      person = { key, channel, address, items: [], shown: new Set(), at: 0, sought: false };
      this.byKey.set(key, person);
    }
    person.sought = person.sought || sought;
    // Nearly always the newest; what is older finds its place among the others.
    let index = person.items.length;
    while (index > 0 && person.items[index - 1].at > item.at) {
      index -= 1;
    }
    person.items.splice(index, 0, item);
    person.at = person.items[person.items.length - 1].at;
    if (item.entry) {
      person.shown.add(`${channel} ${item.entry.messenger_id}`);
    }
    this.items += 1;
    this.forgetOldest();
    return person;
  }

  forgetOldest() {
    if (this.items <= MOST_ITEMS) {
      return;
    }
    const oldest = this.sorted().filter((person) => !person.sought).pop();
    if (!oldest) {
      return;
    }
    const gone = oldest.items.length > 1 && this.byKey.size === 1 ? oldest.items.splice(0, oldest.items.length / 2) : oldest.items;
    if (gone === oldest.items) {
      this.byKey.delete(oldest.key);
    }
    // What is forgotten here is still in the journal, and may be asked for again.
    gone.filter((item) => item.entry).forEach((item) => this.entries.delete(item.entry.id));
    this.items -= gone.length;
  }
}

export function matches(person, words) {
  if (!words) {
    return true;
  }
  const within = (text) => text.toLowerCase().includes(words);
  return within(person.address) || within(person.channel) || person.items.some((item) => within(textOf(item)));
}

export function textOf(item) {
  if (item.entry) {
    return [item.entry.subject, item.entry.text].filter(Boolean).join(" · ");
  }
  return item.deed.text || item.deed.data || "";
}
