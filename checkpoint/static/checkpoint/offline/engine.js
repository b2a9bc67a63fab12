/* The gate without a network: pull the list, answer by it, keep what was done, hand it in.

   configure({ lane, manifest, sync, keys, headers })   addresses and headers, if they are not those of a device's key
   refresh()       → { changed, version }         pull the list or what changed in it
   answerOffline(scan, lane, { vinRead })  → answer in the shape of a scan's answer, and `offline`
   keep(record)    → sequence                     durable when it resolves
   flush()         → { sent, left, conflicts }    any number of times
   state()         → { manifest_version, manifest_at, age_s, queued, refused, dropped }

   No answer given here lifts a barrier, and none is plain green (rule.js). */

import { compared, decide, likenesses } from "./ladder.js";
import { DIFFERENT, SAME, SLIP } from "./likeness.js";
import { looksLikeManualCode, readManualCode } from "./manualcode.js";
import { checkFollows, digestOf, factsOf, isClosed, keysOf, opened } from "./manifest.js";
import { read } from "./pass.js";
import { normalisePlate, normaliseVin } from "./reading.js";
import { LIFT_BY_TAP, READ_VIN, STAY, rule, said } from "./rule.js";
import * as store from "./store.js";

export { LIFT_BY_TAP, READ_VIN, STAY };
export const MOST_AT_ONCE = 100;
const PATIENCE_MS = 15000;
const CLOCK_SLACK_MS = 60000;
const MANUAL_TRIES = 10;
const MANUAL_WINDOW_MS = 10 * 60 * 1000;

const at = {
    lane: "", manifest: "/api/v1/manifest", sync: "/api/v1/passages/sync", keys: "/api/v1/pass-keys", headers: {},
};

export function configure(changes) {
    Object.assign(at, changes);
}

/* --- the list ------------------------------------------------------------------------------------------------- */

/* When this page took the list by a clock that nobody can set; lost with the page. */
let steady = null;
const wrongManualCodes = [];

/* How old the list is, null if the device's clock was set back and nobody can say. */
async function ageOf(head) {
    const now = Date.now();
    const latest = (await store.getMeta("clock")) ?? 0;
    if (now > latest) await store.setMeta("clock", now);
    const passed = now - head.asked_at;
    const same = steady?.version === head.version && steady.issued_at === head.issued_at;
    const passedSteadily = same ? performance.now() - steady.asked_at : null;
    if (passedSteadily === null && (passed < 0 || now < latest - CLOCK_SLACK_MS)) return null;
    return head.age_when_asked + Math.max(passed, passedSteadily ?? 0, 0);
}

/* The list, unless it is too old to be kept. */
async function held() {
    const head = await store.getMeta("head");
    if (!head) return { head: null, age: null };
    const age = await ageOf(head);
    if (age === null || age <= head.ages.forget_s * 1000) return { head, age };
    await store.dropManifest("FORGOTTEN");
    return { head: null, age: null };
}

const ask = (address, options = {}) =>
    fetch(address, {
        cache: "no-store",
        credentials: "same-origin",
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...options,
        headers: { Accept: "application/json", ...at.headers, ...options.headers },
    });

/* A device that was revoked, or an officer who signed out, keeps no list. */
async function isTurnedAway(response) {
    if (![401, 403, 404].includes(response.status) && response.type !== "opaqueredirect") return false;
    await store.dropManifest("REVOKED");
    return true;
}

export const refresh = () => alone("silkgate-refresh", () => refreshFrom(null));

async function refreshFrom(sinceWanted) {
    const { head } = await held();
    const since = sinceWanted ?? head?.version ?? 0;
    const asked = { wall: Date.now(), steady: performance.now() };
    const join = at.manifest.includes("?") ? "&" : "?";
    const response = await ask(`${at.manifest}${join}since=${since}`);
    if (await isTurnedAway(response)) return { changed: true, version: null, dropped: "REVOKED" };
    if (!response.ok) throw new Error(`manifest: ${response.status}`);
    const payload = await trusted(await response.json(), head);
    let isWhole;
    try {
        isWhole = checkFollows(payload, head);
    } catch (refused) {
        if (refused.code === "MANIFEST_GAP" && since !== 0) return refreshFrom(0);
        throw refused;
    }
    const { rows, gone, texts, served_at, ...said } = payload;
    const kept = {
        ...said,
        texts: texts ?? head.texts,
        asked_at: asked.wall,
        age_when_asked: Math.max(0, served_at - payload.issued_at),
    };
    try {
        await store.keepManifest(kept, { isWhole, rows, gone });
    } catch (fault) {
        if (!isWhole && since !== 0) return refreshFrom(0);
        throw fault;
    }
    await store.setMeta("dropped", null);
    steady = { version: kept.version, issued_at: kept.issued_at, asked_at: asked.steady };
    return { changed: rows.length + gone.length > 0, version: kept.version };
}

