/* What the page says, read aloud by the telephone's own voice; no button where it has none for this language. */
"use strict";

(() => {
    if (!("speechSynthesis" in window)) return;
    const language = document.documentElement.lang.toLowerCase();
    /* A voice reads Cyrillic; written in the Arabic script the same sentence would be spelt or skipped. */
    if (language === "kk-arab") return;
    const spoken = language.split("-")[0];
    const voice = () => speechSynthesis.getVoices().find((each) => each.lang.toLowerCase().split(/[-_]/)[0] === spoken);
    const offer = () => document.body.classList.toggle("can-speak", Boolean(voice()));
    offer();
    speechSynthesis.addEventListener("voiceschanged", offer);
    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-aloud]");
        if (!button) return;
        const parts = button.closest("section").querySelectorAll(button.dataset.aloud);
        const said = new SpeechSynthesisUtterance([...parts].map((each) => each.textContent.trim()).join(". "));
        said.voice = voice();
        said.lang = said.voice.lang;
        speechSynthesis.cancel();
        speechSynthesis.speak(said);
    });
})();
