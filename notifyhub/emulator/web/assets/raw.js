// The raw request and answer of one entry, and the callbacks about it.

import { get } from "./api.js";
import { make, nameOf } from "./view.js";

const element = (id) => document.getElementById(id);

export async function showRaw(entry, people) {
  const whole = await get(`journal/${entry.id}`);
  const facts = {
    Recipient: `${nameOf(whole.channel)} ${whole.address}`,
    Sender: whole.account || "–",
    ...(whole.subject ? { Subject: whole.subject } : {}),
    Received: new Date(whole.received_at).toLocaleString(),
    Outcome: whole.accepted ? "accepted" : "not accepted",
    "Message id": whole.messenger_id || "–",
    Fault: whole.fault || "none",
    Inbox: whole.inbox || "–",
  };
  element("raw-facts").replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]),
  );
  element("raw-request").textContent = [whole.request, "", pretty(whole.request_body)].join("\n");
  const status = whole.status === null ? "(no answer)" : `${whole.channel === "email" ? "SMTP" : "HTTP"} ${whole.status}`;
  element("raw-answer").textContent = [status, "", pretty(whole.answer_body)].join("\n");
  offerHtml(whole);
  showCalls(people.callsAbout(entry));
  element("raw").showModal();
}

/** The HTML of a mail has no place in this page: it is shown in a frame that may run and load nothing. */
function offerHtml(whole) {
  element("raw-html").hidden = !whole.html;
  element("raw-html").open = false;
  element("raw-html-frame").replaceChildren();
  element("raw-html").dataset.entry = whole.id;
}

element("raw-html").addEventListener("toggle", () => {
  if (element("raw-html").open) {
    const frame = Object.assign(make("iframe", "mail"), { title: "The HTML of the mail" });
    frame.setAttribute("sandbox", "");
    frame.src = `journal/${element("raw-html").dataset.entry}/html`;
    element("raw-html-frame").replaceChildren(frame);
  }
});

function showCalls(calls) {
  element("raw-calls-title").hidden = calls.length === 0;
  element("raw-calls").replaceChildren(...calls.map(callLine));
}

function callLine(call) {
  const came = call.status === null ? call.error : `answered ${call.status}`;
  return make("li", "call", make("span", "", `${call.kind} → ${call.url}`), make("span", "quiet", came || ""));
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
