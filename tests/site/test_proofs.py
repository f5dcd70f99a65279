"""From an equation to its proof and back: the boxes behind the equations, the equations of the reference."""

import pytest

import chapters
import equations
from book._tools.extension import proofs
from conftest import ROOT
from equations import proofs as tested

SOURCES = ROOT / "src" / "backprop"
MODULES = equations.chapter_modules()
LABELS = {path.stem: [label for label, _ in chapters.displayed(path)] for path in chapters.CHAPTERS}
REASONS = {k: why for m in MODULES.values() for k, why in getattr(m, "NOT_CHECKED", {}).items()}


def box_of(page, label):
    equation = page.find(id=f"equation-{label}")
    box = equation.find_next_sibling()
    assert box.name == "details" and "proof" in box["class"], f"no sign behind {label}"
    number = equation.select_one(".eqno").get_text().partition(")")[0] + ")"
    assert number in box.summary.get_text(), f"the sign of {label} doesn't say {number}"
    return box


@pytest.mark.parametrize("name", LABELS)
def test_every_numbered_equation_has_its_proof(page, name):
    labels = [label for label in LABELS[name] if label]
    assert len(page(name).select("details.proof")) == len(labels)
    lines, shown = proofs.lines_in_code(SOURCES), proofs.explorables(SOURCES)
    for label in labels:
        box = box_of(page(name), label)
        text = " ".join(box.get_text().split())
        for line in lines.get(label, ()):
            assert f"{line.file}:{line.number}" in text and " ".join(line.code.split()) in text
        assert bool(box.select("a[href*='#moves-']")) == (label in shown)
        if label in REASONS:
            assert box.summary.get_text().startswith("not checked") and REASONS[label] in text
            continue
        check = equations.CHECKS[label]
        assert box.summary.get_text().startswith("checked")
        assert f"def {check.__name__}():" in text
        assert len(box.select("li")) == len(tested.figures(check)) > 0


def test_the_figures_are_those_of_the_test(page):
    for label, first in (("eq-delta-hidden", "47 numbers"), ("eq-autodiff-by-hand", "5 numbers")):
        (home,) = [name for name, labels in LABELS.items() if label in labels]
        (figure,) = tested.figures(equations.CHECKS[label])
        shown = box_of(page(home), label).li.get_text().replace("\N{MINUS SIGN}", "-")
        assert first in shown and "{} and {}".format(*figure["first"]) in shown


def test_each_documented_function_names_its_equations(page):
    """A private function's are named with its module."""
    reference = page("94-api")
    documented = {dt["id"] for dt in reference.select("dt.sig[id]")}
    numbers = {
        label: box_of(page(name), label).summary.get_text().partition(": ")[2]
        for name, labels in LABELS.items()
        for label in filter(None, labels)
    }
    everywhere = {a.get_text() for a in reference.select("p a[href*='#equation-']")}
    for place, labels in proofs.named_in(SOURCES).items():
        if place in documented:
            entry = reference.find("dt", id=place).parent
            links = {a.get_text() for a in entry.select("dd a[href*='#equation-']")}
            assert {numbers[label] for label in labels} <= links, place
        elif any(name.startswith(place.rpartition(".")[0]) for name in documented):
            assert {numbers[label] for label in labels} <= everywhere, place


def test_links_of_the_proofs_lead_somewhere(page):
    """Into the reference and to the explorables, on this page and on others."""
    for name in LABELS:
        for link in page(name).select("details.proof a[href]"):
            home, _, place = link["href"].partition("#")
            target = page(home.removesuffix(".html") or name)
            assert target.find(id=place), f"{name}: {link['href']}"


def test_the_explorables_name_equations_that_are_displayed():
    shown = proofs.explorables(SOURCES)
    assert len(shown) > 20
    assert set(shown) <= {label for labels in LABELS.values() for label in labels}


def test_what_a_check_compares_is_kept():
    def check():
        equations.close([1.0, 2.0], [1.0, 2.0 + 1e-9])
        equations.equal(3, 3)

    (one, two) = tested.figures(check)
    assert (one["numbers"], one["first"], one["apart"]) == (2, ["1", "1"], "1e-09")
    assert two == {"line": "equations.equal(3, 3)", "first": ["3", "3"], "numbers": 1, "apart": "0"}
    with pytest.raises(AssertionError):
        equations.close(1, 1.1)
