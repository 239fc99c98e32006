// The digit keypad types into the field that had the focus last; a full field hands on to the next one.
(() => {
  const pad = document.querySelector("[data-keypad]");
  const form = pad && pad.closest("form");
  if (!form) return;
  const fields = [...form.querySelectorAll("input:not([type=hidden]):not([type=radio])")];
  let field = fields[0];

  // A month that begins with 2 to 9 is whole after one digit: the next one keyed is the day's.
  const isWhole = (input) => input.name === "month" && /^[2-9]$/.test(input.value);
  const isFull = (input) => (input.maxLength > 0 && input.value.length >= input.maxLength) || isWhole(input);

  const focus = (input) => {
    field = input;
    input.focus({ preventScroll: true });
    for (const each of fields) each.classList.toggle("active", each === input);
  };

  const type = (digit) => {
    if (isFull(field) && field.selectionStart === field.selectionEnd) return;
    field.setRangeText(digit, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const removeOne = () => {
    if (!field.value && fields.indexOf(field) > 0) focus(fields[fields.indexOf(field) - 1]);
    const end = field.selectionEnd;
    const start = field.selectionStart === end ? Math.max(end - 1, 0) : field.selectionStart;
    field.setRangeText("", start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const clear = () => {
    for (const each of fields) each.value = "";
    focus(fields[0]);
  };

  pad.addEventListener("pointerdown", (event) => event.preventDefault());
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (key === "delete") removeOne();
    else if (key === "clear") clear();
    else type(key);
  });

  const yearDigits = () => {
    const era = form.querySelector("[name=era]:checked") || form.querySelector("input[type=hidden][name=era]");
    return era && era.value !== "western" ? 2 : 4;
  };

  for (const input of fields) {
    input.addEventListener("focus", () => focus(input));
    input.addEventListener("input", () => {
      const next = fields[fields.indexOf(input) + 1];
      if (next && isFull(input)) focus(next);
    });
  }
  // By arrows one walks over the eras: the focus stays with them. A touch or Space has chosen, and leads to the year.
  let isByArrow = false;
  form.addEventListener("keydown", (event) => { isByArrow = event.key.startsWith("Arrow"); });
  form.addEventListener("pointerdown", () => { isByArrow = false; });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "era") return;
    const year = form.querySelector("[name=year]");
    year.maxLength = yearDigits();
    year.value = "";
    if (!isByArrow) focus(year);
  });
  const year = form.querySelector("[name=year]");
  if (year) year.maxLength = yearDigits();
  focus(fields.find((each) => !each.value) || fields[0]);
})();
