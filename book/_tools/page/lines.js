/* Lines to be put in order by buttons: those that the reader has chosen, and the rest. */
import { button, element, say } from "./elements.js";
import { shown, wordsOf } from "./html.js";

export class Lines {
  /* lines: HTML each; rest: their places as they are offered. */
  constructor(lines, rest = [...lines.keys()]) {
    Object.assign(this, { lines, rest });
    this.order = []; // places of lines, as the reader has them
    this.mine = element("ol", { className: "order-mine" });
    this.pool = element("ul", { className: "order-pool" });
    this.changed = () => {};
    this.place = element(
      "div",
      {},
      element("h3", { textContent: "Your derivation" }),
      this.mine,
      element("h3", { textContent: "Lines to choose from" }),
      this.pool,
    );
    this.draw();
  }

  focus() {
    this.place.querySelector("button").focus();
  }

  /* The line at a place of the reader's order is the first that does not follow; null: none is. */
  mark(place) {
    for (const item of this.mine.children) item.removeAttribute("data-state");
    if (place !== null) this.mine.children[place].dataset.state = "wrong";
  }

  /* A line with its buttons: [words, what a press does, or null where there is nothing to do]. */
  item(place, where, ...moves) {
    const line = shown("span", this.lines[place], { className: "order-line" });
    const words = wordsOf(line);
    const buttons = moves.map(([text, work]) =>
      button("order-move", text, () => work && this.move(place, text, work), {
        ariaLabel: `${text}: ${where}${words}`,
        ariaDisabled: work ? null : "true",
        dataset: { move: text },
      }),
    );
    return element("li", { dataset: { line: place } }, line, element("span", { className: "buttons" }, ...buttons));
  }

  move(place, text, work) {
    work();
    this.changed();
    this.draw();
    const now = this.order.indexOf(place);
    say(now < 0 ? "Taken out." : `Now line ${now + 1} of ${this.order.length}.`);
    const same = this.place.querySelector(`[data-line="${place}"] [data-move="${text}"]`);
    (same ?? this.pool.querySelector("button") ?? this.mine.querySelector("button")).focus();
  }

  draw() {
    const { order, rest } = this;
    const swap = (a, b) => (b < 0 || b >= order.length ? null : () => ([order[a], order[b]] = [order[b], order[a]]));
    this.mine.replaceChildren(
      ...order.map((place, index) =>
        this.item(
          place,
          `line ${index + 1}, `,
          ["Up", swap(index, index - 1)],
          ["Down", swap(index, index + 1)],
          ["Take out", () => rest.push(...order.splice(index, 1))],
        ),
      ),
    );
    this.pool.replaceChildren(
      ...rest.map((place, index) => this.item(place, "", ["Put next", () => order.push(...rest.splice(index, 1))])),
    );
    if (order.length) return;
    const words = "No line yet: press \u201cPut next\u201d at the one that comes first.";
    this.mine.append(element("li", { className: "order-none", textContent: words }));
  }
}
