/* The camera's part of the page: its picture, its buttons, and the sentences where there is none. */

import { absent, camera, remembered } from "./camera.js";

export const lens = ({ root, saw, say }) => {
    const box = root.querySelector("[data-lens]");
    const at = (name) => box.querySelector(`[data-lens-${name}]`);
    const toggle = () => root.querySelector("[data-lens-toggle]");
    const eye = camera({ video: box.querySelector("[data-video]"), places: root.dataset, saw, said: (reason) => { dark(); say(reason); } });
    let zoomed = 0;

    const mark = () => {
        box.hidden = !eye.isOpen();
        root.classList.toggle("is-looking", eye.isOpen());
        toggle()?.setAttribute("aria-pressed", String(eye.isOpen()));
    };
    const dark = () => {
        mark();
        if (toggle()) toggle().hidden = ["none", "insecure"].includes(absent());
    };

    const readVin = (wanted) => {
        eye.readVin(wanted);
        at("vin").setAttribute("aria-pressed", String(wanted));
    };

    const showAbilities = async () => {
        at("light").hidden = !eye.hasLight();
        at("light").setAttribute("aria-pressed", "false");
        at("zoom").hidden = eye.zooms().length < 2;
        at("times").textContent = "1×";
        zoomed = 0;
        at("other").hidden = (await eye.count()) < 2;
    };

    const open = async (how = () => eye.open()) => {
        say("starting");
        if (!await how()) return;
        mark();
        say("aim");
        readVin(false);
        await showAbilities();
    };

    root.addEventListener("click", (event) => {
        if (!event.target.closest("[data-lens-toggle]")) return;
        if (eye.isOpen()) {
            eye.close();
            say("");
            mark();
        } else {
            open();
        }
    });
    at("light").addEventListener("click", async () => {
        const on = at("light").getAttribute("aria-pressed") !== "true";
        await eye.light(on).catch(() => undefined);
        at("light").setAttribute("aria-pressed", String(on));
    });
    at("zoom").addEventListener("click", async () => {
        const steps = eye.zooms();
        zoomed = (zoomed + 1) % steps.length;
        await eye.zoom(steps[zoomed]).catch(() => undefined);
        at("times").textContent = `${Math.round(steps[zoomed] / steps[0])}×`;
    });
    at("vin").addEventListener("click", () => {
        const wanted = at("vin").getAttribute("aria-pressed") !== "true";
        readVin(wanted);
        say(wanted ? "aim-vin" : "aim");
    });
    at("other").addEventListener("click", () => open(() => eye.next()));

    return {
        attach: () => {
            const button = toggle();
            if (button) button.hidden = Boolean(absent());
            mark();
        },
        resume: () => { if (remembered().on) open(); else if (absent() === "insecure") say("insecure"); },
        pause: () => { if (eye.isOpen()) { eye.rest(); mark(); } },
        isOpen: eye.isOpen,
        readVin,
    };
};
