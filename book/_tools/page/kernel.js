/* Python in the page: one for all that is live on it.

   `await kernel.ready`, then `kernel.call(method, arguments)` calls a function of pagekernel/main.py and
   resolves to its result; `kernel.on(event, hear)` hears what it posts. `kernel.watch(watcher)` hears
   how far the start is. `interrupt` and `end` stop what runs. */

import { OFFLINE } from "./elements.js";

const SILENCE = 120_000; // ms in which nothing has come before the reader is told

const STAGES = {
  loading: ["Loading Python and its packages", 0, 60],
  unpacking: ["Unpacking the packages", 72, 72],
  importing: ["Starting NumPy and Matplotlib", 80, 80],
  drawing: ["Drawing", 94, 94],
};

export class Failure extends Error {
  constructor(message, advice = "", again = true) {
    super(message);
    Object.assign(this, { advice, again });
  }
}

/* Python itself has come to an end: its memory is gone. */
export class Ended extends Error {}

const ELSEWHERE =
  "The rocket at the top of the page runs the chapter on Binder or Colab instead; on your own " +
  "machine, make lab does.";

const mega = (bytes) => (bytes / 1e6).toFixed(1);
const lastLine = (text) => text.trim().split("\n").pop();

export class Kernel {
  constructor({ lite, static: own }) {
    this.at = (path, folder = lite) => new URL(path, new URL(folder, document.baseURI)).href;
    this.own = own;
    this.watchers = new Set(); // called with (text, percent, detail)
    this.ears = new Map(); // event: functions
    this.comms = new Map();
    this.replies = new Map(); // id of a call: {resolve, reject}
    this.idle = new Map(); // id of a comm's message: what to do when Python has worked on it
    this.sent = 0;
    this.alive = false;
    this.ready = this.start();
    this.ready.catch(() => {}); // whoever waits hears of it
  }

  on(event, hear) {
    if (!this.ears.has(event)) this.ears.set(event, new Set());
    this.ears.get(event).add(hear);
    return () => this.ears.get(event).delete(hear);
  }

  watch(watcher) {
    this.watchers.add(watcher);
    watcher(...(this.now ?? STAGES.loading));
    return () => this.watchers.delete(watcher);
  }

  async start() {
    this.report("loading");
    let manifest;
    try {
      const answer = await fetch(this.at("live.json"));
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      manifest = await answer.json();
    } catch (error) {
      throw this.absent(this.at("live.json"), error);
    }
    if (!manifest.available) {
      const reason = `This copy of the site was built without Python: ${manifest.reason}.`;
      throw new Failure(reason, ELSEWHERE, false);
    }
    const files = Object.values(manifest.files)
      .flat()
      .map((file) => ({ address: this.at(file.path), bytes: file.bytes }));
    const place = (part) => this.at(manifest.files[part][0].path);
    const widgets = this.manager();
    widgets.catch(() => {}); // waited for below
    // WebKitGTK may keep a page to itself and have no such memory all the same.
    const shares = window.crossOriginIsolated && "SharedArrayBuffer" in window;
    this.shared = shares ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    this.worker = new Worker(this.at("live-worker.js", this.own));
    await new Promise((resolve, reject) => {
      this.begun = resolve;
      this.fail = reject;
      this.worker.onmessage = ({ data }) => this.hear(data);
      this.worker.onerror = (event) =>
        this.fail(new Failure(event.message || "The worker did not start.", ELSEWHERE));
      this.send("start", {
        files,
        pyodide: this.at(manifest.pyodide),
        archives: [place("packages"), place("course"), place("kernel")],
        snapshot: place("snapshot"),
        shared: this.shared,
      });
      this.listen();
    });
    this.widgets = await widgets;
    this.alive = true;
  }

  /* The page's own widgets come after its text; a page without any has to fetch their code. */
  async manager() {
    const script = this.at("third-party/widgets/manager.js", this.own);
    try {
      if (window.widgetsCode) await window.widgetsCode();
      else if (!window.liveWidgets) await this.fetchWidgets(script);
    } catch {
      throw this.absent(script, "no answer");
    }
    return window.liveWidgets();
  }

