/* "Run it live": the explorable above the button, with Python behind it, in this page.

   Nothing is loaded before a reader asks. Then a worker (live-worker.js) starts Python; its widgets
   talk to the page's widgets through the same messages as in a notebook. */
(() => {
  "use strict";
  const { lite, static: own } = document.currentScript.dataset;
  const at = (path, folder = lite) => new URL(path, new URL(folder, document.baseURI)).href;
  const SILENCE = 60_000; // ms without a sign of life before the reader is told

  const STAGES = {
    loading: ["Loading Python and its packages", 0, 60],
    unpacking: ["Unpacking the packages", 72, 72],
    importing: ["Starting NumPy and Matplotlib", 80, 80],
    drawing: ["Drawing", 94, 94],
  };

  class Failure extends Error {
    constructor(message, advice, again = true) {
      super(message);
      Object.assign(this, { advice, again });
    }
  }

  const ELSEWHERE =
    "The rocket at the top of the page runs the chapter on Binder or Colab instead; on your own " +
    "machine, make lab does.";

  const mega = (bytes) => (bytes / 1e6).toFixed(1);

  /* Python: one for the page, started by the first explorable that asks. */
  class Kernel {
    constructor() {
      this.watchers = new Set(); // called with (text, percent, detail)
      this.comms = new Map();
      this.waiting = new Map(); // name of an explorable: {resolve, reject}
      this.replies = new Map(); // id of a message: what to do when Python has worked on it
      this.sent = 0;
      this.ready = this.start();
    }

    async start() {
      if (location.protocol === "file:") {
        throw new Failure(
          "A page that is opened as a file may not start Python.",
          "Serve the folder of the site, for example with python -m http.server, and open it there.",
          false,
        );
      }
      this.report("loading");
      let manifest;
      try {
        const answer = await fetch(at("live.json"));
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        manifest = await answer.json();
      } catch (error) {
        throw this.absent(at("live.json"), error);
      }
      if (!manifest.available) {
        throw new Failure(
          `This copy of the site was built without Python: ${manifest.reason}.`,
          ELSEWHERE,
          false,
        );
      }
      const files = Object.values(manifest.files)
        .flat()
        .map((file) => ({ address: at(file.path), bytes: file.bytes }));
      await this.manager();
      this.worker = new Worker(at("live-worker.js", own));
      return new Promise((resolve, reject) => {
        this.end = (failure) => {
          clearTimeout(this.clock);
          reject(failure);
        };
        this.begun = resolve;
        this.worker.onmessage = ({ data }) => this.hear(data);
        this.worker.onerror = (event) =>
          this.end(new Failure(event.message || "The worker did not start.", ELSEWHERE));
        this.send("start", {
          files,
          pyodide: at(manifest.pyodide),
          kernel: at("live-kernel.py", own),
          packages: at(manifest.files.packages[0].path),
          course: at(manifest.files.course[0].path),
        });
        this.listen();
      });
    }

    /* The page's own widgets come after its text: wait for their code. */
    async manager() {
      for (let tries = 0; !window.liveWidgets; tries += 1) {
        if (tries > 200) throw new Failure("The page's widgets have not loaded.", "Load the page anew.");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      this.widgets = window.liveWidgets();
    }

    absent(address, error) {
      const name = address.split("/").pop();
      return new Failure(
        `${name} did not come (${error?.message ?? error}).`,
        "Are you offline? What has come so far is kept: try again when you have a connection.",
      );
    }

    send(type, rest, buffers = []) {
      this.worker.postMessage({ type, buffers, ...rest });
    }

    report(stage, detail = "", share = 0) {
      const [text, from, to] = STAGES[stage];
      this.now = [text, from + share * (to - from), detail];
      for (const watcher of this.watchers) watcher(...this.now);
    }

    /* Tell when nothing has been heard for long: a page must not hang without a word. */
    listen() {
      clearTimeout(this.clock);
      this.clock = setTimeout(
        () =>
          this.end(
            new Failure(
              `Nothing has come for ${SILENCE / 1000} seconds.`,
              "The connection may be gone. Try again.",
            ),
          ),
        SILENCE,
      );
    }

    hear(data) {
      if (!this.alive) this.listen();
      const on = {
        stage: () => this.report(data.stage),
        bytes: () => {
          const loaded = Math.min(data.loaded, data.total);
          const detail = `${mega(loaded)} of ${mega(data.total)} MB`;
          this.report("loading", detail, loaded / data.total);
        },
        ready: () => {
          this.alive = true;
          clearTimeout(this.clock);
          this.begun();
        },
        failed: () => {
          const failure = data.missing
            ? this.absent(data.missing, "no answer, or not the file")
            : new Failure(lastLine(data.message), ELSEWHERE);
          console.warn(data.message);
          this.end(failure);
        },
        comm: () => this.comm(data),
        idle: () => {
          this.replies.get(data.id)?.({ content: { execution_state: "idle" } });
          this.replies.delete(data.id);
        },
        shown: () => {
          this.waiting.get(data.name)?.resolve(data.model);
          this.waiting.delete(data.name);
        },
        broken: () => {
          console.warn(data.message);
          const failure = new Failure(lastLine(data.message), "Go back, and start it again.");
          const waits = this.waiting.get(data.name);
          this.waiting.delete(data.name);
          if (waits) waits.reject(failure);
          else this.onbroken?.(failure);
        },
      };
      on[data.type]();
    }

    comm({ message, parent, buffers }) {
      const { msg_type, content, metadata } = JSON.parse(message);
      const heard = { content, metadata, buffers, parent_header: { msg_id: parent } };
      const id = content.comm_id;
      if (msg_type === "comm_open") {
        const comm = this.open(id);
        this.comms.set(id, comm);
        this.widgets.open(comm, heard);
      } else if (msg_type === "comm_msg") {
        this.comms.get(id)?.hear(heard);
      } else {
        this.comms.get(id)?.gone(heard);
        this.comms.delete(id);
      }
    }

    /* One end of a widget's wire, as the widgets expect it. */
    open(comm_id) {
      const nothing = () => {};
      const comm = {
        comm_id,
        target_name: "jupyter.widget",
        hear: nothing,
        gone: nothing,
        on_msg: (heard) => (comm.hear = heard),
        on_close: (gone) => (comm.gone = gone),
        open: nothing,
        close: nothing,
        send: (content, callbacks, metadata, buffers) => {
          const id = `page-${(this.sent += 1)}`;
          if (callbacks?.iopub?.status) this.replies.set(id, callbacks.iopub.status);
          const message = JSON.stringify({ content: { comm_id, data: content }, metadata });
          this.send("comm", { id, message }, buffers ?? []);
          return id;
        },
      };
      return comm;
    }

    async show(name, area) {
      await this.ready;
      this.report("drawing");
      const model = await new Promise((resolve, reject) => {
        this.waiting.set(name, { resolve, reject });
        this.send("show", { name });
      });
      const remove = await this.widgets.show(model, area);
      return () => {
        remove();
        this.send("hide", { model });
      };
    }

    stop() {
      clearTimeout(this.clock);
      this.worker?.terminate();
    }
  }

  const lastLine = (text) => text.trim().split("\n").pop();

  let kernel = null;

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  /* The control under one explorable. */
  const control = (place) => {
    const name = place.dataset.live;
    const button = place.querySelector(".live-start");
    const prepared = () =>
      [...place.parentElement.children].find((one) => one.matches(".widget-subarea"));
    let close = null;

    const begin = async () => {
      const stage = element("span", { className: "live-stage" });
      stage.setAttribute("role", "status");
      const detail = element("span", { className: "live-detail", ariaHidden: "true" });
      const bar = element("progress", { max: 100, value: 0, ariaLabel: "Starting Python" });
      const back = element("button", { type: "button", className: "live-back", textContent: "Stop" });
      const again = element("button", { type: "button", className: "live-again" }, "Try again");
      const line = element("div", { className: "live-line" }, stage, detail, bar, back);
      const area = element("div", { className: "widget-subarea live-area", hidden: true });
      const panel = element("div", { className: "live-panel" }, area, line);
      panel.setAttribute("role", "group");
      panel.setAttribute("aria-label", "Live, with Python in this page");
      place.append(panel);
      button.hidden = true;
      back.focus();

      let remove = () => {};
      let open = true;
      const watcher = (text, percent, more) => {
        if (stage.textContent !== text) stage.textContent = text;
        detail.textContent = more;
        bar.value = percent;
      };
      close = () => {
        open = false;
        close = null;
        remove();
        if (kernel) {
          kernel.watchers.delete(watcher);
          if (!kernel.alive && kernel.watchers.size === 0) {
            kernel.stop();
            kernel = null;
          }
        }
        panel.remove();
        const frames = prepared();
        if (frames) frames.hidden = false;
        button.hidden = false;
        button.focus();
      };
      back.addEventListener("click", () => close?.());

      const fail = (failure) => {
        if (!(failure instanceof Failure)) console.warn(failure);
        stage.textContent = `${failure.message} ${failure.advice ?? ""}`.trim();
        line.classList.add("live-failed");
        detail.remove();
        bar.remove();
        back.textContent = "Close";
        if (failure.again !== false) line.insertBefore(again, back);
        (failure.again === false ? back : again).focus();
      };
      again.addEventListener("click", () => {
        close?.();
        button.click();
      });

      try {
        kernel ??= new Kernel();
        kernel.watchers.add(watcher);
        watcher(...(kernel.now ?? STAGES.loading));
        const made = await kernel.show(name, area);
        if (!open) {
          made();
          return;
        }
        remove = made;
      } catch (failure) {
        if (!kernel?.alive) {
          kernel?.stop();
          kernel = null;
        }
        if (open) fail(failure);
        return;
      }
      kernel.watchers.delete(watcher);
      kernel.onbroken = fail;
      const had = panel.contains(document.activeElement) || document.activeElement === document.body;
      const frames = prepared();
      if (frames) frames.hidden = true;
      area.hidden = false;
      stage.textContent = "Live: any value, computed by Python in this page";
      detail.remove();
      bar.remove();
      back.textContent = "Back to the prepared frames";
      panel.classList.add("live-ready");
      // The controls come to be in the next moments.
      for (let tries = 0; had && open && tries < 50; tries += 1) {
        const first = area.querySelector("[role=slider], select, input");
        first?.focus();
        if (first && document.activeElement === first) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };

    button.hidden = false;
    button.addEventListener("click", begin);
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && close) {
        event.stopPropagation();
        close();
      }
    });
  };

  document.querySelectorAll(".live").forEach(control);
})();
