/* The cells of a page: edited, run with what they need, marked when they are older than a change. */
import { shown as differences } from "./differences.js";
import { makeEditor } from "./editor.js";
import { button, element, OFFLINE, plural, say } from "./elements.js";
import { Exercise } from "./exercises.js";
import { Ended, Failure } from "./kernel.js";
import { Outputs } from "./outputs.js";

const NARROW = "(max-width: 600px)";
const PATIENCE = 2_000; // ms that a cell has to stop when it is asked to
const MOMENT = 500; // ms that one has to stop where only those that await can be asked

const listed = (cells) => {
  const numbers = cells.map((cell) => cell.number);
  const last = numbers.pop();
  return numbers.length ? `cells ${numbers.join(", ")} and ${last}` : `cell ${last}`;
};

export class Cell {
  constructor(place, index, { source, needs }, cells) {
    Object.assign(this, { place, index, cells, book: source, source });
    this.number = index + 1;
    this.input = place.querySelector(".cell_input");
    this.bar = place.querySelector(".cell-bar");
    this.runButton = place.querySelector(".cell-run");
    this.resetButton = place.querySelector(".cell-reset");
    this.output = place.querySelector(".cell-output");
    this.paper = element("div", { className: "cell_output on-paper" }); // the book's output, once there is another
    this.alts = [...this.output.querySelectorAll("img")].map(({ alt }) => alt); // of the book's pictures
    this.status = element("span", { className: "cell-status" });
    this.progress = element("progress", { max: 100, ariaLabel: "Starting Python", hidden: true });
    this.follow = button("cell-follow", "Run what follows", () => cells.run(this, { follow: true }), {
      title: "Run this cell and all that depend on it",
    });
    this.stop = button("cell-stop", "Stop", () => cells.stop(this), { hidden: true });
    this.bar.prepend(this.status, this.progress);
    if (needs.length) this.showNeeds(needs);
    this.difference = button("cell-difference", "Changes", () => this.showDifference());
    this.difference.hidden = true;
    this.difference.ariaExpanded = "false";
    // On a phone only what runs stands between the code and what comes of it.
    this.aside = this.bar;
    if (window.matchMedia(NARROW).matches) {
      this.aside = element("div", { className: "cell-bar cell-aside" });
      this.output.after(this.aside);
    }
    this.bar.append(this.stop);
    this.aside.append(this.difference, this.resetButton);
    if (cells.follows(this.number)) this.aside.append(this.follow);
    this.resetButton.addEventListener("click", () => this.reset());
    const kept = this.restore();
    this.live();
    this.showChanged();
    const exercise = place.closest(".exercise");
    if (exercise && /\bcheck\(/.test(source)) this.exercise = new Exercise(this, exercise);
    if (this.isChanged) this.showKept(kept.said);
  }

  live() {
    const pre = this.input.querySelector("pre");
    const place = pre.parentElement;
    this.editor = makeEditor({
      place,
      source: this.source,
      label: `Code of cell ${this.number}`,
      run: () => this.cells.run(this),
      changed: (text) => this.changed(text),
      ask: (method, values) => this.cells.ask(method, values),
      say,
    });
    pre.classList.add("on-paper");
    place.parentElement.classList.add("cell-editor");
    this.place.dataset.live = "";
  }

  /* What runs first stands beside Run, for whoever comes to it by pointer, keyboard or ear. */
  showNeeds(numbers) {
    const id = `${this.place.dataset.cell}-needs`;
    const needs = element("span", { className: "cell-needs", id });
    needs.textContent = `Needs ${listed(numbers.map((number) => ({ number })))}`;
    this.runButton.before(needs);
    this.runButton.setAttribute("aria-describedby", id);
  }

  get state() {
    return this.place.dataset.state;
  }

  set state(state) {
    this.place.dataset.state = state;
    const stops = ["waiting", "running"].includes(state);
    if (!stops && this.stop === document.activeElement) this.runButton.focus();
    this.stop.hidden = !stops;
    this.place.setAttribute("aria-busy", String(state === "running"));
    const stale = state === "stale";
    const older = stale && !this.exercise && (this.ran || !this.isChanged);
    this.runButton.textContent = older ? "Bring up to date" : this.exercise ? "Check" : "Run";
    this.runButton.ariaLabel = `${this.runButton.textContent}: cell ${this.number}`;
    if (stale) this.tell(this.note ?? "Older than a change");
  }

  tell(words) {
    this.status.textContent = words;
  }

  get isChanged() {
    return this.source !== this.book;
  }

  changed(text) {
    this.source = text;
    this.note = undefined;
    this.showChanged();
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.cells.edited(this), 400);
  }

