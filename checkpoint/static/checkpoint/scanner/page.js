/* Scanning without leaving the page. Without this file the form is sent as it is and the answer is a page.

   A scan is asked until it is answered: its id is made before the first try and kept for the next ones. Scans that come
   while one is under way wait for their turn, so that answers come in the order of the cars. A code is only ever put into
   a field, sent, and shown: no address in it is opened. */

import { ask, newId, part, prepare } from "./asking.js";
import { count, hold, release } from "./held.js";
import { lens } from "./lens.js";
import { drawn } from "./results.js";
import { install } from "./shell.js";
import { listen } from "./wedge.js";

const AGAIN_MS = 3_000; /* the same code, seen again sooner, is the same scan */
const PASS_SHAPE = /^VP1:/i;
const MANUAL_SHAPE = /^\s*(?:[0-9A-Za-z][\s-]*){12}$/;
const VIN_SHAPE = /^\s*I?([A-HJ-NPR-Z0-9]{17})\s*$/i;

const root = document.getElementById("scanner");
const place = root.querySelector("[data-scan-form]");
const answer = document.getElementById("answer");
const sentences = root.querySelector("[data-sentences]").content;
const mustSee = root.dataset.mustSee.split(" ").filter(Boolean);

const form = () => place.querySelector("form[data-scan]");
const texts = () => [...(form()?.querySelectorAll("input:not([type=hidden])") ?? [])];
const isClosed = () => !form();
const sentence = (name) => sentences.querySelector(`[data-say="${name}"]`).textContent.trim();

let waiting = 0; /* asked and not answered */
let queue = Promise.resolve();
let exact = ""; /* the code as it was read: a field would drop its line breaks */

const said = root.querySelector("[data-lens-said]");
const say = (name, more = "") => { said.textContent = name ? `${sentence(name)} ${more}`.trim() : ""; };

/* The old answer goes; the new one is shown, sounds, and leaves by itself (verdict.js). */
const show = (html, since) => {
    answer.innerHTML = html;
    document.dispatchEvent(new CustomEvent("htmx:load"));
    if (since) performance.measure("scan:answered", { start: since });
};

/* What the device answers by itself; it stays until the officer has lifted, or goes on to the next scan. */
const showOffline = (told, since) => {
    const element = drawn(root, told, { show: (again) => showOffline(again), done: gone, wantVin });
    answer.replaceChildren(element);
    document.dispatchEvent(new CustomEvent("htmx:load"));
    if (since) performance.measure("scan:answered", { start: since });
};

/* A VIN that is read while an answer asks for one belongs there. */
let vinField = null;
const wantVin = (input) => {
    vinField = input;
    eye.readVin(true);
};

/* Nothing counts as answered: what was sent stands in the fields again, under the same id. */
const keep = (data) => {
    if (isClosed() || texts().some((input) => input.value)) return;
    for (const input of [...texts(), form().elements.scan_id]) input.value = data.get(input.name) ?? "";
};

const close = (html) => {
    place.innerHTML = html;
    answer.replaceChildren();
    const line = place.querySelector("[data-closed-kept]");
    if (line && count()) line.textContent = `${sentence("kept")} ${count()}`;
    place.querySelector("[data-takes-focus]")?.focus();
    eye.pause();
};

const put = async (action, data, since) => {
    const slow = setTimeout(() => document.body.classList.add("is-working"), 300);
    const reply = await ask(action, data);
    clearTimeout(slow);
    document.body.classList.remove("is-working");
    if (reply.kind === "answer") {
        show(reply.html, since);
    } else if (reply.kind === "offline") {
        showOffline(reply, since);
    } else if (reply.kind === "form") {
        place.innerHTML = reply.html;
        eye.attach();
        place.querySelector("[data-takes-focus]")?.focus();
    } else if (reply.kind === "closed") {
        hold(data);
        close(reply.html);
    } else if (reply.kind === "out") {
        hold(data);
        location.reload();
    } else {
        keep(data);
        show(reply.html || document.getElementById("no-answer").innerHTML, since);
    }
};

const enqueue = (action, data, since) => {
    waiting += 1;
    queue = queue.then(() => put(action, data, since)).finally(() => { waiting -= 1; });
};

