/* The gate's ladder, rung for rung as in checkpoint/decision.py; one table of cases proves that both say the same.
   Facts carry the names they have there; sets are arrays, moments are milliseconds, what is unknown is null or absent. */

import { DIFFERENT, DOUBTFUL, SAME, UNCLEAR, isDoubtful, judge, judgeCard, judgeTail, judgeWeight, worst } from "./likeness.js";

export const ORDER = ["ENTRY", "RELEASE", "EXIT"];
const CLOSED = ["EXITED", "HANDED_OVER", "RETURNED", "WITHDRAWN"];
const SECOND_SCAN_MS = 30 * 60 * 1000;
const MANUAL = [
    "COMING_BACK", "LOW_CONFIDENCE", "WEIGHT_DIFFERS", "DRIVER_UNKNOWN", "CODE_UNREADABLE", "NOTHING_TO_COMPARE",
    "DEVICE_FAULT", "TIMED_OUT", "STALE_MANIFEST",
];
const ADVICE_AT_ENTRY = [
    "SUPERSEDED", "EXPIRED", "DECLARATION_NOT_RELEASED", "HOLD", "DOCUMENTS_DUE", "PAPER_EXPIRED", "INSPECTION_FAILED",
    "INSPECTION_DUE",
];
const AT_WORK = ["UNDER_CONTROL", "DOCUMENTS_REQUIRED"];
const MISMATCHES = ["VIN_MISMATCH", "PLATE_MISMATCH", "DRIVER_MISMATCH"];
const REFERRING = {
    ENTRY: [],
    RELEASE: [...MISMATCHES, "HOLD", "DOCUMENTS_DUE", "INSPECTION_FAILED", "INSPECTION_DUE"],
    EXIT: MISMATCHES,
};
const DONE = {
    ENTRY: [...CLOSED, "PRESENTED", "REFERRED", "RELEASED"],
    RELEASE: [...CLOSED, "RELEASED"],
    EXIT: CLOSED,
};
const NOT_YET = { ENTRY: [], RELEASE: [], EXIT: ["DECLARED", "PRESENTED", "REFERRED"] };
const ANY_OF_THREE = [["VIN", "PLATE", "CARD"]];
const DEFAULT_MUST_SEE = { ENTRY: [], RELEASE: ANY_OF_THREE, EXIT: ANY_OF_THREE };

const UNLESS_TOLD = {
    must_see: null, entry_advises: true, port_is_closed: false, tail_is_enough: true, weight_tolerance: null,
    found_by: null, vin_seen: null, vin_tail_seen: null, vin_confidence: null, plate_seen: null,
    plate_confidence: null, plate_threshold: 0.8, weight_seen: null, card_seen: null, card_is_known: false,
    device_fault: false, timed_out: false, manifest_is_stale: false, vehicle_status: null, mode: "SELF_DRIVE", at_own_port: false,
    pass_status: null, pass_is_newest: true, valid_from: null, valid_until: null, admitted: [], exited_at: null,
    declaration_status: null, declaration_on_hold: false, holds: [], document_checks: [], overridden: [],
    paper_expired: false, inspection_failed: false, inspection_due: false, vin_declared: null, plate_declared: null,
    card_declared: null, masses_declared: [],
};

export function verdictOf(reason) {
    if (reason === "OK") return "ADMIT";
    return MANUAL.includes(reason) ? "MANUAL" : "ALARM";
}

/* The first cause that is true decides; no cause: ADMIT. */
export function decide(known) {
    const facts = { ...UNLESS_TOLD, ...known };
    const advice = [];
    for (const reason of causes(facts)) {
        if (!isAdvice(reason, facts)) {
            return { verdict: verdictOf(reason), reason, advice: [], moves: movesOfRefusal(reason, facts) };
        }
        advice.push(reason);
    }
    return { verdict: "ADMIT", reason: "OK", advice, moves: movesOfAdmission(facts) };
}

export function isFound(facts) {
    if (facts.vehicle_status === null) return false;
    if (facts.code === "PASS") return facts.found_by === null && facts.pass_status !== null;
    const byPlate = facts.found_by === "PLATE" && likenesses(facts).PLATE !== DOUBTFUL;
    return facts.code === "NONE" && (byPlate || facts.found_by === "CARD");
}

/* Of each fact that was read: how it stands to the declared one. */
export function likenesses(known) {
    const facts = { ...UNLESS_TOLD, ...known };
    const vinIsDoubtful = isDoubtful(facts.vin_confidence, facts.plate_threshold);
    const whole = judge(facts.vin_seen, facts.vin_declared, vinIsDoubtful);
    const tail = judgeTail(facts.vin_tail_seen, facts.vin_declared, vinIsDoubtful);
    const plateIsDoubtful = isDoubtful(facts.plate_confidence, facts.plate_threshold);
    const found = {
        VIN: worst(whole, tail),
        PLATE: judge(facts.plate_seen, facts.plate_declared, plateIsDoubtful),
        CARD: judgeCard(facts.card_seen, facts.card_declared),
    };
    return Object.fromEntries(Object.entries(found).filter(([, likeness]) => likeness !== null));
}

/* The facts seen that are this vehicle's own, the one that found it among them. A slip is none of them. */
const ownOf = (facts) => {
    const found = likenesses(facts);
    return Object.keys(found).filter((fact) => found[fact] === SAME);
};

/* The facts seen that are this vehicle's own, without the one that found it. */
export const compared = (known) => ownOf(known).filter((fact) => fact !== (known.found_by ?? null));

