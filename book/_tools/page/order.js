/* A derivation on the page: its lines to be put in order by buttons, then its gaps. */
import { button, element } from "./elements.js";
import { shown } from "./html.js";
import { Lines } from "./lines.js";
import { choices } from "./problems.js";

/* What is said to an order, as backprop.practice.derivations does: {right, place, say}. */
const judgeOrder = ({ lines, right }, order) => {
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

const shuffled = (count) => {
  const places = [...Array(count).keys()];
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [places[last], places[other]] = [places[other], places[last]];
  }
  return places;
};

export class Order {
  constructor(derivation, done) {
    const lines = new Lines(derivation.lines.map(({ tex }) => tex), shuffled(derivation.lines.length));
    const said = element("p", { className: "practice-said", attributes: { role: "status" } });
    const check = () => {
      if (lines.order.length === 0) {
        said.textContent = "No line stands in order yet.";
        return;
      }
      const verdict = judgeOrder(derivation, lines.order);
      lines.mark(verdict.place);
      said.textContent = `${verdict.right ? "\u2713" : verdict.place === null ? "\u2026" : "\u2717"} ${verdict.say}`;
      if (verdict.right) done("order");
    };
    lines.changed = () => (said.textContent = "");
    this.place = element(
      "div",
      { className: "order" },
      element("p", {
        textContent: "Put the lines in order, so that each follows from the one above. Two of them are wrong and stay out.",
      }),
      lines.place,
      element("p", { className: "buttons" }, button("main", "Check", check)),
      said,
    );
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
