"""The widgets of the pages: their frames as files, their state behind the text, their weight.

myst-nb puts the whole state of a notebook's widgets into the page's head, pictures and all. Here

- each picture becomes a file of _static/frames, so that a reader loads the frames that they see;
- the rest, small, comes after the text, and the widgets' code (widgets.js) after that;
- until then, and without scripts, a still stands in each widget's place: the first frame, its
  words, and what the controls are set to;
- what each page has is printed, and too much fails the build.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

import bundle
import live
import vendor

LOGGER = logging.getLogger(__name__)
STATE = "application/vnd.jupyter.widget-state+json"
PAGE_LIMIT = 1_500_000  # bytes of widget data on a page, before compression, pictures as base64
BOOK_LIMIT = 6_000_000  # and on all pages together
VIEW = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-view\+json">\s*(\{.*?\})\s*</script>', re.S
)
STATE_SCRIPT = re.compile(rf'<script type="{re.escape(STATE)}">(.*?)</script>', re.S)
PICTURE = re.compile(r'"data:image/(webp|svg\+xml)(;base64)?,([^"]*)"')
WORDS = re.compile(r'<p class="explorable-text"[^>]*>([^<]*)</p>')
MARGIN = " and some"  # another text, not quite as long, may break into more lines
FRAME = re.compile(r"_static/frames/([0-9a-f]{20}\.(?:webp|svg))")
# What the browser's own model has as well, so that the state need not say it.
DEFAULTS = (None, "", [], False)
LEAN = ("HTMLModel", "StackModel", "LinkModel", "LayoutModel", "HTMLStyleModel")
REFERENCE = "IPY_MODEL_"
GAME = "explorable-largest_rate"  # the class of the explorable whose points game.js keeps


def prepare(app: Sphinx) -> None:
    """Before anything is read: the widgets' code in place, the kernels told to draw whole grids."""
    out = Path(app.outdir)
    try:
        bundle.install(out / "_static" / "third-party")
    except vendor.VendorError as error:
        raise ExtensionError(str(error)) from None
    frames = out.parent / ".frames"
    frames.mkdir(parents=True, exist_ok=True)
    (frames / "report.txt").unlink(missing_ok=True)
    os.environ["BACKPROP_PAGE"] = "1"
    os.environ["BACKPROP_FRAMES"] = str(frames)


