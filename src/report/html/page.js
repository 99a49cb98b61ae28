// Takes the rows of the page and the fragment of its address, shows the rows that the fragment asks for, and keeps it true.
//
// The fragment is the whole state: #q=bob&verdict=incorrect&open=3+5&message=0%2F14%2F0. So the links of the page are its filters, and a view can
// be handed on. Invariant: the script shows, hides, opens and focuses what is there already; it reads nothing but the page, and makes no markup of
// what it reads.
"use strict";
(() => {
  const rows = [...document.querySelectorAll("details.redirect")];
  const form = document.getElementById("filters");
  if (!form) return; // A report without redirects has nothing to search.

  // Reading 5,000 rows takes a moment, and only a search needs it.
  const texts = new Map();
  const textOf = (row) => {
    const parts = () => [...row.querySelectorAll("summary, .detail > :not(.calls)")].map((part) => part.textContent);
    if (!texts.has(row)) texts.set(row, parts().join("\n").toLowerCase());
    return texts.get(row);
  };

  // What the form asks: words or "several words" that a row must all hold, and a value for each kind that is chosen.
  const asked = () => {
    const { q, ...chosen } = Object.fromEntries(new FormData(form));
    const words = (q.toLowerCase().match(/"[^"]+"|\S+/g) ?? []).map((word) => word.replace(/^"(.+)"$/, "$1"));
    return { words, chosen: Object.entries(chosen).filter(([, value]) => value) };
  };

  const has = (row, kind, value) => (kind === "rule" ? row.dataset.rule.split(" ").includes(value) : row.dataset[kind] === value);

  const show = () => {
    const { words, chosen } = asked();
    let shown = 0;
    for (const row of rows) {
      const fits = chosen.every(([kind, value]) => has(row, kind, value)) && words.every((word) => textOf(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    // With what was asked, for paper has no form.
    const told = [...words.map((word) => `"${word}"`), ...chosen.map((choice) => choice.join(" "))].map((filter) => `, ${filter}`);
    document.getElementById("count").textContent = `${shown} of ${rows.length} shown${told.join("")}`;
  };

  // Where a script runs, the inside of a noscript is one text to the browser: thousands of pictures and messages cost little until one is wanted.
  // What is read here is markup of this file, as it would be read without the script; the policy of the page holds for it too.
  const itself = { createHTML: (text) => text };
  const trusted = globalThis.trustedTypes?.createPolicy("page", itself) ?? itself;
  const unpacked = (noscript) => [...new DOMParser().parseFromString(trusted.createHTML(noscript.textContent), "text/html").body.children];

  // Draws the picture of a row; its arrows can be reached by keys.
  const draw = (row) => {
    const packed = row.querySelector(".calls > noscript");
    if (!packed) return;
    packed.replaceWith(...unpacked(packed));
    for (const arrow of row.querySelectorAll(".calls [data-message]")) {
      arrow.setAttribute("tabindex", "0");
      arrow.setAttribute("role", "button");
    }
  };
  const sight = new IntersectionObserver((changes) => {
    for (const { isIntersecting, target } of changes) if (isIntersecting) draw(target.closest("details.redirect"));
  });

  // Whether the picture of a row, drawn or not, has a message.
  const shows = (row, place) => {
    if (!/^\d+\/\d+\/\d+$/.test(place)) return false;
    const packed = row.querySelector(".calls > noscript");
    return packed ? packed.textContent.includes(`data-message="${place}"`) : row.querySelector(`.calls [data-message="${place}"]`) !== null;
  };

  // A message of a picture, by where it stands: capture, frame, index. Its text, from the end of the page, is shown beside the picture, with the
  // findings that it bears. One is told at a time.
  const unfold = (row, place) => {
    document.querySelector(".told")?.remove();
    for (const arrow of document.querySelectorAll(".chosen")) arrow.classList.remove("chosen");
    const message = document.getElementById(`m${place}`);
    if (!row || !message) return;
    const [told] = unpacked(message);
    told.classList.add("told");
    told.dataset.place = place;
    for (const finding of row.querySelectorAll(`.finding[data-message="${place}"]`)) {
      const short = finding.cloneNode(false);
      short.append(...[...finding.children].slice(0, 3).map((part) => part.cloneNode(true)));
      told.querySelector("pre").before(short);
    }
    draw(row);
    const picture = row.querySelector(".calls");
    picture.append(told);
    picture.querySelector(`[data-message="${place}"]`)?.classList.add("chosen");
    told.scrollIntoView({ block: "nearest" });
  };

  const isState = () => location.hash.includes("=");

  // From the fragment to the page.
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const field of form.elements) if (field.name && field.type !== "button") field.value = state.get(field.name) ?? "";
    show();
    const open = new Set((state.get("open") ?? "").split(/[ ,]/));
    for (const row of rows) row.open = !row.hidden && (open.has("all") || open.has(row.id.slice(1)));
    const place = state.get("message") ?? "";
    unfold(rows.find((row) => row.open && shows(row, place)), place);
  };

  // From the page to the fragment; a moment later, for browsers count such changes, and "open all" makes thousands at once.
  let pending;
  const write = () => {
    clearTimeout(pending);
    pending = setTimeout(() => {
      const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      const shown = rows.filter((row) => !row.hidden);
      const open = shown.filter((row) => row.open).map((row) => row.id.slice(1));
      if (open.length) state.set("open", open.length > 1 && open.length === shown.length ? "all" : open.join(" "));
      const told = document.querySelector(".told");
      if (told) state.set("message", told.dataset.place);
      if (`${state}` || isState()) history.replaceState(null, "", `#${state}`);
    }, 100);
  };

  const head = (row) => row.querySelector("summary");

  // To what the fragment names: the open row, the rows of a view, or the part of the page with that id.
  const go = () => {
    if (isState()) {
      read();
      const open = rows.find((row) => row.open);
      if (open) head(open).focus();
      else document.getElementById("redirects").scrollIntoView();
    } else {
      const name = location.hash.slice(1);
      const row = rows.find((row) => row.id === name || shows(row, name.slice(1)));
      if (!row) return;
      [row.hidden, row.open] = [false, true];
      head(row).focus();
      if (row.id !== name) unfold(row, name.slice(1));
    }
  };

  const changed = () => {
    show();
    write();
  };

  const move = (step) => {
    const shown = rows.filter((row) => !row.hidden);
    const at = shown.indexOf(document.activeElement.closest("details.redirect"));
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), shown.length - 1);
    if (shown[next]) head(shown[next]).focus();
  };

  // First the message that is told, then the row.
  const close = () => {
    const row = document.activeElement.closest("details.redirect");
    if (!row) return;
    const told = row.querySelector(".told");
    if (told) {
      unfold();
    } else {
      row.open = false;
      head(row).focus();
    }
    write();
  };

  // From one message of a picture to the next.
  const step = (arrow, by) => {
    const arrows = [...arrow.closest(".calls").querySelectorAll("[data-message]")];
    arrows[arrows.indexOf(arrow) + by]?.focus();
  };

  const keys = { j: () => move(1), k: () => move(-1), "/": () => form.elements.q.focus(), Escape: close };

  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (at.matches("input, select")) {
      if (event.key === "Escape") at.blur();
      return;
    }
    const arrow = at.closest(".calls [data-message]");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    let act = keys[event.key];
    if (by && arrow) act = () => step(arrow, by);
    else if (by && at.matches("details.redirect > summary")) act = () => move(by);
    else if (arrow && (event.key === "Enter" || event.key === " ")) act = () => arrow.dispatchEvent(new Event("click", { bubbles: true }));
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("details.redirect");
    const arrow = event.target.closest(".calls [data-message]");
    const link = event.target.closest('.detail a[href^="#m"]');
    if (!row || !(arrow || link)) return;
    event.preventDefault();
    unfold(row, arrow ? arrow.dataset.message : link.hash.slice(2));
    write();
  });

  const toggled = (event) => {
    const picture = event.target.matches("details.redirect[open]") && event.target.querySelector(".calls");
    if (picture) sight.observe(picture);
    write();
  };

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  form.elements.all.addEventListener("click", () => {
    for (const row of rows) row.open = !row.hidden;
  });
  document.addEventListener("toggle", toggled, true);
  addEventListener("hashchange", go);
  addEventListener("beforeprint", () => rows.filter((row) => row.open).forEach(draw));

  const packed = document.getElementById("messages");
  if (packed) packed.hidden = true; // They are shown beside the pictures.
  for (const hidden of document.querySelectorAll("#redirects > [hidden]")) hidden.hidden = false;
  show();
  if (location.hash) go();
})();
