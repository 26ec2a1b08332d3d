// While a form is being answered: a line says so, and its button is not pressed twice.
(() => {
  "use strict";
  const show = (form, busy) => {
    document.getElementById(form.dataset.busy).hidden = !busy;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = busy;
  };

  document.addEventListener("submit", (event) => {
    if (event.target.dataset.busy) show(event.target, true);
  });
  // The browser went back to the page as it was left.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy]")) show(form, false);
  });
})();
