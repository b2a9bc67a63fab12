/* Answers that were made without the server, shown in the shapes of those that were. Nothing here is plain green. */

import { answerAgain, keep } from "./asking.js";

/* Which of the five; whatever is not known asks for an officer. The same rule as result_of in templatetags/verdicts.py. */
export const resultOf = ({ verdict, reason, provisional, offline }) => {
    if (provisional && ["LIFT_BY_TAP", "READ_VIN"].includes(offline?.rule)) return "provisional";
    if (verdict === "ALARM") return reason === "ALREADY_ADMITTED" ? "used" : "stop";
    return "officer";
};

const fill = (shown, name, text) => {
    const slot = shown.querySelector(`[data-slot="${name}"]`);
    slot.textContent = text;
    slot.closest("[data-if]").hidden = !text;
};

/* The verdict as an element, ready to be put into the page; done() when the officer has lifted. */
export const drawn = (root, { scan, answer }, { show, done, wantVin }) => {
    const name = resultOf(answer);
    const shown = root.querySelector(`template[data-offline="${name}"]`).content.cloneNode(true).firstElementChild;
    const { offline = {}, vehicle, driver_text: driver = {} } = answer;
    const age = offline.manifest_age_s;
    shown.querySelector("[data-slot=time]").textContent = new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
    fill(shown, "sentence", answer.officer_text ?? "");
    fill(shown, "age", typeof age === "number" ? String(Math.round(age / 60)) : "");
    fill(shown, "vin", vehicle?.vin ?? "");
    fill(shown, "driver", Object.values(driver).join("\n"));
    const lift = shown.querySelector("[data-lift]");
    const ask = shown.querySelector("[data-vin-form]");
    if (!lift) return shown;
    lift.hidden = offline.rule !== "LIFT_BY_TAP";
    ask.hidden = offline.rule !== "READ_VIN";
    lift.addEventListener("click", async () => {
        lift.disabled = true;
        await keep({ scan, answer, lifted: true, lifted_at: new Date().toISOString(), vin_read: scan.vin_read ?? null });
        done();
    });
    ask.addEventListener("submit", async (event) => {
        event.preventDefault();
        const vin = ask.elements.vin_read.value.trim();
        if (!vin) return;
        const again = await answerAgain(scan, vin);
        const told = { scan: { ...scan, vin_read: vin }, answer: again };
        await keep({ scan, answer: again, vin_read: vin });
        show(told);
    });
    if (!ask.hidden) wantVin(ask.elements.vin_read);
    return shown;
};
