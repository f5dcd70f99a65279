"""Set the mathematics while the site is built, so that a page shows it before any script arrives.

MathJax runs once, under node, over all formulas of the site; a page then holds what MathJax would
have made of it in the browser: its glyphs, and MathML for screen readers. The reader loads a small
style sheet and fonts instead of MathJax.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from book._tools.third_party import npm

SCRIPT = Path(__file__).with_name("set_mathematics.js")
SHEET = "mathematics.css"
FONTS = "third-party/mathjax/output/chtml/fonts/woff-v2"
# What Sphinx writes: <span class="math ...">\(...\)</span>, and a div with \[...\] for a displayed one.
INLINE = re.compile(
    r'(<span class="[^"]*\bmath\b[^"]*"[^>]*>)\\\((.*?)\\\)(</span>)([.,;:?!)”’]*)', re.S
)
DISPLAY = re.compile(
    r'(<div class="[^"]*\bmath\b[^"]*"[^>]*>\s*(?:<span class="eqno">.*?</span>)?)'
    r"\\\[(.*?)\\\](\s*</div>)",
    re.S,
)
PATTERNS = ((INLINE, False), (DISPLAY, True))

Formula = tuple[str, bool]  # TeX, and whether it is displayed


class MathematicsError(RuntimeError):
    """MathJax did not run, or refuses a formula."""


def formulas(page: str) -> list[Formula]:
    """The formulas of a page that are not set yet."""
    return [
        (html.unescape(match[2]).strip(), display)
        for pattern, display in PATTERNS
        for match in pattern.finditer(page)
    ]


def replace(page: str, made: dict[Formula, str]) -> str:
    """The page with its formulas set."""
    for pattern, display in PATTERNS:
        page = pattern.sub(
            lambda match, display=display: _set(match, display, made),
            page,
        )
    return page


def _set(match: re.Match, display: bool, made: dict[Formula, str]) -> str:
    formula = match[1] + made[html.unescape(match[2]).strip(), display] + match[3]
    if display or not match[4]:
        return formula
    # a line must not begin with the comma after a formula
    return f'<span class="with-stop">{formula}{match[4]}</span>'


def run(wanted: list[Formula]) -> tuple[dict[Formula, str], str]:
    """The HTML of each formula, and the style sheet for all of them."""
    mathjax = npm.modules() / "mathjax" / "es5"
    question = {"mathjax": str(mathjax), "fonts": FONTS, "formulas": wanted}
    done = npm.run("node", [str(SCRIPT)], SCRIPT.parent, input=json.dumps(question))
    if done.returncode:
        raise MathematicsError(f"MathJax did not run under node: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    refused = [tex for (tex, _), made in zip(wanted, answer["html"]) if "<mjx-merror" in made]
    if refused:
        raise MathematicsError("MathJax refuses: " + "; ".join(refused))
    return dict(zip(wanted, answer["html"])), answer["css"]


def set_pages(pages: list[Path], static: Path, memory: Path) -> int:
    """Set the formulas of the pages in place, write the style sheet; returns how many were set.

    `memory` keeps every formula's HTML: the style sheet must serve the pages that this build did not
    write as well, and a formula that is known is not set again.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    found = {page: formulas(text) for page, text in texts.items()}
    wanted = {formula for of_page in found.values() for formula in of_page}
    made_with = f"{npm.modules().parent.name} {SCRIPT.read_text(encoding='utf-8')}"
    kept = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    known = {(tex, display): made for tex, display, made in kept.get("formulas", ())}
    if wanted - known.keys() or kept.get("made_with") != made_with or not (static / SHEET).exists():
        known, css = run(sorted(known.keys() | wanted))
        (static / SHEET).write_text(css, encoding="utf-8")
        listed = [[*formula, made] for formula, made in known.items()]
        content = {"made_with": made_with, "formulas": listed}
        memory.write_text(json.dumps(content), encoding="utf-8")
    for page, text in texts.items():
        if found[page]:
            page.write_text(replace(text, known), encoding="utf-8")
    return sum(map(len, found.values()))
