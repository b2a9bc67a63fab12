/* The driver's page asks again by itself, and says so when it cannot. It works without this file. */
"use strict";

(() => {
    const EVERY_MS = 25_000;
    const PATIENCE_MS = 10_000;
    const AGAIN_MS = 2_000;
    let again = 0;
    const STALE_AFTER_MS = 75_000;
    const now = () => document.getElementById("now");
    const { worker, phone, key } = now().dataset;
    let answeredAt = now().dataset.copy === "fresh" ? Date.now() : 0;

    /* The moment first: what is the same otherwise is not put in anew, and not read aloud once more. */
    const PLACES = [".drive-asof", ".drive-kept", ".drive", ".drive-code", ".drive-plate", ".drive-car", ".drive-facts"];
    const put = (before, after) => {
        if (before.outerHTML === after.outerHTML) return;
        before.className = after.className;
        before.replaceChildren(...after.cloneNode(true).childNodes);
    };

    /* A phone says that it is online before the network answers. */
    const lookSoon = () => {
        clearTimeout(again);
        if (navigator.onLine) again = setTimeout(look, AGAIN_MS);
    };

    const tellOld = () => { now().dataset.copy = "kept"; };

    /* The page as the server has it now, put in place of what is shown; a form that is being filled in stays. */
    const look = async () => {
        try {
            const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
            if (answer.status === 404 || answer.status === 410) {
                location.reload();
                return;
            }
            if (!answer.ok) throw new Error(String(answer.status));
            const news = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = news.getElementById("now");
            document.title = news.title;
            now().dataset.copy = fresh.dataset.copy;
            if (fresh.dataset.copy === "fresh") answeredAt = Date.now();
            else lookSoon();
            for (const place of PLACES) {
                const [before, after] = [now().querySelector(place), fresh.querySelector(place)];
                if (before && after) put(before, after);
                else if (before) before.remove();
                else if (after) now().querySelector(".drive").after(after.cloneNode(true));
            }
            const chosen = now().querySelector("input[type=file]");
            const photos = fresh.querySelector(".drive-photos");
            if (!chosen?.files.length) {
                now().querySelector(".drive-photos")?.remove();
                if (photos) now().append(photos);
            }
        } catch {
            tellOld();
            lookSoon();
        }
    };

    setInterval(look, EVERY_MS);
    setInterval(() => { if (Date.now() - answeredAt > STALE_AFTER_MS) tellOld(); }, 5_000);
    addEventListener("online", look);
    addEventListener("offline", tellOld);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    if (now().dataset.copy === "kept") look();

    /* A copy for a phone without a network: what was loaded before the worker stood ready is fetched through it once. */
    const keep = async () => {
        const registration = await navigator.serviceWorker.register(worker, { scope: "/d/" });
        await navigator.serviceWorker.ready;
        const assets = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img")];
        registration.active?.postMessage({ page: location.href, assets: assets.map((each) => each.href || each.src) });
        return registration;
    };
    if (!("serviceWorker" in navigator)) return;
    const kept = keep().catch(() => null);

    /* News on this phone */
    const line = document.querySelector(".drive-news");
    if (!line || !("PushManager" in window) || !("Notification" in window)) return;
    const button = line.querySelector("[data-listen]");
    const said = line.querySelector("[role=status]");
    const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const listen = async () => {
        const registration = await kept;
        const subscription = await registration.pushManager.subscribe({
            userVisibleOnly: true, applicationServerKey: bytes(key),
        });
        const { endpoint, keys } = subscription.toJSON();
        const answer = await fetch(phone, {
            method: "POST", body: new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
        });
        if (answer.ok) return said.dataset.done;
        return (await answer.json()).message;
    };
    line.hidden = false;
    button.addEventListener("click", async () => {
        button.disabled = true;
        said.textContent = await listen().catch(() => said.dataset.failed);
        button.hidden = said.textContent === said.dataset.done;
        button.disabled = false;
    });
})();
