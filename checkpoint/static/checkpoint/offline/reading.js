/* What was typed or read by a camera, normalised as the server does (declarations/plates.py, declarations/vin.py). */

const SEPARATORS = /[\s\-_.,/|·•・‧∙⋅―–—]/gu;
const LATIN = Object.fromEntries([..."АВЕКМНОРСТУХІ"].map((letter, at) => [letter, "ABEKMHOPCTYXI"[at]]));

export const normalisePlate = (text) =>
    [...(text ?? "").normalize("NFKC").toUpperCase()]
        .map((letter) => LATIN[letter] ?? letter)
        .join("")
        .replace(SEPARATORS, "")
        .replace(/[\p{Cf}\p{Cc}]/gu, "")
        .normalize("NFC") || null;

export const normaliseVin = (text) => {
    const stripped = (text ?? "").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    return (/^[\0-\x7f]*$/.test(stripped) ? stripped.toUpperCase() : stripped) || null;
};
