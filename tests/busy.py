"""Run the whole suite on a machine that has other things to do: nothing may hang on time.

make test-busy          beside four processes that do nothing but count
make test-busy SLOW=1   all of it held to half a core, by a control group (as root) or by cpulimit
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUITE = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadscope", "-q", "--durations=25"]
GROUPS = Path("/sys/fs/cgroup")


@contextlib.contextmanager
def busy(process):
    """Four others that want the processor."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        yield
    finally:
        for other in others:
            other.kill()


@contextlib.contextmanager
def half_a_core(process):
    """The process and what it starts, together at most half a core."""
    version_2 = (GROUPS / "cgroup.controllers").exists()
    group = (GROUPS if version_2 else GROUPS / "cpu") / "backprop-half-a-core"
    limit = ("cpu.max", "50000 100000") if version_2 else ("cpu.cfs_quota_us", "50000")
    try:
        group.mkdir(exist_ok=True)
        (group / limit[0]).write_text(limit[1])
        (group / "cgroup.procs").write_text(str(process.pid))
    except OSError as error:
        if not shutil.which("cpulimit"):
            sys.exit(
                f"no control group ({error}) and no cpulimit (Debian: apt-get install cpulimit)"
            )
        limiter = ["cpulimit", "-m", "-q", "-l", "50", "-p", str(process.pid)]
        with subprocess.Popen(limiter):
            yield
        return
    yield
    with contextlib.suppress(OSError):  # a browser may still be going
        group.rmdir()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half-a-core", action="store_true")
    parser.add_argument("tests", nargs="*", help="default: all")
    options = parser.parse_args()
    process = subprocess.Popen([*SUITE, *options.tests], cwd=ROOT)
    with (half_a_core if options.half_a_core else busy)(process):
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
