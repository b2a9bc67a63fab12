/* How a reading stands to what is declared, as in checkpoint/likeness.py: the same, a slip of the reader, or another
   thing. A slip proves nothing: it neither opens nor alarms. */

export const SAME = "SAME";
export const SLIP = "SLIP";
export const DIFFERENT = "DIFFERENT";
export const NOT_DECLARED = "NOT_DECLARED";
export const DOUBTFUL = "DOUBTFUL";
export const UNCLEAR = [SLIP, DOUBTFUL];

export const TAIL = 6;
const LOOK_ALIKES = ["0ODQ", "1IL", "2Z", "5S", "8B", "6G", "7T", "UV"];
const UNREAD = "?*#□\uFFFD";
const WORST_FIRST = [DIFFERENT, DOUBTFUL, SLIP, NOT_DECLARED, SAME];

/* Two texts, normalised: SAME, SLIP or DIFFERENT. */
export function compare(one, other) {
    if (one === other) return SAME;
    const [these, those] = [[...one], [...other]];
    if (these.length === those.length) {
        const apart = these.flatMap((character, at) => (character === those[at] ? [] : [[character, those[at]]]));
        return apart.length === 1 && isTakenFor(...apart[0]) ? SLIP : DIFFERENT;
    }
    const [longer, shorter] = these.length > those.length ? [these, those] : [those, these];
    const isCutOff = [longer.slice(1), longer.slice(0, -1)].some((cut) => cut.join("") === shorter.join(""));
    return shorter.length && isCutOff ? SLIP : DIFFERENT;
}

function isTakenFor(one, other) {
    if (UNREAD.includes(one) || UNREAD.includes(other)) return true;
    return LOOK_ALIKES.some((alike) => alike.includes(one) && alike.includes(other));
}

/* Whether a machine was less sure than the port wants; null: a person read it. */
export const isDoubtful = (confidence, least) => confidence !== null && !(confidence >= least);

/* A plate or a VIN beside the declared one; null: it was not read. */
export function judge(seen, declared, doubtful = false) {
    if (!seen) return null;
    if (doubtful) return DOUBTFUL;
    return declared ? compare(seen, declared) : NOT_DECLARED;
}

/* The last six of a VIN beside the declared VIN; fewer or more than six were not read as such. */
export const judgeTail = (seen, vin, doubtful = false) =>
    judge(seen, vin && [...vin].slice(-TAIL).join(""), doubtful || [...(seen ?? "")].length !== TAIL);

/* Digests of two cards: a chip has no slips. */
export function judgeCard(seen, declared) {
    if (!seen) return null;
    if (!declared) return NOT_DECLARED;
    return seen === declared ? SAME : DIFFERENT;
}

/* A weight beside the declared masses, kg; tolerance per cent, null: this port does not compare weights. */
export function judgeWeight(seen, masses, tolerance) {
    if (seen === null || tolerance === null) return null;
    if (!masses.length) return NOT_DECLARED;
    const isWithin = Math.min(...masses) * (100 - tolerance) <= seen * 100 && seen * 100 <= Math.max(...masses) * (100 + tolerance);
    return isWithin ? SAME : DIFFERENT;
}

/* Of several readings of one fact the one that says most against it; null when there is none. */
export const worst = (...likenesses) => WORST_FIRST.find((each) => likenesses.includes(each)) ?? null;
