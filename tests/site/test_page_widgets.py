"""What the build makes of a page's widgets: files for pictures, a lean state, a still, the limits."""

import base64
import copy
import json
import re
from html import escape
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from ipywidgets import Widget

from backprop.explorables import depth
from backprop.explore import Control, explore, grid
from book._tools.extension import explorables
from book._tools.extension import widgets as page_widgets

SHOWN = explorables.Shown("backprop.explorables.depth", "explorable")
VIEW = page_widgets.VIEW.format('{"widget": 0}')


@pytest.fixture(scope="module")
def page():
    """A page as myst-nb makes it, and the depth explorable reduced to four frames."""
    Widget.close_all()
    layers, activation, weights, way = depth.CONTROLS
    few = [
        Control(layers.name, "layers", layers.values[:2], kind="play"),
        Control(activation.name, "activation", (*activation.values[:1], "tanh"), kind="menu"),
    ]
    fixed = {weights.name: weights.start, way.name: way.start}
    made = explore(
        lambda **values: depth.draw(**values, **fixed),
        lambda **values: (
            'A "long" \\ text & <b>'[: 5 + values["depth"]] + depth.describe(**values, **fixed)
        ),
        few,
        name="depth",
        page=True,
    )
    kept = explorables.state_of(made)
    body = f"<p>IPY_MODEL_</p>{VIEW}"
    return SimpleNamespace(kept=kept, state=kept["state"], body=body, controls=few)


def written(page, app_out, pagename="book/x"):
    """The body that the build makes of the page."""
    context = {"body": page.body, "pathto": lambda path, resource: f"../{path}"}
    app = SimpleNamespace(
        outdir=str(app_out / "html"),
        backprop_shown={pagename: {"a cell": SHOWN}},
        backprop_drawn=SimpleNamespace(get=lambda _: copy.deepcopy(page.kept)),
    )
    page_widgets.widgets_last(app, pagename, "page.html", context, None)
    return context["body"]


@pytest.fixture
def soup(page, tmp_path):
    return BeautifulSoup(written(page, tmp_path), "html.parser")


def state_of(soup):
    return json.loads(soup.find("script", type=page_widgets.STATE).string)["state"]


def test_every_picture_is_a_file_of_its_own(page, soup, tmp_path):
    frames = [
        m["state"]["value"] for m in state_of(soup).values() if m["model_name"] == "HTMLModel"
    ]
    assert len(frames) == len(list(grid(page.controls))) == 4
    old = [m["state"]["value"] for m in page.state.values() if m["model_name"] == "HTMLModel"]
    for frame, before in zip(frames, old, strict=True):
        address = re.search(r'src="\.\./_static/frames/([0-9a-f]{20}\.webp)"', frame)[1]
        data = base64.b64decode(re.search(r"base64,([^\"]+)", before)[1])
        assert (tmp_path / "html" / "_static" / "frames" / address).read_bytes() == data
        assert re.sub(r'src="[^"]*"', "", frame) == re.sub(r'src="[^"]*"', "", before)
    assert len(list((tmp_path / "html" / "_static" / "frames").iterdir())) == len(set(old))


def test_the_state_is_small_and_its_names_do_not_change_from_build_to_build(page, soup, tmp_path):
    text = str(soup)
    assert page.kept["view"] not in text and "base64" not in text
    assert json.loads(soup.find("script", type=re.compile("view")).string)["model_id"] in state_of(
        soup
    )
    for model in state_of(soup).values():
        for name in re.findall(r"IPY_MODEL_(\w+)", json.dumps(model)):
            assert name in state_of(soup)
    assert soup.p.string == "IPY_MODEL_", "only what names a model is renamed"
    assert text == str(BeautifulSoup(written(page, tmp_path), "html.parser"))


def test_a_still_stands_in_for_the_widget(page, soup):
    still = soup.find(class_="explorable-still")
    assert still["class"] == [
        "widget-subarea",
        "explorable-still",
        "explorable",
        "explorable-depth",
    ]
    settings = [tag.get_text() for tag in still.find_all(class_="explorable-setting")]
    assert settings == ["layers: 2", "", f"activation: {page.controls[1].start}"]
    (picture,) = still.find_all("img")
    (words,) = still.find_all(class_="explorable-text")
    assert picture["alt"] == words.get_text() and "2 layers" in words.get_text()
    assert still.find_next_sibling("script")["type"].endswith("widget-view+json")


def test_the_still_keeps_room_for_the_longest_text(soup):
    words = [
        BeautifulSoup(m["state"]["value"], "html.parser").p.get_text()
        for m in state_of(soup).values()
        if m["model_name"] == "HTMLModel"
    ]
    style = soup.find(class_="explorable-still")["style"]
    kept = re.fullmatch(r'--site-longest: "(.*)"', style)[1]
    assert re.sub(r"\\(.)", r"\1", kept) == max(words, key=len) + page_widgets.MARGIN
    assert not re.search(r'(?<!\\)"', kept)


