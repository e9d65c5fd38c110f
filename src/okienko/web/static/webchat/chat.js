// The chat window. Nothing is stored or sent before the first message; from then on the stream is the truth, and what
// is drawn is whatever it says, by message id.
import { composeFiles } from "./attach.js";
import { codeForm } from "./code.js";
import { bubble, contactForm, make, outgoing, say, words } from "./draw.js";
import { openGate } from "./gate.js";
import { ask, withdraw } from "./preview.js";
import { follow, pause, retryAfter } from "./stream.js";

const settings = JSON.parse(document.getElementById("settings").textContent);
const at = (id) => document.getElementById(id);
const main = at("main");
const log = at("log");
const text = at("text");

// The visitor's token. Where a browser refuses storage to a window inside another site's page, that page's script
// keeps it for the tab (launcher.js); where it cannot either, the token lives as long as this page.
const KEY = `okienko:${settings.connection}`;
let parentOrigin = null;
const tokens = {
  memory: null,
  refused: false,
  get() {
    try {
      return localStorage.getItem(KEY) ?? this.memory;
    } catch {
      this.refused = true;
      return this.memory;
    }
  },
  set(token) {
    this.memory = token;
    try {
      if (token === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, token);
    } catch {
      this.refused = true;
      if (parentOrigin !== null && parentOrigin !== "null") parent.postMessage({ okienko: "keep", token }, parentOrigin);
      for (const link of document.querySelectorAll("[data-language]")) link.hidden = true; // it would lose the conversation
    }
  },
};

const authorised = () => ({ Authorization: `Bearer ${tokens.get()}` });
const post = (address, body, headers = authorised()) =>
  fetch(address, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    referrerPolicy: "same-origin",
  });
// Not crypto.randomUUID: a page without TLS that frames us takes it away.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
};

// State ---------------------------------------------------------------------------------------------------------------

let state = null; // what the stream said last: reference, holder, agent, closed, searching, contact
let stopStream = null;
let peopleOnly = false; // no program is to answer; may be wanted before there is a conversation
const shown = new Map(); // message id → its element
const pending = []; // our messages that the stream has not brought yet, in order
const line = { alert: "", connection: "", delay: "", typing: "", search: "" }; // what the status line may say, by urgency

function drawStatus() {
  const [kind, words] = Object.entries(line).find(([, words]) => words) ?? ["", ""];
  const status = at("status");
  if (status.textContent !== words) status.textContent = words;
  status.classList.toggle("harm", kind === "alert");
}

function tell(kind, words) {
  line[kind] = words;
  drawStatus();
}

let alertTimer = 0;
function warn(words) {
  clearTimeout(alertTimer);
  tell("alert", words);
  alertTimer = setTimeout(() => tell("alert", ""), 8000);
}

let searchTimer = 0;
function drawSearch() {
  const searching =
    state?.holder !== "queue" && state?.holder !== "agent" && !peopleOnly &&
    (state?.searching || pending.some(({ state }) => state === "sending" || state === "stored"));
  if (!searching) {
    clearTimeout(searchTimer);
    searchTimer = 0;
    tell("search", "");
  } else if (!searchTimer) {
    tell("search", words.searching);
    searchTimer = setTimeout(() => tell("search", words.slow), 15_000);
  }
}

// Drawing -------------------------------------------------------------------------------------------------------------

// What scrolls: the log, or in a very small window the page as a whole.
const scroller = () => (getComputedStyle(main).overflowY === "visible" ? document.scrollingElement : main);

function nearEnd() {
  const { scrollHeight, scrollTop, clientHeight } = scroller();
  return scrollHeight - scrollTop - clientHeight < 96;
}

function scrollToEnd() {
  scroller().scrollTop = scroller().scrollHeight;
  below.hidden = true;
}

// Down to the end, but not past the beginning of what is new: a long answer is read from its top.
function scrollToTopOf(element) {
  const scrolled = scroller();
  scrolled.scrollTop += element.getBoundingClientRect().top - (scrolled === main ? main.getBoundingClientRect().top : 0) - 16;
  below.hidden = true;
}

