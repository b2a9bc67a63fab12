/* The port's signed list: taken, verified, never rolled back, and read as the facts of the ladder.
   It knows vehicles by salted digests alone. */

import { Refused, verify } from "./pass.js";

const CONTEXT = new TextEncoder().encode("silkgate manifest v1\0");
const DIGEST_BYTES = 16;

const fromBase64 = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
};
const toBase64 = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/* A JWK set as `read` of pass.js wants it. */
export const keysOf = (set) =>
    new Map(set.map((key) => [hex(fromBase64(key.kid)), { public: fromBase64(key.x), status: key.status }]));

/* What was signed, if one of the keys signed it.
   Raises: Refused, "MANIFEST_KEY" when the key is not among them, "MANIFEST_SIGNATURE" when it does not fit. */
export async function opened(message, keys) {
    const key = keys.get(message.kid);
    if (!key || key.status === "REVOKED") throw new Refused("MANIFEST_KEY");
    const signed = new Uint8Array([...CONTEXT, ...new TextEncoder().encode(message.payload)]);
    if (!(await verify(key.public, fromBase64(message.signature), signed))) throw new Refused("MANIFEST_SIGNATURE");
    return JSON.parse(message.payload);
}

/* Refuse what is older than what is held.
   Raises: Refused "MANIFEST_ROLLBACK"; "MANIFEST_GAP" when it does not continue what is held. */
export function checkFollows(payload, held) {
    const isWhole = payload.since === 0;
    const isSamePort = held?.port === payload.port;
    if (isSamePort && (payload.version < held.version || payload.issued_at < held.issued_at)) {
        throw new Refused("MANIFEST_ROLLBACK");
    }
    if (!isWhole && (!isSamePort || payload.since !== held.version || payload.salt !== held.salt)) {
        throw new Refused("MANIFEST_GAP");
    }
    return isWhole;
}

export async function digestOf(salt, kind, value) {
    const bytes = new Uint8Array([...fromBase64(salt), ...new TextEncoder().encode(`${kind}:${value}`)]);
    return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, DIGEST_BYTES));
}

/* A row of the list, with what this device lifted itself and the centre does not know yet. */
export function factsOf(row, { now, head, lifted }) {
    const admitted = [...(row.admitted ?? [])];
    let status = row.status ?? "DECLARED";
    let exitedAt = row.exited ?? null;
    for (const { stage, at } of lifted) {
        if (admitted.includes(stage)) continue;
        admitted.push(stage);
        if (stage === "ENTRY" && status === "DECLARED") status = "PRESENTED";
        if (stage === "RELEASE") {
            const goesOn = !head.stages.includes("EXIT") && (row.mode ?? "SELF_DRIVE") === "SELF_DRIVE";
            status = goesOn ? "EXITED" : "RELEASED";
            exitedAt = goesOn ? at : exitedAt;
        }
    }
    return {
        vehicle_status: status,
        mode: row.mode ?? "SELF_DRIVE",
        at_own_port: !row.elsewhere,
        pass_status: row.pass ?? "ISSUED",
        pass_is_newest: !row.old,
        valid_from: row.from,
        valid_until: row.until,
        admitted,
        exited_at: exitedAt,
        declaration_status: row.declaration ?? "RELEASED",
        declaration_on_hold: Boolean(row.held),
        holds: row.hold ? ["hold"] : [],
        document_checks: row.check ? ["check"] : [],
        paper_expired: typeof row.papers === "number" && now >= row.papers,
        inspection_failed: Boolean(row.failed),
        inspection_due: Boolean(row.due),
        vin_declared: row.vin,
        plate_declared: row.plate ?? null,
    };
}

export const isClosed = (head, now) =>
    head.closures.some(([from, until]) => from <= now && (until === null || until > now));
