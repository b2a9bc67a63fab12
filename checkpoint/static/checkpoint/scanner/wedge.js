/* A hardware scanner is a keyboard that types faster than any hand and ends with Enter. What it types is a code, whatever
   has the focus; and nothing of it is ever a command: no key of a burst reaches a button, and the browser's own key
   combinations are off on this page, because scanners type control characters as Ctrl with a letter. A hand still copies,
   pastes, undoes and zooms. Some combinations no page can take from a browser (Ctrl W, T, N): as an app on the home
   screen there is no tab to close, and a scanner can be told not to send control characters. */

const GAP_MS = 60; /* hands need more between two keys, scanners less */
const HICCUP_MS = 300; /* a burst that has begun may stumble: radio, or a slow machine */
const SURE = 8; /* keys after which it is one */
const FEWEST = 4; /* keys before an Enter that make a burst */
const BY_HAND = new Set(["a", "c", "v", "x", "z", "y", "+", "-", "=", "0"]);

/* take(text, input, whole): a burst was read; input: the field it was typed into, or null; whole: all that stood there.
   typed(characters): by hand, outside of all fields. */
export const listen = ({ take, typed }) => {
    let text = "";
    let last = -Infinity;
    let field = null;
    let before = "";
    let held = "";
    let timer = 0;

    const fieldNow = () => {
        const now = document.activeElement;
        return now?.matches?.("input:not([type=hidden], [type=checkbox], [type=radio], [type=submit])") ? now : null;
    };
    const stop = (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    const begin = () => {
        text = "";
        field = fieldNow();
        before = field?.value ?? "";
        held = "";
    };

    /* Keys that were held back and did not become a burst were a hand's. */
    const release = () => {
        clearTimeout(timer);
        const keys = held;
        held = "";
        if (keys === " " && document.activeElement?.matches("button, summary, a, [role=button]")) document.activeElement.click();
        else if (keys.trim()) typed(keys);
    };

    const finish = () => {
        clearTimeout(timer);
        const [found, where, whole] = [text, field, field?.value ?? ""];
        if (where) where.value = before;
        text = held = "";
        last = -Infinity;
        take(found, where, whole);
    };

    const patience = () => (text.length < SURE ? GAP_MS : HICCUP_MS);
    const isCommand = (event) => event.ctrlKey || event.metaKey || (event.altKey && !event.getModifierState("AltGraph"));

    window.addEventListener("keydown", (event) => {
        if (event.isComposing || event.repeat) return;
        const gap = event.timeStamp - last;
        const inBurst = gap <= patience();
        if (["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"].includes(event.key)) return;
        last = event.timeStamp;
        if (isCommand(event)) {
            if (!inBurst) begin();
            if (!inBurst && BY_HAND.has(event.key.toLowerCase())) return;
            stop(event);
            if (/^[a-z[\]\\^_]$/i.test(event.key)) text += String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
            return;
        }
        if (/^F\d+$/.test(event.key)) {
            stop(event);
            return;
        }
        if (event.key === "Enter") {
            if (inBurst && text.length >= FEWEST) {
                stop(event);
                finish();
            } else if (inBurst && !fieldNow()) {
                stop(event); /* too quick for a hand: it presses no button */
                text = held = "";
                clearTimeout(timer);
            }
            return;
        }
        if (event.key.length !== 1) {
            if (!inBurst) begin();
            else stop(event); /* Tab, Escape and arrows of a scanner lead nowhere */
            if (inBurst && event.key === "Tab") text += "\t";
            return;
        }
        if (!inBurst) {
            release();
            begin();
        }
        text += event.key;
        if (field && fieldNow() === field && !held) return; /* it flows into the field, as from a hand */
        event.preventDefault();
        held += event.key;
        clearTimeout(timer);
        timer = setTimeout(release, patience());
    }, { capture: true });

    window.addEventListener("keyup", (event) => {
        if (event.key === " " && !fieldNow()) event.preventDefault();
    }, { capture: true });
};
