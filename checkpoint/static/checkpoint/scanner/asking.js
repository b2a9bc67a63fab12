/* How the gate is asked, and what came of it. The server first; where it cannot be reached, the offline engine, if this
   page has one. The page shows; this module alone knows the network and the engine. */

const PATIENCE_MS = 8_000;
const PATIENCE_WITH_ENGINE_MS = 3_000;
const REFRESH_MS = 60_000;
const AGAIN_MS = 5_000;
const TAIL = 6; // characters: the end of a VIN, as checkpoint/likeness.py has it

let engine = null;
let lane = null;

export const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/* The question in the words of the API (CONTRACT section 2), as the form's own `body` makes it. */
const question = (data) => {
    const said = (name) => String(data.get(name) ?? "").trim();
    const scan = { scan_id: data.get("scan_id"), code: said("code") || null };
    if (said("plate")) scan.plate = { text: said("plate") };
    if (said("vin")) scan[said("vin").length === TAIL ? "vin_tail" : "vin"] = said("vin");
    if (said("driver_card")) scan.driver_card = said("driver_card");
    return scan;
};

const withoutServer = async (data, html) => {
    if (engine) {
        try {
            const scan = question(data);
            const answer = await engine.answerOffline(scan, lane);
            await keep({ scan, answer });
            return { kind: "offline", scan, answer };
        } catch (error) {
            console.error(error);
        }
    }
    return { kind: "none", html };
};

/* {kind, html}: answer · form (with what is amiss) · closed (locked, or somebody else's) · out (signed out) · none; or
   {kind: "offline", scan, answer}: what the engine says, kept already. */
export const ask = async (action, data) => {
    try {
        const response = await fetch(action, {
            method: "POST",
            body: data,
            headers: { "X-Requested-With": "scan" },
            signal: AbortSignal.timeout(engine ? PATIENCE_WITH_ENGINE_MS : PATIENCE_MS),
        });
        if (response.redirected) return { kind: "out" };
        const html = await response.text();
        if (response.ok) return { kind: "answer", html };
        if (response.status === 401) return { kind: "closed", html };
        if ([409, 422].includes(response.status)) return { kind: "form", html };
        return await withoutServer(data, response.status === 503 ? html : "");
    } catch {
        return withoutServer(data, "");
    }
};

/* An officer lifted, or read the VIN: the same record once more, with what he did. */
export const keep = (record) => engine.keep({ lifted: false, lifted_at: null, vin_read: null, officer: lane.officer, ...record });

export const answerAgain = (scan, vinRead) => engine.answerOffline(scan, lane, { vinRead });

/* The engine at this lane; told(state, isReached) whenever there is something new to say; mayFlush: no lift is open. */
export const prepare = async ({ address, here, list, sync, token, told, mayFlush }) => {
    if (!address) return;
    try {
        const found = await import(address);
        found.configure({ lane: here.code, manifest: list, sync, headers: { "X-CSRFToken": token } });
        lane = here;
        engine = found;
    } catch (error) {
        console.error(error);
        return;
    }
    let isReached = true;
    const tell = async () => told(await engine.state(), isReached);
    const refresh = async () => {
        try {
            await engine.refresh();
            isReached = true;
        } catch {
            isReached = false;
        }
        await tell();
    };
    const deliver = async () => {
        if (!mayFlush() || !(await engine.state()).queued) return;
        const { sent, failed } = await engine.flush();
        isReached = !failed;
        if (sent) await refresh();
        else await tell();
    };
    const quietly = (work) => work().catch((error) => console.error(error));
    await quietly(refresh);
    setInterval(() => quietly(refresh), REFRESH_MS);
    setInterval(() => quietly(deliver), AGAIN_MS);
    window.addEventListener("online", () => quietly(async () => { await deliver(); await refresh(); }));
    window.addEventListener("offline", () => { isReached = false; quietly(tell); });
};

/* The page's own part as the server has it now, or nothing if it does not answer. */
export const part = async () => {
    try {
        const response = await fetch(location.pathname, { headers: { "X-Requested-With": "scan" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_WITH_ENGINE_MS) });
        return response.ok && !response.redirected ? await response.text() : "";
    } catch {
        return "";
    }
};
