// Copies what stands in an element when its button is pressed. Without it, the text is there to be selected.
(() => {
  "use strict";

  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent));
  }
})();
