/* Pack the Python packages of the page into one archive of compiled modules, and Python's memory as it
   is when it has started and imported what they need of its own library: a snapshot, gzipped.

   node image.mjs <folder of Pyodide> <archive to write> <snapshot to write>

   The browser compiles no module, looks for no font and unpacks one file instead of twenty. The
   compiling is done by the same Python that will load it: Pyodide, run by node. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

const [folder, archive, snapshot] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = createRequire(import.meta.url)(`${folder}/pyodide.js`);

try {
  const python = await loadPyodide({ indexURL: folder });
  await python.loadPackage(["numpy", "matplotlib", "pillow", "ipywidgets", "anywidget", "tqdm"], {
    messageCallback: () => {},
  });
  python.runPython(readFileSync(new URL("image.py", import.meta.url), "utf-8"));
  python.globals.get("pack")("/tmp/image.zip");
  writeFileSync(archive, python.FS.readFile("/tmp/image.zip"));
  const names = python.globals.get("own_library")();
  // Packages with compiled parts cannot be in it: their code is loaded beside Python's.
  const fresh = await loadPyodide({ indexURL: folder, _makeSnapshot: true });
  fresh.runPython(`import ${names}`);
  writeFileSync(snapshot, gzipSync(fresh.makeMemorySnapshot(), { level: 9 }));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
