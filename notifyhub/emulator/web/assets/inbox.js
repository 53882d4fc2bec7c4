// The page: loads what is there, hears of what comes, and shows it once a frame.

import { get, send, writeAs } from "./api.js";
import { load as loadFaults, prepareFaults } from "./faults.js";
import { People, matches } from "./people.js";
import { showRaw } from "./raw.js";
import { chatLines, nameOf, personRow } from "./view.js";

const LOADED_AT_ONCE = 500;
const MOST_ROWS = 300;
const TYPING_MS = 250;

const element = (id) => document.getElementById(id);
const people = new People();
let currentKey = null;
let earliest = null;
let drawing = false;
let typing = null;

function current() {
  return people.byKey.get(currentKey) || null;
}

function words() {
  return element("search").value.trim().toLowerCase();
}

function draw() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      drawPeople();
      drawPhone();
    });
  }
}

function drawPeople() {
  const list = element("people");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const found = people.sorted().filter((person) => matches(person, words())).slice(0, MOST_ROWS);
  const rows = found.map((person) => personRow(person, person.key === currentKey, choose));
  list.replaceChildren(...rows);
  rows.find((row) => row.firstChild.dataset.key === focused)?.firstChild.focus();
  element("nobody").hidden = people.byKey.size > 0;
  element("earlier").hidden = earliest === null;
}

function drawPhone() {
  const person = current();
  element("phone").hidden = !person;
  element("choose").hidden = Boolean(person) || people.byKey.size === 0;
  element("stage").classList.toggle("chatting", Boolean(person));
  if (!person) {
    return;
  }
  element("phone").className = `phone ${person.channel}`;
  element("phone-address").textContent = person.address || "(no address)";
  element("phone-channel").textContent = nameOf(person.channel);
  element("write").hidden = ["gateway", "email"].includes(person.channel);
  const chat = element("chat");
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
  chat.replaceChildren(...chatLines(person, people, words(), (entry) => showRaw(entry, people)));
  if (atEnd) {
    chat.scrollTop = chat.scrollHeight;
  }
}

function choose(person) {
  currentKey = person.key;
  element("write-fault").hidden = true;
  drawPeople();
  drawPhone();
  element("chat").scrollTop = element("chat").scrollHeight;
  if (earliest !== null) {
    loadConversation(person);
  }
}

/** Of somebody whom only a search found, most is not here yet. */
async function loadConversation({ channel, address }) {
  const page = await get("journal", { newest: "true", limit: LOADED_AT_ONCE, channel, address });
  page.entries.forEach((entry) => people.addEntry(entry, true));
  draw();
}

async function loadEntries(before) {
  const page = await get("journal", { newest: "true", limit: LOADED_AT_ONCE, ...(before ? { before } : {}) });
  page.entries.forEach((entry) => people.addEntry(entry));
  earliest = page.previous;
  draw();
}

/** What is loaded is searched at every letter; the whole journal when the typing pauses. */
function search() {
  draw();
  clearTimeout(typing);
  typing = setTimeout(searchJournal, TYPING_MS);
}

async function searchJournal() {
  people.releaseSought();
  const sought = element("search").value.trim();
  if (sought) {
    const page = await get("journal", { newest: "true", limit: LOADED_AT_ONCE, search: sought });
    page.entries.forEach((entry) => people.addEntry(entry, true));
    draw();
  }
}

async function loadHappenings() {
  const { happenings } = await get("happenings", { since: people.lastHappening });
  happenings.forEach((happening) => people.addHappening(happening));
  draw();
}

function forgetAll() {
  people.clear();
  currentKey = null;
  earliest = null;
  draw();
}

function listen() {
  const link = element("link");
  const events = new EventSource("events");
  // Whatever came while nobody listened is asked for at every new beginning.
  events.addEventListener("open", async () => {
    await Promise.all([loadEntries(), loadHappenings(), loadFaults()]);
    link.textContent = "live";
    link.classList.add("live");
  });
  events.addEventListener("error", () => {
    link.textContent = "reconnecting";
    link.classList.remove("live");
  });
  events.addEventListener("entry", (event) => {
    people.addEntry(JSON.parse(event.data));
    draw();
  });
  events.addEventListener("happening", (event) => {
    people.addHappening(JSON.parse(event.data));
    draw();
  });
  events.addEventListener("cleared", forgetAll);
}

async function write(event) {
  event.preventDefault();
  const [field, fault] = [element("write-text"), element("write-fault")];
  fault.hidden = true;
  try {
    await writeAs(current(), field.value);
    field.value = "";
  } catch (error) {
    fault.textContent = error.message;
    fault.hidden = false;
  }
}

element("search").addEventListener("input", search);
element("write").addEventListener("submit", write);
element("back").addEventListener("click", () => {
  currentKey = null;
  draw();
});
element("earlier").addEventListener("click", () => loadEntries(earliest));
element("reset").addEventListener("click", async () => {
  if (confirm("Forget all messages and faults?")) {
    await send("POST", "reset");
    await loadFaults();
  }
});
// The emulator alone is at the root; otherwise a service is there, with its dashboard.
element("home").hidden = location.pathname === "/";
prepareFaults(current);
listen();
