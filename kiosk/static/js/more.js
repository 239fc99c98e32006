// Says so while a part of the page lies below the edge of the window; a tap goes on by a little less than what is seen.
(() => {
  const more = document.getElementById("more");
  if (!more) return;
  const footer = document.querySelector(".actions");
  if (footer) footer.insertBefore(more, footer.lastElementChild);

  const scrolls = (each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowY);
  const scrollers = () => [document.scrollingElement, ...[...document.querySelectorAll("main, .lines, .items")].filter(scrolls)];
  const goesOn = (each) => each.scrollHeight - each.clientHeight - each.scrollTop > 8;
  const show = () => {
    const all = scrollers();
    more.hidden = !all.some(goesOn);
    for (const inner of all.slice(1)) if (inner.scrollHeight > inner.clientHeight + 8) inner.tabIndex = 0; // for arrow keys
  };

  more.addEventListener("click", () => {
    const next = scrollers().find(goesOn);
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    next?.scrollBy({ top: next.clientHeight * 0.6, behavior: isCalm ? "auto" : "smooth" });
  });
  document.addEventListener("scroll", show, { capture: true, passive: true });
  const sizes = new ResizeObserver(show);
  for (const each of document.querySelectorAll("body, main, main > section, .lines")) sizes.observe(each);
  window.addEventListener("resize", show);
  show();
})();
