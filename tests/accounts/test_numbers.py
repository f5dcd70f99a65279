"""Every number of the prose is accounted for, and someone has read the sentence that it stands in.

`make numbers` runs this file as a program: the totals by page and kind, and what is missing.
`make numbers READ=1` keeps the sentences as they are now, once nothing is missing.
"""

import json
import re
import sys
from collections import Counter

import numpy as np
import pytest

import accounts
import chapters
from equations import arithmetic

WHAT_TO_DO = """
Let a cell of the page print it, or a test of tests/claims measure it (@claim), or write the sum out
($2 + 3 = 5$), or compute it in WORKED of tests/accounts; at last, give a reason in EXCUSED there."""
READ_IT = """
Is each of these numbers right, and each alt text beside its picture? Then `make numbers READ=1` writes
down that you have read them."""


def missing(path, found=None):
    """The numbers of a page that nothing accounts for."""
    found = accounts.account(path) if found is None else found
    return [f"{each.text} in: {each.sentence}" for each in found if not each.kind]


def unread(path, found=None):
    """The sentences of a page with numbers that nobody has read there; not those behind a new one."""
    found = accounts.account(path) if found is None else found
    known = set(accounts.read().get(path.stem, ()))
    texts, new = {key[: accounts.OWN] for key in known}, {}
    for each in found:
        key = accounts.key(each.before, each.sentence)
        neighbour = key[: accounts.OWN] in texts and any(map(each.before.startswith, new))
        if key not in known and not neighbour:
            new[each.sentence] = None
    for alt, code in accounts.pictures(path):
        if accounts.key(code, alt) not in known:
            new[alt] = None
    return list(new)


@pytest.mark.parametrize("path", accounts.PAGES, ids=lambda path: path.stem)
def test_every_number_is_accounted_for(path):
    left = missing(path)
    assert not left, "\n".join(left) + WHAT_TO_DO


@pytest.mark.parametrize("path", accounts.PAGES, ids=lambda path: path.stem)
def test_every_number_has_been_read(path):
    left = unread(path)
    assert not left, "\n".join(left) + READ_IT


def test_what_is_listed_is_needed():
    for page, words in {**accounts.EXCUSED, **accounts.WORKED}:
        (path,) = (path for path in accounts.PAGES if path.stem[:2] == page)
        assert any(words in f.sentence for f in accounts.account(path)), f"not on {page}: {words}"


@pytest.mark.parametrize("path", accounts.PAGES, ids=lambda path: path.stem)
def test_a_link_says_the_chapter_that_it_leads_to(path):
    for words, target in accounts.LINK.findall(path.read_text(encoding="utf-8")):
        said, meant = (
            re.search(r"\bchapter (\d+)", words, re.I),
            re.match(r"(?:book/)?(\d\d)-", target),
        )
        assert not (said and meant) or int(said[1]) == int(meant[1]), f"[{words}]({target})"


PAGE = chapters.CHAPTERS[6]


@pytest.mark.parametrize(
    ("sentence", "number", "kind"),
    [
        ("See chapter 4.", "4", "reference"),
        ("It takes 4.75 chapters.", "4.75", ""),
        ("Equation (4.5) says so.", "4.5", "reference"),
        ("Layers: 4.55 of them.", "4.55", ""),
        ("In steps 5000 apart.", "5000", ""),
        ("$W^{2}$ and `float32`", "2", "name"),
        ("float 77 is no name", "77", ""),
        ("The network 2-3-2-1.", "3", "name"),
        ("A range of 333 - 2.", "333", ""),
        ("It appeared in 1986.", "1986", "date"),
        ("It is 1986 times as long.", "1986", ""),
        ("It is 2031 long.", "2031", ""),
        ("With 3 units.", "3", "small"),
        ("With 313 units.", "313", ""),
        ("It is 11 % of it.", "11", ""),
        ("It is 11 times as much.", "11", ""),
        ("So $2 + 3 = 5$.", "5", "worked out"),
        ("So $x + 77 = 785$.", "785", ""),
        ("The exercises take about 73 minutes.", "73", "excused"),
        ("Training takes 73 seconds.", "73", ""),
        ("under CC BY 4.0", "4.0", "excused"),
        ("a rate of 4.0317", "4.0317", ""),
    ],
)
def test_a_rule_accounts_for_its_kind_and_no_more(sentence, number, kind, monkeypatch):
    monkeypatch.setattr(accounts, "printed", lambda path: [])
    monkeypatch.setattr(accounts, "given", lambda path: set())
    (match,) = [m for m in accounts.NUMBER.finditer(sentence) if m[0] == number][:1]
    assert accounts.kind_of(PAGE, sentence, match, accounts.worked_out(sentence)) == kind


def test_printed_is_to_the_digits_shown():
    numbers = [(0.74044, 5), (0.97, 2)]
    assert accounts.shows(numbers, "0.7404") and accounts.shows(numbers, "0.74")
    assert not accounts.shows(numbers, "0.7405") and not accounts.shows(numbers, "0.741")
    assert not accounts.shows(numbers, "0.971")
    assert accounts.shows(numbers, "97", scale=100) and not accounts.shows(
        numbers, "97.0", scale=100
    )