@pytest.mark.parametrize("text", ["<svg>é # % \" '</svg>", "<svg/>"])
def test_vector_pictures_and_backdrops_become_files_too(text, tmp_path):
    source = escape(quote(text, safe="<>/ "), quote=False)
    models = {
        "w0": {
            "model_name": "HTMLModel",
            "state": {"value": f'<img src="data:image/svg+xml,{source}">'},
        },
        "w1": {
            "model_name": "HTMLModel",
            "state": {
                "value": '<style>img { background: url("data:image/webp;base64,AAAA") }</style>'
            },
        },
        "w2": {"model_name": "LabelModel", "state": {"value": "data:image/webp;base64,AAAA"}},
    }
    page_widgets.frames_to_files(models, tmp_path, "..")
    (svg,), (webp,) = tmp_path.glob("*.svg"), tmp_path.glob("*.webp")
    assert svg.read_text(encoding="utf-8") == text
    assert webp.read_bytes() == b"\0\0\0"
    assert models["w0"]["state"]["value"] == f'<img src="../{svg.name}">'
    assert (
        models["w1"]["state"]["value"]
        == f'<style>img {{ background: url("../{webp.name}") }}</style>'
    )
    assert models["w2"]["state"]["value"] == "data:image/webp;base64,AAAA"


def test_a_page_without_widgets_is_left_alone(tmp_path):
    context = {"body": "<p>text</p>"}
    app = SimpleNamespace(outdir=tmp_path, backprop_shown={"y": {"a cell": SHOWN}})
    page_widgets.widgets_last(app, "x", "", context, None)
    assert context["body"] == "<p>text</p>"


# The limits


def book(tmp_path, monkeypatch, page, pages):
    """A site of some copies of the page; returns what `weigh` says and warns."""
    said, warned = [], []
    monkeypatch.setattr(
        page_widgets, "LOGGER", SimpleNamespace(info=said.append, warning=warned.append)
    )
    out = tmp_path / "html"
    body = written(page, tmp_path)
    for name in pages:
        (out / f"{name}.html").write_text(body, encoding="utf-8")
    app = SimpleNamespace(
        outdir=str(out),
        env=SimpleNamespace(found_docs={*pages, "missing"}),
        backprop_drawn=SimpleNamespace(kept=SimpleNamespace(trim=lambda: None)),
        builder=SimpleNamespace(get_outfilename=lambda name: str(out / f"{name}.html")),
    )
    assert page_widgets.weigh(app) == []
    return said, warned


def test_each_page_is_weighed_with_its_pictures_as_base64(page, tmp_path, monkeypatch):
    said, warned = book(tmp_path, monkeypatch, page, ["a", "b"])
    frames = list((tmp_path / "html" / "_static" / "frames").iterdir())
    state = page_widgets.STATE_SCRIPT.findall((tmp_path / "html" / "a.html").read_text())[0]
    size = len(state.encode()) + sum(len(base64.b64encode(f.read_bytes())) for f in frames)
    assert said == [
        f"  widget data on a: {size / 1e6:.2f} MB of 1.5 MB, {len(frames)} frames",
        f"  widget data on b: {size / 1e6:.2f} MB of 1.5 MB, {len(frames)} frames",
        f"  widget data of the book: {2 * size / 1e6:.2f} MB of 6.0 MB",
    ]
    assert warned == []

    monkeypatch.setattr(page_widgets, "PAGE_LIMIT", size - 1)
    assert book(tmp_path, monkeypatch, page, ["a"])[1] == [
        f"widget data of a: {size:,} bytes, at most {size - 1:,} are allowed: "
        "take a value of a control away"
    ]
    monkeypatch.setattr(page_widgets, "PAGE_LIMIT", size)
    monkeypatch.setattr(page_widgets, "BOOK_LIMIT", 2 * size - 1)
    assert book(tmp_path, monkeypatch, page, ["a", "b"])[1] == [
        f"widget data of the book: {2 * size:,} bytes, at most {2 * size - 1:,} are allowed: "
        "take a value of a control away"
    ]


def test_frames_that_no_page_shows_any_more_go(page, tmp_path, monkeypatch):
    frames = tmp_path / "html" / "_static" / "frames"
    frames.mkdir(parents=True)
    (frames / "0123456789abcdef0123.webp").write_bytes(b"old")
    book(tmp_path, monkeypatch, page, ["a"])
    names = {path.name for path in frames.iterdir()}
    assert "0123456789abcdef0123.webp" not in names and names