const below = make("button.button.compact", { type: "button", hidden: true, id: "below" }, words.new_messages);
below.addEventListener("click", scrollToEnd);
main.after(below);
document.addEventListener("scroll", () => {
  if (nearEnd()) below.hidden = true;
}, { passive: true, capture: true });

function drawPending() {
  const stays = nearEnd();
  at("pending").replaceChildren(
    ...pending.filter(({ covered }) => !covered).map((message) => outgoing(message, acts)),
  );
  document.querySelector(".chat-welcome").classList.toggle("begun", pending.length > 0 || shown.size > 0);
  drawSearch();
  if (stays) scrollToEnd();
}

let drawnAfter = "";
function drawAfter(messages) {
  const last = messages.findLast(({ author }) => author !== "system");
  const wantsContact = !state.contact && (state.holder === "queue" || (last?.choices ?? []).some(({ slug }) => slug === "contact"));
  const asked = (last?.choices ?? []).some(({ slug }) => slug === "code");
  const wantsCode = state.code && (asked || state.holder === "queue" || state.holder === "agent");
  const key = JSON.stringify([state.holder, state.closed, state.reference, wantsContact, wantsCode && asked, wantsCode, state.confirm]);
  if (key === drawnAfter) return; // somebody may be typing in the form
  drawnAfter = key;
  const parts = [];
  if (state.closed) parts.push(make("p.notice", {}, words.closed));
  if (wantsContact && !state.closed) parts.push(contactForm(acts, state.holder !== "queue" || last?.choices.length > 0));
  if (wantsCode && !state.closed) parts.push(codeFor("conversation", asked));
  else delete codes.conversation;
  if (state.confirm && !state.closed) parts.push(codeFor("contact"));
  else delete codes.contact;
  const typing = document.activeElement;
  at("after").replaceChildren(...parts);
  if (parts.some((part) => part.contains(typing))) typing.focus(); // it was moved, and lost the caret
}

// The forms for codes, which stay while the conversation goes on.
const codes = {};
function codeFor(purpose, asked = false) {
  codes[purpose] ??= codeForm({
    purpose,
    post: (path, body) => post(`${settings.address}/${path}`, body),
    proved: () => {
      // A person was promised after the code; where one waits or has come already, there is nothing to be said.
      if (purpose === "conversation" && state.holder === "bot") send(words.code_entered, { kind: "choice", choice: "code" });
      text.focus();
    },
  });
  if (asked) codes[purpose].open = true;
  return codes[purpose];
}

function drawState() {
  const holder = state.closed ? "bot" : state.holder;
  const notice = { bot: words.notice_bot, queue: say("notice_queue", state), agent: say("notice_agent", { name: state.agent ?? words.agent }) };
  if (at("notice").textContent !== notice[holder]) at("notice").textContent = notice[holder];
  at("person").setAttribute("aria-disabled", String(holder !== "bot"));
  if (holder !== "agent") clearTyping();
  peopleOnly = state.people_only;
  drawPeopleOnly();
  if (at("place") && state.place) at("place").value = state.place;
  gate.draw();
  at("reference").hidden = false;
  at("reference").querySelector("b").textContent = state.reference;
  at("transcript").hidden = at("forget").hidden = false;
}

// Takes a stream's word: everything on connecting, later what has changed.
function receive({ name, data }) {
  if (name === "typing") {
    if (state?.holder === "agent") typing();
    return;
  }
  const stays = nearEnd();
  const first = shown.size === 0;
  let fresh = null;
  for (const message of data.messages) {
    if (shown.has(message.id)) continue; // a stream begins with everything
    const element = bubble({ ...message, choices: message.choices.filter(({ name }) => name) }, acts);
    shown.set(message.id, { element, message });
    const next = [...shown.values()].filter((other) => other.message.id > message.id && other.element.isConnected);
    next.sort((one, other) => (one.message.id < other.message.id ? -1 : 1));
    if (next.length > 0) next[0].element.before(element);
    else log.append(element);
    if (message.author === "customer") claim();
    else {
      if (message.author === "agent") clearTyping();
      fresh ??= element;
    }
  }
  state = data.state;
  const messages = [...shown.values()].map(({ message }) => message).sort((one, other) => (one.id < other.id ? -1 : 1));
  for (const { element, message } of shown.values())
    for (const chip of element.querySelectorAll(":scope > ul button")) chip.disabled = message !== messages.at(-1);
  drawState();
  drawPending();
  drawAfter(messages);
  if (fresh && !first && !hidden && !stays) below.hidden = false;
  else if (fresh && !first) scrollToTopOf(fresh);
  else if (first || stays) scrollToEnd();
  if (fresh && hidden && !first) tellParent("unread", (unread += 1));
}

