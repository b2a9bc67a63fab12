/* What the device keeps, in IndexedDB: the manifest (head and rows), what was lifted here, and the queue of passages.
   Every write is one transaction that has ended, on the disk, before its promise does. */

const NAME = "silkgate-offline";
const STORES = { meta: undefined, rows: "id", lifted: "key", queue: "scan_id" };

let opened;
const open = () => {
    opened ??= new Promise((resolve, reject) => {
        const asked = indexedDB.open(NAME, 1);
        asked.onupgradeneeded = () => {
            for (const [name, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(name, { keyPath });
            asked.transaction.objectStore("rows").createIndex("plate", "plate");
            asked.transaction.objectStore("queue").createIndex("sequence", "sequence");
        };
        asked.onsuccess = () => {
            asked.result.onversionchange = () => asked.result.close();
            asked.result.onclose = () => (opened = undefined);
            resolve(asked.result);
        };
        asked.onerror = () => reject(asked.error);
    });
    opened.catch(() => (opened = undefined));
    return opened;
};

/* Ask one thing inside `within`. */
export const ask = (request) =>
    new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });

/* Do `work(stores)` in one transaction; it may await nothing but `ask`. Resolves when all of it is on the disk. */
export async function within(names, mode, work) {
    const database = await open();
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const ended = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
    ended.catch(() => {});
    let result;
    try {
        result = await work(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
    } catch (fault) {
        try {
            transaction.abort();
        } catch {
            /* it has ended by itself */
        }
        throw fault;
    }
    await ended;
    return result;
}

export const getMeta = (name) => within(["meta"], "readonly", ({ meta }) => ask(meta.get(name)));
export const setMeta = (name, value) => within(["meta"], "readwrite", ({ meta }) => ask(meta.put(value, name)));

/* The manifest as it will be: all rows anew, or some changed and some gone. What was lifted here and is known there by
   now need not be remembered any longer. */
export function keepManifest(head, { isWhole, rows, gone }) {
    return within(["meta", "rows", "lifted"], "readwrite", async (stores) => {
        if (isWhole) stores.rows.clear();
        for (const row of rows) stores.rows.put(row);
        for (const id of gone) stores.rows.delete(id);
        for (const each of await ask(stores.lifted.getAll())) {
            if (each.sent_at && each.sent_at < head.issued_at) stores.lifted.delete(each.key);
        }
        const total = await ask(stores.rows.count());
        if (total !== head.total) throw new Error("the rows do not add up");
        await ask(stores.meta.put(head, "head"));
    });
}

/* The manifest and all that came with it; passages that wait to be sent stay. */
export function dropManifest(why) {
    return within(["meta", "rows", "lifted"], "readwrite", async (stores) => {
        stores.rows.clear();
        for (const each of await ask(stores.lifted.getAll())) if (each.sent_at) stores.lifted.delete(each.key);
        stores.meta.delete("head");
        await ask(stores.meta.put(why, "dropped"));
    });
}

export const rowOf = (id) => within(["rows"], "readonly", ({ rows }) => ask(rows.get(id)));
export const rowsOfPlate = (plate) => within(["rows"], "readonly", ({ rows }) => ask(rows.index("plate").getAll(plate)));
export const liftedOf = (vin) =>
    within(["lifted"], "readonly", ({ lifted }) => ask(lifted.getAll(IDBKeyRange.bound(`${vin}|`, `${vin}|\uffff`))));

/* Passages are sealed with a key that never leaves this browser: a copy of the database shows nobody's card. */
async function sealingKey() {
    const kept = await getMeta("key");
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return within(["meta"], "readwrite", async ({ meta }) => {
        const meanwhile = await ask(meta.get("key"));
        if (!meanwhile) await ask(meta.put(made, "key"));
        return meanwhile ?? made;
    });
}

const seal = async (value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sealingKey(), plain) };
};

const unseal = async ({ iv, sealed }) => {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await sealingKey(), sealed);
    return JSON.parse(new TextDecoder().decode(plain));
};

/* Put a passage into the queue, numbered in the order of this device; the same scan again keeps its number. */
export async function enqueue(record, lifted) {
    const { scan_id } = record.scan;
    const box = await seal(record);
    return within(["meta", "queue", "lifted"], "readwrite", async (stores) => {
        const known = await ask(stores.queue.get(scan_id));
        const sequence = known?.sequence ?? ((await ask(stores.meta.get("sequence"))) ?? 0) + 1;
        if (!known) stores.meta.put(sequence, "sequence");
        if (lifted) stores.lifted.put({ ...lifted, key: `${lifted.vin}|${lifted.stage}`, scan_id });
        await ask(stores.queue.put({ scan_id, sequence, ...box }));
        return sequence;
    });
}

/* The oldest passages that wait, in their order. */
export async function queued(most) {
    const boxes = await within(["queue"], "readonly", ({ queue }) => ask(queue.index("sequence").getAll()));
    const waiting = boxes.filter((box) => !box.refused);
    const records = waiting.slice(0, most).map(async (box) => ({ ...(await unseal(box)), sequence: box.sequence }));
    return { records: await Promise.all(records), left: waiting.length, refused: boxes.length - waiting.length };
}

/* What the server answered: taken ones leave the queue, refused ones stay and are not sent again. */
export function settle(results, at) {
    return within(["queue", "lifted"], "readwrite", async (stores) => {
        for (const { scan_id, status } of results) {
            if (status === "LATER") continue;
            const box = await ask(stores.queue.get(scan_id));
            if (status === "REFUSED") {
                if (box) stores.queue.put({ ...box, refused: true });
            } else {
                stores.queue.delete(scan_id);
            }
        }
        const taken = new Set(results.filter(({ status }) => !["REFUSED", "LATER"].includes(status)).map(({ scan_id }) => scan_id));
        for (const each of await ask(stores.lifted.getAll())) {
            if (taken.has(each.scan_id)) stores.lifted.put({ ...each, sent_at: at });
        }
    });
}
