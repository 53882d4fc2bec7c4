// What every page does with JavaScript; without it, all of them work too.
(() => {
  "use strict";
  const release = document.querySelector('meta[name="notifyhub-release"]').content;
  const banner = document.getElementById("link");
  const language = document.documentElement.lang;
  // Of the browser's languages the first that the page is in: a day is written otherwise in Britain than in America.
  const locale = navigator.languages.find((one) => one.split("-")[0] === language) ?? language;
  document.documentElement.dataset.locale = locale;

  // On a phone the menu is folded; without JavaScript it is open.
  document.getElementById("menu")?.toggleAttribute("open", !matchMedia("(max-width: 760px)").matches);

  // Moments are written in UTC by the server, and here in the time zone of whoever looks.
  const written = new Intl.DateTimeFormat(locale, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const localize = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.getAttribute("datetime"));
      if (!Number.isNaN(at.getTime())) {
        time.title = time.getAttribute("datetime");
        time.textContent = written.format(at);
      }
    }
  };

  // Moments that are typed are in that time zone too.
  for (const field of document.querySelectorAll('input[name="zone"]')) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  // Those that the server has filled in were in UTC.
  for (const field of document.querySelectorAll("input[data-utc]")) {
    const at = new Date(field.value + "Z");
    if (!Number.isNaN(at.getTime())) {
      const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
      field.value = local.slice(0, at.getUTCSeconds() ? 19 : 16);
    }
  }

  const tell = (words, href, action) => {
    banner.replaceChildren(words);
    if (href) {
      const link = Object.assign(document.createElement("a"), { href, textContent: action });
      banner.append(" ", link);
    }
    banner.hidden = false;
  };

  // Whoever has typed something keeps it: only an untouched page is loaded again by itself.
  let touched = false;
  document.addEventListener("input", (event) => { touched ||= Boolean(event.target.closest("form[method=post]")); });
  const outdated = () => {
    banner.dataset.kept = "yes";
    if (touched) tell(banner.dataset.release, location.href, banner.dataset.reload);
    else location.reload();
  };

  const signedOut = () => {
    banner.dataset.kept = "yes";
    tell(banner.dataset.ended, "/signin?to=" + encodeURIComponent(location.pathname + location.search), banner.dataset.signin);
  };

  // The service tells when something has changed. Only pages that are looked at listen: a browser opens six connections to
  // one server, and those of hidden tabs would leave none for the others.
  const RETRY_MS = 3000;
  let source = null, lostFor = 0, again = 0;
  const listen = () => {
    source = new EventSource(document.body.dataset.live);
    source.onopen = () => {
      clearTimeout(lostFor);
      if (!banner.dataset.kept) banner.hidden = true;
    };
    source.onerror = () => {
      clearTimeout(lostFor);
      lostFor = setTimeout(() => tell(banner.dataset.lost), 1500);
      // After an answer that is none, the browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, RETRY_MS);
    };
    source.addEventListener("changed", () => htmx.trigger(document.body, "changed"));
    source.addEventListener("release", ({ data }) => { if (data !== release) outdated(); });
    source.addEventListener("ended", () => { silence(); signedOut(); });
  };
  const silence = () => {
    clearTimeout(lostFor);
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const watch = () => {
    if (document.hidden) silence();
    else if (!source) listen();
  };
  if (document.body.dataset.live) {
    document.addEventListener("visibilitychange", watch);
    watch();
  }

  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) signedOut(); });
  // A form that is wrong is answered with 422 and the page that says why.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  // The box in a table's head checks all boxes of the table; the words beside say how many are checked.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.selecting");
    if (!form) return;
    const boxes = [...form.querySelectorAll('input[name="id"]')];
    if (event.target.matches("[data-all]")) for (const box of boxes) box.checked = event.target.checked;
    const count = boxes.filter((box) => box.checked).length;
    const said = form.querySelector("[data-count]");
    if (said) said.textContent = count ? said.dataset.count.replace("{}", count) : "";
  });

  // A list that is whole on its page is sorted by its columns: by moments and numbers themselves, not by their letters.
  const sorted = (root) => {
    for (const table of root.querySelectorAll("table.sortable")) {
      for (const head of table.querySelectorAll("th.number")) head.dataset.sortMethod = "number";
      for (const cell of table.querySelectorAll("td.number")) cell.dataset.sort = cell.textContent.replace(/\D/g, "");
      for (const time of table.querySelectorAll("td time")) time.closest("td").dataset.sort = time.getAttribute("datetime");
      if (table.sorter) table.sorter.refresh();
      else table.sorter = new Tablesort(table);
    }
  };

  // What somebody has unfolded or sorted stays so when its page is renewed.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node, change) =>
    !((name === "open" && node.tagName === "DETAILS") || (change === "remove" && node.tagName === "TH"));

  // A list whose rows are being selected stays as it is, so that nothing moves under the pointer; not even for an answer
  // that was on its way when the first box was checked.
  for (const moment of ["htmx:beforeRequest", "htmx:beforeSwap"]) {
    document.addEventListener(moment, (event) => {
      if (event.detail.elt.querySelector("form.selecting input:checked")) event.preventDefault();
    });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });

  const shown = (root) => {
    localize(root);
    sorted(root);
  };
  document.addEventListener("htmx:load", (event) => shown(event.detail.elt.parentElement ?? document));
  document.addEventListener("htmx:afterSettle", (event) => shown(event.detail.elt));
  shown(document);
})();
