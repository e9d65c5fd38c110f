// The button on a brand's page. Until it is pressed, it stores nothing and asks the network for nothing.
// SETTINGS is put in by the server: the brand's words in each of its languages and its colour.
(() => {
  "use strict";
  const settings = SETTINGS;
  const script = document.currentScript;
  const home = new URL(script.src);
  const wanted = [script.dataset.language, document.documentElement.lang.split("-")[0], settings.language];
  const language = wanted.find((tag) => tag && Object.hasOwn(settings.words, tag));
  const words = settings.words[language];

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // a constructed sheet passes a page's own security policy
  sheet.replaceSync(`
    :host { all: initial; color-scheme: light dark; }
    button {
      position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000;
      display: flex; align-items: center; gap: 8px; min-block-size: 56px; padding: 0 20px 0 16px;
      border: 0; border-radius: 28px; cursor: pointer;
      font: 600 1rem / 1.25 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
      background: light-dark(${settings.accent.light}, ${settings.accent.dark});
      color: light-dark(${settings.on.light}, ${settings.on.dark});
      box-shadow: 0 1px 2px rgb(0 0 0 / .1), 0 4px 16px rgb(0 0 0 / .18);
    }
    button:focus-visible { outline: 3px solid light-dark(#1a4fd0, #9db8ff); outline-offset: 3px; }
    button:hover { filter: brightness(1.08); }
    svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentcolor; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
    .count { padding: 0 8px; border-radius: 10px; background: light-dark(#fff, #171614); color: light-dark(#171614, #fff); font-size: .875rem; }
    .count:empty { display: none; }
    iframe {
      position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483001;
      inline-size: min(400px, calc(100vw - 32px)); block-size: min(680px, calc(100dvh - 32px));
      border: 1px solid light-dark(#d5cfc5, #38342f); border-radius: 6px;
      background: light-dark(#faf8f5, #171614);
      box-shadow: 0 8px 32px rgb(0 0 0 / .2);
    }
    [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 520px) {
      iframe { inset: 0; inline-size: 100%; block-size: 100dvh; border: 0; border-radius: 0; }
    }
    @media print { button, iframe { display: none; } }
  `);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M5 4h14v11H10l-5 4zM8.5 8h7M8.5 11h5");
  icon.append(path);
  const count = document.createElement("span");
  count.className = "count";
  button.append(icon, words.open, count);
  root.append(button);

  let frame = null;
  let loaded = false;

  // Only for a browser that refuses the window storage of its own: until the tab is closed, the conversation is found
  // again from here.
  const KEY = `okienko:${home.pathname}`;
  const kept = {
    get() {
      try {
        return sessionStorage.getItem(KEY);
      } catch {
        return null;
      }
    },
    set(token) {
      try {
        if (token === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, token);
      } catch {
        // then the conversation lasts as long as this page
      }
    },
  };

  function tell(message) {
    if (loaded) frame.contentWindow.postMessage({ okienko: message, kept: kept.get() }, home.origin);
  }

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.referrerPolicy = "no-referrer";
      frame.src = `${home.origin}${home.pathname.replace(/\.js$/, "")}?lang=${language}`;
      frame.addEventListener("load", () => {
        loaded = true;
        tell(frame.hidden ? "hidden" : "shown");
      });
      root.append(frame);
    }
    frame.hidden = false;
    button.hidden = true;
    button.setAttribute("aria-expanded", "true");
    count.textContent = "";
    frame.focus();
    tell("shown");
  }

  function close() {
    if (!frame || frame.hidden) return;
    frame.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    tell("hidden");
    button.focus();
  }

  button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin) return;
    const said = event.data?.okienko;
    if (said === "close") close();
    else if (said === "keep" && (event.data.token === null || typeof event.data.token === "string")) kept.set(event.data.token);
    else if (said === "unread" && Number.isInteger(event.data.count) && frame.hidden)
      count.textContent = event.data.count > 0 ? words.unread.replace("%(n)s", event.data.count) : "";
  });

  if (document.body) document.body.append(host);
  else document.addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
