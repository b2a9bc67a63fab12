/* What an officer may do with a decision that was made without the server; as in checkpoint/offline/rule.py.
   Nothing here is ever plain green: the barrier stays down until somebody who stands there lifts it. */

export const LIFT_BY_TAP = "LIFT_BY_TAP";
export const READ_VIN = "READ_VIN";
export const STAY = "STAY";

/* age_s: seconds since the list was made, null when nobody can say. compared: facts that match, without the one that
   found the vehicle. officer_read_vin: the officer read the VIN on the car himself, and it was compared. */
export function rule({
    decision, stage, is_listed, is_attended, age_s, fresh_s, officer_s, compared, officer_read_vin,
}) {
    if (stage === "EXIT" || !is_attended || !is_listed) return STAY;
    if (typeof age_s !== "number" || !(age_s >= 0 && age_s <= officer_s)) return STAY;
    if (decision.reason === "NOTHING_TO_COMPARE") return READ_VIN;
    if (decision.verdict !== "ADMIT" || decision.advice.includes("HOLD")) return STAY;
    if (officer_read_vin && compared.includes("VIN")) return LIFT_BY_TAP;
    return age_s <= fresh_s && compared.length ? LIFT_BY_TAP : READ_VIN;
}

/* What the answer says: the ladder's own refusal, or ADMIT if the officer may lift, or why a machine cannot say. */
export function said(decision, what, { age_s, fresh_s }) {
    if (decision.verdict !== "ADMIT") return [decision.verdict, decision.reason];
    if (what === LIFT_BY_TAP) return ["ADMIT", "OK"];
    if (what === READ_VIN && age_s <= fresh_s) return ["MANUAL", "NOTHING_TO_COMPARE"];
    return ["MANUAL", "STALE_MANIFEST"];
}
