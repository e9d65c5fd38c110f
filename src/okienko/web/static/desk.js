// The desk without a reload: live changes, keys, "typing". Without this file every page still works.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // What is to be pasted elsewhere: without a script it is selected and copied by hand. -----------------------------
  for (const button of all("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    });
  }

  // Keys: a letter presses the visible control that carries it. -----------------------------------------------------
  const dialog = one("#keys");
  const letters = one("#keys-on");
  letters.checked = localStorage.getItem("okienko keys") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("okienko keys", letters.checked ? "on" : "off"));
  for (const opener of all("[data-open=keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }

  const isField = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  const isVisible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

  function step(by) {
    const rows = all("#rows a.row");
    const at = rows.findIndex((row) => row === document.activeElement || row.hasAttribute("aria-current"));
    const there = (row) => !row.parentElement.matches(".gone");
    const next = by > 0 ? rows.slice(at + 1).find(there) : rows.slice(0, Math.max(at, 0)).findLast(there);
    next?.focus();
    next?.click();
    return Boolean(next);
  }
  document.addEventListener("click", (event) => {
    // Behind the last row the list begins again: somebody may wait above. Without a row the link leads to the list.
    if (event.target.closest?.("[data-next]") && (step(1) || stepFromTop())) event.preventDefault();
  });
  function stepFromTop() {
    const first = one("#rows > li:not(.gone) > a.row:not([aria-current])");
    first?.focus();
    first?.click();
    return Boolean(first);
  }

  function press(key) {
    const control = all(`[data-key="${CSS.escape(key)}"]`).find((found) => isVisible(found) && !found.disabled);
    if (!control) return false;
    if (control.type === "radio") {
      control.checked = true;
      one("#text")?.focus();
    } else if (isField(control)) control.focus();
    else control.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof Element && isField(event.target);
    if (event.key === "Escape" && field) event.target.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || !letters.checked || one("dialog[open]")) return;
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (!press(event.key)) return;
    event.preventDefault();
  });

  // The open conversation ----------------------------------------------------------------------------------------------
  const frame = one(".frame");
  let atEnd = true;

  function scrollToEnd() {
    const lines = one("#lines");
    if (lines) lines.scrollTop = lines.scrollHeight;
  }
  scrollToEnd();

  document.addEventListener("htmx:before:swap", () => {
    const lines = one("#lines");
    atEnd = !lines || lines.scrollHeight - lines.scrollTop - lines.clientHeight < 48;
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    const talk = one("#open .talk");
    frame.classList.toggle("reading", Boolean(talk?.dataset.conversation));
    for (const row of all("#rows a.row")) {
      if (row.parentElement.id === `row-${talk?.dataset.conversation}`) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    if (source?.id === "watch") {
      if (atEnd) scrollToEnd();
      return;
    }
    scrollToEnd();
    foldPerson();
    if (source?.matches("a.row")) {
      if (matchMedia("(max-width: 48rem)").matches) one("#talk-title")?.focus();
    } else if (one("#shown")) {
      one("#shown").focus();
      watchShown();
    } else if (source?.id === "say" || !one("#as-reply")?.disabled) one("#text")?.focus();
    else if (one("#said [data-next]")) one("#said [data-next]").focus(); // what was pressed is no longer there
    refreshQueue();
  });

  // Where the person lies above the conversation, it begins folded.
  function foldPerson() {
    if (matchMedia("(max-width: 80rem)").matches && !one("#person details details[open], #shown"))
      one("#person .fold")?.removeAttribute("open");
  }
  foldPerson();

  // A hidden value goes when its time is over: by a timer, and by the clock where a machine slept over the timer. A page
  // that comes back from the history had its look.
  let shownUntil = 0;
  function watchShown() {
    const shown = one("#shown");
    if (!shown) return;
    shownUntil = Date.now() + Number(shown.dataset.until);
    setTimeout(hideShown, Number(shown.dataset.until));
  }
  function hideShown() {
    if (Date.now() >= shownUntil) one("#shown")?.closest("li").remove();
  }
  document.addEventListener("visibilitychange", hideShown);
  addEventListener("focus", hideShown);
  addEventListener("pageshow", (event) => {
    if (event.persisted) shownUntil = 0;
    hideShown();
  });
  watchShown();

  let typed = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("#say");
    if (event.target.id === "text") one("#preview")?.remove(); // what was previewed is not what would be sent
    if (!form || one("#as-note").checked || Date.now() - typed < 4000) return;
    typed = Date.now();
    fetch(form.dataset.typing, { method: "POST", body: new URLSearchParams({ csrf: form.elements.csrf.value }) });
  });

  // Where a channel takes short replies: how long this one is. ----------------------------------------------------------
  document.addEventListener("input", (event) => {
    const longest = event.target.id === "text" && one("#longest");
    if (!longest) return;
    const length = [...event.target.value.trim()].length;
    longest.textContent = `${length} / ${longest.dataset.longest}`;
    longest.classList.toggle("harm", length > Number(longest.dataset.longest));
  });

  // Saved replies and proposals: put in where the cursor is; the former are found by any of their words. ------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-insert]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    one("#replies:popover-open")?.hidePopover();
    const text = one("#text");
    const before = text.value.slice(0, text.selectionStart);
    const gap = before === "" || /\s$/.test(before) ? "" : " ";
    text.setRangeText(gap + link.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.id !== "replies" || event.newState !== "open") return;
    const search = one("#replies-search");
    search.hidden = false;
    search.focus();
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.id !== "replies-search") return;
    const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ł", "l").toLowerCase();
    const wanted = plain(event.target.value).split(/\s+/);
    for (const link of all("#replies [data-insert]")) {
      const words = plain(`${link.textContent} ${link.dataset.insert}`);
      link.parentElement.hidden = !wanted.every((word) => words.includes(word));
    }
    one("#replies-none").hidden = Boolean(one("#replies li:not([hidden])"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") return;
    if (!event.target.closest?.("#replies")) return;
    const links = all("#replies li:not([hidden]) a");
    const at = links.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target.id === "replies-search") links[0]?.click();
    else if (event.key !== "Enter") links[Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1))]?.focus();
    else return;
    event.preventDefault();
  });

  // The queue: rows that are there change in place; new ones wait behind a button, so nothing jumps under the pointer. -
  let latest = null;
  let pending = false; // at most one look a second, and always one after the last change
  let again = false;

  async function refreshQueue() {
    const queue = one("#queue[data-address]");
    if (!queue) return;
    if (pending) {
      again = true;
      return;
    }
    pending = true;
    again = false;
    try {
      const answer = await fetch(queue.dataset.address);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      one("#views").replaceChildren(...one("#views", page).children);
      latest = one("#queue", page);
      if (one("#rows")) updateRows();
      else showLatest();
    } catch {
      // away for a moment: the next beat tries again
    } finally {
      setTimeout(() => {
        pending = false;
        if (again) refreshQueue();
      }, 1000);
    }
  }

  function updateRows() {
    const fresh = new Map(all("#rows > li", latest).map((row) => [row.id, row]));
    for (const row of all("#rows > li")) {
      const link = one("a", row);
      const now = fresh.get(row.id);
      row.className = now ? now.className : "gone";
      if (now) {
        fresh.delete(row.id);
        link.removeAttribute("data-gone");
        if (link.innerHTML !== one("a", now).innerHTML) link.replaceChildren(...one("a", now).childNodes);
      } else link.dataset.gone = one("#rows").dataset.gone;
    }
    const news = one("#news");
    const rule = new Intl.PluralRules(document.documentElement.lang).select(fresh.size);
    news.hidden = fresh.size === 0 && !one("#rows > .gone");
    news.textContent = fresh.size
      ? (news.dataset[rule] ?? news.dataset.other).replace(/\d+/, fresh.size)
      : news.dataset.none;
  }

  function showLatest() {
    const current = one("#rows a[aria-current]")?.parentElement.id;
    one("#queue").replaceChildren(...latest.childNodes);
    if (current) one(`#${CSS.escape(current)} a`)?.setAttribute("aria-current", "true");
    window.htmx?.process(one("#queue"));
  }
  document.addEventListener("click", (event) => {
    if (event.target.id === "news" && latest) {
      showLatest();
      one("#rows a.row")?.focus();
    }
  });

  // Live: ids of changed conversations. The stream rests after twenty minutes without a key or a pointer, so that an
  // abandoned desk counts as nobody and its session runs out. --------------------------------------------------------
  const REST = 20 * 60 * 1000;
  let stream = null;
  let lastSign = Date.now();

  function changed(id) {
    refreshQueue();
    if (one(`#open .talk[data-conversation="${CSS.escape(id)}"]`)) window.htmx?.trigger("#watch", "okienko:changed");
  }
  function listen() {
    stream = new EventSource("/desk/live");
    stream.addEventListener("changed", (event) => changed(event.data));
    stream.addEventListener("over", () => location.reload());
    stream.addEventListener("beat", () => {
      if (Date.now() - lastSign > REST) {
        stream.close();
        stream = null;
      } else if (frame.matches(".inbox")) {
        refreshQueue();
        if (one("#watch")) window.htmx?.trigger("#watch", "okienko:changed");
      }
    });
  }
  for (const sign of ["pointermove", "keydown", "pointerdown"])
    document.addEventListener(sign, () => {
      lastSign = Date.now();
      if (!stream) listen();
    }, { passive: true });
  listen();
})();
