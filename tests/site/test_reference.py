"""The appendices: the API reference, the glossary, the bibliography, the links between them."""

import re

import pytest

import backprop
import chapters
from book._tools.extension import reference
from conftest import BOOK


def test_every_public_function_and_class_is_described(page):
    described = {dt["id"].rpartition(".")[2] for dt in page("94-api").select("dt.sig[id]")}
    for name in backprop.__all__:
        if callable(getattr(backprop, name)):
            assert name in described, f"{name} is not in the API reference"


def test_functions_link_to_the_chapter_that_teaches_them(page):
    for name, chapter in (("hidden_delta", "04-"), ("train", "05-"), ("forward", "01-")):
        entry = page("94-api").find("dt", id=re.compile(rf"\.{name}$")).parent
        assert any(a["href"].startswith(chapter) for a in entry.select("dd a[href]")), name


def test_the_reference_says_what_an_argument_should_be(page):
    entry = page("94-api").find("dt", id="backprop.backward.hidden_delta").parent
    assert "hidden_delta(W_next, delta_next, z, activation)" in entry.dt.get_text()
    lines = entry.select_one("div.docstring pre").get_text().splitlines()
    assert lines[2:7] == [
        "W_next:     (n_{l+1}, n_l)",
        "delta_next: (n_{l+1}, m)",
        "z:          (n_l, m)",
        "activation: Activation",
        "-> (n_l, m)",
    ]


def test_a_line_of_a_docstring_goes_on_where_the_next_had_no_room():
    full = "word " * 17 + "end"
    assert reference.unwrapped(f"{full}\nlonger text.\nNew.") == f"{full} longer text.\nNew."
    assert reference.unwrapped(f"m: {full}\n   longer") == f"m: {full} longer"
    for text in (f"{full}\n\nlonger", f"{full}\nname: what", f"{full}\n  file   what", "a\nb"):
        assert reference.unwrapped(text) == text


def test_terms_are_sorted_and_defined_once():
    text = (BOOK / "92-glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^(\S.*)\n  \S", text.partition("```{glossary}")[2], re.M)
    assert len(terms) >= 40
    assert terms == sorted(set(terms), key=str.lower)


@pytest.mark.parametrize("path", chapters.CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_links_each_term_once(page, path):
    links = page(path.stem).select("article a.glossary-term")
    targets = [link["href"] for link in links]
    assert targets and len(targets) == len(set(targets))
    glossary = page("92-glossary")
    for target in targets:
        assert target.startswith("92-glossary.html#")
        assert glossary.find(id=target.partition("#")[2]), target
    for link in links:
        assert not link.find_parent(["h1", "h2", "h3", "code", "pre", "table"])


def test_every_source_is_cited_and_listed(page):
    keys = re.findall(r"^@\w+\{(\w+),", (BOOK / "references.bib").read_text(encoding="utf-8"), re.M)
    cited = re.findall(r"\{cite:t\}`(\w+)`", (BOOK / "93-further-reading.md").read_text())
    assert set(cited) == set(keys)
    assert len(page("93-further-reading").select("div.citation, dl.citation > dt")) == len(keys)


def test_every_row_of_the_article_has_a_chapter(page):
    rows = page("91-reading-the-article").select("article tbody tr")
    assert len(rows) >= 19
    for row in rows:
        *_, taught = row.find_all("td")
        assert taught.find("a", href=re.compile(r"^\d\d-")), row.get_text()[:60]
