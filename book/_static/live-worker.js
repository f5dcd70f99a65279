/* Python for the page, in a thread of its own: kernel.js starts it and talks to it. */
"use strict";

const tell = (type, rest = {}) => postMessage({ type, ...rest });
let python; // the functions of pagekernel/main.py
let parent = ""; // the widget's message that is being worked on

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

/* Python's memory as it was when it had started once: it need not start again. */
const unpacked = async (address) => {
  const packed = (await fetch(address)).body;
  const memory = new Response(packed.pipeThrough(new DecompressionStream("gzip")));
  return new Uint8Array(await memory.arrayBuffer());
};

/* Zip files into folders. Python's own way of it looks up each folder for each file, and takes twice as long. */
const UNPACK = `
def unpack(archive, root):
    import importlib, io, os, struct, zipfile, zlib

    data, made = memoryview(archive.to_bytes()), set()
    with zipfile.ZipFile(io.BytesIO(data)) as listed:
        members = listed.infolist()
    for member in members:
        path = f"{root}/{member.filename}"
        folder = path.rpartition("/")[0]
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
        begin = member.header_offset + 30 + name + extra
        content = data[begin : begin + member.compress_size]
        if member.compress_type == zipfile.ZIP_DEFLATED:
            content = zlib.decompress(content, -15, member.file_size)
        if zlib.crc32(content) != member.CRC:
            raise zipfile.BadZipFile(f"{member.filename} is not what it was")
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(file, content)
        os.close(file)
    importlib.invalidate_caches()

unpack`;

const start = async ({ pyodide, archives, snapshot, shared, files }) => {
  const counter = count(files);
  try {
    tell("stage", { stage: "loading" });
    const bytes = (address) => fetch(address).then((response) => response.arrayBuffer());
    const come = Promise.all(archives.map(bytes));
    const memory = unpacked(snapshot);
    come.catch(() => {}); // both are waited for below
    memory.catch(() => {});
    counter.script(`${pyodide}pyodide.js`);
    const runtime = await loadPyodide({ indexURL: pyodide, _loadSnapshot: memory }).catch(() =>
      loadPyodide({ indexURL: pyodide }), // WebKit numbers its functions otherwise: no memory fits it
    );
    for (const file of files) if (file.address.endsWith(".js")) counter.note(file.address, file.bytes);
    const [packages, ...own] = await come;
    tell("stage", { stage: "unpacking" });
    const unpack = runtime.runPython(UNPACK);
    unpack(packages, "");
    const site = runtime.runPython("import site; site.getsitepackages()[0]");
    for (const archive of own) unpack(archive, site);
    tell("stage", { stage: "importing" });
    const main = runtime.pyimport("pagekernel.main");
    main.start((name, content, buffers) =>
      tell("event", { name, content, parent, buffers: buffers.toJs() }),
    );
    if (shared) runtime.setInterruptBuffer(shared);
    python = { call: main.call, receive: (...of) => main.comms.receive(of[0], runtime.toPy(of[1])) };
    python.cancel = main.runner.cancel;
    python.quiet = () => shared && (shared[0] = 0);
    tell("ready");
  } catch (error) {
    const missing = counter.missing();
    tell("failed", { missing, message: String(error.message ?? error) });
  }
};

const work = {
  start,
  async call({ id, method, values }) {
    try {
      if (method === "run") python.quiet(); // an earlier wish to stop
      const answer = python.call(method, values); // a cell that awaits gives a promise of one
      tell("reply", { id, ...JSON.parse(typeof answer === "string" ? answer : await answer) });
    } catch (error) {
      const message = String(error.message || error.type || error);
      tell("reply", { id, message, fatal: Boolean(error.pyodide_fatal_error) });
    }
  },
  /* It is heard only where a cell awaits: any other leaves no time to hear. */
  cancel() {
    python.quiet();
    python.cancel();
  },
  comm({ id, message, buffers }) {
    parent = id;
    try {
      python.receive(message, buffers);
    } catch (error) {
      tell("event", { name: "broken", content: JSON.stringify({ whole: String(error.message) }) });
    }
    tell("idle", { id });
  },
};

onmessage = ({ data }) => work[data.type](data);
