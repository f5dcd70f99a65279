/* The playground, drawn: every number comes from Python, none is computed here.

   A Stage draws one frame: the network, the plane, the losses, a unit. `render` puts a form around it and
   talks to a running Python; `replay` shows a prepared run. */
const PIXELS = Math.min(globalThis.devicePixelRatio || 1, 2);
const MARKS = [circle, square, triangle, diamond, cross];
const LOWERED = "₀₁₂₃₄₅₆₇₈₉";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const DECADES = 6; // of the deltas' bars
const TABLE_EVERY = 200; // ms between two readings of a unit's table
const HOLD = 700; // ms for each frame of a prepared run
const ADDRESS = "#play&";
const KEY =
  "Lines: weights, blue above 0, orange below; their thick ends: the gradients. Squares: a unit's activation over the " +
  "plane. The bar below: the sum of |δ| over the points, from a millionth of the largest one to the largest. Crossed out: dead."
const LABELS = {
  data: "data",
  function: "class 1 where this is > 0",
  hidden: "hidden layers",
  activation: "activation",
  scheme: "first weights",
  loss: "loss",
  learning_rate: "learning rate",
  batch_size: "batch size",
  seed: "seed",
};

const h = (name, properties = {}, ...children) => {
  const { attributes = {}, ...own } = properties;
  const made = Object.assign(document.createElement(name), own);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat());
  return made;
};

const button = (text, press, title = "") => {
  const made = h("button", { type: "button", textContent: text, title });
  made.addEventListener("click", press);
  return made;
};

const digits = (number, from) => [...String(number)].map((digit) => from[digit]).join("");
const symbol = (letter, l, i) => `${letter}${digits(l, RAISED)}${digits(i, LOWERED)}`;
const below = (l, j) => (l > 1 ? symbol("a", l - 1, j) : `x${digits(j, LOWERED)}`);
const percent = (share) => `${Math.round(100 * share)} %`;
const counted = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
const short = (number, places = 3) => {
  if (number === 0) return "0";
  const size = Math.abs(number);
  const text = size < 1e-3 || size >= 1e4 ? number.toExponential(1) : String(Number(number.toPrecision(places)));
  return text.replaceAll("-", "−");
};

/* The arrays in the bytes that `packed` made, by name. */
const KINDS = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };
const unpacked = (layout, data) => {
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength).slice();
  const arrays = {};
  let at = 0;
  for (const [name, kind, shape] of layout) {
    const length = shape.reduce((a, b) => a * b, 1);
    arrays[name] = new KINDS[kind](bytes.buffer, at, length);
    at += arrays[name].byteLength;
  }
  return arrays;
};

/* Where the units, and each layer's weights, stand in the flat arrays. */
const placed = (sizes) => {
  const layers = [];
  let unit = 0;
  let weight = 0;
  for (let l = 1; l < sizes.length; l += 1) {
    layers[l] = { n: sizes[l], below: sizes[l - 1], unit, weight };
    unit += sizes[l];
    weight += sizes[l] * sizes[l - 1];
  }
  return layers;
};

function circle(pen, x, y, r) {
  pen.arc(x, y, r, 0, 2 * Math.PI);
}
function square(pen, x, y, r) {
  pen.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
}
function polygon(pen, x, y, r, angles) {
  angles.forEach((a, k) => pen[k ? "lineTo" : "moveTo"](x + r * Math.cos(a), y + r * Math.sin(a)));
  pen.closePath();
}
function triangle(pen, x, y, r) {
  polygon(pen, x, y, 1.3 * r, [-Math.PI / 2, Math.PI / 6, (5 * Math.PI) / 6]);
}
function diamond(pen, x, y, r) {
  polygon(pen, x, y, 1.3 * r, [0, Math.PI / 2, Math.PI, -Math.PI / 2]);
}
function cross(pen, x, y, r) {
  pen.rect(x - 1.2 * r, y - 0.45 * r, 2.4 * r, 0.9 * r);
  pen.rect(x - 0.45 * r, y - 1.2 * r, 0.9 * r, 2.4 * r);
}

/* The colours that the style sheet gives, as numbers; read again when the theme changes. */
const colors = (root) => {
  const style = getComputedStyle(root);
  const rgb = (name) => {
    const hex = style.getPropertyValue(name).trim() || "#888888";
    return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  };
  const named = Object.fromEntries(
    ["ground", "ink", "muted", "positive", "negative", "delta"].map((name) => [name, rgb(`--pg-${name}`)]),
  );
  named.classes = [0, 1, 2, 3, 4].map((k) => rgb(`--pg-class-${k}`));
  return named;
};
const mixed = (from, to, share) => from.map((part, k) => part + (to[k] - part) * share);
/* n colours as a canvas keeps them. */
const ramp = (n, color) => {
  const bytes = new Uint8ClampedArray(4 * n);
  for (let k = 0; k < n; k += 1) bytes.set([...color(k), 255], 4 * k);
  return new Uint32Array(bytes.buffer);
};
const css = (rgb, alpha = 1) => `rgba(${rgb.map(Math.round).join()},${alpha})`;

