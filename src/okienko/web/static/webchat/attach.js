// Files in the composer. Each is sent when it is chosen, as the bare body of a request: no name, no type, no form. The
// server checks it and keeps it sealed; here it waits for the message that takes it along, or is taken out again.
import { button, make, say, words } from "./draw.js";

const at = (id) => document.getElementById(id);

// `begin` starts a conversation where there is none and says whether there is one now; `gone` is told when the server
// does not know ours any more; `refuse` shows a sentence; `moved` is told when the composer changes its height.
export function composeFiles({ settings, authorised, begin, gone, refuse, moved }) {
  let files = []; // { name, size, state: "waits", "sending", "ready" or "failed", id, percent, why, body, request }
  const list = at("files");

  const percent = new Intl.NumberFormat(settings.language, { style: "percent" });
  const refusal = (why) => say(`file_${why}`, { most: Math.floor(settings.bytes / 1_000_000) });

  function describe(file) {
    if (file.state === "failed") return file.why;
    if (file.state === "ready") return file.size;
    return file.percent < 1 ? say("file_uploading", { percent: percent.format(file.percent) }) : words.file_checking;
  }

  // One line a file; only what has changed is drawn anew, so that a screen reader says it once.
  function draw() {
    list.hidden = files.length === 0;
    for (const file of files) {
      file.line ??= make("li.chat-file", {},
        (file.bar = make("progress", { max: 1, ariaLabel: file.name })),
        make("b", { title: file.name }, file.name),
        (file.said = make("span.small", { role: "status" })),
        (file.again = button("button.plain.compact", words.retry, () => start(file))),
        button("button.plain.compact", words.file_remove, () => remove(file)));
      file.line.lastElementChild.ariaLabel = say("file_remove_one", { name: file.name });
      file.line.classList.toggle("harm", file.state === "failed");
      file.bar.hidden = file.state === "ready" || file.state === "failed";
      file.bar.value = file.percent;
      file.again.hidden = file.state !== "failed" || file.body === null;
      const described = describe(file);
      // While it is on its way the number runs; it is told once, at the end.
      file.said.ariaLive = file.state === "ready" || file.state === "failed" ? "polite" : "off";
      if (file.said.textContent !== described) file.said.textContent = described;
    }
    list.replaceChildren(...files.map(({ line }) => line));
    moved();
  }

  function settle(file, state, values) {
    if (!files.includes(file)) return;
    Object.assign(file, { state, request: null }, values);
    draw();
  }

  const fail = (file, why, again = false) => settle(file, "failed", { why, body: again ? file.body : null });

  async function start(file) {
    Object.assign(file, { state: "waits", percent: 0, why: "" });
    draw();
    try {
      if (!(await begin())) return fail(file, words.file_failed, true);
    } catch {
      return fail(file, words.file_failed, true);
    }
    if (!files.includes(file)) return; // taken out meanwhile
    const request = new XMLHttpRequest(); // fetch cannot tell how far it is
    request.open("POST", `${settings.address}/attachments?lang=${settings.language}`);
    request.setRequestHeader("Authorization", authorised().Authorization);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      file.percent = loaded / total;
      draw();
    };
    request.onload = () => {
      const { status, response } = request;
      if (status === 201) return settle(file, "ready", { id: response.id, size: response.size, body: null });
      if (status === 401) {
        gone();
        return fail(file, words.file_failed, true);
      }
      if (status === 429) return fail(file, words.file_many, true);
      if (response?.refused) return fail(file, refusal(response.refused), response.refused === "unscanned");
      return fail(file, status === 413 ? refusal("too_large") : words.file_failed, status !== 413);
    };
    request.onerror = request.ontimeout = () => fail(file, words.file_failed, true);
    settle(file, "sending", { request });
    request.send(file.body);
  }

  function forgetOnServer(file) {
    file.request?.abort();
    if (file.id !== null)
      fetch(`${settings.address}/attachments/${file.id}`, { method: "DELETE", headers: authorised() }).catch(() => null);
  }

  function remove(file) {
    forgetOnServer(file);
    const place = files.indexOf(file);
    files.splice(place, 1);
    draw();
    (files[Math.min(place, files.length - 1)]?.line.lastElementChild ?? at("attach")).focus();
  }

  return {
    // Files that were chosen, dropped or pasted.
    add(chosen) {
      for (const body of chosen) {
        if (files.length === settings.files) return refuse(say("file_count", { n: settings.files }));
        const file = { name: body.name, size: "", state: "waits", id: null, percent: 0, why: "", body, request: null };
        files.push(file);
        if (body.size > settings.bytes) fail(file, refusal("too_large"));
        else if (body.size === 0) fail(file, refusal("empty"));
        else start(file);
      }
    },
    // Whether a message may go now; says why not.
    ready() {
      if (files.some(({ state }) => state === "waits" || state === "sending")) refuse(words.file_wait);
      else if (files.some(({ state }) => state === "failed")) refuse(words.file_unsent);
      else return true;
      return false;
    },
    // What goes with the message; the composer has no files afterwards.
    take() {
      const taken = files;
      files = [];
      draw();
      return taken;
    },
    // A message came back to the composer, and its files with it.
    restore(taken) {
      files = [...taken, ...files].slice(0, settings.files);
      draw();
    },
    // The message was given up.
    discard: (taken) => taken.forEach(forgetOnServer),
    // Another conversation begins: those of the last one are not its own.
    clear() {
      files.forEach(({ request }) => request?.abort());
      files = [];
      draw();
    },
  };
}
