"""What the build does to the pages after Sphinx: mathematics, pictures, icons, tags."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pydata_sphinx_theme
import pytest
from docutils import nodes
from docutils.utils import new_document
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from backprop import ACTIVATIONS, LOSSES
from book._tools.extension import cells, icons, mathematics, pages, pictures, practice
from book._tools.stale import Kept
from book._tools.third_party import npm
from conftest import BOOK

STYLE_SHEETS = sorted((BOOK / "_static").glob("*.css"))


def setup(app):
    """Makes this file a Sphinx extension: the mathematics, and nothing else of the site's."""
    app.add_html_math_renderer(mathematics.NAME, *mathematics.RENDERER)
    app.connect("env-updated", mathematics.set_all)
    app.connect("doctree-resolved", mathematics.keep_stops)
    app.connect("doctree-resolved", pages.keep_numbers)


def built(folder, **texts):
    """The body of each page of a small book of these, by name."""
    for name, text in texts.items():
        (folder / f"{name}.rst").write_text(f"Title\n=====\n\n{text}\n", encoding="utf-8")
    config = {"extensions": __name__, "html_math_renderer": mathematics.NAME, "numfig": True}
    places = folder, None, folder / "out", folder / "trees", "html"
    with docutils_namespace():  # the next Sphinx of this process finds nothing of this one
        app = Sphinx(*places, config, status=None, warning=None)
        app.build()
    names = sorted(app.env.found_docs)
    pages = {n: (folder / "out" / f"{n}.html").read_text(encoding="utf-8") for n in names}
    return {name: page.partition('role="main"')[2] for name, page in pages.items()}


def test_formulas_are_set_with_signs_and_for_screen_readers(tmp_path):
    page = built(tmp_path, index="A :math:`a < b` b.\n\n.. math:: z = W a\n   :label: x")["index"]
    assert page.count("<mjx-container") == page.count("<mjx-assistive-mml") == 2
    assert "\\(" not in page and "\\[" not in page and '<span class="eqno">(1)' in page
    css = (tmp_path / "out" / "_static" / mathematics.SHEET).read_text(encoding="utf-8")
    assert ".mjx-c3C" in css and mathematics.FONTS in css  # the sign "<"


def test_no_line_begins_with_the_stop_after_a_formula_or_ends_with_the_bracket_before_it(tmp_path):
    text = "It is :math:`a`, so :math:`b` c (\\ :math:`e` f).\n\n.. math:: d\n\n. And"
    page = built(tmp_path, index=text)["index"]
    whole = re.findall(
        r'<span class="with-stop">(\W*)<span.*?</mjx-container></span>(.*?)</span>', page
    )
    assert whole == [("", ","), ("(", "")]
    assert "</span> so <span" in page and page.count("<mjx-container") == 4


def test_no_line_begins_with_a_number_of_what_stands_before_it_or_with_a_formulas_space(tmp_path):
    sum_ = r":math:`a_1 + b_1 + c_1 + d_1 + e_1 + f_1 = 0`"
    page = built(tmp_path, index=f"Chapter 7, *exercises 2* and 3, ``chapter 9``, {sum_}.")["index"]
    words = page.partition("<mjx-container")[0]
    assert re.findall(r"\w+\N{NO-BREAK SPACE}\d", words) == [
        "Chapter\N{NO-BREAK SPACE}7",
        "exercises\N{NO-BREAK SPACE}2",
    ]
    pieces = re.findall(r"<mjx-piece(.*?)>(<[^>]*>)", page)
    assert [before.strip() for before, _ in pieces] == [*5 * ['rspace="3"'], 'rspace="4"', ""]
    assert not any("space" in first for _, first in pieces)
    css = (tmp_path / "out" / "_static" / mathematics.SHEET).read_text(encoding="utf-8")
    assert re.search(r'\[rspace="4"\][^{]*\{\s*margin-right: [.\d]+em', css)


def test_the_style_sheet_serves_pages_of_earlier_builds(tmp_path):
    built(tmp_path, index="Here is :math:`\\alpha`", other=":orphan:\n\nHere is :math:`x`")
    built(tmp_path, other=":orphan:\n\nHere is :math:`\\beta`")
    css = (tmp_path / "out" / "_static" / mathematics.SHEET).read_text(encoding="utf-8")
    assert ".mjx-c1D6FC" in css and ".mjx-c1D6FD" in css
    kept = json.loads((tmp_path / "trees" / "formulas.json").read_text(encoding="utf-8"))
    assert [tex for tex, *_ in kept["formulas"]] == ["\\alpha", "\\beta"]


