/* Scanning without leaving the page. Without this file the form is sent as it is and the answer is a page.
   A scan is asked until it is answered: its id is made before the first try and kept for the next ones. Scans that are
   typed while one is under way wait for their turn, so that answers come in the order of the cars. */
"use strict";

(() => {
    const place = document.querySelector("[data-scan-form]");
    const answer = document.getElementById("answer");
    if (!place || !answer) return;

    const PATIENCE_MS = 8000;
    const newId = () => {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    };
    const form = () => place.querySelector("form[data-scan]");
    const texts = () => [...form().querySelectorAll("input:not([type=hidden])")];

    /* The old answer goes; the new one is shown, sounds, and leaves by itself (verdict.js). */
    const show = (html) => {
        answer.innerHTML = html;
        document.dispatchEvent(new CustomEvent("htmx:load"));
    };

    const ask = async (action, data) => {
        const waiting = setTimeout(() => document.body.classList.add("is-working"), 300);
        try {
            const response = await fetch(action, {
                method: "POST",
                body: data,
                headers: { "X-Requested-With": "scan" },
                signal: AbortSignal.timeout(PATIENCE_MS),
            });
            if (response.redirected) { /* signed out meanwhile */
                location.reload();
                return;
            }
            const html = await response.text();
            if (response.ok) {
                show(html);
            } else if ([409, 422].includes(response.status)) { /* the form again, with what is amiss */
                place.innerHTML = html;
                place.querySelector("[data-takes-focus]")?.focus();
            } else {
                keep(data);
                show(response.status === 503 ? html : document.getElementById("no-answer").innerHTML);
            }
        } catch {
            keep(data);
            show(document.getElementById("no-answer").innerHTML);
        } finally {
            clearTimeout(waiting);
            document.body.classList.remove("is-working");
        }
    };

    /* Nothing counts as answered: what was sent stands in the fields again, under the same id. */
    const keep = (data) => {
        if (texts().some((input) => input.value)) return;
        for (const input of [...texts(), form().elements.scan_id]) input.value = data.get(input.name) ?? "";
    };

    let queue = Promise.resolve();
    place.addEventListener("submit", (event) => {
        event.preventDefault();
        const sent = event.target;
        const data = new FormData(sent);
        if (texts().some((input) => input.value.trim())) {
            sent.elements.scan_id.value = newId();
            for (const input of texts()) input.value = "";
            texts()[0].focus();
        }
        queue = queue.then(() => ask(sent.action, data));
    });
})();
