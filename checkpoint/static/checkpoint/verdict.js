/* The answer at the gate for ear and hand, and how it goes away.
   A verdict is any element with data-verdict that is in the page at load or comes in by htmx.
   It closes by its link, by Escape, by the first key of the next scan, or by itself after data-stay milliseconds.
   Afterwards the document hears "verdict:closed" and the input with data-scan-field has the focus. */
"use strict";

(() => {
    /* [from Hz, to Hz, start s, length s, loudness, wave] */
    const SOUNDS = {
        admit: [[660, 1100, 0, 0.28, 0.5, "sine"]],
        stop: [[170, 170, 0, 0.35, 0.7, "square"], [150, 150, 0.45, 0.45, 0.7, "square"]],
        officer: [[520, 520, 0, 0.14, 0.5, "triangle"], [520, 520, 0.24, 0.14, 0.5, "triangle"], [520, 520, 0.48, 0.14, 0.5, "triangle"]],
        used: [[760, 420, 0, 0.26, 0.5, "triangle"], [760, 420, 0.36, 0.26, 0.5, "triangle"]],
        provisional: [[440, 440, 0, 0.5, 0.22, "sine"]],
    };
    const BUZZES = { admit: [90], stop: [700], officer: [150, 100, 150, 100, 150], used: [260, 120, 260], provisional: [120, 80, 40] };

    let audio = null;
    let timer = 0;

    /* Browsers stay silent until somebody touches the page; the first key or tap of a shift is enough. */
    const wake = () => {
        if (!window.AudioContext) return;
        audio ??= new AudioContext();
        if (audio.state === "suspended") audio.resume();
    };
    document.addEventListener("pointerdown", wake, { capture: true });
    document.addEventListener("keydown", wake, { capture: true });

    const play = (name) => {
        if (!audio) return;
        for (const [from, to, start, length, loudness, wave] of SOUNDS[name] ?? SOUNDS.officer) {
            const begin = audio.currentTime + start;
            const tone = audio.createOscillator();
            const gain = audio.createGain();
            tone.type = wave;
            tone.frequency.setValueAtTime(from, begin);
            tone.frequency.linearRampToValueAtTime(to, begin + length);
            gain.gain.setValueAtTime(0, begin);
            gain.gain.linearRampToValueAtTime(loudness, begin + 0.015);
            gain.gain.setValueAtTime(loudness, begin + length - 0.04);
            gain.gain.linearRampToValueAtTime(0, begin + length);
            tone.connect(gain).connect(audio.destination);
            tone.start(begin);
            tone.stop(begin + length);
        }
    };

    const shown = () => document.querySelector("[data-verdict]");

    const close = () => {
        clearTimeout(timer);
        const verdict = shown();
        if (!verdict) return;
        verdict.remove();
        document.querySelector("[data-scan-field]")?.focus();
        document.dispatchEvent(new CustomEvent("verdict:closed"));
    };

    const present = (verdict) => {
        if (verdict.dataset.presented) return;
        verdict.dataset.presented = "yes";
        clearTimeout(timer);
        play(verdict.dataset.verdict);
        if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZES[verdict.dataset.verdict] ?? BUZZES.officer);
        verdict.querySelector("[data-verdict-close]")?.focus({ preventScroll: true });
        if (verdict.dataset.stay) timer = setTimeout(close, Number(verdict.dataset.stay));
        verdict.addEventListener("pointerdown", () => clearTimeout(timer)); /* a finger on it keeps it */
    };

    document.addEventListener("click", (event) => {
        if (!event.target.closest?.("[data-verdict-close]") || !document.querySelector("[data-scan-field]")) return;
        event.preventDefault();
        close();
    });

    /* A hardware scanner is a keyboard: its first character belongs into the field, not to the old answer. */
    document.addEventListener("keydown", (event) => {
        if (!shown() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("[data-verdict] input")) return;
        if (event.key === "Escape" || (event.key.length === 1 && event.key !== " ")) close();
    });

    document.addEventListener("htmx:load", () => {
        const verdict = shown();
        if (verdict) present(verdict);
    });
    document.addEventListener("DOMContentLoaded", () => {
        const verdict = shown();
        if (verdict) present(verdict);
    });
})();
