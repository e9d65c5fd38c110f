// Writing takes longer than a session without a sign of life: typing is one, and a page with changes is not left by
// accident. Without this file everything else works.
"use strict";
(() => {
  const form = document.querySelector("[data-editor]");
  if (!form) return;
  let changed = false;
  let seen = Date.now();

  form.addEventListener("input", () => {
    changed = true;
    if (Date.now() - seen < 5 * 60 * 1000) return;
    seen = Date.now();
    fetch("/desk/sign-in", { method: "HEAD", redirect: "manual" });
  });
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
})();
