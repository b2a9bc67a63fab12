/* Twelve characters to be read aloud or typed: an identifier, not a proof. As in declarations/passes.py. */

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VALUES = new Map([...CROCKFORD].map((character, value) => [character, BigInt(value)]));
VALUES.set("I", 1n).set("L", 1n).set("O", 0n);
const MOST_TYPED = 40;

/* Only ASCII is squeezed: upper case would turn a dotless i or a long s into a plain letter. */
const squeezed = (text) =>
    /^[\0-\x7f]*$/.test(text) ? text.replace(/[-\t-\r\x1c-\x1f ]/g, "").toUpperCase() : text;

/* Whether somebody meant this as a manual code: twelve letters and digits, however grouped. */
export function looksLikeManualCode(text) {
    return [...text].length <= MOST_TYPED && /^[0-9A-Z]{12}$/.test(squeezed(text));
}

/* The pass id behind a typed code; null if it is none or its check fails. */
export function readManualCode(text) {
    if (!looksLikeManualCode(text)) return null;
    let number = 0n;
    for (const character of squeezed(text)) {
        const digit = VALUES.get(character);
        if (digit === undefined) return null;
        number = number * 32n + digit;
    }
    const id = number / 1024n;
    return number % 1024n === id % 1021n ? Number(id) : null;
}