  showChanged() {
    this.place.toggleAttribute("data-changed", this.isChanged);
    this.resetButton.hidden = !this.isChanged;
    this.difference.hidden = !this.isChanged;
    this.differences?.replaceWith((this.differences = differences(this.book, this.source)));
    if (!this.isChanged) this.showDifference(false);
  }

  showDifference(open = !this.differences) {
    this.differences?.remove();
    this.differences = open ? differences(this.book, this.source) : null;
    if (open) this.aside.after(this.differences);
    this.difference.ariaExpanded = String(open);
  }

  /* What the reader made of the cell the last time. */
  restore() {
    const kept = window.keep?.read().chapters[window.keep.chapter]?.cells?.[this.number];
    if (!kept) return {};
    this.source = kept.source;
    this.note = "As you left it";
    if (kept.book !== this.book) {
      this.note = "The book's cell has changed since you changed it: here is yours, Reset gives the book's";
    }
    return kept;
  }

  /* What stands under a cell that the reader changed another day: what was said to it then, else
     the book's own output. */
  showKept(said) {
    if (said && this.exercise) {
      this.note += ", with what was said to it then.";
      const outputs = new Outputs(this.output, this);
      outputs.stream({ name: "stdout", text: said });
      outputs.end().then(() => this.exercise.remembered(said));
    } else {
      this.note += this.output.hasChildNodes() ? ". The output is the book's: yours has not run yet." : ", not run yet.";
    }
    this.tell(this.note);
  }

  /* For another day: what the reader made of the cell, and what was `said` to that. */
  keep(said) {
    window.keep?.changeChapter((kept) => {
      if (this.isChanged) kept.cells[this.number] = { source: this.source, book: this.book, said };
      else delete kept.cells[this.number];
      kept.of = window.keep.of;
    });
  }

  reset() {
    this.editor.text = this.book;
    this.editor.focus();
    say(`Cell ${this.number} is as in the book again`);
  }
}

export class Cells {
  constructor(live) {
    this.live = live;
    this.all = [];
    this.queue = Promise.resolve();
    this.busy = 0; // runs that are under way or wait
    this.done = []; // {cell, source}: what has run well in this Python, in order
  }

  /* Make the cells of the page live: their sources come from the site. */
  async open(address) {
    const answer = await fetch(address).catch(() => ({ status: "no answer" }));
    if (!answer.ok) throw new Failure(`The page's cells did not come (${answer.status}).`, OFFLINE);
    const { cells } = await answer.json();
    this.needed = new Set(cells.flatMap(({ needs }) => needs));
    const places = new Map(
      [...document.querySelectorAll("[data-cell]")].map((place) => [place.dataset.cell, place]),
    );
    const chapter = (this.chapter = address.split("/").pop().replace(".json", ""));
    this.all = cells.map((cell, index) => {
      const place = places.get(`${chapter}-${index + 1}`);
      return place ? new Cell(place, index, cell, this) : { index, source: cell.source, book: cell.source };
    });
    this.places = new Map(this.all.map((cell) => [cell.place, cell]));
  }

  /* Whether other cells of the book need this one. */
  follows(number) {
    return this.needed.has(number);
  }

  of(place) {
    return this.places.get(place);
  }