let typingTimer = 0;
function clearTyping() {
  clearTimeout(typingTimer);
  tell("typing", "");
}
function typing() {
  clearTimeout(typingTimer);
  tell("typing", say("typing", { name: state.agent ?? words.agent }));
  typingTimer = setTimeout(clearTyping, 6000);
}

// Sending -------------------------------------------------------------------------------------------------------------

// The stream brought a message of ours. It is the first of those on their way: one that is stored leaves; one whose
// answer is still out is hidden until the answer comes, and comes back if that is a refusal.
function claim() {
  const stored = pending.findIndex(({ state }) => state === "stored");
  if (stored >= 0) pending.splice(stored, 1);
  else {
    const sending = pending.find(({ state, covered }) => !covered && state !== "failed");
    if (sending) sending.covered = true;
  }
}

function settle(message, state) {
  message.state = state;
  if (state === "stored" && message.covered) pending.splice(pending.indexOf(message), 1);
  if (state === "failed") message.covered = false;
  drawPending();
}

// Kinds of which the customer has seen that they are hidden: those are not shown again in this conversation. "all":
// nothing is.
const SEEN = `${KEY}:seen`;
const seen = {
  memory: [],
  get() {
    try {
      return JSON.parse(localStorage.getItem(SEEN)) ?? this.memory;
    } catch {
      return this.memory;
    }
  },
  add(kinds, rest) {
    this.memory = rest ? "all" : [...new Set([...this.get(), ...kinds])];
    try {
      localStorage.setItem(SEEN, JSON.stringify(this.memory));
    } catch {
      // kept as long as this page
    }
  },
  clear() {
    this.memory = [];
    try {
      localStorage.removeItem(SEEN);
    } catch {
      // there is none
    }
  },
};

// What the server should not show us before it stores a message; null: nothing is to be shown.
function shownFirst(message) {
  const known = seen.get();
  return message.kind === "text" && known !== "all" ? known : null;
}

// A message that is not to be sent as it is goes back to the composer.
function takeBack(message) {
  pending.splice(pending.indexOf(message), 1);
  text.value = [message.text, text.value].filter(Boolean).join("\n");
  count();
  drawPending();
}

// Asks the customer about what the server would hide; whether the message is to be sent.
async function mayGo(message, preview) {
  message.covered = true; // the panel shows it
  settle(message, "asks");
  const { answer, rest } = await ask(preview, settings.placeholders);
  if (answer === "send") {
    seen.add([...Object.keys(preview.hidden), ...preview.sensitive], rest);
    message.covered = false;
  } else {
    takeBack(message);
    files.restore(message.files);
  }
  if (answer === "person") acts.person();
  text.focus();
  return answer === "send";
}

// What every conversation begins with: the notice that was shown, and what its customer has chosen before.
const beginning_with = () => ({
  language: settings.language,
  notice: settings.notice,
  place: gate.place() || null,
  consent: gate.consent(),
  people_only: peopleOnly,
});

async function begin(message) {
  const first = { ...beginning_with(), text: message.text, seen: shownFirst(message) };
  const answer = await post(`${settings.address}/start`, first, {});
  if (!answer.ok) return answer;
  tokens.set((await answer.json()).token);
  listen();
  return answer;
}

const TRIES = 6;