def test_false_arithmetic_is_found():
    with pytest.raises(ArithmeticError, match="2 \\+ 3 is not 6"):
        accounts.worked_out("So $2 + 3 = 6$.")
    assert not accounts.worked_out(r"$(3 \times 2)(2 \times 1) = 3 \times 1$")


def changed(text, rng):
    """The text with one of its numbers changed: a digit that becomes another one."""
    spans = [match.span() for match in accounts.NUMBER.finditer(text)]
    places = [at for span in spans for at in range(*span) if text[at].isdigit()]
    at = int(rng.choice(places))
    other = rng.choice([d for d in "123456789" if d != text[at]])
    return text[:at] + other + text[at + 1 :]


def planted(seed, count=20):
    """Sentences of the book, a digit of each changed: [(page, what is found there, the sentence then)]."""
    rng = np.random.default_rng(seed)
    everywhere = [(path, f) for path in accounts.PAGES for f in accounts.account(path)]
    for number in rng.choice(len(everywhere), count, replace=False):
        path, found = everywhere[number]
        yield path, found, changed(found.sentence, rng)


def found_in(path, was, sentence):
    """By which of the two a changed sentence, or equation, is found."""
    if not accounted(path, was, sentence):
        return "account"
    known = accounts.read().get(path.stem, ())
    return "" if accounts.key(was.before, sentence) in known else "reading"


def accounted(path, was, sentence):
    if was.kind == "displayed":
        return all(agree for *_, agree in arithmetic.comparisons(sentence))
    try:
        spans = accounts.worked_out(sentence)
    except ArithmeticError:
        return False
    found = accounts.NUMBER.finditer(sentence)
    return all(accounts.kind_of(path, sentence, match, spans) for match in found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_changed_numbers_are_found(seed):
    for path, was, now in planted(seed):
        assert found_in(path, was, now), f"{path.stem}: {was.sentence!r} became {now!r}"


def test_an_alt_text_is_read_again_where_its_picture_changes(monkeypatch):
    rate = [c for c in accounts.cells(chapters.CHAPTERS[4]) if "histories = {}" in c.source]
    (alt, code), *_ = [p for p in accounts.pictures(chapters.CHAPTERS[4]) if "for four" in p[0]]
    assert rate[0].source in code  # another cell has the rates that are drawn
    assert not unread(chapters.CHAPTERS[4])
    monkeypatch.setattr(accounts, "pictures", lambda path: [(alt, code.replace("30", "10"))])
    assert unread(chapters.CHAPTERS[4]) == [alt]


def test_what_changed_is_named_and_nothing_behind_it():
    for path, was, now in planted(4):
        page = [
            each._replace(
                sentence=now if each.sentence == was.sentence else each.sentence,
                before=now if each.before.startswith(was.sentence) else each.before,
            )
            for each in accounts.account(path)
        ]
        assert set(unread(path, page)) - set(unread(path)) == {now}


def table():
    """The totals by page and kind, as lines of text, and what is missing."""
    lines, total, left = [], Counter(), []
    for path in accounts.PAGES:
        kinds = Counter(found.kind for found in accounts.account(path))
        total += kinds
        told = ", ".join(f"{kinds[kind]} {kind}" for kind in accounts.KINDS if kinds[kind])
        lines.append(f"{path.stem:<40} {sum(kinds.values()):>4}: {told}")
        left += [f"{path.stem}: not accounted for: {one}" for one in missing(path)]
        left += [f"{path.stem}: not read: {one}" for one in unread(path)]
    told = ", ".join(f"{total[kind]} {kind}" for kind in accounts.KINDS)
    changes = [change for seed in range(5) for change in planted(seed)]
    by = Counter(found_in(path, was, now) for path, was, now in changes)
    lines += left
    lines.append(f"{sum(total.values())} numbers: {told}; {total['']} not accounted for.")
    lines.append(
        f"Of {len(changes)} changed numbers {by['account']} have no account left, "
        f"{by['reading']} stand in a sentence that nobody has read, {by['']} are missed."
    )
    return lines


def keep():
    """Write down that the sentences with numbers have been read as they are now."""
    left = [one for path in accounts.PAGES for one in missing(path)]
    if left:
        sys.exit("Not accounted for:\n" + "\n".join(left) + WHAT_TO_DO)
    for path in accounts.PAGES:
        print(
            *(f"{path.stem}: {one}" for one in unread(path)),
            sep="\n",
            end="\n" * bool(unread(path)),
        )
    read = {
        path.stem: sorted(
            {accounts.key(found.before, found.sentence) for found in accounts.account(path)}
            | {accounts.key(code, alt) for alt, code in accounts.pictures(path)}
        )
        for path in accounts.PAGES
    }
    text = json.dumps(read, indent=0)
    accounts.READ.write_text(re.sub(r'",\n"', '", "', text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--read" in sys.argv:
        keep()
    else:
        print(*table(), sep="\n")
