/* A derivation on the page: its lines to be put in order by buttons, then its gaps. */
import { button, element, say } from "./elements.js";
import { choices, shown } from "./problems.js";

const shuffled = (count) => {
  const places = [...Array(count).keys()];
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [places[last], places[other]] = [places[other], places[last]];
  }
  return places;
};

/* What is said to an order, as backprop.practice.derivations does: {right, place, say}. */
export const judgeOrder = ({ lines, right }, order) => {
  const position = order.findIndex((place, index) => place !== index || place >= right);
  if (position < 0) {
    const missing = right - order.length;
    if (missing) return { right: false, place: null, say: `Right so far; ${missing} ${missing > 1 ? "lines are" : "line is"} missing.` };
    return { right: true, place: null, say: "Right: every line follows from the one above." };
  }
  const place = order[position];
  const { why } = lines[place];
  const at = `Line ${position + 1}`;
  let words = `${at} does not follow from the one above: it follows from ${lines[place - 1]?.alt}. ${why}`;
  if (place >= right) words = `${at} is wrong. ${why}`;
  else if (position === right) words = "The derivation is at its end before this line.";
  else if (place === 0) words = `${at} is where the derivation starts. ${why}`;
  return { right: false, place: position, say: words };
};

export class Order {
  constructor(derivation, done) {
    Object.assign(this, { derivation, done });
    this.order = []; // places of lines, as the reader has them
    this.rest = shuffled(derivation.lines.length);
    this.mine = element("ol", { className: "order-mine" });
    this.pool = element("ul", { className: "order-pool" });
    this.said = element("p", { className: "practice-said", attributes: { role: "status" } });
    this.place = element(
      "div",
      { className: "order" },
      element("p", { textContent: "Put the lines in order, so that each follows from the one above. Two of them are wrong and stay out." }),
      element("h3", { textContent: "Your derivation" }),
      this.mine,
      element("p", { className: "buttons" }, button("main", "Check", () => this.check())),
      this.said,
      element("h3", { textContent: "Lines to choose from" }),
      this.pool,
    );
    this.draw();
  }

  item(place, index, ...buttons) {
    return element("li", { dataset: { line: place } }, shown("span", this.derivation.lines[place].tex, { className: "order-line" }), element("span", { className: "buttons" }, ...buttons));
  }

  press(text, place, where, work, off = false) {
    const { alt } = this.derivation.lines[place];
    return button("order-move", text, () => {
      if (off) return;
      work();
      this.said.textContent = "";
      this.draw();
      const now = this.order.indexOf(place);
      say(now < 0 ? "Taken out." : `Now line ${now + 1} of ${this.order.length}.`);
      const same = this.place.querySelector(`[data-line="${place}"] button[data-move="${text}"]`);
      (same ?? this.pool.querySelector("button") ?? this.mine.querySelector("li:last-child button")).focus();
    }, { ariaLabel: `${text}: ${where}${alt}`, dataset: {}, ariaDisabled: off ? "true" : null });
  }

  draw() {
    const { order, rest } = this;
    const swap = (a, b) => () => ([order[a], order[b]] = [order[b], order[a]]);
    const moves = (place, index) => [
      this.press("Up", place, `line ${index + 1}, `, swap(index, index - 1), index === 0),
      this.press("Down", place, `line ${index + 1}, `, swap(index, index + 1), index === order.length - 1),
      this.press("Take out", place, `line ${index + 1}, `, () => rest.push(...order.splice(index, 1))),
    ];
    const put = (place, index) => [this.press("Put next", place, "", () => order.push(...rest.splice(index, 1)))];
    this.mine.replaceChildren(...order.map((place, index) => this.item(place, index, ...moves(place, index))));
    this.pool.replaceChildren(...rest.map((place, index) => this.item(place, index, ...put(place, index))));
    for (const one of this.place.querySelectorAll(".order-move")) one.dataset.move = one.textContent;
    if (order.length === 0) this.mine.append(element("li", { className: "order-none", textContent: "No line yet: press \u201cPut next\u201d at the one that comes first." }));
  }

  check() {
    for (const item of this.mine.children) item.removeAttribute("data-state");
    if (this.order.length === 0) {
      this.said.textContent = "No line stands in order yet.";
      return;
    }
    const verdict = judgeOrder(this.derivation, this.order);
    if (verdict.place !== null) this.mine.children[verdict.place].dataset.state = "wrong";
    this.said.textContent = `${verdict.right ? "\u2713" : verdict.place === null ? "\u2026" : "\u2717"} ${verdict.say}`;
    if (verdict.right) this.done("order");
  }
}

/* The lines that have a hole, each with what may fill it. */
export class Gaps {
  constructor({ gaps }, done) {
    let left = gaps.length;
    this.place = element(
      "div",
      { className: "gaps" },
      element("p", { textContent: "Choose what is missing in each line." }),
      ...gaps.map((gap, index) => {
        const said = element("p", { className: "asked-said", attributes: { role: "status" } });
        const choice = choices(element("span", {}, `Line ${index + 1}: `, shown("span", gap.tex)), gap.choices.map(({ tex }) => tex));
        let open = true;
        choice.place.addEventListener("change", () => {
          const chosen = choice.chosen();
          const right = chosen === gap.answer;
          said.dataset.state = right ? "right" : "wrong";
          said.textContent = right ? "\u2713 Right." : `\u2717 ${gap.choices[chosen].why}`;
          if (right && open) {
            open = false;
            left -= 1;
            if (left === 0) done("gaps");
          }
        });
        return element("div", {}, choice.place, said);
      }),
    );
  }
}