async function deliver(message) {
  settle(message, "sending");
  for (let tries = 0, wait = 1000; ; wait = Math.min(wait * 2, 16_000)) {
    let answer = null;
    try {
      await beginning; // a file may be on its way to the same conversation
      answer = tokens.get() === null ? await begin(message) : null;
      if (answer === null || answer.ok)
        answer = await post(settings.hook, {
          id: message.id, text: message.text, kind: message.kind, choice: message.choice,
          language: settings.language, seen: shownFirst(message), attachments: message.files.map(({ id }) => id),
        });
    } catch {
      // away: the same id is sent again below, so that it is stored once however often it arrives
    }
    tell("delay", "");
    if (answer?.ok) return settle(message, "stored");
    if (answer?.status === 409) {
      if (!(await mayGo(message, await answer.json()))) return;
      settle(message, "sending");
      continue;
    }
    if (answer?.status === 410) {
      takeBack(message);
      return warn(words.file_gone);
    }
    if (answer?.status === 401) {
      forget(words.gone); // erased or expired: the same words begin a new conversation
    } else if (answer?.status === 429 && tokens.get() === null) {
      warn(words.many);
      return settle(message, "failed");
    } else if (answer?.status === 429 && Number(answer.headers.get("Retry-After")) > 60) {
      const moment = new Date(Date.now() + 1000 * Number(answer.headers.get("Retry-After")));
      const how = { weekday: "long", hour: "2-digit", minute: "2-digit" };
      warn(say("enough", { moment: moment.toLocaleString(settings.language, how) }));
      return settle(message, "failed");
    } else if (answer !== null && [400, 403, 404, 413, 415].includes(answer.status)) {
      message.refused = true;
      return settle(message, "failed");
    } else if (answer !== null && [429, 503].includes(answer.status)) {
      const seconds = retryAfter(answer, wait / 1000);
      tell("delay", answer.status === 429 ? say("fast", { n: Math.ceil(seconds) }) : words.delayed);
      await pause(1000 * seconds);
      continue; // the server asked us to come back: that is no failure
    } else {
      settle(message, navigator.onLine ? "sending" : "queued");
      await pause(navigator.onLine ? wait : 3_600_000);
    }
    if (++tries >= TRIES) return settle(message, "failed");
  }
}

let delivering = false;
async function deliverAll() {
  if (delivering) return;
  delivering = true;
  for (let next; (next = pending.find(({ state }) => state === "new")); ) await deliver(next);
  delivering = false;
}

const gate = openGate({
  settings,
  known: () => state,
  tell: async (action) => {
    try {
      return (await post(`${settings.address}/consent`, { action, version: settings.consent })).ok;
    } catch {
      return false;
    }
  },
  // The form that is left after a no: a person gets it, and no program reads it.
  write: async (reach, matter) => {
    try {
      if (tokens.get() === null) {
        const answer = await post(`${settings.address}/start`, beginning_with(), {});
        if (!answer.ok) return "contact_failed";
        tokens.set((await answer.json()).token);
        listen();
      }
      const contact = await acts.leaveContact(reach);
      if (contact !== null) return contact;
      const sent = await post(settings.hook, {
        id: newId(), text: matter || words.person, kind: "person", choice: null, language: settings.language, seen: null, attachments: [],
      });
      return sent.ok ? null : "contact_failed";
    } catch {
      return "contact_failed";
    }
  },
  changed: () => {
    at("gate-sent").hidden = true;
  },
});

function send(said, { kind = "text", choice = null, files = [] } = {}) {
  pending.push({ id: newId(), text: said, kind, choice, files, state: "new", covered: false, refused: false });
  drawPending();
  scrollToEnd();
  deliverAll();
}

const acts = {
  choose: (slug, name) => gate.holds(() => acts.choose(slug, name)) || send(name, { kind: "choice", choice: slug }),
  person: () => {
    if (gate.holds(acts.person)) return;
    if (state?.holder !== "queue" && state?.holder !== "agent") send(words.person, { kind: "person" });
    text.focus();
  },
  retry: (message) => {
    message.state = "new";
    deliverAll();
  },
  discard: (message) => {
    pending.splice(pending.indexOf(message), 1);
    files.discard(message.files);
    drawPending();
    text.focus();
  },
  rate: async (message, helped, reason = null, comment = "") => {
    try {
      return (await post(`${settings.address}/feedback`, { message, helped, reason, comment })).ok;
    } catch {
      return false;
    }
  },
  leaveContact: async (value) => {
    try {
      const answer = await post(`${settings.address}/contact`, { value });
      return answer.ok ? null : answer.status === 400 ? "contact_wrong" : "contact_failed";
    } catch {
      return "contact_failed";
    }
  },
};