  /* A new Python: it knows the cells as the reader has them. */
  async connect(kernel) {
    this.kernel = kernel;
    window.renderOutputs = (place, outputs) => {
      const shown = new Outputs(place, { number: 0, alts: [] }, kernel.widgets);
      for (const { output_type: kind, ...content } of outputs) shown.add({ kind, ...content });
      shown.end();
    };
    kernel.on("output", (content) => this.hear(content));
    const edits = Object.fromEntries(
      this.all.filter((cell) => cell.source !== cell.book).map((cell) => [cell.index, cell.source]),
    );
    const { stale } = await kernel.call("open", { sources: this.all.map((cell) => cell.book), edits });
    this.mark(stale);
  }

  hear({ cell: index, ...content }) {
    const cell = this.all[index];
    if (!cell) return;
    // What a widget's callback prints comes after its cell has ended.
    cell.outputs ??= this.collect(cell, false);
    cell.outputs.add(content);
  }

  collect(cell, anew = true) {
    const outputs = new Outputs(cell.output, cell, this.kernel.widgets);
    outputs.old = anew;
    return outputs;
  }

  /* Ask Python something that need not be answered. */
  async ask(method, values) {
    if (this.busy || !this.kernel?.alive) return null;
    try {
      return await this.kernel.call(method, values);
    } catch {
      return null;
    }
  }

  async edited(cell) {
    cell.keep();
    if (!this.kernel?.alive) return;
    try {
      const { stale } = await this.kernel.call("edit", { cell: cell.index, source: cell.source });
      this.mark(stale);
    } catch {
      // Python has ended: the next one gets the edits
    }
  }

  /* Mark the cells whose outputs are older than a change. */
  mark(stale) {
    const old = new Set(stale);
    for (const cell of this.all) {
      if (!cell.place || ["waiting", "running"].includes(cell.state)) continue;
      if (old.has(cell.index) && cell.state !== "error") cell.state = "stale";
      else if (cell.state === "stale" && !old.has(cell.index)) {
        cell.state = cell.ran ? "done" : "ready";
        cell.tell("");
      }
    }
    this.live.marked?.(this.all.filter((cell) => cell.state === "stale"));
  }

  /* Run a cell after those that it needs; with `follow` also those that depend on it. */
  run(...of) {
    const [cell] = of;
    this.busy += 1;
    cell.taken = false;
    if (cell.state !== "running") cell.state = "waiting";
    const job = this.queue.then(() => this.work(...of)).finally(() => (this.busy -= 1));
    this.queue = job.catch(() => {});
    return job;
  }

  async work(cell, { follow = false } = {}) {
    const kernel = !cell.taken && (await this.start(cell));
    if (!kernel || cell.taken) return false;
    this.stopped = false;
    let waiting = [cell];
    try {
      for (const one of this.all) {
        clearTimeout(one.clock);
        await this.send(one);
      }
      const plan = await kernel.call("plan", { cell: cell.index, follow });
      waiting = plan.map((index) => this.all[index]);
      for (const one of waiting) {
        if (one !== cell) one.taken = false;
        if (one.place && !one.taken) one.state = "waiting";
      }
      const before = waiting.filter((one) => one.index < cell.index);
      if (before.length) cell.tell(`First ${listed(before)}, which this one needs`);
      while (waiting.length) {
        const next = waiting.shift();
        if (next.taken || cell.taken) return false;
        const well = await this.runOne(next);
        if (!well && next !== cell && next.index < cell.index) {
          cell.tell(`Not run: cell ${next.number}, which it needs, stopped with an error`);
          say(cell.status.textContent);
        }
        if (!well) return false;
      }
      if (before.length) cell.tell(`Ran after ${listed(before)}`);
      return true;
    } catch (error) {
      if (error instanceof Ended) await this.restarted(cell, error);
      else {
        cell.state = "error";
        cell.tell(error.message);
        console.warn(error);
      }
      return false;
    } finally {
      for (const one of [cell, ...waiting]) {
        if (one.state === "waiting") one.state = one.ran ? "done" : "ready";
      }
    }
  }

  async send(cell) {
    if (cell.source === cell.sent) return;
    cell.keep?.();
    await this.kernel.call("edit", { cell: cell.index, source: cell.source });
    cell.sent = cell.source;
  }

