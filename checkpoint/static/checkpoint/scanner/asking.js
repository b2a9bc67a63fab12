/* How the gate is asked, and what came of it. The server first; where it cannot be reached, the offline engine, if this
   page has one. The page shows; this module alone knows the network. */

const PATIENCE_MS = 8_000;
const PATIENCE_WITH_ENGINE_MS = 3_000;

export const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/* {kind, html}: answer · form (with what is amiss) · closed (locked, or somebody else's) · out (signed out) · none. */
export const ask = async (action, data) => {
    try {
        const response = await fetch(action, {
            method: "POST",
            body: data,
            headers: { "X-Requested-With": "scan" },
            signal: AbortSignal.timeout(PATIENCE_MS),
        });
        if (response.redirected) return { kind: "out" };
        const html = await response.text();
        if (response.ok) return { kind: "answer", html };
        if (response.status === 401) return { kind: "closed", html };
        if ([409, 422].includes(response.status)) return { kind: "form", html };
        return { kind: "none", html: response.status === 503 ? html : "" };
    } catch {
        return { kind: "none", html: "" };
    }
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