/* A canvas that is as wide as its place; `draw` gets its pen and its size in CSS pixels. */
class Picture {
  constructor(words) {
    this.canvas = h("canvas", { attributes: { role: "img", "aria-label": words } });
    this.pen = this.canvas.getContext("2d");
  }

  /* What is to be seen, for whoever cannot see it. */
  set words(words) {
    if (this.canvas.ariaLabel !== words) this.canvas.setAttribute("aria-label", words);
  }

  begin(height) {
    const width = this.canvas.clientWidth || 300;
    const [w, t] = [Math.round(width * PIXELS), Math.round(height * PIXELS)];
    if (this.canvas.width !== w || this.canvas.height !== t) {
      Object.assign(this.canvas, { width: w, height: t });
      this.canvas.style.height = `${height}px`;
    }
    this.pen.setTransform(PIXELS, 0, 0, PIXELS, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    return [this.pen, width, height];
  }
}

class Stage {
  constructor(root, { drawn = () => {}, chosen = () => {} } = {}) {
    Object.assign(this, { root, drawn, chosen, unit: [1, 1], hover: null, frames: 0, spent: 0, tableAt: 0 });
    root.classList.add("playground");
    this.facts = null;
    this.small = document.createElement("canvas");
    this.numbers = h("p", { className: "pg-numbers" });
    this.net = new Picture("The network");
    this.plane = new Picture("The plane");
    this.loss = new Picture("The losses");
    this.units = h("div", { className: "pg-units", attributes: { role: "group", "aria-label": "Units" } });
    this.units.addEventListener("keydown", (event) => this.walk(event));
    this.lines = this.menu("lines show", ["weights and gradients", "weights", "gradients"]);
    this.shows = this.menu("the plane shows", ["the answer", "the unit"]);
    this.table = h("table", { className: "pg-table" });
    this.pictures = h(
      "div",
      { className: "pg-pictures" },
      h(
        "figure",
        { className: "pg-net" },
        this.lines.label,
        h("div", { className: "pg-layers" }, this.net.canvas, this.units),
        h("figcaption", { textContent: KEY }),
      ),
      h("figure", { className: "pg-plane" }, this.shows.label, this.plane.canvas),
      h("figure", { className: "pg-loss" }, this.loss.canvas),
      h("figure", { className: "pg-unit" }, this.table),
    );
    root.append(this.numbers, this.pictures);
    this.again = () => this.ask();
    this.resized = new ResizeObserver(this.again);
    this.resized.observe(root);
    this.themed = new MutationObserver(() => {
      this.colors = null;
      this.ask();
    });
    for (const place of [document.documentElement, document.body]) {
      this.themed.observe(place, { attributeFilter: ["data-theme", "data-jp-theme-light", "class"] });
    }
  }

  menu(name, options) {
    const select = h("select", { attributes: { "aria-label": name } }, options.map((text) => h("option", { textContent: text })));
    select.addEventListener("change", () => this.ask());
    return { select, label: h("label", {}, h("span", { textContent: name }), select) };
  }

  close() {
    this.closed = true;
    this.resized.disconnect();
    this.themed.disconnect();
  }

  /* The numbers to draw; they are drawn when the browser draws next, the last ones only. */
  show(facts, arrays, examples) {
    if (String(facts.sizes) !== String(this.facts?.sizes)) this.begin(facts.sizes);
    Object.assign(this, { facts, arrays, examples });
    this.ask();
  }