  /* Python, started if need be; how far it is stands at the cell, after why it starts. */
  async start(cell, why = "") {
    try {
      return await this.live.python((words, percent, detail) => {
        if (cell.taken) return;
        cell.tell(`${why} ${[words, detail].filter(Boolean).join(": ")}`.trim());
        cell.progress.hidden = percent === null;
        cell.progress.value = percent ?? 0;
      });
    } catch (error) {
      cell.state = cell.ran ? "done" : "ready";
      cell.tell(`${error.message} ${error.advice ?? ""}`.trim());
      say(cell.status.textContent);
      if (!(error instanceof Failure)) console.warn(error);
      return null;
    } finally {
      cell.progress.hidden = true;
    }
  }

  async runOne(cell) {
    if (cell.place) {
      cell.note = undefined;
      cell.state = "running";
      cell.tell("");
    }
    this.running = cell;
    const outputs = (cell.outputs = cell.place ? this.collect(cell) : null);
    const height = cell.output?.offsetHeight;
    if (height) cell.output.style.minHeight = `${height}px`;
    try {
      const { source } = cell;
      const { well, stale } = await this.kernel.call("run", {
        cell: cell.index,
        label: String(cell.number),
      });
      await outputs?.end();
      if (well) this.done.push({ cell, source });
      cell.ran = well;
      cell.exercise?.checked(outputs.words.join("\n"));
      if (cell.place) cell.state = well ? "done" : "error";
      if (this.stopped) cell.tell("Stopped: the variables are kept");
      this.mark(stale);
      const words = outputs?.words.join(" ").slice(0, 300);
      say(well ? `Cell ${cell.number}: ${words || "done"}` : `Cell ${cell.number} stopped. ${words}`);
      return well;
    } catch (error) {
      await outputs?.end();
      if (cell.place) cell.state = "error";
      throw error;
    } finally {
      this.running = null;
      if (cell.output) cell.output.style.minHeight = "";
    }
  }

  /* Stop what runs: by asking where the page can, else, if it does not await, by ending Python and starting it anew. What
     waits is taken back. */
  stop(cell = this.running) {
    const { running, kernel } = this;
    if (cell?.state === "waiting") {
      cell.taken = true;
      cell.state = cell.ran ? "done" : "ready";
      cell.tell("Taken back: not run");
      say(cell.status.textContent);
      return;
    }
    if (!running || this.stopped) return;
    this.stopped = true;
    running.tell("Stopping");
    const end = () => this.running === running && kernel.end("Stopped.");
    setTimeout(end, kernel.interrupt() ? PATIENCE : MOMENT);
    kernel.cancel();
  }

  /* Python has ended within `cell`: start another one, and run again what had been run. */
  async restarted(cell, error) {
    const done = this.done.splice(0);
    const stopped = this.stopped;
    const deep = /call stack/.test(error.message) ? "calls stood too deep one in another" : "perhaps for want of memory";
    const why = stopped ? "Stopped." : `Python has come to an end: ${deep}.`;
    cell.tell(`${why} It starts anew ...`);
    say(cell.status.textContent);
    if (!stopped) console.warn(error);
    this.live.forget();
    const kernel = await this.start(cell, why);
    if (!kernel) return;
    for (const one of done) {
      if (one.cell === cell) continue;
      await kernel.call("edit", { cell: one.cell.index, source: one.source });
      one.cell.sent = one.source;
      one.cell.outputs = new Outputs(element("div"), one.cell, kernel.widgets); // shown already
      const { well } = await kernel.call("run", { cell: one.cell.index, label: String(one.cell.number) });
      if (well) this.done.push(one);
    }
    const again = done.filter((one) => one.cell !== cell).length;
    cell.tell(`${why} Python is new${again ? `, and ${plural(again, "cell")} ran again` : ""}.`);
    say(cell.status.textContent);
  }

  /* All variables away. */
  async restart() {
    this.done = [];
    if (this.running) {
      this.stop();
      await this.queue;
    }
    if (this.kernel?.alive) await this.kernel.call("forget");
    for (const cell of this.all) {
      if (!cell.place) continue;
      cell.ran = false;
      if (["done", "error"].includes(cell.state)) cell.state = "ready";
      cell.tell("");
    }
  }
}
