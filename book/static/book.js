// What the book does beyond showing the text, which is all there without this file.
"use strict";

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const article = document.querySelector("article");
const page = new URL(root.dataset.content_root, location).href;
const here = location.href.split(/[?#]/)[0].replace(page, "").replace(/\.html$/, "");

// In a folder, the search can't fetch the pages that it has found, to show a part of them.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What the search shows of a page it has found gives no answer away, and nothing of the teacher's.
if (typeof Search !== "undefined") {
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const found = new DOMParser().parseFromString(html, "text/html");
    all(".no-search, .covered", found).forEach((each) => each.remove());
    return textOf(found.documentElement.outerHTML, anchor);
  };
}

function make(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

// What is kept stays in this browser: under names that begin with "book:".
function kept(name) {
  try { return localStorage.getItem(`book:${name}`); } catch { return null; }
}
function keep(name, text) {
  try { localStorage.setItem(`book:${name}`, text); } catch { /* private mode: until the page is left */ }
}
function forget() {
  for (const name of Object.keys(localStorage)) if (name.startsWith("book:")) localStorage.removeItem(name);
  location.reload();
}

// A button for each command. Prompts are no part of what it copies.
for (const command of all(".terminal .command")) {
  const text = all(".typed", command).map((line) => line.textContent).join("\n");
  const copy = make("button", { className: "copy", type: "button", ariaLabel: `Copy: ${text}` }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  });
  const row = make("div", { className: "command-row" });
  command.replaceWith(row);
  row.append(command, copy);
}

// What is wider than its box can be scrolled with the keyboard.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
all("article pre, .table-wrapper").forEach((box) => widths.observe(box));

// A field for each prediction: what answers it is covered until something was written, or asked for.
all(".covered").forEach((covered, number) => {
  const name = `prediction:${here}:${covered.closest("section").id}:${number}`;
  const field = make("input", { type: "text", required: true, autocomplete: "off" });
  const show = make("button", { className: "press", type: "submit" }, "Show");
  const without = make("button", { className: "press", type: "button" }, "Show without");
  const form = make("form", { className: "predict" }, make("label", {}, "Your prediction: ", field), show, without);
  function uncover(text) {
    covered.classList.remove("closed");
    form.classList.add("answered");
    form.replaceChildren(text ? `You predicted: ${text}` : "You did not predict.");
    form.tabIndex = -1;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(name, field.value.trim());
    uncover(field.value.trim());
    form.focus();
  });
  without.addEventListener("click", () => { keep(name, ""); uncover(""); form.focus(); });
  covered.classList.add("closed");
  covered.before(form);
  if (kept(name) !== null) uncover(kept(name));
});

// The explanation of a term, for a pointer, the keyboard and a finger.
for (const term of all("a.term")) {
  const said = term.nextElementSibling;
  let leaving, byFinger = false;
  said.popover = "auto";
  term.setAttribute("aria-describedby", said.id);
  const open = () => {
    clearTimeout(leaving);
    if (said.matches(":popover-open")) return;
    said.showPopover();
    const at = term.getBoundingClientRect(), size = said.getBoundingClientRect();
    const below = at.bottom + size.height < innerHeight ? at.bottom : at.top - size.height;
    said.style.left = `${scrollX + Math.max(0, Math.min(at.left, root.clientWidth - size.width))}px`;
    said.style.top = `${scrollY + below}px`;
  };
  const leave = () => { leaving = setTimeout(() => said.hidePopover(), 300); };
  for (const node of [term, said]) {
    node.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open());
    node.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
  }
  term.addEventListener("pointerdown", (event) => { byFinger = event.pointerType !== "mouse"; });
  term.addEventListener("click", (event) => { if (byFinger) { event.preventDefault(); open(); } });
  term.addEventListener("focus", () => byFinger || open());
  term.addEventListener("keydown", (event) => event.key === "Escape" && said.hidePopover());
  term.addEventListener("blur", () => byFinger || leave());
}

// A tick for each section of a chapter. The sidebar counts them for each page.
const sections = all("article > section > section");
const ticked = (name) => JSON.parse(kept(`ticks:${name}`) ?? '{"done": []}');
function showTicks() {
  const { done } = ticked(here);
  for (const link of all(".toc-tree a")) link.classList.toggle("ticked", done.includes(link.hash.slice(1)));
  for (const link of all(".sidebar-tree a.internal")) {
    const { done: of, total } = ticked(link.href.split("#")[0].replace(page, "").replace(/\.html$/, ""));
    link.dataset.ticks = of.length ? `${of.length} of ${total} ✓` : "";
  }
}
if (/^\w+\/README$/.test(here)) for (const section of sections) {
  const box = make("input", { type: "checkbox", checked: ticked(here).done.includes(section.id) });
  const print = make("button", { className: "press", type: "button" }, "Print this section");
  const tick = make("div", { className: "tick" }, make("label", {}, box, "I have finished this section"), print);
  section.append(tick);
  box.addEventListener("change", () => {
    const done = ticked(here).done.filter((id) => id !== section.id).concat(box.checked ? section.id : []);
    keep(`ticks:${here}`, JSON.stringify({ done, total: sections.length }));
    showTicks();
  });
  print.addEventListener("click", () => {
    root.classList.add("alone");
    section.classList.add("now");
    window.print();
  });
}
addEventListener("afterprint", () => { if (!root.classList.contains("view-projector")) standAlone(null); });
addEventListener("storage", showTicks);
showTicks();

// The teacher's rows, and one section at a time.
const slides = all("article section");
const count = make("span", { ariaLive: "polite" });
function standAlone(section) {
  root.classList.toggle("alone", Boolean(section));
  slides.forEach((each) => each.classList.toggle("now", each === section));
  if (section) count.textContent = `${slides.indexOf(section) + 1} of ${slides.length}`;
}
function move(by) {
  const next = slides.findIndex((each) => each.matches(".now")) + by;
  const link = document.querySelector(`link[rel=${by > 0 ? "next" : "prev"}]`);
  if (slides[next]) { standAlone(slides[next]); scrollTo(0, 0); }
  else if (link) location = link.href;
}
function see(view, on) {
  root.classList.toggle(`view-${view}`, on);
  keep(`view:${view}`, on ? "on" : "");
  document.querySelector(`[data-view=${view}]`)?.setAttribute("aria-pressed", on);
  if (view === "projector") standAlone(on ? slides.find((each) => `#${each.id}` === location.hash) ?? slides[0] : null);
}
const button = (name, act) => {
  const made = make("button", { className: "press", type: "button" }, name);
  made.addEventListener("click", act);
  return made;
};
article.after(make("div", { className: "slides" }, button("←", () => move(-1)), count, button("→", () => move(1)),
  button("Leave", () => see("projector", false))));
document.querySelector(".views").hidden = false;
for (const view of ["teach", "projector"]) {
  document.querySelector(`[data-view=${view}]`).addEventListener("click", () => see(view, !root.classList.contains(`view-${view}`)));
  see(view, new URLSearchParams(location.search).has(view) || kept(`view:${view}`) === "on");
}
document.querySelector("[data-clear]").addEventListener("click", forget);
addEventListener("keydown", (event) => {
  if (!root.classList.contains("view-projector") || event.target.closest("input, textarea, pre[tabindex]")) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowRight") move(1);
  if (event.key === "ArrowLeft") move(-1);
  if (event.key === "Escape") see("projector", false);
});
