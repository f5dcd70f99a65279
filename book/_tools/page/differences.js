/* Two texts, line by line: what the reader has changed. */
import { element } from "./elements.js";

/* [(sign, line)]: " " in both, "-" in the book only, "+" in the reader's only. */
export const differences = (book, own) => {
  const [a, b] = [book.split("\n"), own.split("\n")];
  const common = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push([" ", a[i]]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      found.push(["-", a[i]]);
      i += 1;
    } else {
      found.push(["+", b[j]]);
      j += 1;
    }
  }
  return found;
};

const NAMES = { "-": "the book's", "+": "yours" };

export const shown = (book, own) =>
  element(
    "div",
    { className: "cell-differences", attributes: { role: "group", "aria-label": "What you changed" } },
    ...differences(book, own).map(([sign, line]) =>
      element(
        sign === "+" ? "ins" : sign === "-" ? "del" : "span",
        { title: NAMES[sign] ?? "" },
        `${sign} ${line}`,
      ),
    ),
  );