const send = (since = performance.now()) => {
    const sent = form();
    const data = new FormData(sent);
    if (exact && sent.elements.code.value === exact.replace(/[\r\n]/g, "")) data.set("code", exact);
    exact = "";
    if (texts().some((input) => input.value.trim())) {
        sent.elements.scan_id.value = newId();
        for (const input of texts()) input.value = "";
        if (!eye.isOpen()) texts()[0].focus();
    }
    say("");
    wake();
    enqueue(sent.action, data, since);
};

place.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-scan]")) return;
    event.preventDefault();
    send();
});

/* What was read, by whatever: a VIN goes to its field, everything else is the code. */
const hasFact = () => mustSee.length === 0 || ["plate", "vin", "driver_card"].some((name) => form().elements[name].value.trim());

const gone = () => document.querySelector("[data-verdict-close]")?.click();

const read = ({ kind, text }, since) => {
    if (isClosed()) return;
    if (kind === "vin" && vinField?.isConnected) {
        vinField.value = text;
        vinField.form.requestSubmit();
        return;
    }
    gone();
    const { code, vin } = form().elements;
    if (kind === "vin") {
        vin.value = text;
        vin.closest("details")?.setAttribute("open", "");
        say("vin-read", text);
        eye.readVin(false);
        if (code.value.trim()) send(since);
        return;
    }
    exact = text;
    code.value = text;
    if (hasFact()) {
        send(since);
        return;
    }
    vin.closest("details")?.setAttribute("open", "");
    say("now-vin");
    navigator.vibrate?.(40);
    eye.readVin(true);
    if (!eye.isOpen()) vin.focus();
};

/* The camera sees the same code many times: as long as it stays in sight, and for a moment after, it is one scan. */
const sight = { text: "", at: -Infinity };
const saw = (found, at) => {
    const again = found.text === sight.text && at - sight.at < AGAIN_MS;
    Object.assign(sight, { text: found.text, at });
    if (again) return;
    performance.measure("scan:decoded", { start: at });
    read(found, at);
};
const eye = lens({ root, saw, say });

listen({
    take: (burst, input, whole) => {
        if (isClosed()) return;
        const text = input?.name === "code" && !PASS_SHAPE.test(burst) ? whole : burst; /* its first keys may have come slowly */
        const isPass = PASS_SHAPE.test(text) || MANUAL_SHAPE.test(text);
        const vin = VIN_SHAPE.exec(text);
        if (!isPass && input?.name === "driver_card") { /* a reader of cards is a keyboard as well */
            input.value = text;
            if (form().elements.code.value.trim()) send();
        } else {
            read(!isPass && vin ? { kind: "vin", text: vin[1].toUpperCase() } : { kind: "code", text }, performance.now());
        }
    },
    typed: (keys) => {
        const code = form()?.elements.code;
        if (!code) return;
        code.focus();
        code.value += keys;
    },
});

/* After a pause without a scan the server may have locked the page; it is asked, so that the screen shows it. */
let pause = 0;
const wake = () => {
    clearTimeout(pause);
    pause = setTimeout(async () => {
        const html = await part();
        if (html.includes("data-scan-closed")) close(html);
        else wake();
    }, (Number(root.dataset.lockAfter) + 2) * 1000);
};

/* Nothing in hand: no scan under way, no answer in sight, nothing typed. */
const isIdle = () => waiting === 0 && !document.querySelector("[data-verdict]") && texts().every((input) => !input.value) && count() === 0;

const net = root.querySelector("[data-net]");
const told = ({ manifest_version: version, age_s: age, queued }, isReached) => {
    const parts = isReached ? [] : [sentence("offline"), version === null ? sentence("no-list") : `${sentence("minutes")} ${Math.round((age ?? 0) / 60)}`];
    if (queued) parts.push(`${sentence("queued")} ${queued}`);
    net.textContent = parts.join(" ");
    net.hidden = !parts.length;
};
const { lane, port, stage, officer, engine, list, sync } = root.dataset;

if (isClosed()) {
    close(place.innerHTML);
} else {
    wake();
    eye.attach();
    eye.resume();
    const { action, elements } = form();
    for (const data of release(elements.csrfmiddlewaretoken.value)) enqueue(action, data, performance.now());
}
prepare({
    address: engine,
    here: { code: lane, port, stage, officer, attended: true },
    list,
    sync,
    token: root.querySelector("[name=csrfmiddlewaretoken]").value,
    told,
    mayFlush: () => !document.querySelector("[data-lift]"),
});
install({ script: root.dataset.shell, scope: root.dataset.scope, isIdle });
