// The lab's switch for dark, which does what the book's does.
"use strict";

const theme = document.getElementById("theme"), KEPT = "theme";
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const AFTER = matchMedia("(prefers-color-scheme: dark)").matches
  ? { auto: "light", light: "dark", dark: "auto" } : { auto: "dark", dark: "light", light: "auto" };

function setTheme(name) {
  document.body.dataset.theme = name;
  theme.textContent = SIGNS[name];
  theme.title = theme.ariaLabel = `colours: ${name}`;
  localStorage.setItem(KEPT, name);
}

theme.addEventListener("click", () => setTheme(AFTER[document.body.dataset.theme]));
setTheme(localStorage.getItem(KEPT) ?? "auto");
