// Messages as elements. Words always become text nodes, never markup.

export const words = JSON.parse(document.getElementById("words").textContent);

// A text with its %(name)s filled in.
export function say(name, values = {}) {
  return words[name].replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);
}

// An element: make("p.small", { hidden: true }, "text", child, …)
export function make(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = Object.assign(document.createElement(tag), properties);
  element.classList.add(...classes);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

export function button(kind, text, press) {
  return make(`button.${kind}`, { type: "button", onclick: press }, text);
}

// An agent's addresses become links; everything else stays as it was written.
function withLinks(text) {
  return text.split(/(https?:\/\/[^\s<>"„”]+[^\s<>"„”.,;:!?)\]])/).map((part, n) =>
    n % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part,
  );
}

const at = (id) => document.getElementById(id);

const MARKS = { pl: "„”", en: "“”" };

function quote(citation) {
  const [open, close] = MARKS[citation.language];
  const link = make("a", { href: citation.address, target: "_blank", rel: "noopener" }, citation.title);
  link.append(make("span.unseen", {}, ` (${words.opens})`));
  return make(
    "blockquote.quote",
    { lang: citation.language },
    ...paragraphs(citation.quote, open, close, citation.best),
    make("footer", {}, link, ` · ${say("source", citation)}`),
  );
}

// A text in which the part that says most is marked, if it stands there.
function marked(text, best) {
  const start = best ? text.indexOf(best) : -1;
  return start < 0 ? [text] : [text.slice(0, start), make("mark", {}, best), text.slice(start + best.length)];
}

// Words as paragraphs between quotation marks. Rows of a table reach us as lines with bars between the cells, and become
// a table again, which bears no marks.
function paragraphs(text, open, close, best) {
  const parts = [];
  for (const line of text.split("\n")) {
    const cells = line.split(" | ");
    const last = parts.at(-1);
    if (cells.length > 1 && last?.rows?.[0].length === cells.length) last.rows.push(cells);
    else if (cells.length > 1) parts.push({ rows: [cells] });
    else if (last?.lines) last.lines.push(line);
    else if (line) parts.push({ lines: [line] });
  }
  const drawn = parts.map(({ rows, lines }) =>
    rows?.length > 1
      ? make("table.cells", {}, ...rows.map((row, n) => make("tr", {}, ...row.map((cell) => make(n ? "td" : "th", {}, cell)))))
      : make("p", {}, ...marked(lines ? lines.join("\n").trimEnd() : rows[0].join(" | "), best)),
  );
  if (drawn[0]?.matches("p")) drawn[0].prepend(open);
  if (drawn.at(-1)?.matches("p")) drawn.at(-1).append(close);
  return drawn;
}

function content(message) {
  const text = message.kind === "unreadable" ? words.unreadable : message.text;
  if (message.citations.length === 0 || message.kind === "clarify") // what is offered stands on the buttons
    return make("div.said", {}, ...(message.author === "agent" ? withLinks(text) : [text]), ...message.attachments.map(attached));
  const repeated = message.citations.every(({ quote }) => text.includes(quote));
  return make("div.said.answer", {}, ...(repeated || !text ? [] : [make("p", {}, text)]), ...message.citations.map(quote));
}

// What was attached, as a card: what kind of thing and how large. The picture itself is not brought back.
function attached({ name, size }) {
  const icon = at("clip").content.cloneNode(true);
  return make("p.attached", {}, icon, make("span.unseen", {}, `${words.file_attached} `), make("b", {}, name), ` ${size}`);
}

function who(message) {
  const line = make("div.who");
  if (message.author === "bot") line.append(make("b", {}, words.bot));
  else if (message.author === "agent") line.append(make("b", {}, message.name ?? words.agent));
  else line.append(make("span.unseen", {}, words.you));
  line.append(make("time", { dateTime: message.at }, message.time));
  return line;
}

