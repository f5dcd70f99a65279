/* HTML that the site has prepared. */
import { element } from "./elements.js";

/* A matrix of numbers that MathJax has set, in words. */
const spoken = (table) => {
  const sign = (one) => String.fromCodePoint(Number.parseInt(/mjx-c([\dA-F]+)/.exec(one.className)[1], 16));
  const cell = (one) => [...one.querySelectorAll("mjx-c")].map(sign).join("").replace("\u2212", "-");
  const rows = [...table.querySelectorAll("mjx-mtr")].map((row) => [...row.querySelectorAll("mjx-mtd")].map(cell).join(", "));
  if (rows.length === 1) return `the row (${rows[0]})`;
  if (!rows.some((row) => row.includes(","))) return `the column (${rows.join(", ")})`;
  const said = rows.map((row) => `(${row})`);
  return `the matrix with rows ${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
};

/* HTML in an element. The words beside a formula have \x03 for each of its matrices. */
export const shown = (tag, html, properties = {}) => {
  const made = element(tag, { ...properties, innerHTML: html });
  for (const words of made.querySelectorAll(".math > .visually-hidden")) {
    const tables = [...words.parentElement.querySelectorAll("mjx-mtable")].filter((one) => !one.querySelector("mjx-mtable"));
    words.textContent = words.textContent.replace(/\x03/g, () => spoken(tables.shift()));
  }
  return made;
};

/* What is read of a piece of it. */
export const wordsOf = (place) => place.textContent.replace(/\s+/g, " ").trim();