/* Signed by a key that is known here already; the first one, and one made since, come from the server's own set. */
async function trusted(message, head) {
    if (head) {
        try {
            return await opened(message, keysOf(head.keys));
        } catch (refused) {
            if (refused.code !== "MANIFEST_KEY") throw refused;
        }
    }
    const response = await ask(at.keys);
    if (!response.ok) throw new Error(`keys: ${response.status}`);
    return opened(message, keysOf((await response.json()).keys));
}

/* --- one answer ----------------------------------------------------------------------------------------------- */

export async function answerOffline(scan, lane, { vinRead = null } = {}) {
    const { head, age } = await held();
    const code = typeof lane === "string" ? lane : lane?.code ?? at.lane;
    const here = head?.lanes[code] ?? null;
    const isAttended = typeof lane === "object" && lane !== null ? lane.attended === true : head?.device.attended === true;
    if (!here) return blank(scan, lane, code, head, age);
    const now = head.issued_at + (age ?? 0);
    const seen = await readings(scan, head, vinRead);
    const shown = await readCode(scan.code, head);
    const found = await find(shown, seen, head);
    const facts = {
        now,
        stage: here.stage,
        port_stages: head.stages,
        must_see: here.must_see,
        entry_advises: head.entry_advises,
        port_is_closed: isClosed(head, now),
        tail_is_enough: head.tail_is_enough ?? true,
        plate_threshold: head.plate_threshold,
        code: shown.read,
        ...seen,
        ...(await judged(found, shown, { now, head })),
        ...(await inClear(scan, found, shown, { head, vinRead })),
    };
    const decision = decide(facts);
    const own = compared(facts);
    const age_s = age === null ? null : age / 1000;
    const what = rule({
        decision,
        stage: here.stage,
        is_listed: found !== null,
        is_attended: isAttended,
        age_s,
        ...head.ages,
        compared: own,
        officer_read_vin: Boolean(vinRead),
    });
    const [verdict, reason] = said(decision, what, { age_s, ...head.ages });
    return answerOf(scan, { head, here, code, verdict, reason, decision, what, age_s, now, facts, found, shown });
}

async function readings(scan, head, vinRead) {
    const plate = normalisePlate(scan.plate?.text);
    const vin = normaliseVin(vinRead || scan.vin);
    return {
        vin_seen: vin && (await digestOf(head.salt, "vin", vin)),
        vin_confidence: vinRead ? null : scan.vin_confidence ?? null,
        plate_seen: plate && (await digestOf(head.salt, "plate", plate)),
        plate_confidence: scan.plate?.confidence ?? null,
        /* No list knows cards: a card that was read is sent in, and compared there. */
    };
}

/* Digests are the same or they are not: slips, and the last six, show only beside a VIN in clear, which the pass holds.
   Weights are not compared: no list knows masses. */
async function inClear(scan, found, shown, { head, vinRead }) {
    const vin = shown.pass?.vin;
    if (!found || !vin || (await digestOf(head.salt, "vin", vin)) !== found.row.vin) return {};
    return {
        vin_declared: vin,
        vin_seen: normaliseVin(vinRead || scan.vin),
        vin_tail_seen: vinRead ? null : normaliseVin(scan.vin_tail),
    };
}

async function readCode(text, head) {
    if (text === null || text === undefined) return { read: "NONE" };
    if (looksLikeManualCode(text)) {
        const id = readManualCode(text);
        if (id === null) return { read: "NONE", isManual: true };
        const since = Date.now() - MANUAL_WINDOW_MS;
        if (wrongManualCodes.filter((moment) => moment > since).length >= MANUAL_TRIES) return { read: "LIMITED" };
        return { read: "PASS", id, isManual: true };
    }
    try {
        const pass = await read(text, keysOf(head.keys));
        return { read: "PASS", id: pass.pass_id, pass };
    } catch (refused) {
        if (!refused.code) throw refused;
        return { read: refused.code };
    }
}

/* The one vehicle that code or plate name. */
async function find(shown, seen, head) {
    if (shown.read === "PASS") {
        const row = (await store.rowOf(await digestOf(head.salt, "pass", shown.id))) ?? null;
        if (!row && shown.isManual) wrongManualCodes.push(Date.now());
        return row && { row, found_by: null };
    }
    if (shown.read !== "NONE" || !seen.plate_seen) return null;
    const rows = (await store.rowsOfPlate(seen.plate_seen)).filter((row) => row.live && !row.old && !row.elsewhere);
    return rows.length === 1 ? { row: rows[0], found_by: "PLATE" } : null;
}

async function judged(found, shown, { now, head }) {
    if (found) {
        const lifted = await store.liftedOf(found.row.vin);
        return { found_by: found.found_by, ...factsOf(found.row, { now, head, lifted }) };
    }
    if (shown.pass && shown.pass.port !== head.port) {
        return { vehicle_status: "DECLARED", pass_status: "ISSUED", at_own_port: false };
    }
    /* A pass that is not on the list may be newer than the list: that is no fault of whoever shows it. */
    return { timed_out: shown.read === "PASS" };
}

