/* An exercise is answered where it stands: Check runs its cell, the checker's words stand in it. */
import { button, element, say } from "./elements.js";

const SAID = /^(Right|Not quite|Not answered yet): /gm;

/* The parts of a solution that can be shown one by one: its words and formulas, not its code. */
const stepsOf = (exercise) => {
  let solution = exercise.nextElementSibling;
  while (solution && !solution.matches(".solution, .exercise")) solution = solution.nextElementSibling;
  if (!solution?.matches(".solution")) return [];
  const parts = [...(solution.querySelector("section")?.children ?? [])];
  return parts.filter((part) => part.matches("p, div.math, ul, ol") && !part.querySelector("[data-cell]"));
};

export class Exercise {
  constructor(cell, place) {
    Object.assign(this, { cell, place });
    this.mark = element("span", { className: "exercise-mark" });
    place.querySelector(".admonition-title").append(this.mark);
    const steps = stepsOf(place);
    if (steps.length > 1) this.hints(steps);
    if ("solved" in place.dataset) this.show("solved");
    cell.runButton.textContent = "Check";
  }

  /* A step of the solution at each press, so that a reader can go on from there alone. */
  hints(steps) {
    const list = element("div", { className: "exercise-hints" });
    const words = () => `Hint ${list.children.length + 1} of ${steps.length}`;
    const more = button("exercise-hint", words(), () => {
      const step = steps[list.children.length].cloneNode(true);
      step.querySelectorAll("[id]").forEach((one) => one.removeAttribute("id"));
      step.removeAttribute("id");
      list.append(step);
      say(step.textContent);
      if (list.children.length === steps.length) more.remove();
      else more.textContent = words();
    });
    this.cell.place.after(list, more);
  }

  show(state) {
    this.mark.textContent = { solved: "\u2713 Solved", wrong: "Not yet", waits: "" }[state];
    this.mark.dataset.state = state;
  }

  /* The checker has spoken: what each of its calls said, in `text`. */
  checked(text) {
    const said = [...text.matchAll(SAID)].map(([, word]) => word);
    if (said.length === 0) return;
    const right = said.every((word) => word === "Right");
    const waits = said.includes("Not answered yet");
    this.show(right ? "solved" : waits ? "waits" : "wrong");
    if (right) {
      window.keep?.changeChapter((kept) => {
        kept.exercises[this.place.id] = true;
        kept.of = window.keep.of;
      });
    } else if (waits) {
      const at = this.cell.source.indexOf("...");
      if (at < 0) return;
      this.cell.editor.select(at, at + 3);
      this.cell.editor.focus();
    }
  }
}
