// The board works without this file. With it: the panel is exchanged in place, the chosen
// statement is told to assistive technology, and the arrow keys walk the document.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("a.row")];

  function choose(row) {
    for (const other of rows()) {
      if (other === row) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
  }

  function byAddress() {
    const id = new URLSearchParams(location.search).get("statement");
    return rows().find((row) => row.dataset.statement === id);
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    choose(byAddress() ?? event.detail.requestConfig?.elt);
    const panel = document.getElementById("_evidence");
    const box = panel.getBoundingClientRect();
    panel.scrollTop = 0;
    if (box.top > innerHeight || box.bottom < 0) {
      panel.scrollIntoView({ block: "start" });
      panel.querySelector("h2")?.focus({ preventScroll: true });
    }
  });
  document.addEventListener("htmx:historyRestore", () => choose(byAddress()));

  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = rows().indexOf(document.activeElement);
    if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = rows()[at + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
})();
