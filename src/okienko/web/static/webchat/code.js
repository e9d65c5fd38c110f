// The form for a code: to an address on record, or to the one that was just left. It stays the same element while the
// conversation goes on around it, so that nothing typed is lost.
import { button, make, say, words } from "./draw.js";

// `purpose` is "conversation" or "contact"; `post(path, body)` asks the server; `proved()` is called when it is the
// right code.
export function codeForm({ purpose, post, proved }) {
  const id = `code-${purpose}`;
  const told = make("p.small", { id: `${id}-told`, role: "status", hidden: true });
  const wrong = make("p.wrong.small", { id: `${id}-wrong`, role: "alert", hidden: true });
  const address = make("input.input", { id: `${id}-address`, type: "email", autocomplete: "email", maxLength: 254, required: true });
  const digits = make("input.input.numbers", {
    id: `${id}-digits`, inputMode: "numeric", autocomplete: "one-time-code", maxLength: 12, required: true,
  });
  let challenge = null;

  const fail = (text, field = null) => {
    wrong.textContent = text;
    wrong.hidden = !text;
    for (const input of [address, digits]) input.setAttribute("aria-invalid", String(Boolean(text) && input === field));
    if (text && field) field.focus();
  };
  const tell = (text) => {
    told.textContent = text;
    told.hidden = !text;
  };

  async function ask() {
    fail("");
    try {
      const answer = await post("code", { purpose, address: address.value });
      if (answer.status === 400) return fail(purpose === "contact" ? words.code_failed : words.code_address_wrong, address);
      if (answer.status === 429)
        return fail(say("code_many", { n: Math.ceil(Number(answer.headers.get("Retry-After")) / 60) }));
      if (!answer.ok) return fail(words.code_failed);
      challenge = (await answer.json()).challenge;
    } catch {
      return fail(words.code_failed);
    }
    digits.value = "";
    asking.hidden = true;
    entering.hidden = false;
    tell(purpose === "contact" ? words.code_sent_left : words.code_sent);
    digits.focus();
    entering.scrollIntoView({ block: "nearest" });
  }

  async function enter() {
    fail("");
    let answer;
    try {
      answer = await post("code/enter", { purpose, challenge, code: digits.value });
      if (!answer.ok) return fail(words.code_failed);
      answer = await answer.json();
    } catch {
      return fail(words.code_failed);
    }
    if (answer.state === "proved") return proved();
    tell("");
    if (answer.state === "wrong" && answer.left > 0) return fail(say("code_wrong", { n: answer.left }), digits);
    fail(words.code_over, digits);
  }

  const onSubmit = (form, act) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act();
    });
    return form;
  };
  address.setAttribute("aria-describedby", `${id}-hint ${id}-wrong`);
  digits.setAttribute("aria-describedby", `${id}-told ${id}-wrong`);
  const asking = onSubmit(
    make("form.field", {},
      make("p.hint", { id: `${id}-hint` }, purpose === "contact" ? words.code_hint_left : words.code_hint),
      ...(purpose === "contact" ? [] : [make("label", { htmlFor: address.id }, words.code_address), address]),
      make("div.actions", {}, make("button.button", { type: "submit" }, words.code_send)),
    ),
    ask,
  );
  const entering = onSubmit(
    make("form.field", { hidden: true },
      make("label", { htmlFor: digits.id }, words.code_digits),
      digits,
      make("div.actions", {},
        make("button.button", { type: "submit" }, words.code_check),
        button("button", words.code_again, () => {
          tell("");
          fail("");
          entering.hidden = true;
          asking.hidden = false;
          asking.querySelector("input, button").focus();
        }),
      ),
    ),
    enter,
  );
  return make("details.panel", { open: purpose === "conversation" },
    make("summary", {}, purpose === "contact" ? words.code_title_left : words.code_title), told, asking, entering, wrong);
}