  ask() {
    if (this.asked || !this.facts || this.closed) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      const began = performance.now();
      this.draw();
      this.spent += performance.now() - began;
      if (this.shown !== this.facts) {
        this.shown = this.facts;
        this.frames += 1;
        this.root.dataset.frames = this.frames;
        this.root.dataset.spent = Math.round(this.spent);
        this.drawn(this.facts);
      }
    });
  }

  /* A network of other sizes: a button for each unit. */
  begin(sizes) {
    this.layers = placed(sizes);
    const [l, i] = this.unit;
    if (!(l < sizes.length && i <= sizes[l])) this.unit = [1, 1];
    this.hover = null;
    this.buttons = new Map();
    this.units.replaceChildren();
    for (let l = 1; l < sizes.length; l += 1) {
      for (let i = 1; i <= sizes[l]; i += 1) {
        const one = button("", () => this.choose([l, i]), symbol("a", l, i));
        one.addEventListener("pointerenter", () => this.look([l, i]));
        one.addEventListener("pointerleave", () => this.look(null));
        one.addEventListener("focus", () => this.choose([l, i]));
        this.buttons.set(`${l} ${i}`, one);
        this.units.append(one);
      }
    }
    this.mark();
  }

  mark() {
    for (const [place, one] of this.buttons) {
      const is = place === this.unit.join(" ");
      one.tabIndex = is ? 0 : -1;
      one.setAttribute("aria-pressed", is);
    }
  }

  choose(unit) {
    if (String(unit) === String(this.unit)) return;
    this.unit = unit;
    this.mark();
    this.tableAt = 0;
    this.chosen(unit);
    this.ask();
  }

  look(unit) {
    this.hover = unit;
    this.tableAt = 0;
    this.ask();
  }

  walk(event) {
    const [dl, di] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (dl === undefined) return;
    event.preventDefault();
    const { sizes } = this.facts;
    const l = Math.min(Math.max(this.unit[0] + dl, 1), sizes.length - 1);
    const i = Math.min(Math.max(this.unit[1] + di, 1), sizes[l]);
    this.choose([l, i]);
    this.buttons.get(`${l} ${i}`).focus();
  }

  draw() {
    if (!this.colors) {
      this.colors = colors(this.root);
      const { ground, positive, negative, classes } = this.colors;
      this.ramp = ramp(255, (k) => mixed(ground, k < 127 ? negative : positive, Math.abs(k - 127) / 127));
      this.answers = classes.map((rgb) => ramp(256, (k) => mixed(ground, rgb, 0.08 + (0.5 * k) / 255)));
    }
    this.paintFields();
    this.drawNumbers();
    this.drawNet();
    this.drawPlane();
    this.drawLoss();
    this.drawTable();
  }

  drawNumbers() {
    const { epochs, steps, loss, right, dead, sizes } = this.facts;
    const hidden = sizes.slice(1, -1).reduce((a, b) => a + b, 0);
    const gone = dead.reduce((a, b) => a + b, 0);
    const where = dead.map((n, k) => n && `${n} in layer ${k + 1}`).filter(Boolean).join(", ");
    const parts = [
      `${counted(epochs, "epoch")}, ${counted(steps, "step")}`,
      `training loss ${short(loss[0], 4)}, ${percent(right[0])} right`,
      `validation loss ${short(loss[1], 4)}, ${percent(right[1])} right`,
    ];
    if (hidden) parts.push(`dead units: ${gone} of ${hidden}${where && ` (${where})`}`);
    this.numbers.replaceChildren(...parts.map((text) => h("span", { textContent: text })));
    this.numbers.classList.toggle("pg-some-dead", gone > 0);
  }

  /* All activations and the answer, one below the other on a small canvas; parts of it are drawn large. */
  paintFields() {
    const { side } = this.facts;
    const { fields, winner, sure } = this.arrays;
    const area = side * side;
    const height = fields.length / side + side;
    if (this.small.width !== side || this.small.height !== height) Object.assign(this.small, { width: side, height });
    const pen = this.small.getContext("2d");
    const image = pen.createImageData(side, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let from = 0; from < pixels.length; from += area) {
      const unit = from < fields.length;
      for (let k = 0; k < area; k += 1) {
        const at = from + area - side - Math.floor(k / side) * side + (k % side); // x2 goes up
        pixels[at] = unit ? this.ramp[fields[from + k] + 127] : this.answers[winner[k]][sure[k]];
      }
    }
    pen.putImageData(image, 0, 0);
  }

  /* The field of a unit by its place among all, or the answer behind them. */
  drawField(pen, index, left, top, width, height) {
    const { side } = this.facts;
    pen.drawImage(this.small, 0, index * side, side, side, left, top, width, height);
  }

  drawNet() {
    const { sizes } = this.facts;
    const { W, dW, delta_sums: sums, dead } = this.arrays;
    const { ink, muted, positive, negative, delta } = this.colors;
    const most = Math.max(...sizes);
    const width = this.net.canvas.clientWidth || 300;
    const pitch = Math.max(27, Math.min(56, 400 / most));
    const height = Math.max(most * pitch + 26, 150);
    const unit = Math.min(pitch - 11, (0.55 * width) / sizes.length);
    const [pen] = this.net.begin(height);
    const x = (l) => ((l + 0.5) / sizes.length) * width;
    const y = (l, i) => 20 + (height - 26) * ((i - 0.5) / sizes[l]);
    const show = this.lines.select.selectedIndex;
    const gone = dead.reduce((a, b) => a + b, 0);
    this.net.words =
      `The network, ${sizes.join("-")} units from the inputs on, with lines for ${this.lines.select.value}` +
      `${gone ? `; ${counted(gone, "dead unit")}` : ""}. The buttons are its units`;
    const [atL, atI] = this.hover ?? this.unit;
    const line = (l, i, j, value, reach, style) => {
      const share = Math.abs(value) / (reach || 1);
      if (share < 0.02) return;
      const [x0, y0, x1, y1] = [x(l - 1) + unit / 2, y(l - 1, j), x(l) - unit / 2, y(l, i)];
      const from = style.from;
      pen.strokeStyle = css(value >= 0 ? positive : negative, style.alpha * (0.35 + 0.65 * share));
      pen.lineWidth = 0.4 + style.width * share;
      pen.beginPath();
      pen.moveTo(x0 + (x1 - x0) * from, y0 + (y1 - y0) * from);
      pen.lineTo(x1, y1);
      pen.stroke();
    };
    this.layers.forEach((layer, l) => {
      const count = layer.n * layer.below;
      const reachOf = (of) => {
        let reach = 0;
        for (let k = 0; k < count; k += 1) reach = Math.max(reach, Math.abs(of[layer.weight + k]));
        return reach;
      };
      const [reachW, reachD] = [reachOf(W), reachOf(dW)];
      for (let i = 1; i <= layer.n; i += 1) {
        const near = l === atL && i === atI ? 1 : 0.55;
        for (let j = 1; j <= layer.below; j += 1) {
          const k = layer.weight + (i - 1) * layer.below + j - 1;
          if (show !== 2) line(l, i, j, W[k], reachW, { from: 0, alpha: near, width: 2.4 });
          if (show !== 1) {
            line(l, i, j, dW[k], reachD, { from: show === 2 ? 0 : 0.72, alpha: near, width: show === 2 ? 2.4 : 5 });
          }
        }
      }
    });
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillStyle = css(muted);
    sizes.forEach((_, l) => pen.fillText(l ? (width / sizes.length > 60 ? `layer ${l}` : l) : "x", x(l), 12));
    for (let i = 1; i <= 2; i += 1) {
      pen.fillStyle = css(ink);
      pen.textAlign = "right";
      pen.fillText(`x${digits(i, LOWERED)}`, x(0) + unit / 2 - 2, y(0, i) + 4);
    }
    let largest = 0;
    for (const sum of sums) if (Number.isFinite(sum)) largest = Math.max(largest, sum);
    this.layers.forEach((layer, l) => {
      for (let i = 1; i <= layer.n; i += 1) {
        const index = layer.unit + i - 1;
        const [left, top] = [x(l) - unit / 2, y(l, i) - unit / 2];
        this.drawField(pen, index, left, top, unit, unit);
        const is = l === atL && i === atI;
        pen.strokeStyle = css(is ? ink : muted);
        pen.lineWidth = is ? 2.5 : 1;
        pen.strokeRect(left, top, unit, unit);
        if (dead[index]) {
          pen.strokeStyle = css(ink);
          pen.lineWidth = 1.5;
          pen.beginPath();
          pen.moveTo(left, top);
          pen.lineTo(left + unit, top + unit);
          pen.moveTo(left + unit, top);
          pen.lineTo(left, top + unit);
          pen.stroke();
        }
        const share = sums[index] > 0 ? 1 + Math.log10(sums[index] / largest) / DECADES : 0;
        pen.fillStyle = css(delta);
        pen.fillRect(left, top + unit + 2, unit * Math.max(0, Math.min(1, share)), 3.5);
        const one = this.buttons.get(`${l} ${i}`);
        const name = `Layer ${l}, unit ${i}${dead[index] ? ", dead" : ""}`;
        if (one.ariaLabel !== name) one.setAttribute("aria-label", name);
        const place = `${left - 2}px ${top - 2}px ${unit + 4}px`;
        if (one.place !== place) {
          one.place = place;
          Object.assign(one.style, { left: `${left - 2}px`, top: `${top - 2}px`, width: `${unit + 4}px`, height: `${unit + 4}px` });
        }
      }
    });
  }

  drawPlane() {
    const { side, extent } = this.facts;
    const [x1, x2, y1, y2] = extent;
    const { deltas, dead } = this.arrays;
    const { ground, ink, classes, positive, negative } = this.colors;
    const [pen, width, height] = this.plane.begin(Math.min(this.plane.canvas.clientWidth || 300, 360));
    const one = this.hover !== null || this.shows.select.selectedIndex === 1;
    const [l, i] = this.hover ?? this.unit;
    const index = this.layers[l].unit + i - 1;
    this.drawField(pen, one ? index : dead.length, 0, 0, width, height);
    const X = (x) => ((((x - x1) / (x2 - x1)) * (side - 1) + 0.5) / side) * width;
    const Y = (y) => height - ((((y - y1) / (y2 - y1)) * (side - 1) + 0.5) / side) * height;
    this.point = (px, py) => [
      x1 + ((((px / width) * side - 0.5) / (side - 1)) * (x2 - x1)),
      y1 + ((((1 - py / height) * side - 0.5) / (side - 1)) * (y2 - y1)),
    ];
    const m = deltas.length / this.arrays.dead.length;
    const dots = this.draft ?? this.dots();
    dots.forEach(([x, y, label], k) => {
      const d = one && k < m && !this.draft ? deltas[index * m + k] : null;
      pen.beginPath();
      MARKS[label](pen, X(x), Y(y), d === null ? 4 : 2 + (6 * Math.abs(d)) / 127);
      pen.fillStyle = d === null ? css(classes[label]) : css(d >= 0 ? positive : negative);
      pen.strokeStyle = css(d === null ? ground : ink);
      pen.lineWidth = d === null ? 1.2 : 0.7;
      pen.fill();
      pen.stroke();
    });
    if (this.cursor) {
      const [cx, cy] = [X(this.cursor[0]), Y(this.cursor[1])];
      pen.strokeStyle = css(ink);
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.moveTo(cx - 10, cy);
      pen.lineTo(cx + 10, cy);
      pen.moveTo(cx, cy - 10);
      pen.lineTo(cx, cy + 10);
      pen.stroke();
    }
    pen.fillStyle = css(ink);
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "left";
    const what = one
      ? `${symbol("a", l, i)} from −${short(this.arrays.reaches[index], 2)} to ${short(this.arrays.reaches[index], 2)}; dots: ${symbol("δ", l, i)}`
      : "the class that the network gives";
    if (!this.draft) {
      this.plane.words = `The plane with ${counted(dots.length, "point")}: ${what}. ${percent(this.facts.right[0])} of the training points are right`;
    }
    pen.lineWidth = 3;
    pen.strokeStyle = css(ground, 0.8);
    pen.strokeText(what, 6, height - 7);
    pen.fillText(what, 6, height - 7);
  }

  /* The examples to train on as [x1, x2, class]; all of them, also those kept apart, with `all`. */
  dots(all = false) {
    const { X, labels } = this.examples;
    const count = labels.length;
    const shown = all ? count : this.arrays.deltas.length / this.arrays.dead.length;
    return Array.from({ length: shown }, (_, k) => [X[k], X[count + k], labels[k]]);
  }

  drawLoss() {
    const { losses } = this.arrays;
    const { ink, muted, delta } = this.colors;
    const [pen, width, height] = this.loss.begin(150);
    const count = losses.length / 3;
    const finite = [...losses.slice(count)].filter((value) => Number.isFinite(value) && value > 0);
    let [low, high] = [Math.min(...finite), Math.max(...finite)];
    const log = high / low > 100;
    if (!log) low = 0;
    const [left, right, top, bottom] = [58, width - 78, 18, height - 24];
    const last = Math.max(losses[count - 1], 1);
    const course = (row) => [0, count - 1].map((k) => short(losses[row * count + k])).join(" to ");
    this.loss.words = `The losses of epochs 0 to ${losses[count - 1]}: training ${course(1)}, validation ${course(2)}`;
    const X = (epoch) => left + ((right - left) * epoch) / last;
    const Y = (value) => {
      const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low || 1);
      return bottom - (bottom - top) * Math.max(0, Math.min(1, share));
    };
    pen.strokeStyle = css(muted);
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(left, top);
    pen.lineTo(left, bottom);
    pen.lineTo(right, bottom);
    pen.stroke();
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = css(ink);
    pen.textAlign = "right";
    pen.fillText(short(high, 2), left - 4, top + 4);
    pen.fillText(short(low, 2), left - 4, bottom + 4);
    pen.fillText("loss", left - 4, top - 9);
    pen.textAlign = "left";
    pen.fillText("0", left - 3, bottom + 16);
    pen.textAlign = "right";
    pen.fillText(`epoch ${last}`, right, bottom + 16);
    const ends = [1, 2].map((row) => Y(losses[(row + 1) * count - 1]));
    const apart = Math.abs(ends[0] - ends[1]) < 13 ? 13 - Math.abs(ends[0] - ends[1]) : 0;
    [["training", ink, []], ["validation", delta, [5, 3]]].forEach(([name, color, dash], row) => {
      pen.strokeStyle = css(color);
      pen.fillStyle = css(color);
      pen.lineWidth = 2;
      pen.setLineDash(dash);
      pen.beginPath();
      for (let k = 0; k < count; k += 1) {
        const value = losses[(row + 1) * count + k];
        pen[k ? "lineTo" : "moveTo"](X(losses[k]), Y(Number.isFinite(value) ? value : high));
      }
      pen.stroke();
      pen.setLineDash([]);
      const upper = ends[row] < ends[1 - row] || (ends[0] === ends[1] && row === 1);
      pen.textAlign = "left";
      pen.fillText(name, X(losses[count - 1]) + 5, ends[row] + 4 + (upper ? -apart / 2 : apart / 2));
    });
  }

  /* A unit's weights, bias and gradients, as numbers with bars; read anew a few times a second. */
  drawTable() {
    const now = performance.now();
    if (now < this.tableAt + TABLE_EVERY) {
      this.late ??= setTimeout(() => {
        this.late = null;
        this.ask();
      }, TABLE_EVERY);
      return;
    }
    this.tableAt = now;
    const { W, b, dW, db, dead, delta_sums: sums } = this.arrays;
    const [l, i] = this.hover ?? this.unit;
    const layer = this.layers[l];
    const index = layer.unit + i - 1;
    const at = layer.weight + (i - 1) * layer.below;
    const rows = Array.from({ length: layer.below }, (_, j) => [below(l, j + 1), W[at + j], dW[at + j]]);
    rows.push(["bias", b[index], db[index]]);
    if (this.table.rows.length !== rows.length + 1) {
      this.title = h("caption", {});
      const head = ["from", "weight", "gradient"].map((text) => h("th", { textContent: text, scope: "col" }));
      this.cells = rows.map(() => [h("th", { scope: "row" }), h("td"), h("td")]);
      this.table.replaceChildren(
        this.title,
        h("thead", {}, h("tr", {}, head)),
        h("tbody", {}, this.cells.map((cells) => h("tr", {}, cells))),
      );
    }
    this.title.textContent = `Unit ${i} of layer ${l}, ${symbol("a", l, i)}: sum of |δ| ${short(sums[index], 2)}${dead[index] ? ", dead" : ""}`;
    const reach = [1, 2].map((column) => Math.max(...rows.map((row) => Math.abs(row[column]))) || 1);
    rows.forEach((row, k) => {
      this.cells[k][0].textContent = row[0];
      for (const column of [1, 2]) {
        const cell = this.cells[k][column];
        cell.textContent = short(row[column]);
        cell.style.setProperty("--share", `${(100 * Math.abs(row[column])) / reach[column - 1]}%`);
        cell.classList.toggle("pg-negative", row[column] < 0);
      }
    });
  }
}

