/* The page "Practice": skills, each until it is yours, and derivations. */
import { button, element, plural, say } from "./elements.js";
import { Gaps, Order } from "./order.js";
import { Problem, prepared, rows } from "./problems.js";
import { Python } from "./python.js";
import { setProblem } from "./written.js";

const ROW = 3; // right answers in a row that make a skill yours
const LEVELS = 3;
const AGAIN = [2, 7, 21, 60]; // days until a skill that is yours comes back for a look
const DAY = 24 * 60 * 60 * 1000;
const FIRST = 1000; // seeds below are those of the prepared problems

const folder = new URL("../../practice/", document.currentScript.src);

/* What is kept of a skill: right ones in a row, the level of the next, the next prepared problem; when it
   became yours, how often it came back, when it comes again. */
const fresh = () => ({ row: 0, level: 1, next: 0, yours: null, looks: 0, due: null });

const stateOf = ({ row, yours, due }, now) => {
  if (yours && due <= now) return "look";
  if (yours) return "yours";
  return row ? "row" : "new";
};

/* The state after an answer at the first try. A skill that is yours stays so until it is due. */
export const answered = (kept, right, now) => {
  if (stateOf(kept, now) === "yours") return kept;
  const next = { ...kept };
  if (!right) return { ...next, row: 0, yours: null, due: null };
  next.level = Math.min(LEVELS, kept.level + 1);
  const looked = stateOf(kept, now) === "look";
  next.row = kept.row + 1;
  if (looked || (!kept.yours && next.row >= ROW)) {
    next.looks = kept.looks + (looked ? 1 : 0);
    next.yours = kept.yours ?? now;
    next.due = now + AGAIN[Math.min(next.looks, AGAIN.length - 1)] * DAY;
  }
  return next;
};

class Practice {
  constructor(place, { skills, derivations }) {
    Object.assign(this, { place, skills, derivations });
    this.kept = { skills: {}, derivations: {}, ...window.keep?.read().practice };
    this.python = new Python();
    this.endless = false;
    this.list = element("ul", { className: "practice-skills" });
    this.lines = element("ul", { className: "practice-skills" });
    this.done = element("p", { className: "practice-done" });
    this.without = button("practice-endless", "Problems without end", () => this.start());
    this.panel = element("section", { className: "practice-panel", hidden: true });
    place.replaceChildren(
      this.done,
      this.list,
      element("h3", { textContent: "Derivations, in order" }),
      this.lines,
      element(
        "p",
        { className: "buttons" },
        this.without,
        element("span", { className: "field-hint", textContent: "Fifty problems of each skill are prepared. With Python in the page there is always another: the first press fetches it, 30 MB." }),
      ),
      this.python.place,
      this.panel,
    );
    this.draw();
    const asked = new URLSearchParams(location.search).get("skill");
    if (this.skills.some(({ key }) => key === asked)) this.open(asked);
  }

  of(key) {
    return { ...fresh(), ...this.kept.skills[key] };
  }

  keep(key, state) {
    const { title } = this.skills.find((one) => one.key === key);
    this.kept.skills[key] = { ...state, title };
    window.keep?.change((all) => (all.practice = this.kept));
    this.draw();
  }

  draw() {
    const now = Date.now();
    const words = {
      new: () => "",
      row: ({ row }) => `${row} of ${ROW} right in a row`,
      yours: ({ due }) => `\u2713 yours; a look in ${plural(Math.max(1, Math.ceil((due - now) / DAY)), "day")}`,
      look: () => "\u21bb yours; time for another look",
    };
    const count = this.skills.filter(({ key }) => this.of(key).yours).length;
    this.done.textContent = count ? `${count} of ${this.skills.length} skills are yours.` : "Choose a skill. Three right in a row and it is yours.";
    this.list.replaceChildren(
      ...this.skills.map(({ key, title, minutes }) => {
        const kept = this.of(key);
        const state = stateOf(kept, now);
        return element(
          "li",
          { dataset: { state } },
          button("practice-skill", title, () => this.open(key)),
          element("span", { className: "practice-state", textContent: [words[state](kept), `about ${minutes} min each`].filter(Boolean).join(", ") }),
        );
      }),
    );
    this.lines.replaceChildren(
      ...this.derivations.map(({ key, title }) => {
        const { order, gaps } = this.kept.derivations[key] ?? {};
        const done = [order && "\u2713 in order", gaps && "\u2713 gaps"].filter(Boolean).join(", ");
        return element("li", {}, button("practice-derivation", title, () => this.derive(key)), element("span", { className: "practice-state", textContent: done }));
      }),
    );
  }

