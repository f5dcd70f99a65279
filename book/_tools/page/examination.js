/* The page "The final examination": an hour, nothing judged before it is handed in. */
import { button, element, say } from "./elements.js";
import { line, whole } from "./fields.js";
import { Problem, prepared } from "./problems.js";
import { Python } from "./python.js";
import { setProblem } from "./written.js";

const folder = new URL("../../practice/", document.currentScript.src);
const MINUTE = 60_000;

class Examination {
  constructor(place, { prepared: count, titles }) {
    Object.assign(this, { place, count, titles });
    this.python = new Python();
    this.seed = line("Seed", `a whole number; 1 to ${count} need no Python`, { inputMode: "numeric", className: "short", value: "1" });
    this.paper = element("div", { className: "exam-paper" });
    const form = element("form", { className: "field-row", noValidate: true }, this.seed.place, element("button", { type: "submit", className: "main", textContent: "Begin" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin();
    });
    this.said = element("p", { className: "practice-said", attributes: { role: "status" } });
    place.replaceChildren(form, this.python.place, this.said, this.paper);
    const asked = new URLSearchParams(location.search).get("seed");
    if (asked) this.seed.text = asked;
  }

  async made(seed) {
    if (seed <= this.count) return (await prepared("exams", folder)).find((exam) => exam.seed === seed);
    const exam = await this.python.call("exam", { seed });
    const page = await this.python.page();
    for (const part of exam.parts) await setProblem(page, part.problem);
    return exam;
  }

  async begin() {
    const seed = this.seed.read(whole(1, 2 ** 31));
    if (seed === null) {
      this.seed.control.focus();
      return;
    }
    let exam;
    try {
      exam = await this.made(seed);
    } catch (error) {
      this.said.textContent = error.message;
      return;
    }
    this.said.textContent = "";
    history.replaceState(null, "", `?seed=${seed}`);
    const ends = Date.now() + exam.minutes * MINUTE;
    const clock = element("p", { className: "exam-clock", attributes: { role: "timer" } });
    const tick = () => {
      const left = Math.ceil((ends - Date.now()) / MINUTE);
      clock.textContent = left > 0 ? `${left} of ${exam.minutes} minutes left` : "The hour is over. Hand in when you are ready: nothing is taken from you.";
    };
    clearInterval(this.clock);
    this.clock = setInterval(tick, MINUTE / 4);
    tick();
    const parts = exam.parts.map(({ title, minutes, problem }, index) => ({
      title,
      minutes,
      view: new Problem(problem),
      head: element("h2", { textContent: `${index + 1}. ${title}`, tabIndex: -1 }),
    }));
    const end = element("section", { className: "exam-end" });
    const hand = button("main exam-hand", "Hand in", () => this.mark(parts, end, exam));
    this.paper.replaceChildren(
      clock,
      ...parts.map(({ head, minutes, view }) => element("section", {}, head, element("p", { className: "field-hint", textContent: `About ${minutes} minutes.` }), view.place)),
      element("p", { className: "buttons" }, hand, button("", "Print", () => window.print())),
      end,
    );
    parts[0].head.focus();
    say(clock.textContent);
  }

  /* The verdicts, the solutions, and what to read again. */
  mark(parts, end, exam) {
    clearInterval(this.clock);
    let right = 0;
    let all = 0;
    const again = new Map(); // chapter: labels of what was not right
    for (const { view } of parts) {
      for (const [index, { state }] of view.judge(false).entries()) {
        all += 1;
        if (state === "right") right += 1;
        else {
          const { chapter, label } = view.problem.fields[index];
          again.set(chapter, [...(again.get(chapter) ?? []), label]);
        }
      }
      view.place.querySelector(".exam-solution")?.remove();
      view.place.append(element("details", { className: "exam-solution" }, element("summary", { textContent: "The solution" }), view.solution()));
    }
    const head = element("h2", { textContent: `${right} of ${all} answers are right`, tabIndex: -1 });
    const list = [...again].sort().map(([chapter, labels]) =>
      element("li", {}, element("a", { href: `${chapter}.html`, textContent: this.titles[chapter] ?? chapter }), `: ${[...new Set(labels)].join(", ")}`),
    );
    end.replaceChildren(
      head,
      element("p", { textContent: list.length ? "What was not right stands at each field above. Read again:" : "Nothing is left to read again." }),
      element("ul", {}, ...list),
      element("p", {}, "Then ", element("a", { href: "80-practice.html", textContent: "practise" }), " what was not yet yours, and take another seed."),
    );
    window.keep?.change((kept) => {
      kept.practice = { ...kept.practice, exams: { ...kept.practice?.exams, [exam.seed]: `${right} of ${all}` } };
    });
    head.focus();
  }
}

const place = document.querySelector(".practice[data-examination]");
if (place) new Examination(place, JSON.parse(place.dataset.examination));
