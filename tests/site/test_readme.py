"""The README's commands: those without make do what make does, on Windows too."""

from __future__ import annotations

import importlib.util
import re

import pytest

from book._tools.commands import serve
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(heading: str) -> list[str]:
    """The commands under a line of the README that starts with `heading`."""
    found = re.search(rf"^{heading}.*?```\n(.*?)```", README, re.M | re.S)
    return found[1].splitlines()


def test_windows_has_the_same_commands():
    posix = [
        line.replace("python3 -m venv", "py -m venv")
        .replace(".venv/bin/", ".venv/Scripts/")
        .replace("/", "\\")
        for line in block("Without make")
    ]
    assert block("On Windows, in") == posix


def test_the_commands_without_make_are_those_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert len(block("Without make")) == 7
    for line in block("Without make")[2:]:
        program = line.removeprefix(".venv/bin/python ")
        assert f"$(RUN) {program}" in makefile, line
        if program.startswith("-m "):
            assert importlib.util.find_spec(program.split()[1]), line
        else:
            assert (ROOT / program).exists(), line


@pytest.mark.parametrize("port", ["65536", "-1", "first"])
def test_a_port_that_cannot_be_is_refused_in_words(port, capsys):
    with pytest.raises(SystemExit):
        serve.main([f"--port={port}"])
    assert f"expected a number from 0 to 65535, got '{port}'" in capsys.readouterr().err
