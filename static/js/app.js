/* Niceties only: every page is complete and every action works without this file. */
(() => {
  "use strict";

  // A button that needs a script is hidden until there is one.
  const wake = (root) => {
    for (const button of root.querySelectorAll("[data-reveal][hidden], [data-copy][hidden]")) {
      button.hidden = false;
    }
  };

  const reveal = (button) => {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? "Show" : "Hide";
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Copied";
    } catch {
      // Without https there is no clipboard: the text is selected, Ctrl+C does the rest.
      source.focus();
      source.select?.();
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = before; }, 2500);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal], [data-copy]");
    if (button?.dataset.reveal) reveal(button);
    if (button?.dataset.copy) copy(button);
  });
  document.addEventListener("DOMContentLoaded", () => wake(document));
  document.addEventListener("htmx:after:settle", () => wake(document));
})();
