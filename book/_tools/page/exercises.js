/* An exercise is answered where it stands: Check runs its cell, the checker's words stand in it. */
import { element } from "./elements.js";

const SAID = /^(Right|Not quite|Not answered yet): /gm;
const OWN_WORDS = /^(In Python's words: [^]*?)(?=^(?:Right|Not quite|Not answered yet): |(?![^]))/m;

const MARKS = { solved: "\u2713 Solved", before: "\u2713 Solved before", wrong: "Not yet", waits: "" };

/* What a checker's calls have said together; undefined where none has spoken. */
const verdict = (text) => {
  const said = [...text.matchAll(SAID)].map(([, word]) => word);
  if (said.length === 0) return undefined;
  if (said.every((word) => word === "Right")) return "solved";
  return said.includes("Not answered yet") ? "waits" : "wrong";
};

/* Python's own words in a checker's are there for who wants them. */
const fold = (output) => {
  for (const pre of output.querySelectorAll("pre")) {
    const parts = pre.textContent.split(OWN_WORDS);
    const shown = parts.map((part, index) => {
      if (index % 2 === 0) return part.trim() ? element("pre", { textContent: part.trim() }) : "";
      const summary = element("summary", { textContent: "In Python's own words" });
      return element("details", { className: "cell-error-whole" }, summary, element("pre", { textContent: part }));
    });
    pre.replaceWith(...shown);
  }
};

export class Exercise {
  constructor(cell, place) {
    Object.assign(this, { cell, place });
    this.mark = place.querySelector(".exercise-mark") ?? element("span", { className: "exercise-mark" });
    place.querySelector(".admonition-title").append(this.mark);
    if ("solved" in place.dataset) this.show("solved");
    cell.runButton.textContent = "Check";
  }

  show(state) {
    const shown = state !== "solved" && "solved" in this.place.dataset ? "before" : state;
    this.mark.textContent = MARKS[shown];
    this.mark.dataset.state = shown;
  }

  /* What was said another day stands there again. */
  remembered(text) {
    fold(this.cell.output);
    this.show(verdict(text));
  }

  /* The checker has spoken: what each of its calls said, in `text`. */
  checked(text) {
    const state = verdict(text);
    if (!state) return;
    fold(this.cell.output);
    if (state === "solved") this.place.dataset.solved = "";
    this.show(state);
    this.cell.keep(text);
    if (state === "solved") {
      window.keep?.changeChapter((kept) => {
        kept.exercises[this.place.id] = true;
        kept.of = window.keep.of;
      });
    } else if (state === "waits") {
      const at = this.cell.source.indexOf("...");
      if (at < 0) return;
      this.cell.editor.select(at, at + 3);
      this.cell.editor.focus();
    }
  }
}
