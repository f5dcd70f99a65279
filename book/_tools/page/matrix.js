/* Matrices as a reader types them: a row a line, or what NumPy prints. */

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const WRAPPING = /^\s*(np\.|numpy\.)?(array|asarray|matrix)\s*\(|,?\s*dtype\s*=\s*[\w.'"]+|\)\s*;?\s*$/g;

/* One number: 0.5, -3, 1e-3, 2/3. */
const number = (text) => {
  const parts = text.split("/");
  if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) {
    throw new Error(`expected numbers such as 0.5, -3 or 2/3, got \u201c${text}\u201d`);
  }
  const value = parts.length === 2 ? parts[0] / parts[1] : Number(text);
  if (!Number.isFinite(value)) throw new Error(`expected finite numbers, got \u201c${text}\u201d`);
  return value;
};

const rowsOf = (text) => {
  const plain = text.replace(/[\u2212\u2013]/g, "-").replace(WRAPPING, "").trim();
  if (!plain.includes("[")) return plain.split(/[\n;]/);
  const count = (sign) => plain.split(sign).length - 1;
  if (count("[") !== count("]")) {
    throw new Error(`expected as many ] as [, got ${count("[")} [ and ${count("]")} ]`);
  }
  const inner = [...plain.matchAll(/\[([^[\]]*)\]/g)].map(([, row]) => row);
  const outside = plain.replace(/\[[^[\]]*\]/g, "").replace(/[[\],\s]/g, "");
  if (outside) throw new Error(`expected rows in brackets, got \u201c${outside}\u201d beside them`);
  return inner;
};

const times = (rows, columns) => (rows * columns === 1 ? "one number" : `${rows} \u00d7 ${columns} numbers`);

/* The rows of numbers in a text, `rows` times `columns` of them; else an Error says what came. */
export const parse = (text, rows, columns) => {
  if (!text.trim()) throw new Error(`expected ${times(rows, columns)}, got nothing`);
  let found = rowsOf(text)
    .map((row) => row.split(/[\s,]+/).filter(Boolean))
    .filter((row) => row.length)
    .map((row) => row.map(number));
  if (columns === 1 && found.length === 1 && rows > 1) found = found[0].map((one) => [one]); // a plain list
  const uneven = found.findIndex((row) => row.length !== columns);
  if (found.length !== rows || uneven >= 0) {
    const got =
      found.length !== rows
        ? `${found.length} ${found.length === 1 ? "row" : "rows"}`
        : `${found[uneven].length} in row ${uneven + 1}`;
    const hint = rows * columns === 1 && /^\s*\d+,\d+\s*$/.test(text) ? " (a decimal takes a point)" : "";
    throw new Error(`expected ${times(rows, columns)}, a row on each line, got ${got}${hint}`);
  }
  return found;
};

/* {name: text} of the assignments in pasted Python: W1 = np.array(...), X = [[...]], eta = 0.1. */
export const assignments = (code) => {
  const found = {};
  const starts = [...code.matchAll(/^[ \t]*([A-Za-z]\w*)(?:\[(\d)\])?[ \t]*=(?!=)/gm)];
  starts.forEach((match, index) => {
    const end = starts[index + 1]?.index ?? code.length;
    const name = match[1].replace("_", "") + (match[2] ?? "");
    found[name] = code.slice(match.index + match[0].length, end).replace(/#.*$/gm, "").trim();
  });
  return found;
};

export const written = (rows) => rows.map((row) => row.join(" ")).join("\n");
