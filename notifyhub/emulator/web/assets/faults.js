// Faults as switches. Each switch is one rule; what else is in force is listed below them.

import { get, send } from "./api.js";
import { make, nameOf } from "./view.js";

const CHANNELS = ["telegram", "viber", "whatsapp", "gateway", "email"];
const SWITCHES = [
  ["2 s slow", { latency_ms: 2000 }],
  ["too many requests", { answer: { status: 429, retry_after: 5 } }],
  ["server error 500", { answer: "500" }],
  ["outage 503", { answer: "503" }],
  ["no answer", { answer: "hang" }],
  ["connection reset", { answer: "reset" }],
  ["answer lost", { answer: "lost" }],
  ["half an answer", { answer: "half" }],
  ["dripping answer", { answer: "drip" }],
  ["HTML instead", { answer: "garbage" }],
  ["wrong JSON", { answer: "wrong_json" }],
  ["blocked", { answer: "blocked" }],
  ["not a user", { answer: "not_a_user" }],
  ["token revoked", { answer: "token_revoked" }],
];

const element = (id) => document.getElementById(id);
let settings = { rules: [], scripts: [] };
let person = null;

export function prepareFaults(current) {
  element("open-faults").addEventListener("click", async () => {
    person = current();
    offerWhom();
    await load();
    element("faults").showModal();
  });
  for (const id of ["faults-whom", "faults-rate"]) {
    element(id).addEventListener("change", show);
  }
  element("clear-faults").addEventListener("click", () => change(() => send("DELETE", "faults")));
}

export async function load() {
  settings = await get("faults");
  show();
}

function offerWhom() {
  const options = [["", "everybody"], ...CHANNELS.map((channel) => [channel, `all on ${nameOf(channel)}`])];
  if (person) {
    options.unshift(["person", `${nameOf(person.channel)} ${person.address}`]);
  }
  element("faults-whom").replaceChildren(
    ...options.map(([value, text]) => Object.assign(make("option", "", text), { value })),
  );
}

function ruleOf(fault) {
  const whom = element("faults-whom").value;
  const scope = whom === "person" ? { channel: person.channel, address: person.address } : whom ? { channel: whom } : {};
  return { ...scope, ...fault, rate: Number(element("faults-rate").value), from_s: 0 };
}

function show() {
  element("switches").replaceChildren(...SWITCHES.map(([name, fault]) => switchOf(name, ruleOf(fault))));
  const told = [...settings.rules.map(ruleLine), ...others()];
  element("rules").replaceChildren(...(told.length ? told : [make("li", "quiet", "none")]));
  const count = told.length;
  element("faults-count").hidden = count === 0;
  element("faults-count").textContent = String(count);
}

function switchOf(name, rule) {
  const box = Object.assign(make("input"), { type: "checkbox", checked: indexOf(rule) >= 0 });
  box.setAttribute("role", "switch");
  box.addEventListener("change", () => change(() => (box.checked ? add(rule) : remove(indexOf(rule)))));
  return make("li", "", make("label", "switch", box, make("span", "", name)));
}

function indexOf(rule) {
  return settings.rules.findIndex((one) => written(one) === written(rule));
}

function written(rule) {
  return JSON.stringify(rule, Object.keys(rule).concat("status", "retry_after").sort());
}

function add(rule) {
  return send("POST", "faults/rules", rule);
}

function remove(index) {
  return send("PUT", "faults", { ...settings, rules: settings.rules.filter((_, other) => other !== index) });
}

async function change(step) {
  const line = element("faults-fault");
  line.hidden = true;
  try {
    await step();
  } catch (error) {
    line.textContent = error.message;
    line.hidden = false;
  }
  await load();
}

function ruleLine(rule, index) {
  const end = make("button", "button", "End");
  end.type = "button";
  end.addEventListener("click", () => change(() => remove(index)));
  return make("li", "rule", make("span", "", ruleText(rule)), end);
}

function ruleText(rule) {
  const whom = [rule.channel ? nameOf(rule.channel) : "every channel", rule.address || "everybody"].join(", ");
  const share = rule.rate < 1 ? `${rule.rate * 100} %` : "";
  const left = rule.count ? `${rule.count} times` : "";
  const wait = rule.latency_ms === undefined ? "" : `latency ${JSON.stringify(rule.latency_ms)} ms`;
  const answer = rule.answer === undefined ? "" : typeof rule.answer === "string" ? rule.answer : JSON.stringify(rule.answer);
  return [whom, answer, wait, share, left].filter(Boolean).join(" · ");
}

/** What was set by other ways than these switches. */
function others() {
  const lines = settings.scripts.map(
    (script) => `${nameOf(script.channel)}, ${script.address} · then ${script.answers.map((one) => JSON.stringify(one)).join(", ")}`,
  );
  if (settings.profile && settings.profile !== "none") {
    lines.push(`profile ${settings.profile}`);
  }
  if (settings.failure_rate) {
    lines.push(`${settings.failure_rate * 100} % fail`);
  }
  if (settings.latency_ms) {
    lines.push(`latency ${JSON.stringify(settings.latency_ms)} ms`);
  }
  for (const channel of Object.keys(settings.channels || {})) {
    lines.push(`${nameOf(channel)} has settings of its own`);
  }
  return lines.map((line) => make("li", "rule", make("span", "", line)));
}
