// A language or display button takes what is typed on this page along, so that nothing is lost by switching.
(() => {
  const form = document.getElementById("switch");
  const answer = document.getElementById("answer") || document.getElementById("typed");
  if (form && answer) {
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of new FormData(answer)) {
        if (name !== "csrf_token") event.formData.append(name, value);
      }
    });
  }
  // A page out of the back-forward cache may belong to somebody who has left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
