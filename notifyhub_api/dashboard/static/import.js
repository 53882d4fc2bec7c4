// The import of clients: a file that is dropped, and how far it is. Without JavaScript the form is sent as it is.
(() => {
  "use strict";

  const firstOf = (files) => {
    const one = new DataTransfer();
    if (files[0]) one.items.add(files[0]);
    return one.files;
  };
  const dropped = (event) => event.target.closest?.("#drop");

  document.addEventListener("dragover", (event) => {
    if (!document.getElementById("import")) return;
    // Beside the place for it a file would be opened instead of the page.
    event.preventDefault();
    document.getElementById("drop").classList.toggle("over", Boolean(dropped(event)));
  });
  document.addEventListener("dragleave", (event) => dropped(event)?.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!document.getElementById("import")) return;
    event.preventDefault();
    document.getElementById("drop").classList.remove("over");
    const file = document.getElementById("file");
    if (dropped(event) && event.dataTransfer.files.length && !file.disabled) {
      file.files = firstOf(event.dataTransfer.files);
      file.focus();
    }
  });

  const say = (form, words, share) => {
    form.querySelector("#progress").hidden = false;
    form.querySelector("[role=status]").textContent = words;
    const bar = form.querySelector("progress");
    bar.hidden = share === undefined;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share ?? 0;
  };
  const busy = (form, is) => {
    for (const field of form.querySelectorAll("input, select, button")) field.disabled = is;
    form.setAttribute("aria-busy", String(is));
  };

  // The answer is a page: the result, or the form with what is wrong. It takes the place of this one.
  const show = (text, file) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const main = page.getElementById("main");
    if (!main) return false;
    document.getElementById("main").replaceWith(main);
    document.title = page.title;
    htmx.process(main);
    main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: main } }));
    const again = document.getElementById("file");
    if (again) again.files = firstOf([file]);
    main.focus();
    return true;
  };

  const send = (form, fields, file) => {
    const words = form.querySelector("[role=status]").dataset;
    const request = new XMLHttpRequest();
    const lost = () => { busy(form, false); say(form, form.dataset.lost); };
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) say(form, words.sending, event.loaded / event.total);
    });
    request.upload.addEventListener("load", () => say(form, words.importing, null));
    request.addEventListener("error", lost);
    request.addEventListener("load", () => { if (!show(request.responseText, file)) lost(); });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.send(fields);
  };

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "import") return;
    event.preventDefault();
    const form = event.target, file = form.querySelector("#file").files[0];
    if (file.size > Number(form.dataset.most)) {
      say(form, form.dataset.tooLarge);
      return;
    }
    const fields = new FormData(form);
    busy(form, true);
    say(form, form.querySelector("[role=status]").dataset.sending, 0);
    send(form, fields, file);
  });
})();
