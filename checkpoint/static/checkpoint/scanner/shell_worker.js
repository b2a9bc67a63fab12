/* Keeps the shell of the scan pages. TOLD (version, shell, scope) is put before this text by the server.

   Files of the shell come from the cache of their version. A page comes from the network; where that does not answer, the
   last one that was open for scanning. What is asked of the gate, and what it answers, is never touched and never kept. */
"use strict";

const SHELL = `scan-shell-${TOLD.version}`;
const PAGES = `scan-pages-${TOLD.version}`;
const PATIENCE_MS = 3_000;
const files = new Set(TOLD.shell.map((path) => new URL(path, location.origin).href));

addEventListener("install", (event) => event.waitUntil(
    caches.open(SHELL).then((cache) => cache.addAll([...files].map((url) => new Request(url, { cache: "reload" })))),
));
addEventListener("activate", (event) => event.waitUntil((async () => {
    for (const name of await caches.keys()) {
        if (name.startsWith("scan-") && name !== SHELL && name !== PAGES) await caches.delete(name);
    }
    await clients.claim();
})()));

const fetchPage = async (url) => {
    const options = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
    const answer = await fetch(url.href, options);
    if (answer.ok && answer.headers.get("x-scan-page") === "open" && !url.search) {
        await (await caches.open(PAGES)).put(url.pathname, answer.clone());
    }
    return answer;
};

const page = async (url) => {
    try {
        return await fetchPage(url);
    } catch (error) {
        const kept = await caches.open(PAGES);
        const copy = await kept.match(url.pathname);
        if (copy) return copy;
        const last = (await kept.keys()).pop();
        if (last && url.pathname === TOLD.scope) return Response.redirect(last.url);
        throw error;
    }
};

addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (files.has(url.href)) {
        event.respondWith(caches.match(request, { cacheName: SHELL }).then((copy) => copy ?? fetch(request)));
    } else if (request.mode === "navigate" && url.pathname.startsWith(TOLD.scope)) {
        event.respondWith(page(url).catch(() => Response.error()));
    }
});

addEventListener("message", (event) => {
    if (event.data.take === "over") skipWaiting();
    if (event.data.keep) event.waitUntil(fetchPage(new URL(event.data.keep, location.origin)).catch(() => undefined));
});
