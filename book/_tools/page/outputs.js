/* A cell's outputs, as a notebook shows them. */
import { button, element, plural } from "./elements.js";

const LINES = 120; // of a stream that are shown at once
const HEAD = 80; // of those, from its beginning
const CHARACTERS = 20_000;
const FRAMES = 6; // of the learner's own calls
const EVERY = 60; // ms between two pictures of a stream

/* What a terminal would show of a text with carriage returns: tqdm draws its bars so. */
export const terminal = (text) =>
  text
    .replace(/\x1b\[[\d;?]*[A-Za-z]/g, "")
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => {
      if (!line.includes("\r")) return line;
      return line.split("\r").reduce((shown, part) => part + shown.slice(part.length), "");
    })
    .join("\n");

const box = (kind, ...children) => element("div", { className: `output ${kind}` }, ...children);

/* Text in the page's own frame for printed text, cut when it is long. */
const printed = (kind = "stream") => {
  const pre = element("pre");
  const made = box(`${kind} highlight-myst-ansi notranslate`, element("div", { className: "highlight" }, pre));
  let all = false;
  let more = null;
  const set = (text) => {
    const lines = text.split("\n");
    const long = lines.length > LINES + 20 || text.length > CHARACTERS * 1.2;
    if (!long || all) {
      pre.textContent = text;
      return;
    }
    const head = lines.slice(0, HEAD).join("\n").slice(0, CHARACTERS / 2);
    const tail = lines.slice(-(LINES - HEAD)).join("\n").slice(-CHARACTERS / 2);
    pre.textContent = `${head}\n\u22ee\n${tail}`;
    more ??= button("cell-more", "", () => {
      all = true;
      more.remove();
      set(made.text);
    });
    more.textContent = `Show all ${plural(lines.length - 1, "line")}`;
    if (!more.isConnected) made.append(more);
  };
  made.set = (text) => set((made.text = text));
  return made;
};

const plain = (text) => {
  const made = printed("text_plain");
  made.set(text);
  return made;
};

/* An error: its message first, the learner's own lines, what may help, and the rest folded. */
const failure = ({ name, message, raw, frames, advice, whole }, cell) => {
  const shown = box("cell-error");
  shown.append(element("p", { className: "cell-error-message" }, element("strong", { textContent: name }), message && `: ${message}`));
  const lines = frames.map(({ cell: label, line, text }) => {
    const where = label === String(cell.number) ? `line ${line}` : `cell ${label}, line ${line}`;
    const start = `${where}:  `;
    return start + (text ?? "").replaceAll("\n", `\n${" ".repeat(start.length)}`); // the caret, under what it means
  });
  if (lines.length > FRAMES) lines.splice(2, lines.length - FRAMES, `\u22ee  ${lines.length - FRAMES} more`);
  if (lines.length) shown.append(element("pre", { textContent: lines.join("\n") }));
  if (advice) shown.append(element("p", { className: "cell-error-advice", textContent: advice }));
  if (whole) {
    shown.append(
      element(
        "details",
        { className: "cell-error-whole" },
        element("summary", { textContent: raw ? "In Python's own words" : "The whole traceback" }),
        element("pre", { textContent: whole }),
      ),
    );
  }
  return shown;
};

const picture = (mime, data, content) => {
  const image = element("img", { alt: content.words || "Output of this cell" });
  if (content.width) image.width = content.width;
  image.src = mime === "image/svg+xml" ? `data:${mime},${encodeURIComponent(data)}` : `data:${mime};base64,${data}`;
  return image.decode().then(
    () => image,
    () => image,
  );
};

/* The signs of the buttons of matplotlib's animations, which ask another host for them. */
const SIGNS = {
  minus: "\u2212",
  "fast-backward": "\u00ab",
  "step-backward": "\u2039",
  "play.fa-flip-horizontal": "\u25c0\ufe0e",
  pause: "||",
  play: "\u25b6\ufe0e",
  "step-forward": "\u203a",
  "fast-forward": "\u00bb",
  plus: "+",
};

/* HTML with scripts: in a frame of its own, from which they reach neither the page nor another host. */
const framed = (data) => {
  const { head, body } = new DOMParser().parseFromString(data, "text/html");
  for (const one of [head, body].flatMap((part) => [...part.querySelectorAll("link")])) one.remove();
  const { color } = getComputedStyle(document.body);
  const rules = Object.entries(SIGNS).map(([name, sign]) => `.fa-${name}::before { content: "${sign}"; }`);
  const frame = element("iframe", { title: "Output of this cell", className: "output framed" });
  frame.setAttribute("sandbox", "allow-scripts");
  frame.srcdoc = `<!doctype html>
    <meta http-equiv="Content-Security-Policy" content="default-src 'unsafe-inline' data: blob:">
    <style>body { margin: 0; color: ${color}; } i { font-style: normal; } ${rules.join(" ")}</style>
    <div>${head.innerHTML}${body.innerHTML}</div>
    <script>
      const box = document.querySelector("div");
      new ResizeObserver(() => parent.postMessage(box.scrollHeight, "*")).observe(box);
    </script>`;
  const hear = ({ source, data: height }) => {
    if (source === frame.contentWindow) frame.style.height = `${Number(height)}px`;
    else if (!frame.isConnected) window.removeEventListener("message", hear);
  };
  window.addEventListener("message", hear);
  return frame;
};

const wordsIn = (marked) => {
  const { body } = new DOMParser().parseFromString(marked, "text/html");
  for (const one of body.querySelectorAll("script, style")) one.remove();
  return body.textContent.replace(/\s+/g, " ").trim();
};

