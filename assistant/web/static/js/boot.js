// Runs before the first paint, so that a chosen colour scheme does not flash.
(() => {
  try {
    const chosen = localStorage.getItem("earmark.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be blocked; the system's scheme is right then.
  }
})();
