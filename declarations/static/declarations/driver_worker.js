/* Keeps the last answer of each driver's page for a phone without a network, and shows news.

   A kept page is never passed off as a fresh one: its data-copy says "kept", and the style sheet greys and hatches it.
   What the server says is gone (404, 410) is thrown away here as well. */
"use strict";

const KEPT = "driver-1";
const PATIENCE_MS = 6_000;
const PAGE = /^\/d\/[a-z2-7]{32}$/;

addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("driver-") && name !== KEPT) await caches.delete(name);
    await clients.claim();
})()));

/* One copy of a page whatever language it was asked in; the picture of a pass goes by its version. */
const nameOf = (url) => (PAGE.test(url.pathname) ? url.origin + url.pathname : url.href);

const forget = async (url) => {
    const kept = await caches.open(KEPT);
    const page = url.pathname.split("/").slice(0, 3).join("/");
    for (const request of await kept.keys()) {
        const path = new URL(request.url).pathname;
        if (path === page || path.startsWith(`${page}/`)) await kept.delete(request);
    }
};

const asKept = async (answer) => {
    const text = (await answer.text()).replace('data-copy="fresh"', 'data-copy="kept"');
    return new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });
};

const shown = async (request) => {
    const url = new URL(request.url);
    const kept = await caches.open(KEPT);
    const isPage = PAGE.test(url.pathname);
    try {
        const asked = isPage ? new Request(url.href, { cache: "no-store", credentials: "same-origin" }) : request;
        const answer = await fetch(asked, { signal: AbortSignal.timeout(PATIENCE_MS) });
        if (answer.status === 404 || answer.status === 410) {
            if (isPage) await forget(url);
            return answer;
        }
        if (answer.ok) {
            await kept.put(nameOf(url), answer.clone());
            return answer;
        }
        throw new Error(String(answer.status));
    } catch (error) {
        const copy = await kept.match(nameOf(url));
        if (!copy) throw error;
        return isPage ? asKept(copy) : copy;
    }
};

addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== location.origin) return;
    event.respondWith(shown(event.request).catch(() => Response.error()));
});

/* The page that was open before this worker stood ready. */
addEventListener("message", (event) => {
    const { page, assets } = event.data;
    const all = [page, ...assets].filter((each) => new URL(each).origin === location.origin);
    event.waitUntil(Promise.allSettled(all.map((each) => shown(new Request(each)))));
});

/* One sentence, and a tap on it opens the page. */
addEventListener("push", (event) => {
    const { text, url } = event.data?.json() ?? {};
    if (text) event.waitUntil(registration.showNotification("Silkgate 丝路口岸通", { body: text, tag: url, data: { url } }));
});
addEventListener("notificationclick", (event) => {
    event.notification.close();
    const url = new URL(event.notification.data?.url ?? "/", location.origin);
    if (url.origin === location.origin && PAGE.test(url.pathname)) event.waitUntil(clients.openWindow(url.href));
});
