"""Plant every fault of faults.toml in a copy of the repository and see which test finds it.

    make faults                     all of them
    make faults FAULTS="press page" those whose description has one of these words

The copy is a worktree of its own below the system's temporary folder; what is not committed counts
as well. A fault is found when the test that is named for it, green before, fails.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("faults.toml")
BASE = "2787eb7"


@dataclass(frozen=True)
class Fault:
    what: str
    file: str  # a pattern for the file's name: where it lies, and mostly how it is called, does not matter
    old: str
    new: str
    test: str  # what pytest is given, below tests/
    before: (
        str  # the same in BASE, where all tests lay in one folder; empty: not to be planted there
    )

    def place(self, root: Path) -> Path:
        """The file that the fault belongs into; ValueError if its text is not there exactly once."""
        counts = {}
        for name in git("ls-files", cwd=root).splitlines():
            if fnmatch.fnmatch(Path(name).name, self.file) and not name.startswith("tests/"):
                counts[name] = (root / name).read_text(encoding="utf-8").count(self.old)
        if sum(counts.values()) != 1:
            found = {name: count for name, count in counts.items() if count} or "nowhere"
            raise ValueError(
                f"{self.what}: expected once in a {self.file}, found {found}: {self.old!r}"
            )
        return root / max(counts, key=counts.get)

    def plant(self, root: Path) -> None:
        path = self.place(root)
        text = path.read_text(encoding="utf-8").replace(self.old, self.new)
        path.write_text(text, encoding="utf-8", newline="\n")


def read() -> list[Fault]:
    with LIST.open("rb") as file:
        return [Fault(**entry) for entry in tomllib.load(file)["fault"]]


def git(*arguments: str, cwd: Path | None = None) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=cwd or ROOT, check=True, capture_output=True, text=True
    ).stdout


def test(root: Path, chosen: str) -> tuple[int, str]:
    """pytest's exit code, and the first test that failed."""
    path, *more = shlex.split(chosen)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
    ]
    # What waits in vain is a find here: not for long.
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "PATIENCE": "120"}
    done = subprocess.run(
        [*command, f"tests/{path}", *more],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    failed = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", done.stdout, re.M)
    return done.returncode, failed[1] if failed else done.stdout[-1500:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "words", nargs="*", help="only the faults whose description has one of them"
    )
    parser.add_argument("--before", action="store_true", help=f"in {BASE}, with its tests")
    options = parser.parse_args()
    faults = [
        (fault, fault.before if options.before else fault.test)
        for fault in read()
        if not options.words or any(word in fault.what for word in options.words)
    ]
    faults = [(fault, chosen) for fault, chosen in faults if chosen]
    root = Path(tempfile.mkdtemp(prefix="faults-")) / "copy"
    git("worktree", "add", "--detach", str(root), BASE if options.before else "HEAD")
    missed = 0
    try:
        if not options.before and (changes := git("diff", "HEAD", "--binary")):
            subprocess.run(["git", "apply"], cwd=root, input=changes, text=True, check=True)
            git("commit", "-qam", "as it is", cwd=root)
        if (ROOT / "_build").exists():
            shutil.copytree(ROOT / "_build", root / "_build", symlinks=True)
        for chosen in dict.fromkeys(chosen for _, chosen in faults):
            code, said = test(root, chosen)
            if code:
                print(f"red without any fault: {chosen}\n{said}", flush=True)
                missed += 1
        for number, (fault, chosen) in enumerate(faults, 1):
            start = time.monotonic()
            try:
                fault.plant(root)
            except ValueError as error:
                if not options.before:
                    raise
                print(f"{number:>3}  not in {BASE}: {error}", flush=True)
                continue
            code, said = test(root, chosen)
            found = code == 1
            missed += not found
            seconds = f"{time.monotonic() - start:.0f} s"
            print(
                f"{number:>3}  {fault.what} -> {said if found else 'NOT FOUND'} ({seconds})",
                flush=True,
            )
            git("checkout", "-q", ".", cwd=root)
    finally:
        git("worktree", "remove", "--force", str(root))
    print(f"{len(faults)} faults, {missed} not found")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
