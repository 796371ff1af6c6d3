// A button that copies what stands beside it. Without this file a click selects all of it.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const place of document.querySelectorAll("[data-copies]")) {
    const said = place.querySelector("[role=status]");
    place.hidden = false;
    place.querySelector("button").addEventListener("click", async () => {
      const source = document.getElementById(place.dataset.copies);
      try {
        await navigator.clipboard.writeText(source.textContent);
        said.textContent = place.dataset.said;
      } catch {
        getSelection().selectAllChildren(source); // not allowed: selected, to be copied by hand
      }
    });
  }
})();
