/* The page "What is kept": all of it, exported, imported, forgotten. */
import { button, element, OFFLINE, plural } from "./elements.js";
import { shown } from "./differences.js";

const download = (name, text, type) => {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  URL.revokeObjectURL(link.href);
};

/* "3 exercises solved: 1, 2, 5" */
const counted = (things, one, done, name = (key) => key) => {
  const names = Object.keys(things).map(name);
  return `${plural(names.length, one)} ${done}${names.length ? `: ${names.join(", ")}` : ""}.`;
};

/* What is kept of the practice page: each skill and derivation by its name. */
const practised = ({ skills = {}, derivations = {} }) => {
  const of = (things, words) =>
    Object.entries(things).map(([key, state]) => element("li", { textContent: `${state.title ?? key}: ${words(state)}` }));
  const skill = ({ yours, row }) => (yours ? "\u2713 yours" : `${row} right in a row`);
  const derivation = ({ order, gaps }) => [order && "in order", gaps && "gaps filled"].filter(Boolean).join(", ");
  const listed = element("ul", {}, ...of(skills, skill), ...of(derivations, derivation));
  return element("section", {}, element("h2", { textContent: "Practice" }), listed);
};

const isThing = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const areThings = (value) => value === undefined || (isThing(value) && Object.values(value).every(isThing));

/* What a file holds that was exported here: each part is what the pages expect of it. */
const read = (text) => {
  let kept;
  try {
    kept = JSON.parse(text);
  } catch {
    throw new Error("it does not end where it should, or is of another kind");
  }
  const expect = (part, is) => {
    if (!is) throw new Error(`its ${part} cannot be read`);
  };
  expect("chapters", isThing(kept) && isThing(kept.chapters));
  const { chapters, last, practice } = kept;
  for (const [name, chapter] of Object.entries(chapters)) {
    expect(`chapter ${name}`, isThing(chapter));
    const { cells, exercises = {}, questions = {} } = chapter;
    expect(`chapter ${name}`, areThings(cells) && isThing(exercises) && isThing(questions));
    for (const [number, { source, book }] of Object.entries(cells ?? {})) {
      expect(`cell ${number} of ${name}`, typeof source === "string" && typeof book === "string");
    }
  }
  expect("practice", practice === undefined || (isThing(practice) && areThings(practice.skills) && areThings(practice.derivations)));
  expect("last page", last === undefined || (isThing(last) && typeof last.title === "string" && /^(?!\/)[^:\\]+$/.test(last.page)));
  return kept;
};

/* A chapter, by its link in the contents; one of another version of the book has no link. */
const named = (name, title) => {
  const listed = [...document.querySelectorAll(".bd-links a")].some(({ pathname }) => pathname.endsWith(`/${name}.html`));
  if (!listed) return `${title ?? name} (not in this version of the book)`;
  return element("a", { href: `book/${name}.html`, textContent: title ?? name });
};

const list = (place) => {
  const { chapters, last, practice } = window.keep.read();
  const parts = Object.entries(chapters).map(([name, { title, cells = {}, exercises = {}, questions = {} }]) =>
    element(
      "section",
      {},
      element("h2", {}, named(name, title)),
      element(
        "ul",
        {},
        element("li", { textContent: counted(exercises, "exercise", "solved", (id) => id.split("-").pop()) }),
        element("li", { textContent: counted(questions, "question", "answered") }),
        element("li", { textContent: counted(cells, "cell", "changed") }),
      ),
      ...Object.entries(cells).map(([number, { source, book }]) =>
        element(
          "details",
          {},
          element("summary", { textContent: `Cell ${number}` }),
          shown(book, source),
        ),
      ),
    ),
  );
  if (practice) parts.push(practised(practice));
  if (last) parts.unshift(element("p", { textContent: `Last read: ${last.title}.` }));
  if (parts.length === 0) parts.push(element("p", { textContent: "Nothing is kept." }));
  place.replaceChildren(...parts);
};

export const open = (place) => {
  const all = element("div");
  const file = element("input", { type: "file", accept: ".json,application/json", ariaLabel: "A file to import" });
  const said = element("p", { attributes: { role: "status" } });
  const tell = (words) => {
    said.textContent = words;
  };
  file.addEventListener("change", async () => {
    try {
      const { chapters, last, practice } = read(await file.files[0].text());
      const names = Object.keys(chapters);
      window.keep.change((kept) =>
        Object.assign(kept, {
          chapters: { ...kept.chapters, ...chapters },
          last: last ?? kept.last,
          practice: practice ?? kept.practice,
        }),
      );
      const now = window.keep.read();
      const has = names.every((name) => JSON.stringify(now.chapters[name]) === JSON.stringify(chapters[name]));
      tell(has ? `Imported: ${plural(names.length, "chapter")}.` : "This browser keeps nothing: its memory for this site is full or shut.");
    } catch (error) {
      tell(`This file was not exported here: ${error.message}. Nothing has changed.`);
    }
    file.value = ""; // the same file may be taken once more
    list(all);
  });
  place.replaceChildren(
    element(
      "p",
      { className: "live-head" },
      button("kept-export", "Export to a file", () =>
        download("backpropagation-kept.json", JSON.stringify(window.keep.read(), null, 1), "application/json"),
      ),
      element("label", {}, "Import: ", file),
      button("kept-forget", "Forget everything", ({ currentTarget: forget }) => {
        if (!("asked" in forget.dataset)) {
          forget.dataset.asked = "";
          forget.textContent = "Forget everything: press once more";
          return;
        }
        delete forget.dataset.asked;
        forget.textContent = "Forget everything";
        localStorage.removeItem(window.keep.key);
        list(all);
        tell("Everything is forgotten.");
      }),
    ),
    said,
    all,
  );
  list(all);
};

/* A chapter as a notebook with the reader's changes. */
export const saveNotebook = async (address, cells) => {
  const answer = await fetch(address).catch(() => ({ status: "no answer" }));
  if (!answer.ok) throw new Error(`The notebook did not come (${answer.status}). ${OFFLINE}`);
  const notebook = await answer.json();
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  cells.forEach(({ source }, index) => {
    code[index].source = source;
  });
  download(address.split("/").pop(), JSON.stringify(notebook, null, 1), "application/x-ipynb+json");
};
