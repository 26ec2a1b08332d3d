// While a form is being answered: a line says so, and its buttons are not pressed twice. The line
// is named by the form, or by the one button that takes long.
(() => {
  "use strict";
  const show = (form, line, busy) => {
    document.getElementById(line).hidden = !busy;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = busy;
  };

  document.addEventListener("submit", (event) => {
    const line = event.submitter?.dataset.busy ?? event.target.dataset.busy;
    if (line) show(event.target, line, true);
  });
  // The browser went back to the page as it was left.
  addEventListener("pageshow", () => {
    for (const one of document.querySelectorAll("[data-busy]")) show(one.form ?? one, one.dataset.busy, false);
  });
})();