def test_a_formula_is_set_once(tmp_path, monkeypatch):
    one = built(tmp_path, index="It is :math:`a`")["index"]
    monkeypatch.setattr(mathematics, "run", None)
    assert built(tmp_path, index="It is :math:`a`!")["index"].count("<mjx-container") == 1
    assert one.count("<mjx-container") == 1


def test_tex_that_mathjax_refuses_stops_the_build():
    with pytest.raises(mathematics.MathematicsError, match=r"refuses: \\frac\{1\}"):
        mathematics.run([("\\frac{1}", False), ("a", False)])


def picture(path, noise=False):
    image = Image.effect_noise((300, 200), 80) if noise else Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(image).line((0, 0, 300, 200), fill="black", width=3)
    image.save(path)


def test_a_picture_becomes_webp_of_known_size(tmp_path):
    images = tmp_path / "_images"
    images.mkdir()
    picture(images / "a.png")
    picture(images / "unused.png")
    page = tmp_path / "page.html"
    page.write_text(
        '<img alt="a &amp; b" src="_images/a.png" /><img src="elsewhere.png" alt="x">',
        encoding="utf-8",
    )
    kept = Kept(tmp_path / "kept", most=9)
    pictures.set_pages([page], images, kept)
    text = page.read_text(encoding="utf-8")
    assert 'src="_images/a.webp"' in text and 'width="172" height="115"' in text
    assert 'alt="a &amp; b"' in text and '<img src="elsewhere.png" alt="x">' in text
    assert [path.name for path in images.iterdir()] == ["a.webp"]
    pictures.set_pages([page], images, kept)
    assert page.read_text(encoding="utf-8") == text


def test_lines_stay_exact_and_shades_are_compressed(tmp_path):
    picture(tmp_path / "lines.png")
    picture(tmp_path / "shades.png", noise=True)
    for name, exact in (("lines", True), ("shades", False)):
        with Image.open(tmp_path / f"{name}.png") as before:
            pixels = before.convert("RGB").tobytes()
        webp = pictures.as_webp((tmp_path / f"{name}.png").read_bytes())
        with Image.open(io.BytesIO(webp)) as after:
            assert (after.convert("RGB").tobytes() == pixels) is exact


ICON_FONTS = (
    Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static" / icons.FONTS
)


def test_icons_are_drawn_in_the_style_that_is_named():
    def drawn(classes):
        return re.search(
            r'viewBox="0 0 (\d+) 512".* d="([^"]*)"', icons.svg(ICON_FONTS, classes)
        ).groups()

    assert drawn("fa-solid fa-sun fa-lg") == drawn("fas fa-sun") != drawn("far fa-sun")
    assert drawn("fab fa-github")[0] == "496"
    width, path = drawn("fas fa-bars")  # three bars, from the left edge to the right one
    places = re.findall(r"-?\d+", path)
    assert width == "448" and {"0", "448"} <= set(places) and path.count("Z") == 3
    assert all(0 <= int(place) <= 512 for place in places)
    assert 'aria-hidden="true" data-mode="light"' in icons.svg(
        ICON_FONTS, "fa-solid fa-sun", ' data-mode="light"'
    )
    with pytest.raises(icons.IconError, match="fa-nothing"):
        icons.svg(ICON_FONTS, "fa-solid fa-nothing")


def test_a_style_sheet_tells_its_characters():
    css = '.a{content:"\\f001"}.b{content: "L"}.c{content:"\\2202 x"}:root{--i:"\u2713"}'
    assert icons.characters(css) == {0xF001, ord("L"), 0x2202, ord("x"), 0x2713}


def test_a_cut_font_has_the_wanted_signs_only():
    whole = (npm.mathjax_fonts() / "MathJax_Main-Regular.woff").read_bytes()
    cut = icons.cut_font(whole, {ord("a"), 0x2202})
    assert set(TTFont(io.BytesIO(cut)).getBestCmap()) == {ord("a"), 0x2202}
    assert len(cut) < len(whole) / 4


def test_minutes_count_text_equations_and_code_but_no_solutions():
    words = "<h1>T</h1><p>" + "word " * 180 + "</p>"
    assert pages.minutes_to_read(words) == 1
    assert pages.minutes_to_read(words * 3) == 3
    assert pages.minutes_to_read(words + '<div class="math">x</div>' * 8) == 3
    assert pages.minutes_to_read(words + "<mjx-container>x</mjx-container>" * 60) == 2
    hidden = f'<details class="solution admonition">{words * 9}</section>'
    assert pages.minutes_to_read(words + hidden) == 1


