// The call slip on paper, by the browser's own printing; a kiosk browser prints without asking.
document.getElementById("print")?.addEventListener("click", () => window.print());