  fetchWidgets(src) {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet" });
    style.href = this.at("third-party/widgets/manager.css", this.own);
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
      document.head.append(style, script);
    });
  }

  absent(address, error) {
    const name = address.split("/").pop();
    return new Failure(
      `${name} did not come (${error?.message ?? error}).`,
      `${OFFLINE} What has come so far is kept.`,
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

  /* Tell when nothing has come for long: a page must not wait without a word for a connection that is
     gone. What has come is worked on for as long as this machine needs. */
  listen() {
    clearTimeout(this.clock);
    if (this.alive || this.now[0] !== STAGES.loading[0]) return;
    this.clock = setTimeout(() => {
      const words = `Nothing has come for ${SILENCE / 1000} seconds.`;
      this.fail(new Failure(words, "The connection may be gone. Try again."));
    }, SILENCE);
  }

  hear(data) {
    const on = {
      stage: () => this.report(data.stage),
      bytes: () => {
        const loaded = Math.min(data.loaded, data.total);
        const detail = `${mega(loaded)} of ${mega(data.total)} MB`;
        this.report("loading", detail, loaded / data.total);
      },
      ready: () => {
        this.alive = true;
        this.begun();
      },
      failed: () => {
        console.warn(data.message);
        clearTimeout(this.clock);
        this.fail(
          data.missing
            ? this.absent(data.missing, "no answer, or not the file")
            : new Failure(lastLine(data.message), ELSEWHERE),
        );
      },
      event: () => this.event(data),
      idle: () => {
        this.idle.get(data.id)?.({ content: { execution_state: "idle" } });
        this.idle.delete(data.id);
      },
      reply: () => {
        const waits = this.replies.get(data.id);
        this.replies.delete(data.id);
        if (data.fatal) {
          this.end(data.message);
          waits?.reject(new Ended(data.message));
        } else if (data.fault) waits?.reject(new Failure(data.fault));
        else if (data.message) waits?.reject(new Failure(lastLine(data.message)));
        else waits?.resolve(data.value);
      },
    };
    on[data.type]();
    this.listen();
  }

  event({ name, content, buffers, parent }) {
    const heard = JSON.parse(content);
    if (name === "comm") this.comm(heard, buffers, parent);
    for (const hear of this.ears.get(name) ?? []) hear(heard);
  }

  comm({ msg_type, content, metadata }, buffers, parent) {
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
        if (callbacks?.iopub?.status) this.idle.set(id, callbacks.iopub.status);
        const message = JSON.stringify({ content: { comm_id, data: content }, metadata });
        this.send("comm", { id, message }, buffers ?? []);
        return id;
      },
    };
    return comm;
  }

  /* Call a function of Python. Rejects with Failure when it raises, with Ended when Python is gone. */
  async call(method, values = {}) {
    await this.ready;
    if (!this.worker) throw new Ended("Python has been stopped.");
    const id = `call-${(this.sent += 1)}`;
    return new Promise((resolve, reject) => {
      this.replies.set(id, { resolve, reject });
      this.send("call", { id, method, values: JSON.stringify(values) });
    });
  }

  /* Make an explorable in `area`; resolves to what takes it away. */
  async show(name, area) {
    await this.ready;
    this.report("drawing");
    const model = await this.call("show", { name });
    const remove = await this.widgets.show(model, area);
    return () => {
      remove();
      this.call("hide", { model }).catch(() => {});
    };
  }

  /* Ask Python to stop what it does; false where a page cannot ask. */
  interrupt() {
    if (!this.shared) return false;
    this.shared[0] = 2;
    return true;
  }

  /* End what a cell awaits, if it does nothing else. */
  cancel() {
    this.send("cancel");
  }

  /* End Python itself, with all its variables. */
  end(why = "Python has been stopped.") {
    clearTimeout(this.clock);
    this.worker?.terminate();
    this.worker = null;
    this.alive = false;
    this.ended = true;
    for (const { reject } of this.replies.values()) reject(new Ended(why));
    this.replies.clear();
    this.fail?.(new Failure(why));
  }
}
