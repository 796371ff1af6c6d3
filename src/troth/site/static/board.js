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

  // The box moves before what is in it changes, so that the change is what is announced.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.requestConfig.elt;
    if (!event.detail.shouldSwap || !row.matches("a.row")) return;
    choose(row);
    const top = row.getBoundingClientRect().top;
    row.after(document.getElementById("_box"));
    scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
  });
  document.addEventListener("htmx:afterSwap", () => {
    const panel = document.getElementById("_evidence");
    panel.scrollTop = 0;
    const title = panel.querySelector("h2")?.getBoundingClientRect();
    if (title && title.bottom > innerHeight) {
      document.querySelector("a.row[aria-current]")?.scrollIntoView({ block: "start" });
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
