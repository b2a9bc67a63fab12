/* The page as an app: its shell is kept on the device. A newer one takes over between two scans, never during one. */

const ASK_AGAIN_MS = 2_000;

export const install = async ({ script, scope, isIdle }) => {
    if (!("serviceWorker" in navigator)) return;
    const wasKept = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
        if (wasKept && isIdle()) location.reload();
    });
    try {
        const registration = await navigator.serviceWorker.register(script, { scope });
        await navigator.serviceWorker.ready;
        registration.active?.postMessage({ keep: location.pathname });
        setInterval(() => {
            if (registration.waiting && isIdle()) registration.waiting.postMessage({ take: "over" });
        }, ASK_AGAIN_MS);
    } catch { /* without it the page works as long as the network does */ }
};
