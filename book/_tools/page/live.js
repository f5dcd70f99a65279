/* The page come to life: loaded at the first press of Run, Live or "Run it live". */
import { Cells } from "./cells.js";
import { explore } from "./explorable.js";
import { button, element, OFFLINE, plural, say } from "./elements.js";
import { Kernel } from "./kernel.js";

class Live {
  constructor(places) {
    this.places = places; // {static, lite}: where the site's files are
    this.kernel = null;
    this.watchers = new Set();
    this.cells = null;
  }

  /* Python, started when nobody has yet. `watcher` hears (text, percent, detail); percent null at the end. */
  async python(watcher) {
    if (this.kernel?.ended) this.forget();
    this.kernel ??= new Kernel(this.places);
    const { kernel } = this;
    this.watchers.add(watcher);
    const leave = kernel.watch(watcher);
    try {
      await kernel.ready;
      if (this.cells && this.cells.kernel !== kernel) await this.cells.connect(kernel);
      watcher("", null, "");
      return kernel;
    } catch (error) {
      if (this.kernel === kernel) this.forget();
      throw error;
    } finally {
      leave();
      this.watchers.delete(watcher);
    }
  }

  /* Nobody waits any more: a Python that has not started yet need not. */
  leave(watcher) {
    this.watchers.delete(watcher);
    if (this.kernel && !this.kernel.alive && this.watchers.size === 0) this.forget();
  }

  /* The next who asks gets a new Python. */
  forget() {
    this.kernel?.end();
    this.kernel = null;
  }

  /* Editors in place of the code, once. */
  async edit() {
    if (!document.querySelector("[data-cell]")) return;
    this.opening ??= (async () => {
      const [, chapter] = /^(.*)-\d+$/.exec(document.querySelector("[data-cell]").dataset.cell);
      const cells = new Cells(this);
      await cells.open(new URL(`cells/${chapter}.json`, new URL(this.places.lite, document.baseURI)).href);
      this.cells = cells;
      this.head();
    })().catch((error) => {
      this.opening = null;
      throw error;
    });
    await this.opening;
    if (this.kernel?.alive && this.cells.kernel !== this.kernel) await this.cells.connect(this.kernel);
  }

  /* Markdown with TeX, set at the end of `place`. */
  async markdown(place, text) {
    const { markdown } = await import("./markdown.js");
    place.append(...(await markdown(document.createElement(place.tagName), text)).childNodes);
    return place;
  }

  async run(place) {
    await this.edit();
    return this.cells.run(this.cells.of(place));
  }

  explore(place) {
    return explore(place, this);
  }

  /* "Live": all cells are editors, and Python starts. */
  async start() {
    await this.edit();
    try {
      await this.python((text, percent, detail) => this.tell(text, percent, detail));
      this.tell("Python runs in this page. Change any cell, then press Shift+Enter.", null, "");
      say(this.status.textContent);
    } catch (error) {
      this.tell(`${error.message} ${error.advice ?? ""}`, null, "");
      say(this.status.textContent);
    }
  }

  /* The controls at the head of the page. */
  head() {
    const head = document.querySelector(".live-head");
    if (!head) return;
    this.status = element("span", { className: "live-status", tabIndex: -1 });
    this.bar = element("progress", { max: 100, value: 0, ariaLabel: "Starting Python", hidden: true });
    this.update = button("live-update", "", () => this.bringUpToDate(), { hidden: true });
    const restart = button("live-restart", "Restart", () => this.restart(), {
      title: "Forget all variables and start afresh",
    });
    const all = button("live-run-all", "Run all", () => this.runAll());
    const save = button("live-save", "Save as notebook", () => this.save());
    const kept = element("a", { href: new URL("../kept.html", new URL(this.places.lite, document.baseURI)).href });
    kept.textContent = "What is kept";
    head.append(this.status, this.bar, this.update, all, restart, save, kept);
    head.querySelector(".live-words")?.remove();
  }

  tell(text, percent, detail) {
    if (!this.status) return;
    this.status.textContent = [text, detail].filter(Boolean).join(": ");
    this.bar.hidden = percent === null;
    this.bar.value = percent ?? 0;
  }

  /* The cells that are older than a change are known anew. */
  marked(stale) {
    if (!this.update) return;
    this.stale = stale;
    if (stale.length === 0 && this.update === document.activeElement) this.status.focus();
    this.update.hidden = stale.length === 0;
    this.update.textContent = `Bring ${plural(stale.length, "older output")} up to date`;
  }

  async bringUpToDate() {
    for (const cell of this.stale ?? []) {
      if (cell.state === "stale" && !(await this.cells.run(cell))) break;
    }
  }

  async runAll() {
    for (const cell of this.cells.all) {
      if (cell.place && !(await this.cells.run(cell))) break;
    }
  }

  async save() {
    const path = `files/book/${this.cells.chapter}.ipynb`;
    try {
      const { saveNotebook } = await import("./kept.js").catch(() => {
        throw new Error(`kept.js did not come. ${OFFLINE}`);
      });
      await saveNotebook(new URL(path, new URL(this.places.lite, document.baseURI)).href, this.cells.all);
    } catch (error) {
      this.tell(error.message, null, "");
    }
  }

  async restart() {
    await this.cells.restart();
    this.tell("All variables are forgotten.", null, "");
    say(this.status.textContent);
  }
}

export const open = (places) => new Live(places);
