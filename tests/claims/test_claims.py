"""Every statement of experience that is listed here is measured, and stands in the book as quoted.

`make claims` runs this file as a program, which prints the table: claim, chapter, test, measurement.
"""

import sys
from pathlib import Path

import pytest

import chapters
import claims

MODULES = claims.chapter_modules()
PAGES = {path.stem[:2]: path for path in chapters.PAGES}
FUNCTIONS = list(dict.fromkeys(claims.CLAIMS.values()))


def flat(words):
    return " ".join(words.split())


@pytest.mark.parametrize("measure", FUNCTIONS, ids=lambda measure: measure.__name__)
def test_what_is_said_is_measured(measure):
    assert measure(), "says what it measured"


@pytest.mark.parametrize("said", claims.CLAIMS, ids=lambda said: f"{said.page} {said.words[:40]}")
def test_the_words_stand_in_the_book(said):
    assert flat(said.words) in flat(chapters.text(PAGES[said.page]))


def table():
    """Which claim is measured where, and what came out, as lines of text."""
    measured = {function: function() for function in FUNCTIONS}
    lines = []
    for said, function in claims.CLAIMS.items():
        where = f"{Path(sys.modules[function.__module__].__file__).name}: {function.__name__}"
        lines += [f"{said.page}  {flat(said.words)}", f"    {where}: {measured[function]}"]
    return [*lines, f"{len(claims.CLAIMS)} statements of experience, all measured."]


if __name__ == "__main__":
    print(*table(), sep="\n")
