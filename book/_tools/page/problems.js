/* Problems: those that the site has prepared, those that Python makes, and what is said to an answer. */
import { element, OFFLINE } from "./elements.js";
import { shown } from "./html.js";
import { Lines } from "./lines.js";
import { parse } from "./matrix.js";

const HALF_A_UNIT = 0.501; // of the last decimal asked for, as in backprop.practice.judging
const EXACTLY = 1e-6; // of it, where the right number ends there

/* A file of _static/practice: each of `codes` stands for a tag, or for some such signs. */
const unpacked = ({ codes, signs, content }) => {
  const places = new Map([...codes].map((code, place) => [code, place]));
  const whole = [];
  const text = (coded) =>
    coded.replace(/[^\0-\xff]/g, (sign) => {
      const place = places.get(sign);
      return place === undefined ? sign : (whole[place] ??= text(signs[place]));
    });
  const put = (value) => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(put);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, put(one)]));
  };
  return put(content);
};

const files = new Map();
const waits = new Map();
window.practiceData = (name, packed) => waits.get(name)?.(unpacked(packed));

/* {name: values} as a list of {name: value}. */
export const rows = (columns) => columns.text.map((_, index) =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[index]])));

/* What the site has prepared under a name: a script, so that it can be loaded from a folder too. */
export const prepared = (name, folder) => {
  if (!files.has(name)) {
    const come = new Promise((resolve, reject) => {
      waits.set(name, resolve);
      const script = element("script", { src: new URL(`${name}.js`, folder).href });
      script.onerror = () => {
        script.remove();
        files.delete(name);
        reject(new Error(`The problems did not come. ${OFFLINE}`));
      };
      document.head.append(script);
    });
    files.set(name, come);
  }
  return files.get(name);
};

/* {state: "right", "wrong", "unreadable" or "empty", say: HTML} for the answer to a field: rows of numbers
   as text, or a place among the options. */
