/* The page "Your network, worked out": a form, and what Python makes of it. The form is in the address. */
import { button, element, say } from "./elements.js";
import { area, line, menu, named, whole } from "./fields.js";
import { assignments, parse, written } from "./matrix.js";
import { Python } from "./python.js";

const MOST = { units: 6, layers: 4, examples: 4 };
const PLACE = document.querySelector("[data-network]");
const GIVEN = JSON.parse(PLACE.dataset.network); // { example, activations }
const ACTIVATIONS = Object.fromEntries(GIVEN.activations.map((name) => [name, name.replaceAll("_", " ")]));
const LOSSES = {
  squared_error: "squared error",
  binary_cross_entropy: "binary cross-entropy",
  softmax_cross_entropy: "softmax and cross-entropy",
};
const WAYS = {
  whole: "the whole solution",
  steps: "one step at a time",
  own: "nothing yet: I check my own numbers first",
};

const sizesOf = (text) => {
  const parts = text.split(/[^\d.eE+-]+/).filter(Boolean);
  if (parts.length < 2 || parts.length > MOST.layers + 1) {
    throw new Error(`expected 2 to ${MOST.layers + 1} numbers such as 2, 3, 1, got \u201c${text.trim()}\u201d`);
  }
  return parts.map(whole(1, MOST.units));
};

const positive = (text) => {
  const [[value]] = parse(text, 1, 1);
  if (value <= 0) throw new Error(`expected a number above 0, got \u201c${text.trim()}\u201d`);
  return value;
};

class Network {
  constructor(place, example) {
    this.place = place;
    this.python = new Python();
    this.given = {}; // name of a field: its text, also of fields that are not there now
    this.own = {}; // name of a step: the reader's own numbers, as text
    this.result = null;
    this.shown = 1;
    this.fields = {
      sizes: line("Units in each layer, inputs first", `2 to ${MOST.layers + 1} numbers up to ${MOST.units}`),
      m: line("Examples m", `1 to ${MOST.examples}`, { inputMode: "numeric", className: "short" }),
      loss: menu("Loss", LOSSES),
      rate: line("Learning rate \u03b7", "above 0", { inputMode: "decimal", className: "short" }),
      digits: line("Decimals shown", "1 to 8", { inputMode: "numeric", className: "short" }),
    };
    this.seed = line("Seed", "a whole number", { inputMode: "numeric", className: "short", value: "1" });
    this.paste = area("Paste from NumPy", "W1 = np.array([[0.5, -0.3], ...]), b1, X, Y, eta = 0.1: what is named here is filled in", 4);
    this.layers = element("div", { className: "field-row" });
    this.matrices = element("div", { className: "field-row" });
    this.said = element("p", { className: "network-said", attributes: { role: "status" } });
    this.ways = this.choice("Show", WAYS, () => this.show());
    this.solution = element("div", { className: "network-solution" });
    this.example = document.querySelector("#an-example");
    this.build();
    this.open(example);
  }

  /* Radio buttons: {value: words}. */
  choice(legend, options, change) {
    const group = element("fieldset", { className: "choice" }, element("legend", { textContent: legend }));
    for (const [value, words] of Object.entries(options)) {
      const radio = element("input", { type: "radio", name: legend, value, checked: value === "whole" });
      radio.addEventListener("change", change);
      group.append(element("label", {}, radio, ` ${words}`));
    }
    return group;
  }

  get way() {
    return this.ways.querySelector(":checked").value;
  }

