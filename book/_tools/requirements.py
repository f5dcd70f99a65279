"""Pin everything anew: pyproject.toml's direct requirements into requirements.txt.

python book/_tools/requirements.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIRECT = "-e .[book,lab,test,dev]"
OPTIONS = "--universal --python-version 3.10 --no-header --no-annotate --quiet"
HEAD = f"""\
# Everything that the site and the tests need, pinned, for Python 3.10 and newer.
# Do not edit: the direct requirements are in pyproject.toml. `make requirements` makes this file
# anew from them, which is
#     echo '{DIRECT}' | uv pip compile {OPTIONS} -
# with this head put before it.
"""


def main() -> int:
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS.split(), "-"]
    done = subprocess.run(command, input=DIRECT, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode == 0:
        (ROOT / "requirements.txt").write_text(HEAD + done.stdout, encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
