/* Form fields, each with its label, what is expected, and a place for what is wrong. */
import { element } from "./elements.js";

let made = 0;

/* A label of TeX-like signs: "W^1" with its index raised. */
export const named = (name) => {
  const shown = name.replace(/delta/g, "\u03b4").replace(/dL\/d(\w)/g, "\u2202L/\u2202$1");
  const parts = shown.split(/\^(\w+)/);
  return element(
    "span",
    { className: "sign" },
    ...parts.map((part, index) => (index % 2 ? element("sup", { textContent: part }) : part)),
  );
};

export class Field {
  /* `control` is an input, a select or a textarea. */
  constructor(control, label, hint = "") {
    const id = `field-${(made += 1)}`;
    this.control = Object.assign(control, { id });
    this.fault = element("p", { className: "field-fault", id: `${id}-fault`, hidden: true });
    this.label = element("label", { htmlFor: id }, label);
    const about = [this.fault.id];
    this.place = element("div", { className: "field" }, this.label);
    if (hint) {
      const said = element("span", { className: "field-hint", id: `${id}-hint`, textContent: hint });
      about.unshift(said.id);
      this.place.append(said);
    }
    control.setAttribute("aria-describedby", about.join(" "));
    this.place.append(control, this.fault);
  }

  get text() {
    return this.control.value;
  }

  set text(value) {
    this.control.value = value;
  }

  /* What is wrong with it, or nothing. */
  say(words) {
    this.fault.hidden = !words;
    this.fault.textContent = words ? `\u26a0 ${words}` : "";
    if (words) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }

  /* The value that `read` makes of the text; null, and said at the field, where it throws. */
  read(read) {
    try {
      const value = read(this.text);
      this.say("");
      return value;
    } catch (error) {
      this.say(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`);
      return null;
    }
  }
}

export const line = (label, hint, properties = {}) =>
  new Field(element("input", { type: "text", autocomplete: "off", spellcheck: false, ...properties }), label, hint);

export const area = (label, hint, rows) =>
  new Field(
    element("textarea", { rows, autocomplete: "off", spellcheck: false, className: "matrix" }),
    label,
    hint,
  );

/* options: {value: words} */
export const menu = (label, options) =>
  new Field(
    element(
      "select",
      {},
      ...Object.entries(options).map(([value, words]) => element("option", { value, textContent: words })),
    ),
    label,
  );

/* A whole number between two bounds. */
export const whole = (least, most) => (text) => {
  const value = Number(text.trim());
  if (!text.trim() || !Number.isInteger(value) || value < least || value > most) {
    throw new Error(`expected a whole number from ${least} to ${most}, got \u201c${text.trim()}\u201d`);
  }
  return value;
};