  build() {
    const { fields } = this;
    const form = element(
      "form",
      { className: "network-form", noValidate: true },
      element("div", { className: "field-row" }, ...Object.values(fields).map((field) => field.place)),
      this.layers,
      this.matrices,
      element(
        "details",
        {},
        element("summary", { textContent: "Draw the numbers, or paste them from NumPy" }),
        element(
          "div",
          { className: "field-row" },
          this.seed.place,
          button("network-draw", "Draw new numbers", () => this.draw()),
        ),
        this.paste.place,
        button("network-paste", "Fill in what is pasted", () => this.fill()),
      ),
      this.ways,
      element(
        "p",
        { className: "buttons" },
        element("button", { type: "submit", className: "main", textContent: "Work it out" }),
        button("network-latex", "Copy as LaTeX", () => this.copy("latex", "LaTeX")),
        button("network-text", "Copy as text", () => this.copy("text", "Text")),
        button("network-print", "Print", () => window.print()),
      ),
      element("p", { className: "field-hint", textContent: "The first press fetches Python, 30 MB; after that your browser has it." }),
      this.python.place,
      this.said,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.work();
    });
    form.addEventListener("input", ({ target }) => {
      for (const [name, field] of Object.entries(fields)) {
        if (field.control === target) this.changed(name);
      }
    });
    this.place.replaceChildren(form);
    this.example.before(this.solution);
  }

  /* The form as the address has it, else as in the example. */
  open(example) {
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    const start = "sizes" in asked ? asked : example;
    for (const [name, text] of Object.entries(start)) {
      const step = /^my (.*)/.exec(name)?.[1];
      if (step) this.own[step] = text.replace(/;/g, "\n");
      else if (name === "show" && text in WAYS) this.ways.querySelector(`[value=${text}]`).checked = true;
      else if (name === "step") this.shown = Math.max(1, Number.parseInt(text, 10) || 1);
      else this.given[name] = text.replace(/;/g, "\n");
    }
    for (const name of ["sizes", "m", "loss", "rate", "digits"]) {
      this.fields[name].text = this.given[name] ?? example[name];
    }
    this.lay();
  }

  /* Fields for the layers and matrices that the sizes ask for; texts stay with their names. */
  lay() {
    const sizes = this.fields.sizes.read(sizesOf);
    const m = this.fields.m.read(whole(1, MOST.examples));
    if (!sizes || !m) return;
    this.sizes = sizes;
    this.m = m;
    for (const name of Object.keys(this.fields)) {
      if (/^([Wbf]\d|[XY])$/.test(name)) delete this.fields[name];
    }
    const add = (name, field, row) => {
      this.fields[name] = field;
      if (this.given[name] !== undefined) field.text = this.given[name];
      else if (field.control.tagName === "SELECT") field.text = "sigmoid";
      row.append(field.place);
    };
    this.layers.replaceChildren();
    this.matrices.replaceChildren();
    const matrix = (name, sign, what, rows, columns) => {
      const shape = `${what}, ${rows} \u00d7 ${columns}`;
      const field = area(element("span", {}, named(sign), element("span", { className: "visually-hidden", textContent: `: ${what}` })), shape, Math.max(rows, 1));
      field.shape = [rows, columns];
      add(name, field, this.matrices);
    };
    sizes.slice(1).forEach((n, index) => {
      const l = index + 1;
      add(`f${l}`, menu(`Activation of layer ${l}`, ACTIVATIONS), this.layers);
      matrix(`W${l}`, `W^${l}`, "weights", n, sizes[index]);
      matrix(`b${l}`, `b^${l}`, "biases", n, 1);
    });
    matrix("X", "X", "inputs, an example a column", sizes[0], m);
    matrix("Y", "Y", "targets, an example a column", sizes.at(-1), m);
  }

  changed(name) {
    this.given[name] = this.fields[name].text;
    if (name === "sizes" || name === "m") this.lay();
    this.keep();
    if (!this.result) return;
    this.result = null;
    this.solution.querySelector("h2").textContent = "The solution before your change";
    this.tell("Changed: press \u201cWork it out\u201d for the new solution.");
  }

  /* The address says all that is entered. */
  keep() {
    const state = new URLSearchParams();
    const put = (name, text) => state.set(name, text.trim().replace(/\s*\n\s*/g, ";"));
    for (const [name, field] of Object.entries(this.fields)) put(name, field.text);
    for (const [step, text] of Object.entries(this.own)) if (text.trim()) put(`my ${step}`, text);
    state.set("show", this.way);
    if (this.way === "steps") state.set("step", this.shown);
    history.replaceState(null, "", `?${state}${location.hash}`);
  }

  /* What Python is asked, or null where a field is not as it should be: the first of them gets the focus. */
  values() {
    const { fields, sizes } = this;
    const read = {};
    for (const [name, field] of Object.entries(fields)) {
      if (field.shape) read[name] = field.read((text) => parse(text, ...field.shape));
      else read[name] = field.text;
    }
    read.sizes = fields.sizes.read(sizesOf);
    read.m = fields.m.read(whole(1, MOST.examples));
    read.rate = fields.rate.read(positive);
    read.digits = fields.digits.read(whole(1, 8));
    const wrong = Object.keys(fields).filter((name) => read[name] === null);
    if (wrong.length) {
      this.tell(`${wrong.length === 1 ? "One field is" : `${wrong.length} fields are`} not as expected. Nothing is lost: what is wrong is said at each.`);
      fields[wrong[0]].control.focus();
      return null;
    }
    const layers = sizes.slice(1).map((_, index) => index + 1);
    return {
      W: layers.map((l) => read[`W${l}`]),
      b: layers.map((l) => read[`b${l}`]),
      activations: layers.map((l) => read[`f${l}`]),
      loss: read.loss,
      X: read.X,
      Y: read.Y,
      rate: read.rate,
      digits: read.digits,
    };
  }

  tell(words, role = "status") {
    this.said.setAttribute("role", role);
    this.said.textContent = words;
  }

  /* The solution is of other numbers now. */
  forget() {
    this.result = null;
    this.solution.replaceChildren();
  }

  /* Another network: the reader's own numbers were for the one before. */
  renew() {
    this.own = {};
    this.shown = 1;
    this.forget();
    this.keep();
  }

  /* What the module refuses is said at the field that it names. */
  refused(error) {
    const [, name, layer] = /^(\w+)(?:\[(\d)\])?:/.exec(error.message) ?? [];
    const field = this.fields[{ learning_rate: "rate", network: "sizes", activations: `f${layer}` }[name] ?? `${name}${layer ?? ""}`];
    this.tell(error.message, "alert");
    if (!field) return;
    field.say(error.message);
    field.control.focus();
  }

  async asked(method, values) {
    try {
      return await this.python.call(method, values);
    } catch (error) {
      this.refused(error);
      return null;
    }
  }

  async work() {
    this.tell("");
    this.keep();
    const values = this.values();
    if (!values) return;
    const result = await this.asked("worked", values);
    if (!result) {
      this.forget();
      return;
    }
    const numbers = (asks) => JSON.stringify({ ...asks, digits: 0 });
    if (this.asks && numbers(this.asks) !== numbers(values)) this.renew();
    this.result = result;
    this.asks = values;
    await this.show();
    if (this.result !== result) return; // changed meanwhile
    const follows = {
      whole: "they follow below",
      steps: "the first follows below, the others one at a time",
      own: "below is an empty field for each; enter your numbers for any of them",
    };
    this.tell(`Worked out in ${result.steps.length} steps: ${follows[this.way]}.`);
  }

  async draw() {
    const seed = this.seed.read(whole(0, 2 ** 31));
    if (seed === null || !this.fields.sizes.read(sizesOf) || !this.fields.m.read(whole(1, MOST.examples))) return;
    const { sizes, m } = this;
    const drawn = await this.asked("drawn", { sizes, loss: this.fields.loss.text, examples: m, seed });
    if (!drawn) return;
    const put = (name, rows) => (this.fields[name].text = this.given[name] = written(rows));
    drawn.W.forEach((rows, index) => put(`W${index + 1}`, rows));
    drawn.b.forEach((rows, index) => put(`b${index + 1}`, rows));
    put("X", drawn.X);
    put("Y", drawn.Y);
    this.renew();
    this.tell(`The numbers of seed ${seed} are filled in.`);
    this.seed.text = String(seed + 1);
  }

  /* The sizes and m with what pasted arrays determine of them; an Error names two that contradict each other. */
  sizesWith(pasted) {
    const shapes = {};
    for (const [name, text] of Object.entries(pasted)) {
      const rows = [...text.matchAll(/\[([^[\]]*)\]/g)].map(([, row]) => row.split(/[\s,]+/).filter(Boolean).length);
      if (!rows.length || !/^([Wb][1-9]|[XY])$/.test(name)) continue;
      const list = rows.length === 1 && name.startsWith("b"); // a plain list is a column
      shapes[name] = list ? [rows[0], 1] : [rows.length, rows[0]];
    }
    const { X, Y } = shapes;
    const last = Math.max(0, ...Object.keys(shapes).map((name) => Number(name.slice(1))));
    const whole = X && Y && shapes.W1?.[1] === X[0] && shapes[`W${last}`]?.[0] === Y[0];
    const sizes = whole ? [] : [...(this.sizes ?? [])];
    const L = whole ? last : Math.max(last, sizes.length - 1);
    const said = {}; // by place: the array that determines it
    let m = this.m;
    const determine = (place, size, name) => {
      const other = said[place];
      if (other && other.size !== size) {
        const what = place === "m" ? "examples" : `units in layer ${place}`;
        throw new Error(`${other.name} and ${name} contradict each other: ${other.size} and ${size} ${what}; nothing is filled in.`);
      }
      said[place] = { size, name };
      if (place === "m") m = size;
      else sizes[place] = size;
    };
    for (const [name, [rows, columns]] of Object.entries(shapes)) {
      const l = { X: 0, Y: L }[name] ?? Number(name.slice(1));
      determine(l, rows, name);
      if (name.startsWith("W")) determine(l - 1, columns, name);
      if (name === "X" || name === "Y") determine("m", columns, name);
    }
    const open = Array.from(sizes).findIndex((size) => !size);
    if (open >= 0) throw new Error(`Layer ${open} has no size: W${open} is missing; nothing is filled in.`);
    return { sizes, m };
  }

  /* W1, b1, ..., X, Y and eta as the pasted text has them; what it does not name stays. */
  fill() {
    const pasted = assignments(this.paste.text);
    if (!Object.keys(pasted).some((name) => /^([Wb]\d|[XY]|eta|rate|learningrate)$/.test(name))) {
      this.paste.say("Expected lines such as W1 = np.array([[0.5, -0.3]]), with the names W1, b1, ..., X, Y, eta; none of them is here.");
      this.paste.control.focus();
      return;
    }
    this.paste.say("");
    try {
      const { sizes, m } = this.sizesWith(pasted);
      this.given.sizes = this.fields.sizes.text = sizes.join(", ");
      this.given.m = this.fields.m.text = String(m);
    } catch (error) {
      this.paste.say(error.message);
      this.paste.control.focus();
      return;
    }
    const filled = [];
    for (const [name, text] of Object.entries(pasted)) {
      const field = { eta: "rate", rate: "rate", learningrate: "rate" }[name] ?? name;
      if (!/^([Wb]\d|[XY]|rate)$/.test(field)) continue;
      this.given[field] = text;
      filled.push(name);
    }
    this.lay();
    if (this.given.rate) this.fields.rate.text = this.given.rate;
    const unfit = [];
    for (const [name, field] of Object.entries(this.fields)) {
      if (!field.shape || !field.text.trim()) continue;
      const rows = field.read((text) => parse(text, ...field.shape));
      if (rows) field.text = written(rows);
      else unfit.push(name);
    }
    this.renew();
    const contradicted = unfit.length ? ` Its shape contradicts ${unfit.join(", ")}: what is expected now is said there.` : "";
    this.tell(`Filled in: ${filled.join(", ")}.${contradicted}`);
  }

  /* The solution in the way that is asked for. */
  async show() {
    this.keep();
    if (!this.result) return;
    const { steps } = this.result;
    const { way } = this;
    const page = await this.python.page();
    if (this.result?.steps !== steps) return;
    this.example.hidden = true;
    this.solution.replaceChildren(element("h2", { textContent: "The solution", tabIndex: -1 }));
    this.solution.dataset.way = way;
    const list = element("ol", { className: "network-steps" });
    this.solution.append(list);
    if (way === "own") return this.check(list);
    const put = async (step) => {
      const item = element("li", {}, element("p", {}, `${step.why} `));
      list.append(item);
      const shape = element("span", { className: "shape" });
      item.firstChild.append(shape);
      await page.markdown(shape, step.shape === "()" ? "A number." : `Shape $${step.shape}$.`);
      await page.markdown(item, `${step.tex.replace("\\[", "$$$$").replace("\\]", "$$$$")}`);
      return item;
    };
    const count = way === "whole" ? steps.length : Math.min(this.shown, steps.length);
    for (const step of steps.slice(0, count)) await put(step);
    if (count === steps.length) return;
    const next = button("network-next", "Next step", async () => {
      const step = steps[this.shown];
      this.shown += 1;
      this.keep();
      const item = await put(step);
      say(item.textContent);
      next.textContent = `Next step (${this.shown} of ${steps.length} shown)`;
      if (this.shown >= steps.length) next.remove();
    });
    next.textContent = `Next step (${count} of ${steps.length} shown)`;
    this.solution.append(element("p", { className: "buttons" }, next));
  }

  /* A field for each step: the reader's own numbers. */
  check(list) {
    const { steps } = this.result;
    const fields = {};
    for (const { name, why, rows, columns } of steps) {
      const field = area(named(name), `${rows} \u00d7 ${columns}`, Math.max(1, rows));
      field.text = this.own[name] ?? "";
      field.shape = [rows, columns];
      field.control.addEventListener("input", () => {
        this.own[name] = field.text;
        this.keep();
      });
      fields[name] = field;
      list.append(element("li", {}, element("p", { textContent: why }), field.place));
    }
    const digits = line("Decimals of your numbers", "0 to 6", { inputMode: "numeric", className: "short", value: "3" });
    const found = element("p", { className: "network-found", attributes: { role: "status" } });
    const press = async () => {
      found.textContent = "";
      const answers = {};
      let first = null;
      for (const [name, field] of Object.entries(fields)) {
        field.say("");
        delete field.place.dataset.state;
        if (!field.text.trim()) continue;
        answers[name] = field.read((text) => parse(text, ...field.shape));
        if (answers[name] === null) first ??= field;
      }
      const asked = digits.read(whole(0, 6));
      if (first || asked === null) {
        (first ?? digits).control.focus();
        found.textContent = "A field is not as expected: it says what is wrong. Nothing is lost.";
        return;
      }
      if (Object.keys(answers).length === 0) {
        found.textContent = "Enter your numbers for any of the steps, in any order.";
        return;
      }
      let finding;
      try {
        finding = await this.python.call("checked", { values: this.asks, answers, digits: asked });
      } catch (error) {
        found.textContent = error.message;
        return;
      }
      for (const name of finding.right) fields[name].place.dataset.state = "right";
      if (finding.name) {
        fields[finding.name].say(finding.text);
        fields[finding.name].control.focus();
      }
      found.textContent = finding.text;
    };
    this.solution.append(
      element(
        "div",
        { className: "field-row" },
        digits.place,
        button("network-check main", "Check my numbers", press),
      ),
      found,
    );
  }

  async copy(what, name) {
    if (!this.result) await this.work();
    if (!this.result) return;
    try {
      await navigator.clipboard.writeText(this.result[what]);
      this.tell(`${name} is copied.`);
    } catch {
      const shown = element("textarea", { value: this.result[what], rows: 12, readOnly: true, ariaLabel: name, className: "network-copy" });
      this.said.after(shown);
      shown.select();
      this.tell("The browser did not copy by itself: it is selected here.");
    }
  }
}

new Network(PLACE, GIVEN.example);
