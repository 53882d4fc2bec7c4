// From what is known to what is seen. Texts go into the page as text nodes only: they are what strangers have sent.

import { textOf } from "./people.js";

const FACES = { telegram: "TG", viber: "VB", whatsapp: "WA", gateway: "SMS", email: "@" };
const NAMES = { telegram: "Telegram", viber: "Viber", whatsapp: "WhatsApp", gateway: "SMS gateway", email: "e-mail" };
const TICKS = { sent: ["✓", "accepted"], delivered: ["✓✓", "delivered"], seen: ["✓✓", "read"], read: ["✓✓", "read"], failed: ["!", "failed later"] };
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "long" });

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  element.append(...children);
  return element;
}

export function nameOf(channel) {
  return NAMES[channel] || channel;
}

export function personRow(person, current, choose) {
  const last = person.items[person.items.length - 1];
  const refused = last.entry && !last.entry.accepted;
  const row = make(
    "button",
    `person ${person.channel}`,
    make("span", "face", FACES[person.channel] || "?"),
    make("span", "address", person.address || "(no address)"),
    make("span", "when", CLOCK.format(person.at)),
    make("span", `last${refused ? " bad" : ""}`, summary(last, refused)),
    make("span", "many", String(person.items.length)),
  );
  row.type = "button";
  row.dataset.key = person.key;
  row.setAttribute("aria-current", String(current));
  row.addEventListener("click", () => choose(person));
  row.firstChild.setAttribute("aria-hidden", "true");
  return make("li", "", row);
}

function summary(item, refused) {
  const text = textOf(item) || "(no text)";
  if (item.deed) {
    return `↩ ${text}`;
  }
  return refused ? `refused: ${text}` : text;
}

export function chatLines(person, people, words, open) {
  const lines = [];
  const had = new Set();
  let day = "";
  for (const item of person.items) {
    const again = isAgain(item, had);
    if (words && !textOf(item).toLowerCase().includes(words) && !person.address.toLowerCase().includes(words)) {
      continue;
    }
    const today = DAY.format(item.at);
    if (today !== day) {
      day = today;
      lines.push(make("li", "day", make("span", "", day)));
    }
    lines.push(item.entry ? entryLine(item.entry, people, again, open) : deedLine(item));
  }
  return lines;
}

/** Has this person had this very text already? A repeat that the messenger knew of reached nobody. */
function isAgain(item, had) {
  if (!item.entry || !item.entry.accepted || item.entry.repeat) {
    return false;
  }
  const again = had.has(textOf(item));
  had.add(textOf(item));
  return again;
}

function entryLine(entry, people, again, open) {
  const line = make("li", entry.accepted ? "" : "refused");
  const bubble = make("button", "bubble");
  bubble.type = "button";
  bubble.title = "Show request and answer";
  bubble.addEventListener("click", () => open(entry));
  bubble.append(...(entry.accepted ? accepted(entry, people, again) : refused(entry)));
  line.append(bubble);
  return line;
}

function accepted(entry, people, again) {
  const parts = [...content(entry), meta(entry, people.receiptOf(entry) || "sent")];
  if (again) {
    parts.push(make("br"), make("span", "mark", "the same text again"));
  }
  if (entry.fault) {
    parts.push(make("br"), make("span", "mark", `fault: ${entry.fault}`));
  }
  if (entry.repeat) {
    parts.push(make("br"), make("span", "mark", "repeat, known by its id"));
  }
  return parts;
}

/** What the person reads: of a mail the subject too. */
function content(entry) {
  const text = make("span", "text", entry.text || "(no text)");
  return entry.subject ? [make("strong", "subject", entry.subject), text] : [text];
}

function meta(entry, state) {
  const [sign, meaning] = TICKS[state] || TICKS.sent;
  const ticks = make("span", `ticks ${state === "seen" ? "read" : state}`, sign);
  ticks.setAttribute("role", "img");
  ticks.setAttribute("aria-label", meaning);
  ticks.title = meaning;
  return make("span", "meta", CLOCK.format(Date.parse(entry.received_at)), ticks);
}

function refused(entry) {
  const code = entry.code !== null && entry.code !== entry.status ? ` · code ${entry.code}` : "";
  const why = entry.status === null ? "no answer" : `${entry.status}${code}`;
  const fault = entry.fault ? ` · fault: ${entry.fault}` : "";
  return [make("strong", "", `refused: ${why}${fault}`), make("br"), ...content(entry)];
}

function deedLine(item) {
  if (item.deed.kind !== "message") {
    return make("li", "deed", deedText(item.deed));
  }
  const bubble = make("div", "bubble", make("span", "text", item.deed.text), make("span", "meta", CLOCK.format(item.at)));
  return make("li", "from-person", bubble);
}

function deedText(deed) {
  const told = { press: `pressed “${deed.data}”`, block: "blocked the sender", unblock: "unblocked the sender", open: "opened the conversation" };
  return told[deed.kind] || deed.kind;
}
