// Passkeys (WebAuthn Level 3): shown only where the browser can; the server says what is asked.
(() => {
  "use strict";
  const places = document.querySelectorAll(".passkey");
  if (!window.PublicKeyCredential || !places.length) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

  const post = (address, body) =>
    fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });

  const wanted = (options) => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"])
      for (const one of options[list] || []) one.id = bytes(one.id);
    return { publicKey: options };
  };

  const told = (found) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (found.response[part]) response[part] = text(found.response[part]);
    return {
      id: found.id, rawId: text(found.rawId), type: found.type, response,
      clientExtensionResults: found.getClientExtensionResults(),
    };
  };

  for (const place of places) {
    const error = place.querySelector(".error");
    const button = place.querySelector("button");
    place.hidden = false;
    button.addEventListener("click", async () => {
      error.hidden = true;
      button.disabled = true;
      try {
        const asked = await post(place.dataset.ask, {});
        if (!asked.ok) return location.reload();
        const options = wanted(await asked.json());
        const found = await navigator.credentials[place.dataset.do](options);
        const body = told(found);
        const label = place.querySelector("select");
        if (label) body.label = label.value;
        const answer = await post(place.dataset.answer, body);
        const said = await answer.json();
        if (answer.ok) return location.assign(said.next);
        error.textContent = said.says || answer.statusText;
      } catch (problem) {
        error.textContent = problem.message;
      }
      error.hidden = false;
      button.disabled = false;
    });
  }
})();