/* The learner's own points on the plane: painted by mouse, finger or keys. */
class Paint {
  constructor(stage, say, changed) {
    Object.assign(this, { stage, say, changed, label: 0, on: false });
    const { canvas } = stage.plane;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.up());
    canvas.addEventListener("keydown", (event) => this.key(event));
    const kinds = ["class 0", "class 1", "class 2", "erase"];
    const name = `paint-${Math.random().toString(36).slice(2)}`;
    this.radios = kinds.map((text, k) => {
      const radio = h("input", { type: "radio", name, checked: k === 0 });
      radio.addEventListener("change", () => (this.label = k));
      return h("label", { className: "pg-radio" }, radio, text);
    });
    this.element = h("div", { className: "pg-row", attributes: { role: "radiogroup", "aria-label": "Paint with" } }, this.radios);
  }

  turn(on) {
    this.on = on;
    const { stage } = this;
    const { canvas } = stage.plane;
    canvas.classList.toggle("pg-paints", on);
    if (on) {
      stage.draft = stage.dots(true);
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      canvas.setAttribute(
        "aria-label",
        "The plane, to paint on. Arrow keys move the cross, Space paints, Delete erases, 0 to 2 choose the class.",
      );
    } else {
      stage.draft = stage.cursor = null;
      canvas.removeAttribute("tabindex");
      canvas.setAttribute("role", "img");
    }
    stage.ask();
  }

  clear() {
    this.stage.draft = [];
    this.stage.ask();
    this.changed([]);
  }

  put([x, y], label = this.label) {
    const { stage } = this;
    const [x1, x2, y1, y2] = stage.facts.extent;
    if (label === 3) {
      const near = ([a, b]) => Math.hypot((a - x) / (x2 - x1), (b - y) / (y2 - y1));
      const least = Math.min(...stage.draft.map(near));
      if (least < 0.04) stage.draft = stage.draft.filter((point) => near(point) > least);
    } else {
      stage.draft = [...stage.draft, [x, y].map((value) => Math.round(1e4 * value) / 1e4).concat(label)];
    }
    stage.ask();
  }

  at(event) {
    const box = this.stage.plane.canvas.getBoundingClientRect();
    return this.stage.point(event.clientX - box.left, event.clientY - box.top);
  }

  down(event) {
    if (!this.on || event.button > 0) return;
    event.preventDefault();
    this.stage.plane.canvas.focus({ preventScroll: true });
    this.stage.plane.canvas.setPointerCapture(event.pointerId);
    this.last = [event.clientX, event.clientY];
    this.put(this.at(event));
  }

  move(event) {
    if (!this.last || Math.hypot(event.clientX - this.last[0], event.clientY - this.last[1]) < 14) return;
    this.last = [event.clientX, event.clientY];
    this.put(this.at(event));
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.changed(this.stage.draft);
  }

  key(event) {
    if (!this.on || event.ctrlKey || event.metaKey || event.altKey) return;
    const { stage } = this;
    const [x1, x2, y1, y2] = stage.facts.extent;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    stage.cursor ??= [(x1 + x2) / 2, (y1 + y2) / 2];
    const where = () => stage.cursor.map((value) => short(value, 2)).join(", ");
    if (move) {
      const by = event.shiftKey ? 0.1 : 0.025;
      stage.cursor = [
        Math.min(Math.max(stage.cursor[0] + move[0] * by * (x2 - x1), x1), x2),
        Math.min(Math.max(stage.cursor[1] + move[1] * by * (y2 - y1), y1), y2),
      ];
      this.say(where());
    } else if (/^[012]$/.test(event.key)) {
      this.radios[event.key].firstChild.click();
      this.say(`class ${event.key}`);
    } else if (event.key === " " || event.key === "Enter") {
      this.put(stage.cursor);
      this.say(`${this.label === 3 ? "erased near" : `class ${this.label} at`} ${where()}`);
      this.changed(stage.draft);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.put(stage.cursor, 3);
      this.say(`erased near ${where()}`);
      this.changed(stage.draft);
    } else return;
    event.preventDefault();
    stage.ask();
  }
}

