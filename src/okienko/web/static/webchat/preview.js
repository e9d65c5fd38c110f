// Before a message is stored: what will be hidden in it, and a chance to change it. The message waits meanwhile.
import { make, words } from "./draw.js";

const at = (id) => document.getElementById(id);
const panel = at("before");
const composer = at("composer");
let decide = null; // ends the question that is being asked

// The text with its placeholders set apart.
function marked(text, placeholders) {
  const names = placeholders.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text
    .split(new RegExp(`(\\[(?:${names})(?: \\d+)?\\])`))
    .map((part, n) => (n % 2 ? make("mark", {}, part) : part));
}

// Shows what the server said. Resolves to "send", "edit" or "person", and whether to ask no more in this conversation.
export function ask({ hidden, sensitive, text }, placeholders) {
  const kinds = Object.entries(hidden).map(
    ([kind, count]) => `${words.kinds[kind] ?? words.kinds.NUMBER}${count > 1 ? ` (${count})` : ""}`,
  );
  const named = kinds.flatMap((kind, n) => [n > 0 ? ", " : "", make("span", {}, kind)]);
  at("before-title").replaceChildren(...(kinds.length > 0 ? [`${words.before} `, ...named] : [words.before_health]));
  at("before-text").replaceChildren(...marked(text, placeholders));
  at("before-text").hidden = kinds.length === 0;
  at("before-health").textContent = kinds.length > 0 ? `${words.before_health} ${words.health}` : words.health;
  at("before-health").hidden = at("before-person").hidden = sensitive.length === 0;
  at("before-rest").checked = false;
  return new Promise((resolve) => {
    decide = (answer) => {
      decide = null;
      panel.hidden = true;
      composer.hidden = false;
      resolve({ answer, rest: at("before-rest").checked });
    };
    composer.hidden = true;
    panel.hidden = false;
    panel.focus();
  });
}

// Takes the question back, as if the customer wanted to change the message.
export function withdraw() {
  decide?.("edit");
}

for (const answer of ["send", "edit", "person"]) at(`before-${answer}`).addEventListener("click", () => decide?.(answer));
panel.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat) return;
  if (event.key === "Escape") {
    event.stopPropagation(); // the window stays open
    decide?.("edit");
  } else if (event.key === "Enter" && event.target === panel) {
    event.preventDefault();
    decide?.("send");
  }
});
