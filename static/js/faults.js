// A new try begins without the faults of the last one: only the result is replaced, not the form.
(() => {
  "use strict";
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.target.closest?.("#config");
    if (!form || event.target !== form) return;
    for (const fault of form.querySelectorAll(".field-fault, :scope > .notice-act")) fault.remove();
    for (const field of form.querySelectorAll(".is-invalid")) {
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-invalid");
    }
  });
})();