export const judge = (field, wrong, answer) => {
  if (field.kind === "choice") {
    if (answer === null) return { state: "empty", say: "Nothing is chosen yet." };
    if (answer === field.answer) return { state: "right", say: "Right." };
    const named = wrong.find(({ value }) => value === answer);
    return { state: "wrong", say: `Not quite. ${named?.say ?? field.hint}` };
  }
  if (field.kind === "order") {
    if (answer.length === 0) return { state: "empty", say: "No line stands in order yet." };
    const off = answer.findIndex((place, index) => place !== field.answer[index]);
    if (off >= 0) {
      const named = wrong.find(({ value }) => value === answer[off]);
      return { state: "wrong", say: `Line ${off + 1} does not follow. ${named?.say ?? field.hint}` };
    }
    const missing = field.answer.length - answer.length;
    if (missing) return { state: "wrong", say: `Right so far; lines missing: ${missing}.` };
    return { state: "right", say: "Right." };
  }
  if (!answer.trim()) return { state: "empty", say: "Nothing is filled in yet." };
  const [rows, columns] = field.shape.length ? field.shape : [1, 1];
  let given;
  try {
    given = parse(answer, rows, columns).flat();
  } catch (error) {
    const words = error.message.replace(/[<&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    return { state: "unreadable", say: `${words[0].toUpperCase()}${words.slice(1)}.` };
  }
  const same = (one, right) => {
    const units = right * 10 ** field.digits;
    const ends = Math.abs(units - Math.round(units)) < EXACTLY;
    return Math.abs(one * 10 ** field.digits - units) <= (ends ? EXACTLY : HALF_A_UNIT);
  };
  const off = (value) => given.findIndex((one, index) => !same(one, value[index]));
  const at = off(field.answer);
  if (at < 0) return { state: "right", say: "Right." };
  const named = wrong.find(({ value }) => off(value) < 0);
  const where = given.length > 1 ? ` (row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1})` : "";
  return { state: "wrong", say: `Not quite${where}. ${named?.say ?? field.hint}` };
};

let made = 0;

/* Options as radio buttons, HTML each. */
export const choices = (legend, options) => {
  const name = `choice-${(made += 1)}`;
  const place = element("fieldset", { className: "choice" }, element("legend", {}, legend));
  options.forEach((html, value) => {
    const radio = element("input", { type: "radio", name, value: String(value) });
    place.append(element("label", {}, radio, " ", shown("span", html)));
  });
  const chosen = () => {
    const one = place.querySelector(":checked");
    return one ? Number(one.value) : null;
  };
  return { place, chosen, focus: () => place.querySelector("input").focus() };
};

/* A field of a problem on the page: asks, reads, says. */
class Asked {
  constructor(field, wrong) {
    Object.assign(this, { field, wrong });
    const id = `asked-${(made += 1)}`;
    this.said = element("div", { className: "asked-said", id: `${id}-said` });
    const name = shown("span", field.name);
    if (field.kind === "choice") {
      this.choice = choices(element("span", { textContent: field.label }), field.options);
      this.place = element("div", { className: "field asked" }, this.choice.place, this.said);
      this.focus = this.choice.focus;
      return;
    }
    if (field.kind === "order") {
      this.lines = new Lines(field.options);
      this.place = element("div", { className: "field asked order" }, this.lines.place, this.said);
      this.focus = () => this.lines.focus();
      return;
    }
    const [rows, columns] = field.shape.length ? field.shape : [1, 1];
    const single = rows * columns === 1;
    const what = [single ? "one number" : `${rows} \u00d7 ${columns}, a row on each line`];
    if (field.digits) what.push(`to ${field.digits} decimal${field.digits === 1 ? "" : "s"}`);
    const hint = element("span", { className: "field-hint", id: `${id}-hint`, textContent: what.join(", ") });
    this.control = element(single || rows === 1 ? "input" : "textarea", {
      id,
      autocomplete: "off",
      spellcheck: false,
      className: single ? "short" : "matrix",
      ariaLabel: field.label,
    });
    this.control.setAttribute("aria-describedby", `${hint.id} ${this.said.id}`);
    if (rows > 1) this.control.rows = rows;
    this.place = element("div", { className: "field asked" }, element("label", { htmlFor: id }, name), hint, this.control, this.said);
    this.focus = () => this.control.focus();
  }

  get answer() {
    if (this.lines) return this.lines.order;
    return this.choice ? this.choice.chosen() : this.control.value;
  }

  judge() {
    const verdict = judge(this.field, this.wrong, this.answer);
    const mark = { right: "\u2713 ", wrong: "\u2717 ", unreadable: "\u26a0 ", empty: "" }[verdict.state];
    this.said.innerHTML = `${mark}${verdict.say}`;
    this.said.dataset.state = verdict.state;
    this.control?.setAttribute("aria-invalid", String(verdict.state === "wrong" || verdict.state === "unreadable"));
    return verdict;
  }
}

/* A problem on the page: its text and its fields, or its solution. */
export class Problem {
  constructor(problem) {
    this.problem = problem;
    this.asked = problem.fields.map(
      (field, place) => new Asked(field, problem.wrong.filter((one) => one.field === place)),
    );
    this.place = element(
      "div",
      { className: "problem" },
      shown("div", problem.text, { className: "problem-text" }),
      ...this.asked.map(({ place }) => place),
    );
  }

  /* The verdicts, said at the fields; the first that is not right gets the focus. */
  judge(focus = true) {
    const verdicts = this.asked.map((one) => one.judge());
    if (!focus) return verdicts;
    const first = verdicts.findIndex(({ state }) => state !== "right");
    if (first >= 0) this.asked[first].focus();
    return verdicts;
  }

  solution() {
    return element("ol", { className: "network-steps" }, ...this.problem.solution.map((html) => shown("li", html)));
  }
}
