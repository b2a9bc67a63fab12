// Passkeys: hands the page's question to the browser, and the browser's answer to the page. Without it, codes work.
(() => {
  "use strict";

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const question = (asked) => {
    const options = { ...asked, challenge: bytes(asked.challenge) };
    if (asked.user) options.user = { ...asked.user, id: bytes(asked.user.id) };
    if (asked.excludeCredentials) options.excludeCredentials = named(asked.excludeCredentials);
    if (asked.allowCredentials) options.allowCredentials = named(asked.allowCredentials);
    return { publicKey: options };
  };

  const answer = (made) => {
    const told = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) told[name] = text(made.response[name]);
    }
    const results = made.getClientExtensionResults();
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: told, clientExtensionResults: results });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    if (location.hostname !== form.dataset.host) {
      form.querySelector("[data-elsewhere]").hidden = false;
      form.querySelector("button").disabled = true;
      continue;
    }
    form.addEventListener("submit", async (event) => {
      const field = form.elements.namedItem("passkey");
      if (field.value) return;
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        const asked = JSON.parse(form.dataset.asked).publicKey;
        field.value = answer(await navigator.credentials[form.dataset.passkey](question(asked)));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
