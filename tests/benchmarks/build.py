"""How long a newcomer and an author wait: installing, a cold build, and builds after small changes.

    python -m tests.benchmarks.build             everything, in a copy of the repository
    python -m tests.benchmarks.build --empty     with empty caches of packages and third-party files

The copy lies in a temporary folder. Printed is a table in Markdown: a row for each case, the whole
and the stages in seconds, as the build itself tells them. Drawing and Python for the page go on
beside the other stages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGES = {
    "drawing": "drawing",
    "reading": "reading",
    "writing": "writing",
    "mathematics": "mathematics",
    "Python": "Python for the page",
}
NOTEBOOK = "book/03-the-chain-rule.ipynb"
EXPLORABLE = "src/backprop/explorables/depth.py"
MODULE = "src/backprop/network.py"


def make(copy: Path, target: str, environment: dict[str, str]) -> tuple[float, str]:
    """Run make in the copy; returns the seconds and what it printed."""
    began = time.perf_counter()
    done = subprocess.run(
        ["make", target, f"PYTHON={sys.executable}"],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"make {target} failed:\n{done.stdout[-3000:]}")
    return time.perf_counter() - began, done.stdout


def stages_of(printed: str) -> dict[str, str]:
    """{stage: seconds} out of what a build printed."""
    return {
        short: found[1]
        for short, name in STAGES.items()
        if (found := re.search(rf"\b{name} ([\d.]+) s", printed))
    }


def add_word(path: Path) -> None:
    """One word more in the first paragraph of a notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    cell["source"].append("\n\nMeasured.")
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def add_line(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\nMEASURED = 1\n", encoding="utf-8")


def row(name: str, seconds: float, printed: str = "") -> None:
    stages = stages_of(printed)
    cells = [name, f"{seconds:.1f}", *(stages.get(short, "") for short in STAGES)]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--empty", action="store_true", help="with empty caches")
    options = parser.parse_args()
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        for name in filter(None, files.split("\0")):
            if (ROOT / name).exists():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, copy / name)
                shutil.copymode(ROOT / name, copy / name)
        if options.empty:
            for variable in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "BACKPROP_CACHE", "npm_config_cache"):
                environment[variable] = str(Path(folder) / variable)
        print(f"| seconds | all | {' | '.join(STAGES)} |\n|---|" + "--:|" * (1 + len(STAGES)))
        row("installing", make(copy, "install", environment)[0])
        row("cold build", *make(copy, "book", environment))
        row("nothing changed", *make(copy, "book", environment))
        add_word(copy / NOTEBOOK)
        row("a word of prose", *make(copy, "book", environment))
        add_line(copy / EXPLORABLE)
        row("a line of an explorable", *make(copy, "book", environment))
        add_line(copy / MODULE)
        row("a line of network.py: make notebooks", make(copy, "notebooks", environment)[0])
        row("and then the build", *make(copy, "book", environment))


if __name__ == "__main__":
    main()