const html = (data) => {
  const made = box("text_html");
  made.innerHTML = data;
  if (made.querySelector("script")) return framed(data);
  for (const one of made.querySelectorAll("link")) one.remove(); // a page asks no other host
  return made;
};

/* What is shown of {MIME type: data}: the richest form that a page can show. */
const MIMES = {
  "application/vnd.jupyter.widget-view+json": (data, { widgets }) => {
    const area = element("div", { className: "widget-subarea live-area" });
    area.begin = async () => {
      area.takeAway = await widgets.show(data.model_id, area); // a widget insists on a place
    };
    return area;
  },
  "text/html": (data) => html(data),
  "text/markdown": async (data) => {
    const { markdown } = await import("./markdown.js");
    return markdown(box("text_html text_markdown"), data);
  },
  "text/latex": async (data) => {
    const { latex } = await import("./markdown.js");
    return latex(box("text_latex"), data);
  },
  "image/svg+xml": (data, { content }) => picture("image/svg+xml", data, content),
  "image/png": (data, { content }) => picture("image/png", data, content),
  "image/jpeg": (data, { content }) => picture("image/jpeg", data, content),
  "image/gif": (data, { content }) => picture("image/gif", data, content),
  "text/plain": (data) => plain(data),
};

const rich = (content, about) => {
  const mime = Object.keys(MIMES).find((one) => one in content.data);
  return mime ? MIMES[mime](content.data[mime], { ...about, content }) : plain("");
};

/* The same as an element, whatever goes wrong. */
const elementOf = async (content, about) => {
  const { "text/markdown": markdown, "text/latex": latex } = content.data; // offline: as they are written
  let made;
  try {
    made = await rich(content, about);
  } catch (error) {
    made = plain(markdown ?? latex ?? `This output cannot be shown: ${error.message}`);
  }
  if (content.id) made.dataset.display = content.id;
  return made;
};

/* The outputs of one run in `area`: they take the place of what is there when the first one comes. */
export class Outputs {
  constructor(area, cell, widgets) {
    Object.assign(this, { area, cell, widgets });
    this.old = true; // what stands there is of an earlier run
    this.streams = null; // {name, text, shown}: the stream that goes on
    this.words = [];
    this.pictures = 0;
    this.chain = Promise.resolve(); // what is shown later comes later
  }

  put(made) {
    this.empty();
    this.area.append(made);
  }

  /* Away with what is of an earlier run. */
  empty() {
    if (!this.old) return;
    this.old = this.waits = false;
    for (const one of this.area.querySelectorAll(".live-area")) one.takeAway?.();
    if (this.cell.paper?.isConnected === false) {
      this.cell.paper.append(...this.area.childNodes); // the book's own
      this.area.after(this.cell.paper);
      this.area.classList.add("on-screen");
    }
    this.area.replaceChildren();
  }

  add({ kind, ...content }) {
    this[kind]?.(content);
  }

  stream({ name, text }) {
    if (this.now?.name !== name) {
      this.draw();
      const shown = printed(name === "stderr" ? "stderr" : "stream");
      this.now = { name, text: "", shown };
      const { now } = this;
      this.chain = this.chain.then(() => this.put(now.shown));
    }
    this.now.text += text;
    this.clock ??= setTimeout(() => this.draw(), EVERY);
  }

  /* The stream as it is now: not for every piece of it. */
  draw() {
    clearTimeout(this.clock);
    this.clock = null;
    if (!this.now) return;
    this.now.shown.set(terminal(this.now.text));
  }

  close() {
    this.draw();
    if (this.now) this.words.push(terminal(this.now.text).trim());
    this.now = null;
  }

  display(content) {
    this.close();
    if ("image/png" in content.data) content.words = this.wordsOf(content);
    const { "text/plain": text, "text/html": marked } = content.data;
    if (text && !content.data["image/png"]) {
      this.words.push((marked && wordsIn(marked)) || text);
    } else {
      this.words.push(content.words || "a picture");
    }
    const { cell, widgets } = this;
    const made = elementOf(content, { cell, widgets });
    this.chain = this.chain
      .then(() => made)
      .then((shown) => {
        this.put(shown);
        return shown.begin?.();
      });
  }

  /* Another thing in the place of what was displayed with this id, in whatever cell it stands. */
  update(content) {
    const { cell, widgets } = this;
    this.chain = this.chain.then(async () => {
      for (const old of document.querySelectorAll(`[data-display="${CSS.escape(content.id)}"]`)) {
        const made = await elementOf(content, { cell, widgets });
        old.takeAway?.();
        old.replaceWith(made);
        await made.begin?.();
      }
    });
  }

  /* A picture of the book's own code has the book's words, which tell what is to be seen. */
  wordsOf({ words }) {
    const alt = this.cell.alts?.[this.pictures];
    this.pictures += 1;
    return (!this.cell.isChanged && alt) || words;
  }

  clear({ wait }) {
    this.close();
    this.chain = this.chain.then(() => {
      this.old = this.waits = true;
      if (!wait) this.empty();
    });
  }

  error(content) {
    this.close();
    this.words.push(`${content.name}: ${content.message}`);
    this.chain = this.chain.then(() => this.put(failure(content, this.cell)));
  }

  /* The run is over: resolves when all is shown. */
  async end() {
    this.close();
    await this.chain;
    if (!this.waits) this.empty(); // cleared for something that never came: it stays
  }
}
