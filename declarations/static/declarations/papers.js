/* Files may be dropped on their field, and what was chosen is named. The page works without this file. */
"use strict";

(() => {
    for (const input of document.querySelectorAll("input[type=file][data-drop]")) {
        const place = document.createElement("div");
        const list = document.createElement("p");
        place.className = "drop";
        list.className = "drop-list";
        list.setAttribute("role", "status");
        input.replaceWith(place);
        place.append(input, list);

        const hint = matchMedia("(pointer: fine)").matches ? (input.dataset.empty ?? "") : "";
        const tell = () => {
            const names = [...input.files].map((file) => file.name);
            list.textContent = names.length ? `${input.dataset.chosen ?? ""}${names.join(", ")}` : hint;
        };
        tell();
        input.addEventListener("change", tell);
        for (const kind of ["dragenter", "dragover"]) {
            place.addEventListener(kind, (event) => {
                event.preventDefault();
                place.classList.add("drop--over");
            });
        }
        for (const kind of ["dragleave", "drop"]) {
            place.addEventListener(kind, () => place.classList.remove("drop--over"));
        }
        place.addEventListener("drop", (event) => {
            event.preventDefault();
            if (!event.dataTransfer.files.length) return;
            input.files = event.dataTransfer.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
        });
    }
})();