def widgets_last(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Move the widgets' state from the head behind the text, and load their code after it."""
    scripts = context.get("script_files", [])
    states = [script for script in scripts if script.attributes.get("type") == STATE]
    if not states or "body" not in context:
        return
    static = context["pathto"]("_static", resource=True)
    for script in states:
        scripts.remove(script)
        state = json.loads(script.attributes["body"])
        models, context["body"] = renamed(state["state"], context["body"])
        frames_to_files(models, Path(app.outdir) / "_static" / "frames", f"{static}/frames")
        context["body"] = VIEW.sub(
            lambda view, models=models: (
                still(models, view) + view[0] + live.offer(models, json.loads(view[1]))
            ),
            context["body"],
        )
        text = json.dumps(
            {**state, "state": lean(models)}, separators=(",", ":"), ensure_ascii=False
        )
        text = text.replace("</", "<\\/").replace("<!--", "<\\!--")
        context["body"] += f'\n<script type="{STATE}">{text}</script>'
    if GAME in context["body"]:
        context["body"] += f'\n<script defer src="{static}/game.js"></script>'
    context["body"] += (
        f'\n<script defer src="{static}/widgets.js" data-widgets="{static}/third-party/{bundle.FOLDER}/">'
        "</script>"
    )
    context["body"] += live.script(static, context["pathto"]("lite", resource=True))


def renamed(models: dict, body: str) -> tuple[dict, str]:
    """The models and the page with the models' random names counted instead: w0, w1, ..."""
    names = {name: f"w{count}" for count, name in enumerate(models)}
    pattern = re.compile("|".join(map(re.escape, names)))

    def rename(text: str) -> str:
        return pattern.sub(lambda match: names[match[0]], text)

    body = VIEW.sub(lambda view: rename(view[0]), body)
    # The pictures, most of the text, are left alone.
    for model in models.values():
        state = model["state"]
        for key, value in state.items():
            if key != "value" and REFERENCE in (text := json.dumps(value)):
                state[key] = json.loads(rename(text))
    return {names[name]: model for name, model in models.items()}, body


def frames_to_files(models: dict, folder: Path, address: str) -> None:
    """Write each picture in the widgets' HTML to a file, and refer to that."""
    folder.mkdir(parents=True, exist_ok=True)

    def written(match: re.Match) -> str:
        kind, encoded, source = match.groups()
        data = base64.b64decode(source) if encoded else unquote(html.unescape(source)).encode()
        name = f"{hashlib.sha256(data).hexdigest()[:20]}.{kind.removesuffix('+xml')}"
        path = folder / name
        if not path.exists():
            path.write_bytes(data)
        return f'"{address}/{name}"'

    for model in models.values():
        value = model["state"].get("value")
        if model["model_name"] == "HTMLModel" and isinstance(value, str):
            model["state"]["value"] = PICTURE.sub(written, value)


def lean(models: dict) -> dict:
    """The models without what the browser knows anyway."""
    return {
        name: {**model, "state": lean_state(model["state"])}
        if model["model_name"] in LEAN
        else model
        for name, model in models.items()
    }


def lean_state(state: dict) -> dict:
    return {
        key: value
        for key, value in state.items()
        if value not in DEFAULTS and not key.startswith(("_model", "_view"))
    }


def still(models: dict, view: re.Match) -> str:
    """What stands in a widget's place until it works: its first frame and its controls' settings.

    Its style has the longest text of all frames, so that site.css keeps room for it.
    """
    parts: list[str] = []
    words: list[str] = []
    root = models[json.loads(view[1])["model_id"]]["state"]

    def walk(name: str, shown: bool = True) -> None:
        model = models[name.removeprefix(REFERENCE)]
        state, kind = model["state"], model["model_name"]
        children = state.get("children", [])
        if kind == "StackModel":
            for index, child in enumerate(children):
                walk(child, shown and index == state["selected_index"])
        elif kind == "HTMLModel":
            words.extend(WORDS.findall(state["value"]))
            if shown:
                parts.append(f'<div class="widget-html-content">{state["value"]}</div>')
        elif "_options_labels" in state:
            setting = html.escape(state["_options_labels"][state["index"]])
            label = html.escape(state["description"])
            parts.append(f'<p class="explorable-setting">{label}: <b>{setting}</b></p>')
        elif kind == "PlayModel":
            parts.append('<p class="explorable-setting"></p>')
        elif kind == "GridBoxModel":  # the layers of a picture
            parts.append('<div class="explorable-layers">')
            for child in children:
                walk(child)
            parts.append("</div>")
        else:
            for child in children:
                walk(child)

    walk(json.loads(view[1])["model_id"])
    content = "".join(parts).replace(' aria-hidden="true"', "")
    longest = html.unescape(max(words, key=len, default=""))
    room = longest.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + MARGIN
    style = html.escape(f'--site-longest: "{room}"')
    classes = " ".join(["widget-subarea", "explorable-still", *root.get("_dom_classes", [])])
    return f'<div class="{classes}" style="{style}">{content}</div>\n'


def weigh(app: Sphinx) -> list:
    """Print what all pages of the book have, and warn (so fail the build) of too much.

    Looks at the files, so that pages which this build has not written count as well. Frames that no
    page shows any more are removed.
    """
    out = Path(app.outdir)
    report = out.parent / ".frames" / "report.txt"
    if report.exists():
        for line in report.read_text(encoding="utf-8").splitlines():
            LOGGER.info(f"  {line}")
    shown, sizes = set(), {}
    for pagename in sorted(app.env.found_docs):
        page = Path(app.builder.get_outfilename(pagename))
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        state = "".join(STATE_SCRIPT.findall(text))
        if not state:
            continue
        frames = set(FRAME.findall(state))
        shown |= frames
        sizes[pagename] = len(state.encode()) + sum(
            as_base64(out / "_static" / "frames" / frame) for frame in frames
        )
        LOGGER.info(
            f"  widget data on {pagename}: {sizes[pagename] / 1e6:.2f} MB of {PAGE_LIMIT / 1e6:.1f} MB, "
            f"{len(frames)} frames"
        )
    book = sum(sizes.values())
    LOGGER.info(f"  widget data of the book: {book / 1e6:.2f} MB of {BOOK_LIMIT / 1e6:.1f} MB")
    limits = [(name, size, PAGE_LIMIT) for name, size in sizes.items()]
    for name, has, limit in [*limits, ("the book", book, BOOK_LIMIT)]:
        if has > limit:
            LOGGER.warning(f"widget data of {name}: {has:,} bytes, at most {limit:,} are allowed")
    for path in (out / "_static" / "frames").glob("*"):
        if path.name not in shown:
            path.unlink()
    return []


def as_base64(path: Path) -> int:
    """The bytes of a picture as they would be in the page: base64 for WebP, the text for SVG."""
    size = path.stat().st_size
    return 4 * -(-size // 3) if path.suffix == ".webp" else size


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", prepare, priority=910)
    app.connect("html-page-context", widgets_last, priority=900)
    app.connect("html-collect-pages", weigh)  # after all pages are written