// The stream ----------------------------------------------------------------------------------------------------------

let reconnectTimer = 0;
function listen() {
  stopStream?.();
  const connected = (yes) => {
    clearTimeout(reconnectTimer);
    if (!navigator.onLine) tell("connection", words.offline);
    else if (yes) tell("connection", "");
    else reconnectTimer = setTimeout(() => tell("connection", words.reconnecting), 1500); // a short gap is no news
  };
  stopStream = follow(`${settings.address}/stream?lang=${settings.language}`, authorised(), {
    receive,
    connected,
    gone: () => forget(words.gone),
  });
}

function forget(reason) {
  stopStream?.();
  stopStream = null;
  tokens.set(null);
  seen.clear();
  files.clear();
  withdraw();
  state = null;
  shown.clear();
  drawnAfter = "";
  log.replaceChildren();
  at("after").replaceChildren();
  for (const purpose of Object.keys(codes)) delete codes[purpose];
  at("reference").hidden = at("transcript").hidden = at("forget").hidden = true;
  at("notice").textContent = words.notice_bot;
  peopleOnly = false;
  drawPeopleOnly();
  gate.forget();
  at("person").setAttribute("aria-disabled", "false");
  tell("connection", "");
  drawPending();
  warn(reason);
}

addEventListener("offline", () => tell("connection", words.offline));
addEventListener("online", () => tell("connection", stopStream ? words.reconnecting : ""));

// The composer --------------------------------------------------------------------------------------------------------

function count() {
  const n = [...text.value].length;
  const counter = at("counter");
  const over = n > settings.most;
  counter.hidden = n < settings.most * 0.7;
  counter.textContent = say(over ? "too_long" : "characters", {
    n: n.toLocaleString(settings.language), most: settings.most.toLocaleString(settings.language),
  });
  counter.classList.toggle("harm", over);
  text.setAttribute("aria-invalid", String(over));
  return !over;
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!count() || !files.ready()) return text.focus();
  if (said !== "" && gate.holds(() => at("composer").requestSubmit())) return;
  const taken = files.take();
  if (said === "" && taken.length === 0) return text.focus();
  text.value = "";
  count();
  send(said, { files: taken });
  text.focus();
});
text.addEventListener("input", count);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at("composer").requestSubmit();
  }
});
at("person").addEventListener("click", acts.person);
at("categories").addEventListener("click", (event) => {
  const chip = event.target.closest("[data-choice]");
  if (chip) acts.choose(chip.dataset.choice, chip.textContent);
});

// A file is sent when it is chosen, so a conversation begins with it, if none has begun.
let beginning = null;
const files = composeFiles({
  settings,
  authorised,
  begin: async () => {
    if (tokens.get() !== null) return true;
    beginning ??= begin({ text: "", kind: "attachment" }).finally(() => (beginning = null));
    const answer = await beginning;
    if (answer.status === 429) warn(words.many);
    return answer.ok;
  },
  gone: () => forget(words.gone),
  refuse: warn,
  moved: () => {
    if (nearEnd()) scrollToEnd();
  },
});
at("attach").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", () => {
  if (!gate.holds()) files.add(at("file").files);
  at("file").value = ""; // the same file may be chosen again
});
for (const [kind, from] of [["paste", "clipboardData"], ["drop", "dataTransfer"]])
  addEventListener(kind, (event) => {
    if (event[from]?.files.length > 0) {
      event.preventDefault();
      if (!gate.holds()) files.add(event[from].files);
    }
  });
addEventListener("dragover", (event) => event.preventDefault());

// Who may answer, and where one is ------------------------------------------------------------------------------------

