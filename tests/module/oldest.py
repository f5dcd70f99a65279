"""Test the module with the oldest versions that pyproject.toml claims to work with.

Makes .venv-oldest with the lower bounds of the dependencies on the oldest Python (named by
OLDEST_PYTHON, or found on PATH; else this one), installs what the tests need beside them, and runs
the module's tests.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv-oldest"
PYTHON = VENV / "bin" / "python"
TESTED = (
    "activations backward data examples fast fuzz gradcheck losses network plotting properties sgd "
    "storage"
)
SHOWN = "numpy", "matplotlib", "ipywidgets", "pillow", "tqdm"


def run(*command, **environment):
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment)
    if done.returncode:
        sys.exit(done.returncode)


def main():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = [re.sub(">=", "==", bound) + ".*" for bound in project["dependencies"]]
    wanted = re.search(r"[\d.]+", project["requires-python"])[0]
    python = os.environ.get("OLDEST_PYTHON") or shutil.which(f"python{wanted}") or sys.executable
    if subprocess.run([python, "-c", ""], capture_output=True).returncode:
        python = sys.executable
    uv = (sys.executable, "-m", "uv")
    run(*uv, "venv", "--quiet", "--clear", "--python", python, str(VENV))
    install = (*uv, "pip", "install", "--quiet", "--python", str(PYTHON))
    tests = [name for name in project["optional-dependencies"]["test"] if name != "playwright"]
    run(*install, "--resolution", "lowest-direct", *project["dependencies"], *oldest)
    run(*install, *oldest, *tests, "pyyaml", "nbclient", "jupytext", "ipykernel")
    run(*install, "--no-deps", "--editable", ".")
    versions = "; ".join(f"print('{n}', version('{n}'))" for n in SHOWN)
    run(
        str(PYTHON),
        "-c",
        f"import sys; from importlib.metadata import version; print(sys.version); {versions}",
    )
    files = [f"tests/module/test_{name}.py" for name in TESTED.split()]
    files.append("tests/explorables/test_explore.py")
    run(str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, *sys.argv[1:])


if __name__ == "__main__":
    main()
