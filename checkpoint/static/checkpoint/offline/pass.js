/* A pass read without the server: the same rules and the same refusals as declarations/passes.py.
   read(text, keys) cuts the frame at fixed places, verifies the signature, and only then parses what was signed. There is
   one accepted spelling of everything. keys: Map from kid (4 hex digits) to { public: Uint8Array(32), status }. */

const PREFIX = "VP1:";
const LONGEST_TEXT = 400;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const DIGITS = new Map([...ALPHABET].map((character, value) => [character, value]));
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/;
const PORT = /^[A-Z]{2}[A-Z2-9]{3}$/;
const MAX_PASS_ID = 2 ** 50;
const LAST_SECOND = 253402300799;

/* RFC 9052 in its one deterministic encoding: tag 18, array of 4, the protected header {1: -8, 4: kid} as a string of 7
   bytes, the empty unprotected header, the payload, the signature. */
const HEAD = [0xd2, 0x84, 0x47, 0xa2, 0x01, 0x27, 0x04, 0x42];
const PROTECTED_AT = 2;
const KID_AT = HEAD.length;
const UNPROTECTED_AT = KID_AT + 2;
const PAYLOAD_AT = UNPROTECTED_AT + 3;
const SIGNATURE_HEAD = [0x58, 0x40];
const SIGNATURE_BYTES = 64;
const SIGNED_CONTEXT = [0x84, 0x6a, ...new TextEncoder().encode("Signature1")];

export class Refused extends Error {
    constructor(code) {
        super(code);
        this.code = code;
    }
}
const refuse = (code = "NOT_A_PASS") => {
    throw new Refused(code);
};

const isAt = (bytes, place, wanted) => wanted.every((byte, index) => bytes[place + index] === byte);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export async function read(text, keys, options = {}) {
    const message = decode(text);
    const payloadEnd = message.length - SIGNATURE_HEAD.length - SIGNATURE_BYTES;
    const length = payloadEnd - PAYLOAD_AT;
    const framed =
        length >= 24 &&
        length < 256 &&
        isAt(message, 0, HEAD) &&
        isAt(message, UNPROTECTED_AT, [0xa0, 0x58, length]) &&
        isAt(message, payloadEnd, SIGNATURE_HEAD);
    if (!framed) refuse();
    const kid = hex(message.subarray(KID_AT, UNPROTECTED_AT));
    const key = keys.get(kid);
    if (!key || key.status === "REVOKED") refuse("UNKNOWN_KEY");
    const signed = new Uint8Array([
        ...SIGNED_CONTEXT,
        ...message.subarray(PROTECTED_AT, UNPROTECTED_AT),
        0x40,
        ...message.subarray(UNPROTECTED_AT + 1, payloadEnd),
    ]);
    const signature = message.subarray(payloadEnd + SIGNATURE_HEAD.length);
    if (!(await verify(key.public, signature, signed, options))) refuse("BAD_SIGNATURE");
    return { ...claims(message.subarray(PAYLOAD_AT, payloadEnd)), kid };
}

/* Base45 (RFC 9285) behind the prefix, strictly: one text for the same bytes. */
function decode(text) {
    if (typeof text !== "string" || !text.startsWith(PREFIX) || text.length > LONGEST_TEXT) refuse();
    const digits = [...text.slice(PREFIX.length)].map((character) => DIGITS.get(character));
    if (digits.length % 3 === 1 || digits.includes(undefined)) refuse();
    const bytes = [];
    for (let at = 0; at < digits.length; at += 3) {
        const isWhole = at + 2 < digits.length;
        const value = digits[at] + digits[at + 1] * 45 + (isWhole ? digits[at + 2] * 2025 : 0);
        if (value > (isWhole ? 0xffff : 0xff)) refuse();
        if (isWhole) bytes.push(value >> 8);
        bytes.push(value & 0xff);
    }
    return new Uint8Array(bytes);
}

/* The payload is the map {2: VIN, 3: port, 4: expires, 5: not before, 7: id} in deterministic CBOR (RFC 8949 section
   4.2) and nothing else, so it is read in that order; any other byte is no pass. */
function claims(payload) {
    let at = 0;
    const take = (wanted) => {
        if (!isAt(payload, at, wanted)) refuse();
        at += wanted.length;
    };
    const some = (count) => {
        if (at + count > payload.length) refuse();
        at += count;
        return payload.subarray(at - count, at);
    };
    const ascii = (count) => String.fromCharCode(...some(count));
    take([0xa5, 0x02, 0x60 + 17]);
    const vin = ascii(17);
    take([0x03, 0x65]);
    const port = ascii(5);
    take([0x04]);
    const expires = unsigned(some);
    take([0x05]);
    const notBefore = unsigned(some);
    take([0x07, 0x48]);
    const cti = some(8);
    const id = number(cti);
    if (at !== payload.length || !VIN.test(vin) || !PORT.test(port)) refuse();
    if (!(notBefore < expires && expires <= LAST_SECOND) || !(id < MAX_PASS_ID)) refuse();
    return { pass_id: id, vin, port, not_before: notBefore, expires };
}

/* An unsigned integer in its shortest spelling. */
function unsigned(some) {
    const [first] = some(1);
    if (first < 24) return first;
    const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[first];
    if (!width) refuse();
    const value = number(some(width));
    if (value < [24, 0x100, 0x10000, 0x100000000][first - 24]) refuse();
    return value;
}

/* Big-endian; above 2^53 no longer exact, but far above every limit that is asked of it. */
function number(bytes) {
    return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/* Ed25519: the browser's own, where it has one. */
let own;
const hasOwn = () => {
    own ??= globalThis.crypto.subtle
        .importKey("raw", new Uint8Array(32).fill(1, 0, 1), "Ed25519", false, ["verify"])
        .then(() => true, () => false);
    return own;
};

export async function verify(publicKey, signature, message, { fallback = false } = {}) {
    try {
        if (!fallback && (await hasOwn())) {
            const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
            return await crypto.subtle.verify("Ed25519", key, signature, message);
        }
        const noble = await import("../../vendor/noble-ed25519/index.js");
        return await noble.verifyAsync(signature, message, publicKey, { zip215: false });
    } catch {
        return false;
    }
}
