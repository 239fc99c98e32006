/* Shows the digits keyed so far in the groups they are printed in, and how many are still to come. */
(() => {
  const entry = document.getElementById("entry");
  const count = document.getElementById("count");
  const groups = document.querySelector(".groups");
  if (!entry || !count) return;

  function show() {
    const digits = entry.value.normalize("NFKC").replace(/[^0-9]/g, "");
    const left = Number(count.dataset.length) - digits.length;
    count.textContent = left > 0 ? count.dataset.words.replace("{left}", left) : "";
    groups.textContent = digits.replace(/(.{4})(?=.)/g, "$1 ");
  }

  entry.addEventListener("input", show);
  document.querySelector("[data-keypad]")?.addEventListener("click", () => setTimeout(show));
  entry.focus();
  show();
})();