const box = (title, ...children) => h("details", { className: "pg-box" }, h("summary", { textContent: title }), ...children);

const render = ({ model, el }) => {
  const root = h("div", {});
  el.append(root);
  const send = (what, more = {}, buffers = []) => model.send({ do: what, ...more }, undefined, buffers);
  const onPage = document.querySelector("[data-cell]") !== null;
  let touched = false; // the address follows what the learner does, not what they find

  // The form
  const fields = {};
  const form = h("div", { className: "pg-form" });
  for (const [name, text] of Object.entries(LABELS)) {
    const options = model.get("menus")[name];
    const field = options
      ? h("select", {}, options.map((value) => h("option", { value, textContent: value.replaceAll("_", " ") })))
      : h("input", { type: "text", spellcheck: false, autocomplete: "off" });
    if (["learning_rate", "batch_size", "seed"].includes(name)) field.inputMode = "decimal";
    field.dataset.name = name;
    field.setAttribute("aria-label", text);
    const take = () => {
      touched = true;
      model.set("form", { ...model.get("form"), [name]: field.value });
      model.save_changes();
    };
    field.addEventListener("change", take);
    // JupyterLab keeps what a browser does at Enter from happening.
    field.addEventListener("keydown", (event) => event.key === "Enter" && take());
    fields[name] = field;
    form.append(h("label", { className: `pg-${name}` }, h("span", { textContent: text }), field));
  }
  const fill = () => {
    const values = model.get("form");
    for (const [name, field] of Object.entries(fields)) {
      if (field.value !== values[name]) field.value = values[name];
    }
    fields.function.parentElement.hidden = fields.data.value !== "function";
  };

  // The buttons, the message, what a screen reader hears
  const act = (what) => () => {
    touched = true;
    send(what);
  };
  const run = button("Run", act("run"), "Train until you press Pause");
  const pause = button("Pause", act("pause"), "Stop training, keep the network");
  const buttons = h(
    "div",
    { className: "pg-row pg-buttons" },
    run,
    pause,
    button("One step", act("step"), "One mini-batch"),
    button("Reset", act("reset"), "Back to the first weights"),
  );
  const message = h("p", { className: "pg-message", attributes: { role: "alert" } });
  const voice = h("p", { className: "pg-voice", attributes: { role: "status" } });
  let spoken = -Infinity; // when the brush has said where it is
  root.append(form, buttons, message, voice);

  const stage = new Stage(root, {
    drawn: (facts) => send("seen", { frame: facts.frame }),
    chosen: (unit) => {
      model.set("unit", unit);
      model.save_changes();
    },
  });
  stage.unit = [...model.get("unit")];

  // The learner's own points
  const paint = new Paint(
    stage,
    (text) => {
      voice.textContent = text;
      spoken = performance.now();
    },
    (points) => {
      touched = true;
      model.set("points", points);
      model.save_changes();
    },
  );
  const pasted = h("textarea", { rows: 4, spellcheck: false, placeholder: "x1, x2, class\n0.5, -0.2, 1" });
  const opened = h("input", { type: "file", accept: ".csv,.txt,.tsv,text/*" });
  opened.addEventListener("change", async () => {
    if (!opened.files.length) return;
    pasted.value = await opened.files[0].text();
    opened.value = "";
    send("table", { text: pasted.value });
  });
  const own = box(
    "Your own points",
    h("p", { textContent: "While this is open you paint on the plane: press or drag, or go there by Tab and use the arrow keys, Space and Delete." }),
    paint.element,
    h("div", { className: "pg-row" }, button("Remove all points", () => paint.clear())),
    h("label", { className: "pg-block" }, h("span", { textContent: "or a table: x1, x2 and the class, a point in each line" }), pasted),
    h(
      "div",
      { className: "pg-row" },
      button("Take these points", () => {
        touched = true;
        send("table", { text: pasted.value });
      }),
      h("label", {}, h("span", { textContent: "open a CSV file" }), opened),
    ),
  );
  own.addEventListener("toggle", () => stage.facts && paint.turn(own.open));

  // The first weights
  const tables = h("div", { className: "pg-tables" });
  const listTables = () => {
    tables.replaceChildren(
      ...model.get("tables").map((text, k) => {
        const rows = text.split("\n").length;
        const label = `W${digits(k + 1, RAISED)} | b${digits(k + 1, RAISED)}: a row for each unit of layer ${k + 1}`;
        const area = h("textarea", { value: text, rows: Math.min(rows, 8), spellcheck: false, wrap: "off" });
        return h("label", { className: "pg-block" }, h("span", { textContent: label }), area);
      }),
    );
  };
  const first = box(
    "First weights",
    tables,
    h(
      "div",
      { className: "pg-row" },
      button("Begin with these", () => {
        touched = true;
        send("weights", { tables: [...tables.querySelectorAll("textarea")].map((area) => area.value) });
      }),
      button("Back to the seed's", act("seed")),
    ),
  );

  // Files and the address
  const file = h("input", { type: "file", accept: ".npz" });
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    touched = true;
    send("load", {}, [await file.files[0].arrayBuffer()]);
    file.value = "";
  });
  const link = h("input", { type: "text", readOnly: true, className: "pg-link" });
  link.addEventListener("focus", () => link.select());
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(link.value);
      voice.textContent = copy.textContent = "Copied";
    } catch {
      link.select();
    }
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
  const state = h("input", { type: "text", spellcheck: false, placeholder: `${ADDRESS}data=xor&hidden=4` });
  const take = () => {
    touched = true;
    send("open", { address: state.value.includes(ADDRESS) ? state.value.slice(state.value.indexOf(ADDRESS)) : ADDRESS + state.value });
  };
  const files = box(
    "Save, load, share",
    h("div", { className: "pg-row" }, button("Save the network", act("save")), h("label", {}, h("span", { textContent: "load a network" }), file)),
    h("div", { className: "pg-row" }, h("label", { className: "pg-wide" }, h("span", { textContent: "this experiment as a link" }), link), copy),
    h("div", { className: "pg-row" }, h("label", { className: "pg-wide" }, h("span", { textContent: "open such a link" }), state), button("Open", take)),
  );
  root.append(own, first, files);

  // What Python sends
  let examples = null;
  const listen = {
    "change:form": fill,
    "change:message": () => (message.textContent = model.get("message")),
    "change:words": () => {
      if (performance.now() > spoken + 1500) voice.textContent = model.get("words");
    },
    "change:tables": listTables,
    "change:unit": () => {
      stage.unit = [...model.get("unit")];
      if (stage.facts) stage.mark();
    },
    "change:running": () => {
      const on = model.get("running");
      const [from, to] = on ? [run, pause] : [pause, run];
      const held = from === root.getRootNode().activeElement; // a button that is off holds no keyboard
      to.disabled = false;
      if (held) to.focus();
      from.disabled = true;
      root.classList.toggle("pg-running", on);
    },
    "change:examples": () => {
      examples = unpacked(model.get("layout_of_examples"), model.get("examples"));
    },
    "change:frame": () => {
      const arrays = unpacked(model.get("layout_of_frame"), model.get("frame"));
      stage.show(model.get("facts"), arrays, examples);
      if (stage.draft && !paint.last && stage.seenExamples !== examples) stage.draft = stage.dots(true);
      stage.seenExamples = examples;
    },
    "change:address": () => {
      const address = model.get("address");
      link.value = onPage ? location.href.split("#")[0] + address : address;
      if (onPage && touched) history.replaceState(history.state, "", address);
    },
    "msg:custom": (content, buffers) => {
      if (!content.saved) return;
      const data = new Blob([buffers[0]], { type: "application/octet-stream" });
      const anchor = h("a", { href: URL.createObjectURL(data), download: content.saved });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
    },
  };
  for (const [event, hear] of Object.entries(listen)) {
    model.on(event, hear);
    if (event !== "msg:custom") hear();
  }
  voice.textContent = "";
  const follow = () => {
    if (location.hash.startsWith(ADDRESS)) send("open", { address: location.hash });
  };
  if (onPage) {
    follow();
    addEventListener("hashchange", follow);
  }
  return () => {
    stage.close();
    removeEventListener("hashchange", follow);
    for (const [event, hear] of Object.entries(listen)) model.off(event, hear);
  };
};

