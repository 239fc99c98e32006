// A scanner that types: fast keys, then Enter, wherever the focus is. Keys are read by where they sit on the keyboard
// (event.code), so that no input method changes them; what they mean is worked out for both layouts in use.
// Slow typing by a person is left alone. The page hears "scanner:text" with one reading per layout.
(() => {
  const LONGEST_GAP_MS = 150; // a busy machine may hold one key of a scan back
  const MEAN_GAP_MS = 60; // a person's keys are further apart than this for more than a few
  const SURE_AFTER = 6; // from this many keys on at that pace it is a scanner
  const SHORTEST = 8;
  const DIGITS_SHIFTED = { us: ")!@#$%^&*(", jp: "\u0000!\"#$%&'()" };
  const MARKS = {
    us: { Minus: "-_", Equal: "=+", Semicolon: ";:", Quote: "'\"", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|" },
    jp: { Minus: "-=", Equal: "^~", Semicolon: ";+", Quote: ":*", BracketLeft: "@`", BracketRight: "[{", Backslash: "]}", IntlRo: "\\_", IntlYen: "\\|" },
  };
  const BOTH = { Comma: ",<", Period: ".>", Slash: "/?", Space: "  " };

  const mark = (event, layout) => {
    const { code, shiftKey } = event;
    if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
    if (/^Digit\d$/.test(code)) return shiftKey ? DIGITS_SHIFTED[layout][code[5]] : code[5];
    if (/^Numpad\d$/.test(code)) return code[6];
    if (code === "NumpadSubtract") return "-";
    const pair = MARKS[layout][code] || BOTH[code];
    return pair ? pair[shiftKey ? 1 : 0] : "";
  };

  let burst = null;

  const begin = (event) => {
    const field = document.activeElement;
    const typed = field && "value" in field && "selectionStart" in field ? field : null;
    burst = { count: 0, us: "", jp: "", began: event.timeStamp, last: event.timeStamp, field: typed, before: typed ? typed.value : "" };
  };

  const hush = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  const isScanner = () => burst.count > SURE_AFTER && (burst.last - burst.began) / (burst.count - 1) <= MEAN_GAP_MS;

  const finish = (event) => {
    const { us, jp, count, field, before } = burst;
    const isSure = isScanner();
    burst = null;
    if (count < SHORTEST || !isSure) return;
    hush(event);
    if (field) field.value = before;
    document.dispatchEvent(new CustomEvent("scanner:text", { detail: { readings: [us, jp] } }));
  };

  window.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.code.startsWith("Shift")) return; // a scanner holds no key down
    const goesOn = burst && event.timeStamp - burst.last <= LONGEST_GAP_MS;
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      if (goesOn) finish(event);
      burst = null;
      return;
    }
    const here = mark(event, "us") || mark(event, "jp");
    if (!here) return;
    if (!goesOn) begin(event);
    burst.count += 1;
    burst.last = event.timeStamp;
    burst.us += mark(event, "us");
    burst.jp += mark(event, "jp");
    if (isScanner()) hush(event);
  }, { capture: true });

  const form = document.getElementById("scan");
  document.addEventListener("scanner:text", (event) => {
    if (!form || form.dataset.sent) return;
    form.dataset.sent = "yes";
    for (const reading of event.detail.readings) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "keys", value: reading });
      form.append(input);
    }
    form.submit();
  });
})();
