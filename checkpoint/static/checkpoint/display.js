// Asks for the screen anew every second and puts it in place only when it differs, so that nothing flickers.
// Without an answer for long the last picture must not stay: it could wave the wrong vehicle through.
"use strict";

const EVERY_MS = 1000;
const TRUSTED_MS = 10000;
let heardAt = Date.now();

async function ask() {
    try {
        const answer = await fetch(location.href, {headers: {"X-Requested-With": "display"}, cache: "no-store"});
        if (answer.status === 404) return location.reload();
        if (answer.ok) {
            const text = await answer.text();
            heardAt = Date.now();
            const fresh = new DOMParser().parseFromString(text, "text/html").querySelector(".sign");
            const shown = document.querySelector(".sign");
            if (fresh && fresh.outerHTML !== shown.outerHTML) shown.replaceWith(fresh);
        }
    } catch {
        // The network is away; the next try is a second off.
    }
    if (Date.now() - heardAt > TRUSTED_MS) document.querySelector(".sign").className = "sign sign--lost";
    setTimeout(ask, EVERY_MS);
}

setTimeout(ask, EVERY_MS);