function feedback(message, acts) {
  const box = make("div.feedback");
  const rated = () => {
    box.replaceChildren(
      make("p.ask.quiet", { role: "status" }, message.helped ? words.rated_yes : words.rated_no),
    );
  };
  const rate = async (helped, reason, comment) => {
    const stored = await acts.rate(message.id, helped, reason, comment);
    box.querySelector(".wrong")?.remove();
    if (!stored) box.append(make("p.wrong", { role: "alert" }, words.rating_failed));
    return stored;
  };
  const reasons = () => {
    const name = `reason-${message.id}`;
    const comment = make("textarea.input", { rows: 2, maxLength: 1000, id: `comment-${message.id}` });
    const form = make(
      "form",
      {},
      make(
        "fieldset",
        {},
        make("legend", {}, words.reasons),
        ...["wrong", "unclear", "outdated", "other"].map((reason) =>
          make("label.choice", {}, make("input", { type: "radio", name, value: reason, required: true }), words[reason]),
        ),
        make("label", { htmlFor: comment.id }, words.comment),
        comment,
        make("div.actions", {},
          make("button.button.compact", { type: "submit" }, words.rate),
          button("button.compact", words.person, acts.person)),
      ),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await rate(false, new FormData(form).get(name), comment.value)) rated();
    });
    box.replaceChildren(form);
    form.querySelector("input").focus();
    form.scrollIntoView({ block: "nearest" });
  };
  const ask = () =>
    box.replaceChildren(
      make("div.ask", { role: "group", ariaLabel: words.helped },
        words.helped,
        button("button.compact", words.yes, async () => {
          message.helped = true;
          if (await rate(true)) rated();
        }),
        button("button.compact", words.no, async () => {
          message.helped = false;
          if (await rate(false)) reasons(); // the click itself counts; a reason may follow
        }),
      ),
    );
  if (message.helped === null) ask();
  else rated();
  return box;
}

// One message as an element.
export function bubble(message, acts) {
  if (message.author === "system") return make("p.event", {}, message.text);
  const side = message.author === "customer" ? "own" : message.author;
  const element = make(`article.bubble.${side}`, {}, who(message), content(message));
  if (message.ai_generated) element.dataset.aiGenerated = "true";
  if (message.choices.length > 0) {
    // Titles of articles are sentences: one below another, each as wide as the others. Categories are chips.
    const list = message.choices.some(({ slug }) => slug.startsWith("article:"));
    element.append(
      make(list ? "ul.choices" : "ul.chips", {}, ...message.choices.map(({ slug, name }) =>
        make("li", {}, button(list ? "pick" : "chip", name, () => (slug === "person" ? acts.person() : acts.choose(slug, name)))))),
    );
  }
  if (message.author === "bot" && message.kind === "answer") element.append(feedback(message, acts));
  return element;
}

// Our own message on its way; `state` is sending, queued, stored or failed.
export function outgoing(message, acts) {
  const state = make("div.state", { role: message.state === "failed" ? "alert" : "" });
  if (message.state === "failed")
    state.append(
      make("span", {}, message.refused ? words.refused : words.failed),
      ...(message.refused ? [] : [button("button.compact", words.retry, () => acts.retry(message))]),
      button("button.plain.compact", words.discard, () => acts.discard(message)),
    );
  else if (message.state !== "stored") state.append(words[message.state === "queued" ? "queued" : "sending"]);
  return make(
    `article.bubble.own.${message.state === "stored" ? "stored" : "unsent"}.${message.state}`,
    {},
    make("div.said", {}, message.text, ...message.files.map(attached)),
    state,
  );
}

// The form for a way to be reached.
export function contactForm(acts, open) {
  const input = make("input.input", { id: "contact", autocomplete: "off", maxLength: 254, required: true });
  const wrong = make("p.wrong.small", { id: "contact-wrong", role: "alert", hidden: true });
  input.setAttribute("aria-describedby", "contact-hint contact-wrong");
  const form = make(
    "form.field",
    {},
    make("p.hint", { id: "contact-hint" }, words.contact_hint),
    make("label", { htmlFor: "contact" }, words.contact_label),
    input,
    wrong,
    make("button.button", { type: "submit" }, words.contact_send),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = await acts.leaveContact(input.value);
    wrong.hidden = !problem;
    wrong.textContent = problem ? words[problem] : "";
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) {
      input.focus();
      form.lastElementChild.scrollIntoView({ block: "nearest" });
    }
  });
  return make("details.panel", { open }, make("summary", {}, words.contact), form);
}
