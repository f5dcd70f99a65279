/* Python for "Run it live", in a thread of its own: live.js starts it and talks to it. */
"use strict";

const tell = (type, rest = {}) => postMessage({ type, ...rest });
let python; // what live-kernel.py defines
let parent = ""; // the page's message that is being worked on

/* Count what comes, and remember what does not. */
const count = (files) => {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const come = new Map();
  let missing = null;
  const note = (address, bytes) => {
    come.set(address, bytes);
    tell("bytes", { loaded: [...come.values()].reduce((sum, some) => sum + some, 0), total });
  };
  const fetchFile = self.fetch.bind(self);
  self.fetch = async (request, options) => {
    const address = new URL(request.url ?? request, self.location.href).href;
    let response;
    try {
      response = await fetchFile(request, options);
      if (!response.ok) throw new Error(`status ${response.status}`);
    } catch (error) {
      missing ??= address;
      throw error;
    }
    if (!files.some((file) => file.address === address)) return response;
    let bytes = 0;
    const counted = new TransformStream({
      transform(chunk, controller) {
        note(address, (bytes += chunk.length));
        controller.enqueue(chunk);
      },
    });
    const { headers } = response;
    return new Response(response.body.pipeThrough(counted), { headers });
  };
  return {
    script(address) {
      try {
        importScripts(address);
      } catch (error) {
        missing ??= address;
        throw error;
      }
    },
    note,
    missing: () => missing,
  };
};

const start = async ({ pyodide, kernel, packages, course, files }) => {
  const counter = count(files);
  try {
    tell("stage", { stage: "loading" });
    const bytes = (address) => fetch(address).then((response) => response.arrayBuffer());
    const archives = Promise.all([bytes(packages), bytes(course)]);
    const text = fetch(kernel).then((response) => response.text());
    archives.catch(() => {}); // both are waited for below
    text.catch(() => {});
    counter.script(`${pyodide}pyodide.js`);
    const runtime = await loadPyodide({ indexURL: pyodide });
    for (const file of files) if (file.address.endsWith(".js")) counter.note(file.address, file.bytes);
    const [third, own] = await archives;
    tell("stage", { stage: "unpacking" });
    runtime.unpackArchive(third, "zip", { extractDir: "/" });
    const site = runtime.runPython("import site; site.getsitepackages()[0]");
    runtime.unpackArchive(own, "zip", { extractDir: site });
    tell("stage", { stage: "importing" });
    runtime.runPython(await text);
    python = {
      show: runtime.globals.get("show"),
      hide: runtime.globals.get("hide"),
      receive: (message, buffers) => runtime.globals.get("receive")(message, runtime.toPy(buffers)),
    };
    runtime.globals.get("connect")(
      (message, buffers) => tell("comm", { message, parent, buffers: buffers.toJs() }),
      (message) => tell("broken", { message }),
    );
    runtime.globals.get("warm")();
    tell("ready");
  } catch (error) {
    const missing = counter.missing();
    tell("failed", { missing, message: String(error.message ?? error) });
  }
};

const work = {
  start,
  show({ name }) {
    tell("shown", { name, model: python.show(name) });
  },
  hide({ model }) {
    python.hide(model);
  },
  comm({ id, message, buffers }) {
    parent = id;
    python.receive(message, buffers);
  },
};

onmessage = async ({ data }) => {
  try {
    await work[data.type](data);
  } catch (error) {
    tell("broken", { message: String(error.message ?? error), name: data.name });
  }
  if (data.type === "comm") tell("idle", { id: data.id });
};
