/* A field to draw in, and the numbers that Python makes of the drawing. Nothing is computed here. */
const SIDE = 28;
const HIDDEN = [16, 8]; // columns and rows of cells
const PIXELS = SIDE * SIDE;
const CELLS = HIDDEN[0] * HIDDEN[1];
const STEP = 1 / 20; // of the cursor; with Shift a quarter of it
const NEAR = 0.004; // what is nearer to the last point than this is no new one
const SEND = 40; // milliseconds between two drawings that are sent
const SETTLED = 700; // milliseconds of rest before the reading is said
const MORE = "0, 114, 178";
const LESS = "213, 94, 0";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const italic = (text) => element("i", {}, text);

const percent = (p) => {
  if (p >= 0.995) return ">99\u00a0%";
  return p < 0.005 ? "<1\u00a0%" : `${Math.round(100 * p)}\u00a0%`;
};

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(2)}`;

const render = ({ model, el }) => {
  const events = new AbortController();
  const listen = (target, name, work, more = {}) =>
    target.addEventListener(name, work, { signal: events.signal, ...more });

  const canvas = (width, height, label, role = "application") =>
    element("canvas", {
      class: "digit-canvas", width, height, tabindex: 0, role, "aria-label": label,
    });
  const part = (name, title, content, ...more) =>
    element(
      "div", { class: `digit-part digit-${name}` },
      content, element("p", { class: "digit-title" }, ...title), ...more,
    );

  const field = canvas(
    560, 560,
    "Field to draw in. Arrow keys move the cursor, Shift makes the steps small, Space puts the pen " +
      "down and lifts it, Backspace undoes.",
  );
  const undo = element("button", { type: "button", class: "digit-undo" }, "Undo");
  const clear = element("button", { type: "button", class: "digit-clear" }, "Clear");
  const menu = element("select", { class: "digit-target", "aria-label": "More or less of which digit" });
  for (let digit = 0; digit < 10; digit += 1) menu.append(element("option", { value: digit }, digit));
  const draw = part(
    "draw",
    ["Draw a digit: mouse, finger, or arrow keys and Space"],
    field,
    element("div", { class: "digit-tools" }, undo, clear),
  );

  const image = canvas(SIDE * 10, SIDE * 10, "The image that the network gets. Arrow keys tell its pixels.");
  const hidden = canvas(HIDDEN[0] * 18, HIDDEN[1] * 18, "The hidden layer. Arrow keys tell its units.");
  const slope = canvas(SIDE * 10, SIDE * 10, "What ink at each pixel does. Arrow keys tell its pixels.");
  const value = element("p", { class: "digit-value" });
  const answers = element("ul", {
    class: "digit-answers", "aria-label": "Each digit with its probability and its activation a²",
  });
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = element("span");
    const share = element("span");
    const activation = element("span");
    const row = element(
      "li", {}, element("b", {}, digit), element("span", { class: "digit-bar" }, bar), share, activation,
    );
    answers.append(row);
    return { row, bar, share, activation };
  });
  const id = `digit-words-${Math.random().toString(36).slice(2)}`;
  const words = element("p", { class: "digit-words", id });
  for (const shown of [field, image, slope, hidden]) shown.setAttribute("aria-describedby", id);
  const said = element("p", { class: "digit-said", role: "status" });
  const parts = element(
    "div", { class: "digit-parts" },
    draw,
    part("image", ["What the network gets: ", italic("X"), ", 28 × 28 pixels"], image),
    part("slope", ["−∂", italic("L"), "/∂", italic("X"), ": ink makes it more (blue) or less (orange) of a ", menu], slope),
    part("hidden", ["Hidden layer: ", italic("a"), "¹, 128 sigmoids"], hidden),
    part("output", ["Output layer: ten probabilities (and ", italic("a"), "²)"], answers),
  );
  el.append(element("div", { class: "digit-field" }, parts, value, words, said));

  // What is drawn, and what Python says of it

  let numbers = new Float32Array(2 * PIXELS + CELLS + 20);
  const take = () => {
    const { buffer, byteOffset, byteLength } = model.get("reading");
    if (byteLength) numbers = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const X = (k) => numbers[k];
  const unit = (k) => numbers[PIXELS + k];
  const output = (k) => numbers[PIXELS + CELLS + k];
  const probability = (k) => numbers[PIXELS + CELLS + 10 + k];
  const derivative = (k) => numbers[PIXELS + CELLS + 20 + k];

  let strokes = structuredClone(model.get("strokes"));
  let open = null; // the stroke that the pen is on
  let cursor = [0.5, 0.2];
  let byKeys = false;
  let tell = () => {}; // the value that was last asked for

  const drawField = () => {
    const pen = field.getContext("2d");
    const { width } = field;
    const color = getComputedStyle(field).color;
    pen.clearRect(0, 0, width, width);
    pen.strokeStyle = color;
    pen.lineWidth = 2 * model.get("pen") * width;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0][0] * width, stroke[0][1] * width);
      for (const [x, y] of stroke) pen.lineTo(x * width, y * width);
      pen.stroke();
    }
    if (!byKeys || field !== field.ownerDocument.activeElement) return;
    pen.lineWidth = 4;
    pen.strokeStyle = `rgb(${open ? LESS : MORE})`;
    pen.beginPath();
    pen.arc(cursor[0] * width, cursor[1] * width, 20, 0, 7);
    pen.stroke();
  };

  const cells = (target, [columns, lines], color) => {
    const pen = target.getContext("2d");
    const size = target.width / columns;
    pen.clearRect(0, 0, target.width, target.height);
    for (let k = 0; k < columns * lines; k += 1) {
      pen.fillStyle = color(k);
      pen.fillRect((k % columns) * size, Math.floor(k / columns) * size, size, size);
    }
    return { pen, size };
  };

  /* A line around the ink, for the derivative to be seen against. */
  const outline = ({ pen, size }) => {
    pen.beginPath();
    const inked = (row, column) =>
      row >= 0 && column >= 0 && row < SIDE && column < SIDE && X(row * SIDE + column) > 0.5;
    for (let row = 0; row <= SIDE; row += 1) {
      for (let column = 0; column <= SIDE; column += 1) {
        const here = inked(row, column);
        if (here !== inked(row - 1, column)) {
          pen.moveTo(column * size, row * size);
          pen.lineTo((column + 1) * size, row * size);
        }
        if (here !== inked(row, column - 1)) {
          pen.moveTo(column * size, row * size);
          pen.lineTo(column * size, (row + 1) * size);
        }
      }
    }
    pen.lineWidth = 1.5;
    pen.stroke();
  };

  const drawNumbers = () => {
    const color = getComputedStyle(image).color;
    const ink = color.replace(/rgba?\(([^,]+,[^,]+,[^,)]+).*/, "$1");
    cells(image, [SIDE, SIDE], (k) => `rgba(${ink}, ${X(k)})`);
    cells(hidden, HIDDEN, (k) => `rgba(${ink}, ${unit(k)})`);
    let largest = 1e-12;
    let first = 0;
    for (let k = 0; k < PIXELS; k += 1) largest = Math.max(largest, Math.abs(derivative(k)));
    for (let k = 1; k < 10; k += 1) if (probability(k) > probability(first)) first = k;
    const drawn = cells(slope, [SIDE, SIDE], (k) => {
      const down = -derivative(k) / largest;
      return `rgba(${down > 0 ? MORE : LESS}, ${Math.abs(down)})`;
    });
    drawn.pen.strokeStyle = color;
    outline(drawn);
    rows.forEach(({ row, bar, share, activation }, digit) => {
      row.classList.toggle("digit-first", digit === first);
      bar.style.width = `${100 * probability(digit)}%`;
      share.textContent = percent(probability(digit));
      activation.textContent = output(digit).toFixed(1).replace("-", "−");
    });
    menu.value = model.get("target");
    words.textContent = `${model.get("verdict")} ${model.get("advice")}`;
    const empty = strokes.length === 0;
    if (empty && undo === undo.getRootNode().activeElement) field.focus(); // a button that is off holds no keyboard
    undo.disabled = clear.disabled = empty;
    tell();
  };

  let saying;
  let pending = "";
  const say = (text) => {
    pending = text;
    clearTimeout(saying);
    saying = setTimeout(() => {
      const whole = `${pending} ${model.get("verdict")}`.trim();
      if (said.textContent !== whole) said.textContent = whole;
      pending = "";
    }, SETTLED);
  };

  let asked = false; // for another target, so its words are said too
  let sending;
  const send = () => {
    drawField();
    sending ??= setTimeout(() => {
      sending = undefined;
      model.set("strokes", structuredClone(strokes));
      model.save_changes();
    }, SEND);
  };

  listen(undo, "click", () => {
    strokes.pop();
    open = null;
    send();
    say("Undone.");
  });
  listen(clear, "click", () => {
    strokes = [];
    open = null;
    send();
    say("Cleared.");
    field.focus();
  });
  listen(menu, "change", () => {
    asked = true;
    model.set("target", Number(menu.value));
    model.save_changes();
  });

  // By mouse, finger or pen

  const place = (event) => {
    const { left, top, width, height } = field.getBoundingClientRect();
    const inside = (share) => Math.round(1000 * Math.min(Math.max(share, 0), 1)) / 1000;
    return [inside((event.clientX - left) / width), inside((event.clientY - top) / height)];
  };
  const far = ([x, y], [u, v]) => Math.hypot(x - u, y - v) > NEAR;

  let finger = null;
  listen(field, "pointerdown", (event) => {
    if (event.button !== 0 || finger !== null) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    finger = event.pointerId;
    field.setPointerCapture(finger);
    byKeys = false;
    open = [place(event)];
    strokes.push(open);
    send();
  });
  listen(field, "pointermove", (event) => {
    if (event.pointerId !== finger) return;
    const between = event.getCoalescedEvents?.() ?? []; // empty in some browsers
    for (const each of between.length ? between : [event]) {
      const point = place(each);
      if (far(point, open.at(-1))) open.push(point);
    }
    send();
  });
  const lift = (event) => {
    if (event.pointerId !== finger) return;
    finger = open = null;
    say("");
  };
  listen(field, "pointerup", lift);
  listen(field, "pointercancel", lift);

  // By keys

  listen(field, "keydown", (event) => {
    const arrow = ARROWS[event.key];
    const back = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (finger !== null || event.altKey || !(arrow || back || [" ", "Escape"].includes(event.key))) return;
    if (event.key === "Escape" && !open) return; // for whoever is around
    event.preventDefault();
    event.stopPropagation();
    byKeys = true;
    if (back) {
      undo.click();
      return;
    }
    if (arrow) {
      const step = event.shiftKey ? STEP / 4 : STEP;
      cursor = cursor.map((from, k) => Math.min(Math.max(from + step * arrow[k], 0), 1));
      cursor = cursor.map((share) => Math.round(1000 * share) / 1000);
      if (open && far(cursor, open.at(-1))) open.push(cursor);
    } else if (open) {
      open = null;
    } else if (event.key === " ") {
      open = [cursor];
      strokes.push(open);
    }
    send();
    const [x, y] = cursor.map((share) => Math.round(100 * share));
    say(`Pen ${open ? "down" : "up"}, ${x} % across, ${y} % down.`);
  });
  listen(field, "focus", drawField);
  listen(field, "blur", () => {
    if (finger === null) open = null;
    drawField();
  });
  listen(field, "keyup", (event) => event.key === "Tab" && ((byKeys = true), drawField()));

  // One number, under the pointer or by keys

  const inspect = (target, [columns, lines], text) => {
    let at = [Math.floor(columns / 2), Math.floor(lines / 2)];
    const show = () => {
      tell = () => (value.textContent = text(at[1] * columns + at[0], at[1], at[0]));
      tell();
    };
    listen(target, "pointermove", (event) => {
      const { left, top, width, height } = target.getBoundingClientRect();
      const inside = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
      at = [inside((event.clientX - left) / width, columns), inside((event.clientY - top) / height, lines)];
      show();
    });
    listen(target, "focus", show);
    listen(target, "keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      event.stopPropagation();
      at = at.map((from, k) => Math.min(Math.max(from + arrow[k], 0), [columns, lines][k] - 1));
      show();
      said.textContent = value.textContent;
    });
  };
  const pixel = (k, row, column) =>
    `Row ${row}, column ${column}: X = ${X(k).toFixed(2)}, −∂L/∂X = ${signed(-derivative(k))}`;
  inspect(image, [SIDE, SIDE], pixel);
  inspect(slope, [SIDE, SIDE], pixel);
  inspect(hidden, HIDDEN, (k) => `Unit ${k + 1} of the hidden layer: a¹ = ${unit(k).toFixed(2)}`);

  // Python's changes, and the page's

  const everything = () => {
    drawField();
    drawNumbers();
  };
  const read = () => {
    take();
    drawNumbers();
    if (asked) say(model.get("advice"));
    else if (finger === null && !sending) say(pending);
    asked = false;
  };
  const redrawn = () => {
    if (open || sending) return;
    strokes = structuredClone(model.get("strokes"));
    everything();
  };
  model.on("change:reading", read);
  model.on("change:strokes", redrawn);
  const theme = new MutationObserver(everything);
  for (const watched of [document.documentElement, document.body]) {
    theme.observe(watched, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class"] });
  }
  take();
  everything();
  requestAnimationFrame(everything); // once it stands in the page and has its colour

  return () => {
    events.abort();
    theme.disconnect();
    clearTimeout(saying);
    clearTimeout(sending);
    model.off("change:reading", read);
    model.off("change:strokes", redrawn);
  };
};

export default { render };
