/* Reads codes out of pictures, beside the page. A code is text and nothing but text: it is handed back, never followed.

   Of two-dimensional codes only QR Model 2, as the pass is; while a VIN is wanted also what stands on door posts and
   windscreens. */
"use strict";

const PASS = ["QRCodeModel2"];
const VIN = ["Code39", "Code128", "DataMatrix"];
const MIDDLE = 0.7; /* share of the picture's shorter side */
const VIN_SHAPE = /^I?([A-HJ-NPR-Z0-9]{17})$/;

let canvas = null;
let looks = 0;

/* Looks take turns, because what helps one picture spoils another: whole · the middle twice as large and a little
   smoother, against the noise of a dark picture · whole · the middle twice as large and sharper, if it is out of focus. */
const LOOKS = ["whole", "smooth", "whole", "sharp"];

const drawn = (picture, how, blur) => {
    const side = Math.round(Math.min(picture.width, picture.height) * MIDDLE);
    const [left, top, width, height] = how === "whole"
        ? [0, 0, picture.width, picture.height]
        : [(picture.width - side) / 2, (picture.height - side) / 2, side, side];
    const scale = how === "whole" ? 1 : 2;
    canvas ??= new OffscreenCanvas(1, 1);
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    if (blur) context.filter = `blur(${blur}px)`;
    context.drawImage(picture, left, top, width, height, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
};

const pixels = (picture, how) => {
    if (how !== "sharp") return drawn(picture, how, how === "smooth" ? 1.8 : 0);
    const plain = drawn(picture, how, 0);
    const soft = drawn(picture, how, 4).data;
    const { data } = plain;
    for (let at = 0; at < data.length; at += 1) data[at] = 4 * data[at] - 3 * soft[at]; /* clamped by the array */
    for (let at = 3; at < data.length; at += 4) data[at] = 255;
    return plain;
};

const readIn = async (image, wantsVin) => {
    const found = await ZXingWASM.readBarcodes(image, {
        formats: wantsVin ? [...PASS, ...VIN] : PASS,
        tryHarder: true,
        tryRotate: wantsVin,
        tryInvert: false,
        tryDownscale: !wantsVin,
        maxNumberOfSymbols: wantsVin ? 4 : 1,
        textMode: "Plain",
    });
    for (const { isValid, format, text } of found) {
        if (!isValid) continue;
        if (format.startsWith("QR")) return { kind: "code", text };
        const vin = VIN_SHAPE.exec(text.trim().toUpperCase());
        if (vin) return { kind: "vin", text: vin[1] };
    }
    return null;
};

addEventListener("message", async ({ data }) => {
    try {
        if (data.reader) {
            importScripts(data.reader);
            await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true });
            postMessage({ ready: true });
            return;
        }
        const { picture, at, wantsVin } = data;
        const found = await readIn(pixels(picture, LOOKS[looks % LOOKS.length]), wantsVin);
        looks += 1;
        picture.close();
        postMessage({ at, found });
    } catch (error) {
        postMessage({ failed: String(error), ready: false });
    }
});
