// Consent, where the law asks for it first: nothing typed leaves before *Agree*. After *No* there is a form to a person.
import { words } from "./draw.js";

const at = (id) => document.getElementById(id);

// `known` says what the server knows of this conversation (null: there is none), `tell` sends an answer to it, `write`
// sends the form and resolves to the name of a problem or null, `changed` is told after every answer.
export function openGate({ settings, known, tell, write, changed }) {
  let said = null; // the answer before there is a conversation
  let resume = null; // what waited for it
  const place = () => at("place")?.value ?? "";
  const asked = () => known()?.asks ?? settings.gates[place()] ?? settings.gates[""];
  const answer = () => (known() === null ? said : known().consent);
  const shut = () => asked() && answer() !== "given";

  function draw() {
    const refused = shut() && answer() === "refused";
    at("gate").hidden = !shut();
    at("gate-ask").hidden = refused;
    at("gate-form").hidden = !refused;
    at("composer").hidden = refused || !at("before").hidden;
    at("withdraw").hidden = !(asked() && answer() === "given" && known() !== null);
  }

  async function choose(action) {
    if (known() !== null && !(await tell(action))) return;
    if (known() !== null) known().consent = action; // the stream will say so, too
    said = action === "withdrawn" ? null : action;
    changed(action);
    draw();
    const then = resume;
    resume = null;
    if (action === "given") {
      at("text").focus();
      then?.();
    } else if (action === "refused") at("reach").focus();
    else at("gate").focus();
  }

  at("agree").addEventListener("click", () => choose("given"));
  at("agree-after-all").addEventListener("click", () => choose("given"));
  at("refuse").addEventListener("click", () => choose("refused"));
  at("withdraw").addEventListener("click", () => choose("withdrawn"));
  at("place")?.addEventListener("change", () => {
    said = null;
    draw();
  });
  at("gate-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = await write(at("reach").value, at("matter").value.trim());
    at("reach-wrong").hidden = !problem;
    at("reach-wrong").textContent = problem ? words[problem] : "";
    at("reach").setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return at("reach").focus();
    at("matter").value = "";
    at("gate-sent").hidden = false;
  });

  return {
    draw,
    place,
    // What goes with the first request; null where nobody is asked.
    consent: () => (asked() ? { action: said, version: settings.consent } : null),
    // Whether something has to wait; it is done as soon as its writer agrees.
    holds(then = null) {
      if (!shut()) return false;
      resume = then;
      draw();
      (answer() === "refused" ? at("reach") : at("gate")).focus();
      return true;
    },
    forget() {
      said = resume = null;
      draw();
    },
  };
}
