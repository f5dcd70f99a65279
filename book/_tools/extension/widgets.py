"""The widgets of the pages: their frames as files, their state behind the text, their weight.

explorables.py draws them before anything is read; where a cell shows one, the page names it. Here

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
import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book._tools import stale
from book._tools.commands import notebooks
from book._tools.extension import explorables, live
from book._tools.third_party import bundle, npm

LOGGER = logging.getLogger(__name__)
STATE = "application/vnd.jupyter.widget-state+json"
PAGE_LIMIT = 1_500_000  # bytes of widget data on a page, before compression, pictures as base64
BOOK_LIMIT = 6_000_000  # and on all pages together
VIEW_TYPE = "application/vnd.jupyter.widget-view+json"
VIEW = f'<script type="{VIEW_TYPE}">{{}}</script>'
# What a page has in a widget's place until it is written: which of the page's widgets it is.
PLACE = re.compile(re.escape(VIEW).replace(r"\{\}", r'\s*\{"widget": (\d+)\}\s*'))
STATE_SCRIPT = re.compile(rf'<script type="{re.escape(STATE)}">(.*?)</script>', re.S)
PICTURE = re.compile(r'"data:image/(webp|svg\+xml)(;base64)?,([^"]*)"')
WORDS = re.compile(r'<p class="explorable-text"[^>]*>([^<]*)</p>')
# A cell as myst-nb writes it.
CELL = '<div class="cell docutils container"><div class="cell_output docutils container">{}</div></div>'
MARGIN = " and some"  # another text, not quite as long, may break into more lines
FRAME = re.compile(r"_static/frames/([0-9a-f]{20}\.(?:webp|svg))")
# What the browser's own model has as well, so that the state need not say it.
DEFAULTS = (None, "", [], False)
LEAN = ("HTMLModel", "StackModel", "LinkModel", "LayoutModel", "HTMLStyleModel")
REFERENCE = "IPY_MODEL_"
GAME = "explorable-largest_rate"  # the class of the explorable whose points game.js keeps


def draw(app: Sphinx) -> None:
    """Before anything is read: the widgets' code in place, the drawing of frames begun."""
    book = Path(app.srcdir) / "book"
    try:
        bundle.install(Path(app.outdir) / "_static" / "third-party")
        app.backprop_shown = {
            f"book/{path.stem}": explorables.shown_on(path)
            for path in sorted([*book.glob("*.ipynb"), *book.glob("*.md")])
        }
    except (npm.FetchError, explorables.DrawingError) as error:
        raise ExtensionError(str(error)) from None
    wanted = [each for shown in app.backprop_shown.values() for each in shown.values()]
    kept = stale.Kept(Path(app.outdir).parent / ".explorables", most=100)
    app.backprop_drawn = explorables.Drawn(
        wanted, kept, notebooks.KERNEL_ENVIRONMENT, lambda line: LOGGER.info(f"  {line}")
    )


def outdated_pages(app: Sphinx, env, added: set, changed: set, removed: set) -> list[str]:
    """The pages that were read with other widgets."""
    before = getattr(env, "backprop_shown", {})
    files = app.backprop_drawn.files
    env.backprop_shown = {
        name: [files[each].name for each in shown.values()]
        for name, shown in app.backprop_shown.items()
    }
    return [
        name
        for name, shown in env.backprop_shown.items()
        if before.get(name) != shown and name in env.found_docs
    ]