function answerOf(scan, { head, here, code, verdict, reason, decision, what, age_s, now, facts, found, shown }) {
    const advice = verdict === "ADMIT" ? decision.advice : [];
    const told = Object.entries(likenesses(facts)).filter(([, likeness]) => [SAME, SLIP, DIFFERENT].includes(likeness));
    const vin = shown.pass?.vin;
    return {
        passage_id: null,
        scan_id: scan.scan_id,
        verdict,
        reason,
        advice,
        provisional: what !== STAY,
        barrier: "STAY",
        port: head.port,
        stage: here.stage,
        lane: code,
        decided_at: new Date(now).toISOString(),
        ...textsOf(head, reason),
        vehicle: vin ? { vin, make: "", model: "", colour: "", plate: null, status: facts.vehicle_status ?? "" } : null,
        declaration: null,
        offline: {
            rule: what,
            manifest_version: head.version,
            manifest_age_s: age_s === null ? null : Math.round(age_s),
            compared: told.map(([fact, likeness]) => ({ fact, same: likeness === SAME })),
            entry: found?.row.vin ?? null,
            at: now,
        },
    };
}

function textsOf(head, reason) {
    const texts = head?.texts?.[reason];
    const language = (document.documentElement.lang || "en").slice(0, 2);
    return { officer_text: texts?.officer[language] ?? texts?.officer.en ?? "", driver_text: texts?.driver ?? {} };
}

/* Without a list nothing can be said but that somebody has to look. */
function blank(scan, lane, code, head, age) {
    const here = { stage: lane?.stage ?? null };
    const known = { head: head ?? { port: lane?.port ?? null, version: null }, here, code };
    const decision = { verdict: "MANUAL", reason: "TIMED_OUT", advice: [] };
    const facts = { vehicle_status: null };
    const times = { age_s: age === null ? null : age / 1000, now: Date.now() };
    return answerOf(scan, { ...known, ...decision, decision, what: STAY, ...times, facts, found: null, shown: {} });
}

/* --- the queue ------------------------------------------------------------------------------------------------ */

/* record: { scan, answer, lifted, lifted_at, vin_read, officer }. On the disk when this resolves. */
export function keep(record) {
    const { answer, lifted } = record;
    const entry = lifted ? answer?.offline?.entry : null;
    return store.enqueue(record, entry && { vin: entry, stage: answer.stage, at: answer.offline.at });
}

export const flush = () => alone("silkgate-flush", flushAll);

async function flushAll() {
    const total = { sent: 0, left: 0, conflicts: 0 };
    for (;;) {
        const { records, left } = await store.queued(MOST_AT_ONCE);
        total.left = left;
        if (!records.length) return total;
        let answer;
        try {
            const body = JSON.stringify({ sent_at: new Date().toISOString(), passages: records.map(asSent) });
            const headers = { "Content-Type": "application/json" };
            const response = await ask(at.sync, { method: "POST", body, headers });
            if ((await isTurnedAway(response)) || !response.ok) return { ...total, failed: response.status };
            answer = await response.json();
        } catch {
            return { ...total, failed: "NETWORK" };
        }
        if (!answer.results?.length) return { ...total, failed: "EMPTY" };
        await store.settle(answer.results, answer.at);
        total.sent += answer.results.filter(({ status }) => !["REFUSED", "LATER"].includes(status)).length;
        total.conflicts += answer.results.filter(({ conflict }) => conflict).length;
        if (answer.results.some(({ status }) => status === "LATER")) {
            return { ...total, left: (await store.queued(0)).left, failed: "LATER" };
        }
    }
}

const asSent = ({ scan, answer, lifted, lifted_at, vin_read, officer, sequence }) => ({
    scan,
    answer: {
        verdict: answer?.verdict ?? null,
        reason: answer?.reason ?? null,
        rule: answer?.offline?.rule ?? null,
        manifest_age_s: answer?.offline?.manifest_age_s ?? null,
    },
    lifted: Boolean(lifted),
    lifted_at: lifted_at ?? null,
    vin_read: vin_read ?? null,
    officer: officer ?? null,
    sequence,
    manifest_version: answer?.offline?.manifest_version ?? null,
});

/* One page or worker of this browser at a time. */
function alone(name, work) {
    return navigator.locks ? navigator.locks.request(name, work) : work();
}

export async function state() {
    const { head, age } = await held();
    const { left, refused } = await store.queued(0);
    return {
        manifest_version: head?.version ?? null,
        manifest_at: head ? new Date(head.issued_at).toISOString() : null,
        age_s: head && age !== null ? Math.round(age / 1000) : null,
        fresh_s: head?.ages.fresh_s ?? null,
        officer_s: head?.ages.officer_s ?? null,
        queued: left,
        refused,
        dropped: head ? null : (await store.getMeta("dropped")) ?? null,
    };
}

/* A list that is too old goes by itself, whether or not anybody scans. */
setInterval(() => held().catch(() => {}), 60000);
