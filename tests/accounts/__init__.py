"""Where every number of the prose comes from.

A number of a page's words, quizzes, solutions and captions is one of these:

    worked out   the formula that it stands in is arithmetic, and comes out; or WORKED computes it
    displayed    it stands in a displayed equation: tests/equations checks it, works it out or says why not
    claimed      a measurement of tests/claims stands behind its sentence
    printed      a cell of its page prints it, to the digits shown (or another page's, from 3 digits on)
    given        it stands in the code of a cell, or in a displayed equation, of its page
    reference    chapter 4, Equation (4.5), layer 2: it says which; a link's words agree with the link
    name         part of a symbol or a word: W^2, n_0, float32, the shape 2-3-2-1
    date         a year
    small        a whole number up to twelve: of things that the sentence names, or assumed by it
    excused      minutes that an exercise takes, a licence's version; or listed in EXCUSED with its reason

None of that says that a number is the right one of two that are both printed. So each sentence that
holds a number is also kept, by its hash and that of the one before it, in read.json: someone has read it
there, with its numbers. A changed number is a sentence that nobody has read. The alt text of a picture is
kept with the code that draws it: where that changes, it is to be read again beside the picture. `make
numbers` prints the totals and what is not accounted for; `make numbers READ=1` writes down that you have
read what is new.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import claims
import numpy as np

import chapters
from backprop.data import digits as digits_of_the_package
from conftest import ROOT
from equations import arithmetic
from pagekernel.notebook import Notebook

claims.chapter_modules()
PAGES = [*chapters.PAGES, ROOT / "README.md"]
READ = Path(__file__).with_name("read.json")
KINDS = [
    "worked out",
    "displayed",
    "claimed",
    "printed",
    "given",
    "reference",
    "name",
    "date",
    "small",
]
KINDS += ["excused"]
NUMBER = re.compile(r"\d+(?:(?:,|\{,\}|\\,)\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[^a-z\s])|\n\s*\n|\n(?=[-:*|#>]|\d+\. )")
WHICH = "chapters? equations? sections? exercises? parts? steps? layers? units? rows? columns? figures? "
WHICH += (
    "questions? examples? options? lines? classes class digits? index entry entries cells? python "
)
WHICH += "neurons? points? images? seeds? version weeks? lectures? hours?"
REFERENCE = re.compile(
    rf"\b(?:{'|'.join(WHICH.split())})[\s~]+(?:\$?[\d.]+\$?,? (?:and|to|or) )?\(?\$?$", re.I
)
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
SPOKEN_OF = re.compile(r"\s*(?:\\?%|percent|per cent|times\b|-?fold\b)")
YEAR = re.compile(r"(?:19[4-9]\d|20[0-2]\d)$")

ESTIMATE = re.compile(r"\b(?:take|takes|about|lectures?|lecture) (?:of |about )*$")
LICENCE = re.compile(r"\bCC BY $|\bversion $")
UP_TO_TWELVE = 12

REPORT = "a report that the exercise makes up"
PLAN = "a plan of a lecture, not a measurement"
# (page, words with the number): why it needs no evidence
EXCUSED = {
    ("10", "an engine for it in under 60 lines"): "a bound; the page prints the count, 57",
    ("09", "in 30 epochs"): "the length of the run that tests/claims/ch09.py repeats",
    ("09", "| 1 | 6e-01 | 4e-01 |"): REPORT,
    ("09", "| 3 | 7e-01 | 3e-09 |"): REPORT,
    ("09", "| 4 | 2e-09 | 1e-09 |"): REPORT,
    ("09", "| 5 | 8e-10 | 4e-10 |"): REPORT,
    ("09", "by the same factor, 0.5"): "assumed by the question",
    ("11", "reads 97.55 %"): "assumed by the question",
    ("12", "has moved 10 times, once"): "assumed by the question",
    ("12", "140 training points"): "assumed by the question",
    ("12", "all 140 points"): "assumed by the question",
    ("95", "| 15 |"): PLAN,
    ("95", "| 20 |"): PLAN,
    ("95", "| 25 |"): PLAN,
}
# (page, words with the number): the number, computed
WORKED = {
    ("00", "an engine in 57 lines"): lambda: engine_lines(),
    ("01", "kept to about 16 digits"): lambda: -np.log10(np.finfo(np.float64).eps),
    ("90", "about 7 and 16 digits"): lambda: -np.log10(np.finfo(np.float64).eps),
    ("04", "with about 16 digits"): lambda: -np.log10(np.finfo(np.float64).eps),
    ("06", r"$3.4 \cdot 10^{38}$"): lambda: np.finfo(np.float32).max / 1e38,
    ("07", "That is about $0.004$"): lambda: (1 / 4) ** 4,
    ("08", r"$101\,771$ forward passes"): lambda: 784 * 128 + 128 + 128 * 10 + 10 + 1,
    ("08", "where the rule says 2.5"): lambda: 3 - 1 / 2,  # two layers alike
    ("08", "$50/120$, $50/120$ and $20/120$"): lambda: 50 + 50 + 20,
    ("09", "between 0.42 and 1"): lambda: 1 - np.tanh(1) ** 2,
    ("02", r"$h = (-0.006,\ 0.008)$"): lambda: 0.01 * 3 / 5,
    ("02", r"0.008)$, and"): lambda: 0.01 * 4 / 5,
    ("11", "70,000 handwritten"): lambda: 60_000 + 10_000,
    ("11", "MNIST holds 60,000 images"): lambda: 60_000,  # as data.py expects
    ("11", "10,000 against 60,000"): lambda: 60_000,
    ("11", "28 by 28 pixels"): lambda: np.sqrt(784),
    ("11", "the 1,797 digits of"): lambda: digits_and_their_pixels()[0],
    ("11", "about 40 times as many images"): lambda: 60_000 / 1500,
    ("11", "0.14 % of 10,000 is 14"): lambda: 100 * 14 / 10_000,
    ("11", "Pixels from 0 to 255"): lambda: np.iinfo(np.uint8).max,
    ("11", "then 255 times too"): lambda: np.iinfo(np.uint8).max,
    ("12", "even find the 75 %"): lambda: 100 * 3 / 4,  # three of the four clouds
    ("12", "which is 14 such steps"): lambda: 140 / 10,
}


def digits_and_their_pixels():
    data = digits_of_the_package()
    return data.X_train.shape[1] + data.X_test.shape[1], data.X_train.shape[0]


def engine_lines():
    """What chapter 10 prints."""
    text = "".join(
        o.get("text", "") for cell in cells(chapters.CHAPTERS[9]) for o in cell.get("outputs", ())
    )
    return int(re.search(r"(\d+) lines of code", text)[1])


FENCE = re.compile(r"((?:```+|:::+))(.*)$")
CODE = re.compile(r"\{(?:raw|eval-rst|code-cell|bibliography|mermaid)\}")
OPTION = re.compile(r":(?!::)[\w-]+:|\([\w-]+\)=$")


class Code(str):
    """A fence with code behind it."""


class Found(NamedTuple):
    text: str
    kind: str  # "" if nothing accounts for it
    sentence: str
    before: str  # the sentence before it, and where its own links lead


def prose(path):
    """The words of a page, its quizzes and captions: no code, no displayed equation, no address."""
    text = path.read_text(encoding="utf-8") if path.suffix == ".md" else chapters.text(path)
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = chapters.DISPLAYED.sub("\n\n", text)
    kept, fences = [], []
    for line in text.splitlines():
        fence = FENCE.match(line)
        if fence and not fence[2] and fence[1] in fences:
            del fences[fences.index(fence[1]) :]
            kept.append("")
        elif fence and not any(isinstance(one, Code) for one in fences):
            code = not fence[2].startswith("{") or CODE.match(fence[2])
            fences.append((Code if code and fence[1][0] == "`" else str)(fence[1]))
            kept += ["", re.sub(r"\{(?:solution|exercise)-(?:end|start)\} ex-.*", "", fence[2]), ""]
        elif not any(isinstance(one, Code) for one in fences):
            kept.append("" if OPTION.match(line) else line)
    assert not fences, f"{path.name}: a fence is not closed: {fences}"
    return re.sub(r"<[^<>]*>|\{\w+\}`[^`]*`", " ", "\n".join(kept))


def sentences(path):
    return [
        " ".join(part.split()) for part in SENTENCE.split(prose(path)) if re.search(r"\d", part)
    ]


def value(text):
    return float(re.sub(r",|\{,\}|\\,", "", text))


def decimals(text):
    mantissa, _, exponent = text.partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


def digits(text):
    """How many significant digits are shown."""
    return len(re.sub(r"\D", "", text.partition("e")[0]).lstrip("0"))


@cache
def cells(path):
    return chapters.cells(path) if path.suffix == ".ipynb" else []


@cache
def printed(path):
    """The numbers that the cells of a page print."""
    text = ""
    for cell in cells(path):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            text += output.get("text", "") + data.get("text/plain", "")
            text += re.sub(r"<[^>]*>", " ", data.get("text/html", ""))
    return sorted({(value(n), decimals(n)) for n in NUMBER.findall(text)})


@cache
def given(path):
    """The numbers in the code of a page and in its displayed equations."""
    text = " ".join(cell.source for cell in cells(path) if cell.cell_type == "code")
    text += " ".join(body for _, body in chapters.displayed(path)) if path in chapters.PAGES else ""
    text += (
        " ".join(re.findall(r"^```.*?^```", path.read_text(encoding="utf-8"), re.M | re.S))
        if path.suffix == ".md"
        else ""
    )
    text = text.replace("_", "")
    return {value(number) for number in NUMBER.findall(text)}


def shows(numbers, text, scale=1.0):
    """Whether one of these numbers is this one, to the digits shown."""
    v, d = value(text), decimals(text)
    slack, shift = 0.5000001 * 10.0**-d, 2 if scale == 100 else 0
    return any(
        (scale == 1 and number == v)  # NumPy leaves zeros away at the end
        or (places - shift >= d and abs(scale * number - v) <= slack)
        for number, places in numbers
    )


@cache
def claimed(path):
    return [" ".join(c.words.split()) for c in claims.CLAIMS if c.page == path.stem[:2]]


def worked_out(sentence):
    """The spans of inline formulas that are arithmetic and come out; a false one is named."""
    spans = []
    for formula in re.finditer(r"\$([^$]+)\$", sentence):
        compared = arithmetic.comparisons(formula[1])
        for one, first, two, second, agree in compared:
            rounded = (
                two.isdigit() and "approx" in formula[1] and np.all(abs(first - second) <= 0.5)
            )
            shapes = r"\times" in one and r"\times" in two
            if not agree and not rounded and not shapes:
                raise ArithmeticError(f"{one} is not {two}, in: {sentence}")
        if compared and not all(
            r"\times" in one and r"\times" in two for one, _, two, _, _ in compared
        ):
            spans.append(formula.span())
    return spans


def kind_of(path, sentence, match, spans):
    text, (start, end) = match[0], match.span()
    before, after = sentence[:start], sentence[end:]
    if any(first <= start < last for first, last in spans):
        return "worked out"
    if any(stands_in(words, sentence, start) for words in claimed(path)):
        return "claimed"
    if re.search(
        r"[A-Za-z]$|[A-Za-z}'][_^]\{?(?:\\text\{)?[\w, ()-]*$|[_^]\{[^{}]*$|[_^]$", before[-12:]
    ) and not SPOKEN_OF.match(after):
        return "name"
    if (re.match(r"-\d|\\times|-[a-z]", after) and text.isdigit()) or re.search(r"\d-$", before):
        return "name"
    if re.match(r"\.$|\. |\*\*", after) and re.fullmatch(r"\s*\**|#+ *|- *", before):
        return "name"
    if REFERENCE.search(before) and re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?", text):
        return "reference"
    if YEAR.match(text) and not SPOKEN_OF.match(after):
        return "date"
    percent = re.match(r"\s*\\?%|\s*percent", after)
    exact = value(text) if text.isdigit() else None
    weak = exact is not None and exact <= UP_TO_TWELVE
    if not weak and (shows(printed(path), text) or (percent and shows(printed(path), text, 100))):
        return "printed"
    if value(text) in given(path) and not weak:
        return "given"
    if digits(text) >= 3 and any(shows(printed(other), text) for other in chapters.PAGES):
        return "printed"
    if weak and (
        not SPOKEN_OF.match(after) or value(text) in given(path) or shows(printed(path), text)
    ):
        return "small"
    for (page, words), compute in WORKED.items():
        here = page == path.stem[:2] and stands_in(words, sentence, start)
        if here and shows([(compute(), 99)], text):
            return "worked out"
    if text.isdigit() and ESTIMATE.search(before) and re.match(r"\s+minutes", after):
        return "excused"
    if LICENCE.search(before):
        return "excused"
    if any(p == path.stem[:2] and stands_in(words, sentence, start) for p, words in EXCUSED):
        return "excused"
    return ""


def stands_in(words, sentence, start):
    """Whether the number at `start` of a sentence lies in these words, or they go on beyond it."""
    at = sentence.find(words)
    return at <= start < at + len(words) if at >= 0 else sentence in words


@cache
def account(path):
    """Every number of a page, with what accounts for it."""
    found, last = [], ""
    for sentence in sentences(path):
        bare = LINK.sub(lambda link: link[1], sentence)
        bare = re.sub(r"\]\([^()\s]*\)|https?://\S+", "] ", bare)
        before = " ".join([last, *(target for _, target in LINK.findall(sentence))])
        spans = worked_out(bare)
        for match in NUMBER.finditer(bare):
            found.append(Found(match[0], kind_of(path, bare, match, spans), bare, before))
        last = bare
    for _, body in chapters.displayed(path) if path in chapters.PAGES else ():
        flat = " ".join(body.split())
        found += [Found(match[0], "displayed", flat, "") for match in NUMBER.finditer(flat)]
    return found


@cache
def pictures(path):
    """[(the alt text of a picture, the code that draws it with all that it needs)]"""
    code = [cell for cell in cells(path) if cell.cell_type == "code"]
    sources = [cell.source for cell in code]
    needed = Notebook(sources).closures
    return [
        (
            cell.metadata["mystnb"]["image"]["alt"],
            "\n".join(sources[one] for one in [*needed[at], at]),
        )
        for at, cell in enumerate(code)
        if "image" in cell.metadata.get("mystnb", {})
    ]


def key(before, sentence):
    """By which a sentence is known, and then the one before it."""
    return shortened(sentence, OWN) + shortened(before, 4)


OWN = 8  # letters of a key that are the sentence's own


def shortened(text, letters):
    return hashlib.sha256(text.encode()).hexdigest()[:letters]


def read():
    return json.loads(READ.read_text(encoding="utf-8")) if READ.exists() else {}
