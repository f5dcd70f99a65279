"""Every displayed equation is checked by numbers, or the reason why not is written down.

`make equations` runs this file as a program, which prints the table: what is checked where.
"""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

import chapters
import equations
from book._tools.extension import proofs
from conftest import ROOT
from equations import arithmetic

MODULES = equations.chapter_modules()
LABELLED = {
    label: path for path in chapters.PAGES for label, _ in chapters.displayed(path) if label
}
NOT_CHECKED = {
    label: reason
    for module in MODULES.values()
    for label, reason in getattr(module, "NOT_CHECKED", {}).items()
}


def waits(path):
    """Whether the chapter's file here is missing, or says WAITS: some equation is still to be done."""
    module = MODULES.get(f"ch{path.stem[:2]}")
    return path in chapters.CHAPTERS and getattr(module, "WAITS", module is None)


COLUMN_ROW = r"\begin{pmatrix} 2 \\ 6 \end{pmatrix} \begin{pmatrix} 1 & 2 \end{pmatrix}"
TWO_BY_TWO = r"\begin{pmatrix} 2 & 4 \\ 6 & \mathbf{8} \end{pmatrix}"


def flat(latex):
    return " ".join(latex.split())


def unlabelled(path):
    return [flat(body) for label, body in chapters.displayed(path) if label is None]


def excuses(path):
    """{beginning of an unlabelled equation: why it is not checked} for a page."""
    module = MODULES.get(f"ch{path.stem[:2]}")
    return getattr(module, "UNLABELLED", {})


@pytest.mark.parametrize("label", equations.CHECKS)
def test_both_sides_are_equal(label):
    equations.COMPARED.clear()
    equations.CHECKS[label]()
    assert equations.COMPARED, "compare with close, equal or all_close: the page shows the figures"


def test_what_is_checked_or_excused_is_displayed():
    assert not {*equations.CHECKS, *NOT_CHECKED} - set(LABELLED)
    assert not set(equations.CHECKS) & set(NOT_CHECKED)


def test_labels_are_given_once():
    labels = [label for path in chapters.PAGES for label, _ in chapters.displayed(path) if label]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_every_equation_is_accounted_for(path):
    text = chapters.text(path)
    assert text.count("$$") == 2 * len(chapters.displayed(path)), "$$ stands on a line of its own"
    assert "{math}" not in text and r"\begin{align}" not in text, "display with $$"
    labels = [label for label, _ in chapters.displayed(path) if label]
    left = [label for label in labels if label not in {**equations.CHECKS, **NOT_CHECKED}]
    left += [
        body
        for body in unlabelled(path)
        if not any(map(body.startswith, excuses(path))) and not arithmetic.comparisons(body)
    ]
    if waits(path):
        assert left, f"all is done on {path.stem}: strike out WAITS in its file"
    else:
        assert not left, "neither checked nor excused:\n" + "\n".join(left)
    for start in excuses(path):
        assert any(body.startswith(start) for body in unlabelled(path)), f"not displayed: {start}"


@pytest.mark.parametrize("path", chapters.PAGES, ids=lambda path: path.stem)
def test_arithmetic_in_equations_is_right(path):
    for _, body in chapters.displayed(path):
        for one, value, two, other, agree in arithmetic.comparisons(body):
            assert agree, f"{one} is {value:.6g}, {two} is {other:.6g}"


@pytest.mark.parametrize(
    ("latex", "agree"),
    [
        (r"z &= 0.75 + 0.15 \\ &\quad + 0.1 = 1.0", [True]),
        ("z = 0.75 + 0.15 + 0.1 = 1.1", [False]),
        (r"\tfrac{1}{2} \cdot (-0.62068)^2 = \tfrac12 \cdot 0.38524 = 0.1926", [True, True]),
        (r"\frac{1}{1 + e^{-1.0483}} = 0.7404", [True]),
        (r"\frac{1}{1 + e^{-1.0483}} = 0.7407", [False]),
        (r"-\ln(1 - 0.740442) = 1.3488 \\ \sqrt{2} \approx 1.41", [True, True]),
        (r"0.7404 \cdot 0.6231 = 0.4613 = 0.4631", [True, False]),
        (r"\boldsymbol{\delta} = \mathbf{W} x = 3", []),
        (r"w \leftarrow 1.1 - 0.5 \cdot 0.0887 = 1.0557", [True]),
        (r"2 \begin{pmatrix} 1 & 2 \\[1ex] 3 & 4 \end{pmatrix} \approx " + TWO_BY_TWO, [True]),
        (COLUMN_ROW + " = " + TWO_BY_TWO, [False]),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix} = \begin{pmatrix} 1 \\ 2 \end{pmatrix}", [False]),
    ],
)
def test_arithmetic_is_worked_out(latex, agree):
    assert [found[-1] for found in arithmetic.comparisons(latex)] == agree


def test_no_chapter_waits():
    assert not [path.stem for path in chapters.CHAPTERS if waits(path)]


def test_excuses_are_reasons():
    for reason in [
        *NOT_CHECKED.values(),
        *(r for p in chapters.PAGES for r in excuses(p).values()),
    ]:
        assert len(reason) > 10


def numbers():
    """{label: number on the page}, such as 4.5 for the fifth with a label in chapter 4."""
    counts = Counter()
    for label, path in LABELLED.items():
        counts[path] += 1
        yield label, f"{int(path.stem[:2])}.{counts[path]}"


def in_code():
    """{label: the lines that are the equation}"""
    found = proofs.lines_in_code(ROOT / "src" / "backprop")
    return {
        label: [f"src/backprop/{line.file}:{line.number}" for line in lines]
        for label, lines in found.items()
    }


def as_pytest_takes_it(check):
    return f"tests/{check.__module__.replace('.', '/')}.py::{check.__name__}"


def table():
    """Which equation is where in the code and checked where, as lines of text, with the totals."""
    lines, number, code = [], dict(numbers()), in_code()
    for label in LABELLED:
        check = equations.CHECKS.get(label)
        reason = f"not checked: {NOT_CHECKED.get(label, 'to be done')}"
        where = as_pytest_takes_it(check) if check else reason
        lines.append(
            f"{number[label]:<5} {label:<28} {', '.join(code.get(label, [])):<40} {where}".rstrip()
        )
    count = len([label for label in LABELLED if label in equations.CHECKS])
    bare = [body for path in chapters.PAGES for body in unlabelled(path)]
    worked = len([body for body in bare if arithmetic.comparisons(body)])
    lines += [
        f"{len(LABELLED)} equations with a label: {count} checked, {len(LABELLED) - count} not.",
        f"{len(bare)} without one: {worked} worked out again, {len(bare) - worked} not.",
    ]
    return lines


def test_the_table_has_a_line_for_each():
    lines = table()
    assert len(lines) == len(LABELLED) + 2
    assert all(re.match(r"\d+\.\d+ +eq-", line) for line in lines[:-2])


def test_a_check_can_be_run_alone():
    names = [as_pytest_takes_it(equations.CHECKS[label]) for label in ("eq-z", "eq-delta-output")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *names],
        cwd=ROOT, env=os.environ | {"PYTEST_ADDOPTS": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[-1].startswith("2 passed"), run.stdout


def test_the_code_names_equations_that_are_displayed():
    assert set(in_code()) <= set(LABELLED)


if __name__ == "__main__":
    print(*table(), sep="\n")
