/* The camera: the rear one, open between scans, its pictures read by a worker. What was chosen is remembered. */

const KEPT = "scan.camera";
const WIDEST = 640; /* pixels across that are read: a code at arm's length needs no more, and each picture costs less */
const EVERY_MS = 60;
const PATIENCE_MS = 15_000;
const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy" };

export const remembered = () => {
    try {
        return JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch {
        return {};
    }
};
const remember = (news) => {
    try {
        localStorage.setItem(KEPT, JSON.stringify({ ...remembered(), ...news }));
    } catch { /* a browser that keeps nothing asks anew next time */ }
};

/* Why there can be no camera here at all, or nothing. */
export const absent = () => {
    if (!window.isSecureContext) return "insecure";
    return navigator.mediaDevices?.getUserMedia && window.Worker && window.OffscreenCanvas ? "" : "none";
};

/* places: decoder, reader, wasm. saw({kind, text}, at) for each read code, each time it is seen; said(reason) why not. */
export const camera = ({ video, places, saw, said }) => {
    let stream = null;
    let worker = null;
    let looking = false;
    let timer = 0;
    let wantsVin = false;
    let turn = 0; /* of two starts at once the later one counts */

    const track = () => stream?.getVideoTracks()[0] ?? null;
    const abilities = () => track()?.getCapabilities?.() ?? {};

    const reading = () => new Promise((resolve, reject) => {
        if (worker) {
            resolve();
            return;
        }
        const fresh = new Worker(places.decoder);
        const late = setTimeout(() => reject(new Error("reader")), PATIENCE_MS);
        fresh.addEventListener("error", () => reject(new Error("reader")));
        fresh.addEventListener("message", ({ data }) => {
            if (data.ready) {
                clearTimeout(late);
                worker = fresh;
                resolve();
                return;
            }
            if (data.ready === false && !worker) reject(new Error("reader"));
            looking = false;
            if (stream && data.found) saw(data.found, data.at);
        });
        fresh.postMessage({ reader: new URL(places.reader, location.href).href, wasm: new URL(places.wasm, location.href).href });
    });

    const look = async () => {
        if (looking || !stream || document.hidden || video.readyState < 2 || !video.videoWidth) return;
        looking = true;
        const at = performance.now();
        const width = Math.min(WIDEST, video.videoWidth);
        const height = Math.round(video.videoHeight * width / video.videoWidth);
        try {
            const picture = await createImageBitmap(video, { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
            worker.postMessage({ picture, at, wantsVin }, [picture]);
        } catch {
            looking = false;
        }
    };

    const close = () => {
        turn += 1;
        clearInterval(timer);
        for (const each of stream?.getTracks() ?? []) each.stop();
        stream = null;
        video.srcObject = null;
        looking = false;
    };

    const open = async (deviceId = remembered().device) => {
        const why = absent();
        if (why) {
            said(why);
            return false;
        }
        close();
        const mine = turn;
        const wanted = { width: { ideal: 1280 }, height: { ideal: 720 } };
        const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
        try {
            const [found] = await Promise.all([
                navigator.mediaDevices.getUserMedia({ audio: false, video: { ...wanted, ...which } }),
                reading(),
            ]);
            if (mine !== turn) {
                for (const each of found.getTracks()) each.stop();
                return false;
            }
            stream = found;
        } catch (error) {
            if (deviceId && error.name === "OverconstrainedError") { /* the camera of last time is gone */
                remember({ device: "" });
                return open("");
            }
            said(error.message === "reader" ? "reader" : REASONS[error.name] ?? "none");
            return false;
        }
        video.srcObject = stream;
        await video.play().catch(() => undefined);
        track().addEventListener("ended", () => { if (stream) { close(); said("busy"); } });
        remember({ on: true, device: track().getSettings().deviceId ?? "" });
        timer = setInterval(look, EVERY_MS);
        return true;
    };

    const others = async () => (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.kind === "videoinput");

    return {
        open,
        close: () => { close(); remember({ on: false }); },
        rest: close,
        isOpen: () => Boolean(stream),
        readVin: (wanted) => { wantsVin = wanted; },
        hasLight: () => Boolean(abilities().torch),
        light: async (on) => track()?.applyConstraints({ advanced: [{ torch: on }] }),
        zooms: () => {
            const { zoom } = abilities();
            return zoom ? [1, 2, 4].map((times) => times * zoom.min).filter((value) => value <= zoom.max) : [];
        },
        zoom: async (value) => track()?.applyConstraints({ advanced: [{ zoom: value }] }),
        count: async () => (await others()).length,
        next: async () => {
            const all = await others();
            const now = all.findIndex((each) => each.deviceId === track()?.getSettings().deviceId);
            return open(all[(now + 1) % all.length]?.deviceId);
        },
    };
};
