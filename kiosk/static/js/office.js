// Copies one value at a time from the worksheet, says that it did, and wipes the clipboard when the page is left.
(() => {
  const said = document.getElementById("said");
  if (!said) return;
  let last = null;
  const say = (text, button) => {
    said.textContent = text;
    for (const each of document.querySelectorAll(".copied")) each.classList.remove("copied");
    if (button) button.classList.add("copied");
  };
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        last = button.dataset.copy;
        say(`${button.getAttribute("aria-label")}: ${said.dataset.copied}`, button);
      } catch {
        say(said.dataset.failed, null);
      }
    });
  }
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", () => { if (last !== null) navigator.clipboard.writeText("").catch(() => {}); });
  }
})();
