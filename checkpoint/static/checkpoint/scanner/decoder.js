/* Reads codes out of pictures, beside the page. A code is text and nothing but text: it is handed back, never followed.

   Of two-dimensional codes only QR Model 2, as the pass is; while a VIN is wanted also what stands on door posts and
   windscreens. Every second look is at the middle of the picture, drawn twice as large: small and far codes gain most. */
"use strict";

const PASS = ["QRCodeModel2"];
const VIN = ["Code39", "Code128", "DataMatrix"];
const MIDDLE = 0.62; /* share of the picture's shorter side */
const VIN_SHAPE = /^I?([A-HJ-NPR-Z0-9]{17})$/;

let canvas = null;
let looks = 0;

const pixels = (picture, twice) => {
    const side = Math.round(Math.min(picture.width, picture.height) * MIDDLE);
    const [left, top, width, height] = twice
        ? [(picture.width - side) / 2, (picture.height - side) / 2, side, side]
        : [0, 0, picture.width, picture.height];
    const scale = twice ? 2 : 1;
    canvas ??= new OffscreenCanvas(1, 1);
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, left, top, width, height, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
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
        looks += 1;
        const { picture, at, wantsVin } = data;
        const found = await readIn(pixels(picture, looks % 2 === 0), wantsVin);
        picture.close();
        postMessage({ at, found });
    } catch (error) {
        postMessage({ failed: String(error), ready: false });
    }
});