function drawPeopleOnly() {
  at("people-only").setAttribute("aria-pressed", String(peopleOnly));
}
at("people-only").addEventListener("click", async () => {
  const wanted = !peopleOnly;
  if (tokens.get() !== null) {
    try {
      if (!(await post(`${settings.address}/people-only`, { on: wanted })).ok) return warn(words.choice_failed);
    } catch {
      return warn(words.choice_failed);
    }
  }
  peopleOnly = wanted;
  drawPeopleOnly();
  tell("alert", ""); // an earlier refusal is over
});
at("place")?.addEventListener("change", () => {
  if (tokens.get() !== null) post(`${settings.address}/place`, { place: gate.place() || null }).catch(() => warn(words.choice_failed));
});

// Links at the foot ---------------------------------------------------------------------------------------------------

for (const opener of document.querySelectorAll("[data-dialog]"))
  opener.addEventListener("click", () => at(opener.dataset.dialog).showModal());

at("forget").addEventListener("click", () => {
  at("data").close();
  forget(words.forgotten);
  text.focus();
});

// The page of rights opens in a tab of its own. The token goes along in the form's body, never in an address.
at("rights").addEventListener("submit", () => {
  at("rights").elements.token.value = tokens.get() ?? "";
  setTimeout(() => (at("rights").elements.token.value = ""));
});

at("transcript").addEventListener("click", async () => {
  try {
    const answer = await fetch(`${settings.address}/transcript?lang=${settings.language}`, { headers: authorised() });
    if (!answer.ok) throw new Error();
    const address = URL.createObjectURL(await answer.blob());
    make("a", { href: address, download: `${words.transcript_name}-${state.reference}.txt` }).click();
    URL.revokeObjectURL(address);
  } catch {
    warn(words.transcript_failed);
  }
});

for (const link of document.querySelectorAll("[data-language]"))
  link.addEventListener("click", async (event) => {
    if (tokens.get() === null) return;
    event.preventDefault();
    await post(`${settings.address}/language`, { language: link.dataset.language }).catch(() => null);
    location.assign(link.href);
  });

// The page that frames us ---------------------------------------------------------------------------------------------

let hidden = false;
let unread = 0;

function tellParent(what, count) {
  // A local file's origin cannot be named; what we tell is no secret.
  if (parentOrigin !== null)
    parent.postMessage({ okienko: what, count }, parentOrigin === "null" ? "*" : parentOrigin);
}

addEventListener("message", (event) => {
  if (event.source !== parent || parent === window) return;
  if (settings.origins.length > 0 && ![location.origin, ...settings.origins].includes(event.origin)) return;
  parentOrigin = event.origin;
  at("close").hidden = false;
  if (typeof event.data?.kept === "string" && tokens.get() === null && tokens.refused) {
    tokens.memory = event.data.kept;
    listen();
  }
  if (event.data?.okienko === "shown") {
    hidden = false;
    unread = 0;
    (matchMedia("(pointer: coarse)").matches ? main : text).focus(); // no keyboard over half a telephone unasked
  } else if (event.data?.okienko === "hidden") hidden = true;
});
at("close").addEventListener("click", () => tellParent("close"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) tellParent("close");
});

// Until here nothing could have been sent, so nothing could be typed or pressed.
for (const control of document.querySelectorAll("[data-waits]")) control.disabled = false;
gate.draw();
if (!navigator.onLine) tell("connection", words.offline);
if (tokens.get() !== null) listen(); // a conversation was begun here before

// What is said about incidents: asked again while somebody looks at the window.
async function readIncidents() {
  if (document.hidden) return;
  const answer = await fetch(`${settings.address}/incidents?lang=${settings.language}`, { referrerPolicy: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const said = (await answer.json()).notices.join("\n\n");
  if (at("incident").textContent === said) return;
  at("incident").textContent = said;
  if (said) at("incident").tabIndex = 0; // it may be long: scrolled with the keyboard
  else at("incident").removeAttribute("tabindex");
}
setInterval(readIncidents, 15_000);
document.addEventListener("visibilitychange", readIncidents);