function* causes(facts) {
    const found = isFound(facts);
    if (["NOT_A_PASS", "UNKNOWN_KEY", "BAD_SIGNATURE"].includes(facts.code)) yield facts.code;
    else if (facts.timed_out) yield "TIMED_OUT";
    else if (facts.code === "LIMITED") yield "CODE_UNREADABLE";
    else if (facts.code === "PASS" && !found) yield "UNKNOWN_PASS";
    if (found) {
        yield* againstThePass(facts);
        yield* againstTheStep(facts);
        yield* againstTheTime(facts);
        yield* againstRelease(facts);
        yield* againstTheLikeness(facts);
    }
    yield* doubts(facts, found);
}

function* againstThePass(facts) {
    if (facts.vehicle_status === "WITHDRAWN") yield "WITHDRAWN";
    if (facts.pass_status === "REVOKED") yield "REVOKED";
    if (facts.pass_status === "SUPERSEDED" || !facts.pass_is_newest) yield "SUPERSEDED";
    if (!facts.at_own_port) yield "WRONG_PORT";
}

function* againstTheStep(facts) {
    const { vehicle_status: status, stage, admitted } = facts;
    if (status === "EXITED" && stage !== "EXIT" && !isSecondScan(facts)) yield "COMING_BACK";
    if (admitted.includes(stage) || facts.pass_status === "CONSUMED" || DONE[stage].includes(status)) {
        yield "ALREADY_ADMITTED";
    }
    const before = facts.port_stages.filter((earlier) => ORDER.indexOf(earlier) < ORDER.indexOf(stage));
    const isMissing = before.some((earlier) => !admitted.includes(earlier));
    if (isMissing || NOT_YET[stage].includes(status) || (status === "DECLARED" && before.length)) yield "WRONG_STAGE";
    if (status === "DETAINED") yield "DETAINED";
}

function isSecondScan(facts) {
    if (facts.port_stages.includes("EXIT") || facts.exited_at === null) return false;
    return facts.now - facts.exited_at < SECOND_SCAN_MS;
}

function* againstTheTime(facts) {
    if (facts.valid_from !== null && facts.now < facts.valid_from) yield "NOT_YET_VALID";
    const isOver = facts.valid_until !== null && facts.now >= facts.valid_until;
    if (isOver && facts.vehicle_status === "DECLARED") yield "EXPIRED";
    if (facts.port_is_closed) yield "PORT_CLOSED";
}

function* againstRelease(facts) {
    const stands = (controls) => controls.some((key) => !facts.overridden.includes(key));
    if (facts.declaration_status !== "RELEASED" && facts.stage !== "EXIT") yield "DECLARATION_NOT_RELEASED";
    if (facts.declaration_on_hold || stands(facts.holds)) yield "HOLD";
    if (stands(facts.document_checks)) yield "DOCUMENTS_DUE";
    if (facts.paper_expired) yield "PAPER_EXPIRED";
    if (facts.inspection_failed) yield "INSPECTION_FAILED";
    if (facts.inspection_due) yield "INSPECTION_DUE";
}

function* againstTheLikeness(facts) {
    const found = likenesses(facts);
    if (found.VIN === DIFFERENT) yield "VIN_MISMATCH";
    if (found.PLATE === DIFFERENT) yield "PLATE_MISMATCH";
    if (found.CARD === DIFFERENT && facts.card_is_known) yield "DRIVER_MISMATCH";
}

function* doubts(facts, found) {
    if (Object.values(likenesses(facts)).some((likeness) => UNCLEAR.includes(likeness))) yield "LOW_CONFIDENCE";
    if (judgeWeight(facts.weight_seen, facts.masses_declared, facts.weight_tolerance) === DIFFERENT) {
        yield "WEIGHT_DIFFERS";
    }
    if (facts.card_seen && !facts.card_is_known && !ownOf(facts).includes("CARD")) yield "DRIVER_UNKNOWN";
    if (!found) yield "CODE_UNREADABLE";
    else if (isTooLittle(facts)) yield "NOTHING_TO_COMPARE";
    if (facts.device_fault) yield "DEVICE_FAULT";
    if (facts.manifest_is_stale) yield "STALE_MANIFEST";
}

/* A photographed code alone opens no RELEASE and no EXIT gate. */
function isTooLittle(facts) {
    const isBare = !facts.vin_seen && !facts.tail_is_enough;
    const own = compared(facts).filter((fact) => !(isBare && fact === "VIN"));
    const mustSee = facts.must_see ?? DEFAULT_MUST_SEE[facts.stage];
    const codeIsEnough = facts.stage === "ENTRY" && facts.found_by === null;
    return !(own.length || codeIsEnough) || !mustSee.every((group) => group.some((fact) => own.includes(fact)));
}

function isAdvice(reason, facts) {
    if (facts.stage !== "ENTRY" || !facts.entry_advises || !ADVICE_AT_ENTRY.includes(reason)) return false;
    return reason !== "DECLARATION_NOT_RELEASED" || AT_WORK.includes(facts.declaration_status);
}

function movesOfRefusal(reason, facts) {
    if (!REFERRING[facts.stage].includes(reason) || !ownOf(facts).length || facts.vehicle_status === "REFERRED") return [];
    return facts.vehicle_status === "DECLARED" ? ["PRESENTED", "REFERRED"] : ["REFERRED"];
}

function movesOfAdmission(facts) {
    if (facts.stage === "ENTRY") return ["PRESENTED"];
    if (facts.stage === "EXIT") return ["EXITED"];
    const first = facts.vehicle_status === "PRESENTED" ? [] : ["PRESENTED"];
    const goesOn = !facts.port_stages.includes("EXIT") && facts.mode === "SELF_DRIVE";
    return [...first, "RELEASED", ...(goesOn ? ["EXITED"] : [])];
}