  /* Python, so that problems never end. */
  async start() {
    try {
      this.page = await this.python.page();
      this.python.tell("Python runs: problems do not end now.");
      this.endless = true;
      this.without.hidden = true;
    } catch (error) {
      this.python.tell([error.message, error.advice].filter(Boolean).join(" "));
    }
    say(this.python.said.textContent);
  }

  show(...parts) {
    this.panel.hidden = false;
    this.panel.replaceChildren(...parts);
  }

  /* The next problem of a skill, HTML in it. */
  async problem(key) {
    const { level, next } = this.of(key);
    if (this.endless) {
      const seed = FIRST + Math.floor(Math.random() * 2 ** 31);
      return setProblem(this.page, await this.python.call("problem", { skill: key, seed, level }));
    }
    const all = rows(await prepared(key, folder));
    const fits = all.filter((one) => one.level === level);
    return fits[next % fits.length];
  }

  async open(key) {
    const skill = this.skills.find((one) => one.key === key);
    const head = element("h2", { textContent: skill.title, tabIndex: -1 });
    const said = element("div", { className: "practice-said", attributes: { role: "status" } });
    let made;
    try {
      made = await this.problem(key);
    } catch (error) {
      this.show(head, element("p", { className: "practice-said", textContent: error.message }));
      head.focus();
      return;
    }
    const problem = new Problem(made);
    const solution = element("div", { className: "practice-solution" });
    const extra = stateOf(this.of(key), Date.now()) === "yours";
    let counted = false;
    const count = (right) => {
      if (counted) return;
      counted = true;
      const before = this.of(key);
      this.keep(key, { ...answered(before, right, Date.now()), next: before.next + 1 });
      where.textContent = words();
    };
    const words = () => {
      const { row, yours, due } = this.of(key);
      if (yours && due <= Date.now()) return "Yours, and due for a look.";
      if (yours) return `This skill is yours. It comes back for a look in ${plural(Math.ceil((due - Date.now()) / DAY), "day")}.`;
      return `${row} of ${ROW} right in a row.`;
    };
    const where = element("span", { textContent: extra ? "Yours already: this one is an extra." : words() });
    const next = button("practice-next", "Another of this kind", () => this.open(key));
    const look = button("practice-look", "Show the solution", () => {
      const first = !counted;
      count(false);
      solution.replaceChildren(element("h3", { textContent: "Solution", tabIndex: -1 }), problem.solution());
      solution.firstChild.focus();
      if (first) said.textContent = `Looked up: take another of this kind. ${words()}`;
    });
    const check = () => {
      const states = problem.judge().map(({ state }) => state);
      if (states.some((state) => state === "empty" || state === "unreadable")) {
        said.textContent = "Not counted yet: a field is empty or can't be read. It says what is expected.";
        return;
      }
      const right = states.every((state) => state === "right");
      const first = !counted;
      count(right);
      if (right) {
        said.textContent = `\u2713 Right. ${first ? words() : "Only a first try counts: take another."}`;
        next.classList.add("main");
        next.focus();
      } else {
        const wrong = problem.asked.find(({ said: one }) => one.dataset.state === "wrong");
        said.textContent = `\u2717 Not yet: the reason stands at the field. Correct it here, then take the same kind with other numbers. ${words()}`;
        say(wrong.said.textContent);
      }
    };
    const form = element(
      "form",
      { noValidate: true },
      problem.place,
      element(
        "p",
        { className: "buttons" },
        element("button", { type: "submit", className: "main", textContent: "Check" }),
        look,
        next,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    const read = element("a", { href: `${skill.chapter}.html`, textContent: "Read about it" });
    this.show(
      head,
      element("p", { className: "field-hint" }, `Level ${made.level} of ${LEVELS}. `, where, " ", read),
      form,
      said,
      solution,
    );
    head.focus();
    head.scrollIntoView({ block: "start" });
  }

  async derive(key) {
    const { title, chapter } = this.derivations.find((one) => one.key === key);
    const head = element("h2", { textContent: title, tabIndex: -1 });
    let derivation;
    try {
      derivation = (await prepared("derivations", folder)).find((one) => one.key === key);
    } catch (error) {
      this.show(head, element("p", { className: "practice-said", textContent: error.message }));
      head.focus();
      return;
    }
    const done = (what) => {
      this.kept.derivations[key] = { ...this.kept.derivations[key], title, [what]: true };
      window.keep?.change((all) => (all.practice = this.kept));
      this.draw();
    };
    this.show(
      head,
      element("p", { className: "field-hint" }, element("a", { href: `${chapter}.html`, textContent: "Read about it" })),
      new Order(derivation, done).place,
      element("h3", { textContent: "With gaps" }),
      new Gaps(derivation, done).place,
    );
    head.focus();
    head.scrollIntoView({ block: "start" });
  }
}

const place = document.querySelector(".practice[data-practice]");
if (place) new Practice(place, JSON.parse(place.dataset.practice));