def test_a_description_ends_with_a_whole_word():
    body = "<h1>Title</h1><p>" + "alpha &lt; beta " * 30 + "</p>"
    text = pages.description(body)
    assert len(text) <= 204 and text.endswith(("alpha ...", "< ...", "beta ..."))
    formula = (
        "<mjx-container><mjx-c></mjx-c><mjx-assistive-mml>x</mjx-assistive-mml></mjx-container>"
    )
    assert pages.description(f"<h1>T</h1><p>Short {formula}.</p>") == "Short x."
    assert pages.description("<h1>T</h1>") == ""


def test_preview_tags_are_escaped():
    tags = pages.preview_tags(
        "S", 'A "quoted" title', "text", "https://x/a.html", "https://x/p.png"
    )
    assert 'content="A &quot;quoted&quot; title"' in tags
    assert 'property="og:image" content="https://x/p.png"' in tags


def test_a_summary_is_called_what_it_shows():
    plain = '<summary aria-label="Toggle hidden content"><p>Show code</p></summary>'
    assert pages.mend(plain) == "<summary><p>Show code</p></summary>"
    title = (
        '<summary class="sd-summary-title sd-card-header"><mjx-container><mjx-math>glyphs</mjx-math>'
        "<mjx-assistive-mml><math><mi>a</mi><mo>&lt;</mo><mn>2</mn></math></mjx-assistive-mml>"
        "</mjx-container></summary>"
    )
    mended = pages.mend(title)
    assert 'aria-label="a &lt; 2"' in mended and "glyphs" in mended
    assert pages.mend(mended) == mended
    words = '<summary class="sd-summary-title">words</summary>'
    assert pages.mend(words + title).startswith(words)


def test_cells_of_a_table_of_sentences_know_their_column():
    def named(*rows):
        cell = ("<th>{}</th>", "<td>{}</td>")
        lines = [
            "<tr>" + "".join(cell[n > 0].format(c) for c in row) + "</tr>"
            for n, row in enumerate(rows)
        ]
        context = {"body": '<table class="table">' + "".join(lines) + "</table>"}
        pages.name_sentences(None, "", "", context, None)
        return re.findall(r"<td([^>]*)>", context["body"]), "of-sentences" in context["body"]

    long = "word " * 20
    heads = ([' data-head="A &amp;"', ' data-head="B"', ' data-head="C"'], True)
    assert named(("A &", "B", "C"), ("1", long, "2")) == heads
    assert named(("", "B", "C"), ("1", "2", long)) == (["", "", ' data-head="C"'], True)
    assert named(("A", "B"), ("1", long)) == (["", ""], False)
    assert named(("A", "B"), (long, long)) == (["", ' data-head=""'], True)
    assert named(("A", "B", "C"), ("1", "2", "3")) == (["", "", ""], False)


def test_a_cell_whose_code_is_not_on_the_page_is_no_live_cell(tmp_path):
    sources = ["a = 1", "b = 2"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    nbformat.write(notebook, tmp_path / "one.ipynb")
    shown, hidden = (
        nodes.container(nb_element="cell_code", cell_index=place) for place in range(2)
    )
    shown += nodes.container(nb_element="cell_code_source")
    hidden += nodes.container(nb_element="cell_code_output")
    document = new_document("one")
    document += [shown, hidden]
    cells.mark(SimpleNamespace(srcdir=tmp_path), document, "one")
    assert shown["classes"] == [f"{cells.MARK}one-1"]
    assert hidden["classes"] == []


@pytest.mark.parametrize("sheet", STYLE_SHEETS, ids=lambda sheet: sheet.name)
def test_no_style_hangs_on_what_is_anywhere_in_a_part_of_the_page(sheet):
    """With `section:has(...)` a browser works out all styles anew at each change: 9 s while the
    cells of chapter 4 ran, in place of 0.1."""
    parts = re.findall(
        r"^.*\b(?:section|article|main|body|html|bd-[\w-]+)[\w.]*:has\(.*$", sheet.read_text(), re.M
    )
    assert not parts


def test_the_form_of_a_network_offers_all_that_the_module_has():
    script = (BOOK / "_tools" / "page" / "network.js").read_text(encoding="utf-8")
    body = re.search(r"^const LOSSES = {(.*?)^}", script, re.S | re.M)[1]
    assert re.findall(r"^  (\w+):", body, re.M) == list(LOSSES)
    given = html.unescape(re.search(r'data-network="(.*?)"', practice.PUT["network"]())[1])
    assert json.loads(given)["activations"] == list(ACTIVATIONS)
