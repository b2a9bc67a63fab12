/* Small comforts. Every page works without this file. */
"use strict";

(() => {
    /* Menus close on Escape and on a click elsewhere. */
    document.addEventListener("click", (event) => {
        for (const menu of document.querySelectorAll("details.menu[open]")) {
            if (!menu.contains(event.target)) menu.open = false;
        }
    });
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        for (const menu of document.querySelectorAll("details.menu[open]")) {
            menu.open = false;
            menu.querySelector("summary").focus();
        }
    });

    /* Waiting becomes visible after 300 ms; a form is sent once. */
    let pending = 0;
    let timer = 0;
    const began = () => {
        pending += 1;
        clearTimeout(timer);
        timer = setTimeout(() => document.body.classList.add("is-working"), 300);
    };
    const ended = () => {
        pending = Math.max(0, pending - 1);
        if (pending) return;
        clearTimeout(timer);
        document.body.classList.remove("is-working");
    };
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (event.defaultPrevented || form.dataset.sending) {
            if (form.dataset.sending) event.preventDefault();
            return;
        }
        form.dataset.sending = "yes";
        began();
        /* A download never leaves the page: after a while the form is free again. */
        setTimeout(() => {
            delete form.dataset.sending;
            ended();
        }, 8000);
    });
    window.addEventListener("pageshow", () => {
        for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
        pending = 0;
        ended();
    });
    document.addEventListener("htmx:beforeRequest", (event) => {
        if (!event.detail.elt.closest("[data-quiet]")) began();
    });
    document.addEventListener("htmx:afterRequest", (event) => {
        if (!event.detail.elt.closest("[data-quiet]")) ended();
    });

    /* What came in by itself: a summary of errors takes the focus, an input knows whether it is wrong. */
    const settle = () => {
        for (const slot of document.querySelectorAll(".field-messages")) {
            const wrong = Boolean(slot.querySelector(".field-error"));
            slot.closest(".field")?.classList.toggle("field--wrong", wrong);
            document.getElementById(slot.id.replace(/_messages$/, ""))?.toggleAttribute("aria-invalid", false);
            if (wrong) document.getElementById(slot.id.replace(/_messages$/, ""))?.setAttribute("aria-invalid", "true");
        }
    };
    document.addEventListener("htmx:load", (event) => {
        event.target.querySelector?.("[data-takes-focus]")?.focus();
    });
    document.addEventListener("htmx:afterSettle", settle);

    /* A link that leads to an input opens it ready to be typed over. */
    const aim = () => {
        const input = location.hash.startsWith("#id_") && document.getElementById(location.hash.slice(1));
        if (!input) return;
        input.focus();
        input.select?.();
    };
    window.addEventListener("hashchange", aim);
    aim();

    /* "3 min ago" stays true. The same rule as relative_text in templatetags/show.py. */
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short" });
    const tick = () => {
        for (const time of document.querySelectorAll("time[data-relative]")) {
            const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
            const minutes = Math.trunc(seconds / 60);
            const hours = Math.trunc(minutes / 60);
            if (Math.abs(hours) >= 24) {
                time.textContent = time.title;
                delete time.dataset.relative;
            } else if (minutes) {
                time.textContent = (hours ? words.format(hours, "hour") : words.format(minutes, "minute")).replace(".", "");
            }
        }
    };
    setInterval(tick, 30_000);

    /* Tick all, and how many are ticked. */
    document.addEventListener("change", (event) => {
        const table = event.target.closest?.(".bulk");
        if (!table || !event.target.matches(".pick")) return;
        const picks = [...table.querySelectorAll("tbody .pick")];
        if (event.target.matches("[data-all]")) for (const pick of picks) pick.checked = event.target.checked;
        const count = picks.filter((pick) => pick.checked).length;
        const all = table.querySelector("[data-all]");
        if (all) {
            all.checked = count === picks.length;
            all.indeterminate = count > 0 && count < picks.length;
        }
        const told = table.querySelector("[data-count]");
        if (told) told.textContent = String(count);
    });

    /* Copy buttons are drawn only where they work. */
    document.addEventListener("click", (event) => {
        const button = event.target.closest?.("[data-copy]");
        if (!button) return;
        navigator.clipboard?.writeText(button.dataset.copy).then(() => {
            const before = button.textContent;
            button.textContent = button.dataset.copied ?? before;
            setTimeout(() => { button.textContent = before; }, 2000);
        });
    });
    for (const button of document.querySelectorAll("[data-needs-js]")) button.hidden = false;

    /* The place one is at stays in sight in a long navigation. */
    document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
})();
