// The inbox with a keyboard, and in a wide window without loading the page anew. Every action
// works without this file.
(() => {
  "use strict";
  const all = () => [...document.querySelectorAll(".mail-open")];
  const boxes = () => [...document.querySelectorAll("#mails-form [name=id]")];
  const here = () => document.activeElement?.closest?.(".mail")?.querySelector(".mail-open")
    ?? document.querySelector(".mail-open[aria-current]");

  const step = (by) => {
    const lines = all();
    const now = lines.indexOf(here());
    const next = lines[now < 0 ? 0 : Math.min(Math.max(now + by, 0), lines.length - 1)];
    next?.focus();
  };

  // What a key does brings the page anew; then the line that stands in the same place has the
  // focus, so that one goes on with the next.
  const PLACE = "line of the inbox";
  let place;
  const notePlace = (line) => { place = all().indexOf(line.querySelector(".mail-open")); };
  // By its selector, because what is called "id" in the form hides its own.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#mails-form") && place !== undefined) sessionStorage.setItem(PLACE, place);
  });
  const backToPlace = () => {
    const before = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    const lines = all();
    if (before !== null) lines[Math.min(before, lines.length - 1)]?.focus();
  };

  // A key presses a button that stands on the page: that of the message, or of the list with the
  // line that has the focus selected.
  const press = (key) => {
    const line = document.activeElement?.closest?.(".mail");
    const letter = document.querySelector(`.letter-acts [data-key="${key}"]`);
    if (!line && letter) return letter.click();
    if (line) notePlace(line);
    if (line && !boxes().some((box) => box.checked)) line.querySelector("[name=id]").checked = true;
    if (boxes().some((box) => box.checked)) {
      document.querySelector(`.mail-acts [data-key="${key}"]`)?.click();
    }
  };

  // The list has a button for both, and the line says which of them is meant.
  const flag = () => {
    const line = document.activeElement?.closest?.(".mail");
    press(line?.querySelector(".mail-flag") ? "S" : "s");
  };

  // Where to is asked beside the button; the line that has the focus goes, unless others are selected.
  const move = () => {
    const line = document.activeElement?.closest?.(".mail");
    const choice = (!line && document.querySelector(".letter-acts .mail-more")) || document.querySelector(".mail-acts .mail-more:has(select)");
    if (!choice) return;
    if (line && !boxes().some((box) => box.checked)) line.querySelector("[name=id]").checked = true;
    if (line) notePlace(line);
    choice.open = true;
    choice.querySelector("select").focus();
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => document.activeElement?.closest?.(".mail")?.querySelector("[name=id]")?.click(),
    u: () => press("u"),
    e: () => press("e"),
    "#": () => press("#"),
    "!": () => press("!"),
    s: flag,
    v: move,
    m: move,
    "/": () => document.querySelector("#mail-search")?.focus(),
    "?": () => document.querySelector("#keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog[open]");
    const act = keys[event.key];
    if (typing || !act) return;
    event.preventDefault();
    act();
  });

  // While somebody selects or types, the list stays as it is.
  const busy = () => boxes().some((box) => box.checked) || document.activeElement?.matches?.("#mail-list input[type=search], #mail-list input[type=text]");
  document.addEventListener("htmx:before:request", (event) => {
    if (event.target.id === "mail-list" && busy()) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.id !== "pick-all") return;
    for (const box of boxes()) box.checked = event.target.checked;
  });

  // Where both are beside each other, the list stays as it is, and the message clicked last is shown.
  const wide = matchMedia("(min-width: 1200px)");
  const mark = (line) => {
    for (const other of all()) {
      const chosen = other === line;
      other.closest(".mail").classList.toggle("mail-here", chosen);
      chosen ? other.setAttribute("aria-current", "true") : other.removeAttribute("aria-current");
    }
  };
  // Nothing when it cannot be had this way: then the browser goes there, and says why itself.
  const loaded = async (address, signal) => {
    try {
      const answer = await fetch(address, { signal });
      if (answer.ok && !answer.redirected) return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (fault) {
      console.info(`${address} is opened as a page: ${fault.message}`);
    }
  };
  let loading;
  document.addEventListener("click", async (event) => {
    const line = event.target.closest?.(".mail-open");
    if (!line || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    loading?.abort();
    const { signal } = (loading = new AbortController());
    const page = await loaded(line.href, signal);
    if (signal.aborted) return;
    const fresh = page?.querySelector("#reading");
    if (!fresh) return location.assign(line.href);
    document.querySelector("#reading").replaceWith(fresh);
    history.pushState({}, "", line.href);
    document.title = page.title;
    mark(line);
    if (!fresh.querySelector('[data-key="u"][value="read"]')) line.closest(".mail").classList.remove("mail-unread");
    fresh.scrollTop = 0;
  });
  const wake = () => {
    const every = document.querySelector(".mail-every");
    if (every) every.hidden = false;
    const open = document.querySelector("#letter")?.dataset.id;
    const line = open && document.querySelector(`#mail-${open} .mail-open`);
    if (line) mark(line);
  };
  addEventListener("popstate", () => location.reload());
  document.addEventListener("DOMContentLoaded", () => {
    wake();
    backToPlace();
  });
  document.addEventListener("htmx:after:settle", wake);
})();
