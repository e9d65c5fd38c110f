// A page with changes is not left by accident. Without this file everything works.
"use strict";
(() => {
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
})();