def put_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let the cells that show a widget name it in their output."""
    shown = app.backprop_shown.get(docname)
    if not shown:
        return
    places = {cell: {"widget": number} for number, cell in enumerate(shown)}
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            code = "".join(cell["source"])
            if code in shown and cell["cell_type"] == "code":
                data = {"text/html": VIEW.format(json.dumps(places[code]))}
                if shown[code].function == "explorable":
                    data = {VIEW_TYPE: places[code]}
                cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
        source[0] = json.dumps(notebook)
        return

    def in_markdown(fence: re.Match) -> str:
        if fence["code"] not in shown:
            return fence[0]
        view = VIEW.format(json.dumps(places[fence["code"]]))
        block = f"```{{raw}} html\n{CELL.format(view)}\n"
        return block + "\n" * (fence[0].count("\n") - block.count("\n")) + "```"

    source[0] = explorables.FENCE.sub(in_markdown, source[0])


def widgets_last(app: Sphinx, pagename: str, template: str, context: dict, doctree) -> None:
    """Put each widget in its place with a still, the widgets' state behind the text, their code after."""
    shown = list(app.backprop_shown.get(pagename, {}).values())
    if not shown or "body" not in context:
        return
    static = context["pathto"]("_static", resource=True)
    frames = Path(app.outdir) / "_static" / "frames"
    models: dict = {}

    def placed(match: re.Match) -> str:
        try:
            drawn = app.backprop_drawn.get(shown[int(match[1])])
        except explorables.DrawingError as error:
            raise ExtensionError(str(error)) from None
        if "html" in drawn:
            return drawn["html"]
        own, name = renamed(drawn["state"], drawn["view"], first=len(models))
        frames_to_files(own, frames, f"{static}/frames")
        models.update(own)
        view = {"version_major": 2, "version_minor": 0, "model_id": name}
        anchor = f'<span id="moves-{shown[int(match[1])].module.rpartition(".")[2]}"></span>'
        return anchor + still(own, name) + VIEW.format(json.dumps(view)) + live.offer(own, view)

    context["body"] = PLACE.sub(placed, context["body"])
    if not models:
        return
    state = {"version_major": 2, "version_minor": 0, "state": lean(models)}
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("</", "<\\/").replace("<!--", "<\\!--")
    context["body"] += f'\n<script type="{STATE}">{text}</script>'
    if GAME in context["body"]:
        context["body"] += f'\n<script defer src="{static}/game.js"></script>'
    context["body"] += (
        f'\n<script defer src="{static}/widgets.js" data-widgets="{static}/third-party/widgets/">'
        "</script>"
    )


def renamed(models: dict, view: str, first: int) -> tuple[dict, str]:
    """The models, and the one on view, with their random names counted instead: w0, w1, ..."""
    names = {name: f"w{count}" for count, name in enumerate(models, start=first)}
    pattern = re.compile("|".join(map(re.escape, names)))
    # The pictures, most of the text, are left alone.
    for model in models.values():
        state = model["state"]
        for key, value in state.items():
            if key != "value" and REFERENCE in (text := json.dumps(value)):
                state[key] = json.loads(pattern.sub(lambda match: names[match[0]], text))
    return {names[name]: model for name, model in models.items()}, names[view]


def frames_to_files(models: dict, folder: Path, address: str) -> None:
    """Write each picture in the widgets' HTML to a file, and refer to that."""
    folder.mkdir(parents=True, exist_ok=True)

    def written(match: re.Match) -> str:
        kind, encoded, source = match.groups()
        data = base64.b64decode(source) if encoded else unquote(html.unescape(source)).encode()
        name = f"{hashlib.sha256(data).hexdigest()[:20]}.{kind.removesuffix('+xml')}"
        path = folder / name
        if not path.exists():
            stale.write(path, data)
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


def still(models: dict, view: str) -> str:
    """What stands in a widget's place until it works: its first frame and its controls' settings.

    Its style has the longest text of all frames, so that site.css keeps room for it.
    """
    parts: list[str] = []
    words: list[str] = []
    root = models[view]["state"]

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

    walk(view)
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
            LOGGER.warning(
                f"widget data of {name}: {has:,} bytes, at most {limit:,} are allowed: take a "
                "value of a control away"
            )
    app.backprop_drawn.kept.trim()
    for path in (out / "_static" / "frames").glob("*"):
        if path.name not in shown:
            path.unlink()
    return []


def as_base64(path: Path) -> int:
    """The bytes of a picture as they would be in the page: base64 for WebP, the text for SVG."""
    size = path.stat().st_size
    return 4 * -(-size // 3) if path.suffix == ".webp" else size
