// Passkeys: asks the server for a challenge, the browser for an answer, and sends it as the form it was asked from.
// Without this file, or where the browser has no passkeys, these forms stay hidden and the other ways are there.
"use strict";
(() => {
  const encode = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const decode = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const known = (list) => list.map((one) => ({ ...one, id: decode(one.id) }));

  async function answer(purpose, csrf) {
    const asked = await fetch(`/desk/passkey/${purpose}`, { method: "POST", headers: { "X-CSRF-Token": csrf } });
    if (asked.redirected) {
      location.assign(asked.url); // the proof has grown old meanwhile
      return null;
    }
    if (!asked.ok) throw new Error();
    const options = await asked.json();
    options.challenge = decode(options.challenge);
    if (purpose === "enrol") {
      options.user.id = decode(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
      const made = await navigator.credentials.create({ publicKey: options });
      const key = made.response.getPublicKey();
      if (!key) throw new Error();
      return {
        credential: encode(made.rawId),
        clientData: encode(made.response.clientDataJSON),
        authenticatorData: encode(made.response.getAuthenticatorData()),
        publicKey: encode(key),
      };
    }
    options.allowCredentials = known(options.allowCredentials);
    const given = await navigator.credentials.get({ publicKey: options });
    return {
      credential: encode(given.rawId),
      clientData: encode(given.response.clientDataJSON),
      authenticatorData: encode(given.response.authenticatorData),
      signature: encode(given.response.signature),
    };
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    // A passkey belongs to a host name: at another address of the same desk, such as 127.0.0.1, there is none.
    if (!window.PublicKeyCredential || location.hostname !== form.dataset.host) continue;
    form.hidden = false;
    for (const other of document.querySelectorAll("[data-without-passkeys]")) other.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const wrong = form.querySelector("[data-wrong]");
      wrong.hidden = true;
      button.disabled = true;
      try {
        const passkey = await answer(form.dataset.passkey, form.elements.csrf?.value ?? "");
        if (!passkey) return;
        form.elements.passkey.value = JSON.stringify(passkey);
        form.submit();
      } catch {
        wrong.hidden = false; // also when somebody has closed the browser's window: nothing was sent
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
