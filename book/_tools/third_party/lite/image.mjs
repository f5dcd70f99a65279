/* Pack the Python packages of "Run it live" into one archive of compiled modules.

   node image.mjs <folder of Pyodide> <archive to write>

   The browser compiles no module, looks for no font and unpacks one file instead of twenty. The
   compiling is done by the same Python that will load it: Pyodide, run by node. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, archive] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = createRequire(import.meta.url)(`${folder}/pyodide.js`);

try {
  const python = await loadPyodide({ indexURL: folder });
  await python.loadPackage(["numpy", "matplotlib", "pillow", "ipywidgets", "tqdm"], {
    messageCallback: () => {},
  });
  python.runPython(readFileSync(new URL("image.py", import.meta.url), "utf-8"));
  python.globals.get("pack")("/tmp/image.zip");
  writeFileSync(archive, python.FS.readFile("/tmp/image.zip"));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