/* A prepared run: its frames one after the other, moved by a slider, played where motion is welcome. */
const replay = async (holder) => {
  const { frames, examples: [layout, length], data } = JSON.parse(holder.querySelector("script").textContent);
  const packed = new Blob([Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))]);
  const whole = await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const examples = unpacked(layout, new Uint8Array(whole, 0, length));
  let at = length;
  const ready = frames.map(({ facts, layout: of, length: bytes, words }) => {
    const arrays = unpacked(of, new Uint8Array(whole, at, bytes));
    at += bytes;
    return { facts, arrays, words };
  });
  const root = h("div", {});
  const slider = h("input", { type: "range", min: 0, max: ready.length - 1, value: 0 });
  const voice = h("p", { className: "pg-voice", attributes: { role: "status" } });
  let clock = null;
  let number = ready.length - 1;
  const toggle = button("Play", () => (clock ? stop() : play()));
  root.append(
    h("div", { className: "pg-row pg-buttons" }, toggle, h("label", { className: "pg-wide" }, h("span", { textContent: "epoch" }), slider)),
    voice,
  );
  const stage = new Stage(root);
  const show = (next) => {
    number = next;
    const { facts, arrays } = ready[number];
    slider.value = number;
    slider.setAttribute("aria-valuetext", `${facts.epochs} epochs`);
    stage.show(facts, arrays, examples);
  };
  const stop = () => {
    clearInterval(clock);
    clock = null;
    toggle.textContent = "Play";
    voice.textContent = ready[number].words;
  };
  const play = () => {
    if (number === ready.length - 1) show(0);
    toggle.textContent = "Pause";
    clock = setInterval(() => {
      if (number === ready.length - 1) stop();
      else if (root.isConnected && !document.hidden) show(number + 1);
    }, HOLD);
  };
  slider.addEventListener("input", () => {
    show(Number(slider.value));
    if (clock) stop();
    voice.textContent = ready[number].words;
  });
  holder.querySelector(".pg-still").replaceWith(root);
  show(number);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || matchMedia("print").matches;
  new IntersectionObserver(([entry], watch) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    if (!still) play();
  }).observe(root);
};

for (const holder of globalThis.document?.querySelectorAll(".playground-prepared:not([data-begun])") ?? []) {
  holder.dataset.begun = "";
  replay(holder);
}

export default { render };
