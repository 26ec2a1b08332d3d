// The port that goes with the chosen encryption, shown in the empty port field.
(() => {
  "use strict";
  const PORTS = { ssl: "993", starttls: "143", none: "143" };

  document.addEventListener("change", (event) => {
    if (event.target.id !== "imap_encryption") return;
    const port = document.getElementById("imap_port");
    port.placeholder = PORTS[event.target.value] ?? port.dataset.inherited;
  });
})();
