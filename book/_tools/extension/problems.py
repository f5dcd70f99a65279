"""The problems of the practice pages that need no Python: a file for each skill in _static/practice.

Their text is HTML with the mathematics set, as on every page. A formula is long and made of few
different tags, so a file has each tag once, and a single sign where it stands; problems.js puts them
back. A file is a script that hands its content to the page, so
that it can be loaded from a folder too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from backprop.practice import SKILLS
from backprop.practice.spoken import spoken_maths
from book._tools import stale
from book._tools.extension import mathematics
from book._tools.page.pagekernel import practice as page
from book._tools.third_party import npm

PREPARED = 50  # problems of a skill
LEVELS = (1, 1, 2, 2, 3)  # of a problem and the next
EXAMS = 3  # with the seeds from 1
LIMIT = 40_000  # bytes of a skill's file, by gzip
FOLDER = "practice"
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)
PLACE = re.compile("\x01(\\d+)\x02")
TAG = re.compile(r"<[^>]+>")
CODES = range(0x100, 0x800)  # of signs: two bytes each
AT_ONCE, FEW = 40, 100  # of the packing: a pair that comes FEW times gets no sign
END = "\0"
MARKDOWN = MarkdownIt("commonmark", {"html": False})
MATHML = re.compile(r"<mjx-assistive-mml.*?</mjx-assistive-mml>", re.S)  # the words serve instead
# A matrix of numbers in words: problems.js reads it from the signs that are set beside it.
SPOKEN = re.compile(
    r"the (?:matrix with rows|row|column) \([-\d., ]*\)(?:, \([-\d., ]*\))*(?: and \([-\d., ]*\))?"
)
MATRIX = re.compile(r"\\begin\{pmatrix\}")
HERE = "\x03"
LONG = {"text", "solution"}  # Markdown
SHORT = {"say", "hint", "options"}  # Markdown without paragraphs
TEX = {"name", "tex"}
RULE = re.compile(r"[^{}]+\{[^{}]*\}")

Set = dict[mathematics.Formula, str]


def words(tex: str) -> str:
    """A formula in words, HERE for each of its matrices if all are of numbers."""
    said = spoken_maths(tex)
    short, count = SPOKEN.subn(HERE, said)
    return escape(short if count == len(MATRIX.findall(tex)) else said)


class Setter:
    """Markdown and TeX to HTML; asked for the first time it only collects the formulas."""

    def __init__(self, formulas: Set | None = None):
        self.formulas = formulas and {key: MATHML.sub("", made) for key, made in formulas.items()}
        self.wanted: set[mathematics.Formula] = set()

    def formula(self, tex: str, display: bool) -> str:
        written = tex = tex.strip()
        if display and r"\\" in tex and not tex.startswith(r"\begin"):
            tex = rf"\begin{{split}}{tex}\end{{split}}"
        self.wanted.add((tex, display))
        if self.formulas is None:
            return ""
        tag = "div" if display else "span"
        made = f'{self.formulas[tex, display]}<span class="visually-hidden">{words(written)}</span>'
        return f'<{tag} class="{mathematics.CLASSES}">{made}</{tag}>'

    def markdown(self, text: str) -> str:
        found = []

        def take(match: re.Match) -> str:
            found.append(self.formula(match[1] or match[2], bool(match[1])))
            return f"\x01{len(found) - 1}\x02"

        html = MARKDOWN.render(FORMULA.sub(take, text)).strip()
        html = PLACE.sub(lambda match: found[int(match[1])], html)
        return re.sub(r'<p>(<div class="math[^>]*>.*?</div>)</p>', r"\1", html, flags=re.S)

    def inline(self, text: str) -> str:
        return re.sub(r"^<p>(.*)</p>$", r"\1", self.markdown(text), flags=re.S)

    def all(self, value, key=""):
        """What JSON knows, with all that is written turned into HTML."""
        if isinstance(value, dict):
            return {name: self.all(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self.all(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if key in LONG:
            return self.markdown(value)
        if key in SHORT:
            return self.inline(value)
        return self.formula(value, False) if key in TEX else value


def strings(value) -> Iterator[str]:
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


def packed(value) -> dict:
    """{"codes": the signs, "signs": what each stands for, "content": value with them}.

    First a sign for each tag, then for each pair that is frequent, and so on (byte pair encoding): what
    a sign stands for has signs in it again.
    """
    parts = [one for one in strings(value) if "<" in one]
    tags = Counter(tag for part in parts for tag in TAG.findall(part))
    signs = [tag for tag, count in tags.most_common() if count > 1]
    taken = set("".join(parts))
    codes = [chr(code) for code in CODES if chr(code) not in taken]
    sign_of = dict(zip(signs, codes))
    text = TAG.sub(lambda match: sign_of.get(match[0], match[0]), END.join(parts))
    while len(signs) < len(codes):
        pairs = Counter(zip(text, text[1:])).most_common(AT_ONCE)
        frequent = [a + b for (a, b), count in pairs if count > FEW and END not in (a, b)]
        if not frequent:
            break
        used = set()
        for pair in frequent:
            # a sign that has just been replaced is rarer now
            if used.isdisjoint(pair) and len(signs) < len(codes):
                used.update(pair)
                text = text.replace(pair, codes[len(signs)])
                signs.append(pair)
    coded = dict(zip(parts, text.split(END)))

    def put(one):
        if isinstance(one, dict):
            return {key: put(item) for key, item in one.items()}
        return [put(item) for item in one] if isinstance(one, list) else coded.get(one, one)

    return {"codes": "".join(codes[: len(signs)]), "signs": signs, "content": put(value)}


def weight(text: str) -> int:
    """Bytes by gzip."""
    return len(gzip.compress(text.encode(), 9))


def columns(problems: list[dict]) -> dict[str, list]:
    """What is alike side by side, which gzip makes a tenth smaller."""
    return {key: [problem[key] for problem in problems] for key in problems[0]}


def script(name: str, value) -> str:
    content = json.dumps(packed(value), ensure_ascii=False, separators=(",", ":"))
    return f"practiceData({json.dumps(name)},{content});\n"


def contents() -> dict:
    """{name of a file: what it holds, as it is written}"""
    made = {
        key: [page.problem(key, seed, LEVELS[seed % len(LEVELS)]) for seed in range(PREPARED)]
        for key in SKILLS
    }
    exams = [page.exam(seed) for seed in range(1, EXAMS + 1)]
    return {**made, "derivations": page.derivations(), "exams": exams}


def state() -> str:
    """A hash of all that the files are made of."""
    digest = hashlib.sha256(npm.modules().parent.name.encode() + mathematics.SCRIPT.read_bytes())
    digest.update(stale.seen_by([Path(__file__), Path(page.__file__)], "book"))
    return digest.hexdigest()


def prepare(app: Sphinx, env: BuildEnvironment) -> None:
    """Write the files, unless they are kept from the last build; the style sheet gets what they need."""
    if app.builder.format != "html":
        return
    memory = Path(app.doctreedir) / "problems.json"
    kept = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    if kept.get("state") != (now := state()):
        raw = contents()
        first = Setter()
        first.all(raw)
        try:
            formulas, css = mathematics.run(sorted(first.wanted))
        except mathematics.MathematicsError as error:
            raise ExtensionError(str(error)) from None
        written = Setter(formulas).all(raw)
        scripts = {
            name: script(name, columns(one) if name in SKILLS else one)
            for name, one in written.items()
        }
        kept = {"state": now, "css": css, "scripts": scripts}
        memory.write_text(json.dumps(kept), encoding="utf-8")
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in kept["scripts"].items():
        size = weight(text)
        if size > LIMIT:
            raise ExtensionError(f"problems: {name} is {size} bytes by gzip, of {LIMIT} allowed")
        path = folder / f"{name}.js"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    sheet = Path(app.outdir) / "_static" / mathematics.SHEET
    css = sheet.read_text(encoding="utf-8")
    there = {rule.strip() for rule in RULE.findall(css)}
    more = [rule.strip() for rule in RULE.findall(kept["css"]) if rule.strip() not in there]
    if more:
        sheet.write_text("\n\n".join([css, *more]), encoding="utf-8")
