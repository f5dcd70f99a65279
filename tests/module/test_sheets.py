"""Worksheets for a class: read back as a teacher and a student would."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

import chapters
from backprop.practice import SKILLS, judge, problem
from backprop.practice.__main__ import main
from backprop.practice.sheet import answers, html, latex, sheets, write_sheets

ALL = [*SKILLS, "derivation"]


def a_class(skills=ALL, students=2, seed=7, level=2):
    return sheets(skills, seed=seed, students=students, level=level)


class Tags(HTMLParser):
    """Follows a page's tags, each of which has to be closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.addresses = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        self.seen.append(tag)
        if tag not in ("meta", "mspace"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "mspace":
            assert self.open.pop() == tag


def test_each_student_gets_other_numbers():
    made = a_class(["forward", "planted-fault"], students=30)
    assert [sheet.student for sheet in made] == list(range(1, 31))
    for place in range(2):
        assert len({sheet.problems[place].text for sheet in made}) == 30
    assert a_class(["forward"]) == a_class(["forward"]) != a_class(["forward"], seed=8)


def test_the_table_holds_the_right_answers():
    made = a_class()
    rows = list(csv.DictReader(io.StringIO(answers(made))))
    assert len(rows) == sum(len(one.fields) for sheet in made for one in sheet.problems)
    for row in rows:
        if row["skill"].startswith("derivation"):
            assert re.fullmatch(r"[A-I](, [A-I])+", row["answer"])
            continue
        one = problem(row["skill"], int(row["seed"]), int(row["level"]))
        (place,) = [i for i, field in enumerate(one.fields) if field.label == row["asked"]]
        field = one.fields[place]
        if field.kind == "choice":
            given = field.options["ABCDEFGHIJKLM".index(row["answer"])]
        elif field.shape:
            given = [line.split(", ") for line in row["answer"].split("; ")]
            assert int(row["decimals"]) == field.digits
        else:
            given = row["answer"]
        verdict = judge(one, [given if i == place else None for i in range(len(one.fields))])[place]
        assert verdict.state == "right", row


@pytest.mark.parametrize("solved", [False, True])
def test_the_page_is_whole_and_asks_no_other_host(solved):
    made = a_class()
    page = html(made, solved=solved)
    tags = Tags(page)
    assert tags.open == [] and tags.addresses == []
    assert tags.seen.count("section") == 2 and tags.seen.count("article") == 2 * len(ALL)
    assert re.findall(r"https?://(?!www\.w3\.org/1998/Math)", page) == []
    assert "$" not in page and "\\" not in page
    assert ("Name:" in page) is not solved


def test_a_sheet_gives_no_answer_away():
    made = a_class(["gradients-batch", "gradient-report"], students=1)
    page, solved = html(made), html(made, solved=True)
    line = made[0].problems[1].solution[0].split(".")[0]
    assert line not in page and "In that case" in solved
    boxes = sum(r * c for r, c in (f.shape for f in made[0].problems[0].fields))
    assert page.count("<span></span>") == boxes and "<span></span>" not in solved


@pytest.mark.parametrize("solved", [False, True])
def test_the_latex_is_balanced(solved):
    text = latex(a_class(), solved=solved)
    assert text.count(r"\begin{") == text.count(r"\end{")
    code = re.compile(r"\\begin\{verbatim\}.*?\\end\{verbatim\}", re.DOTALL)
    bare = code.sub("", text)
    assert bare.replace(r"\{", "").count("{") == bare.replace(r"\}", "").count("}")
    assert bare.count(r"\[") - bare.count(r"\\[") == bare.count(r"\]")
    assert bare.count("$") % 2 == 0 and "$$" not in bare and "```" not in text
    assert text.isascii(), set(text) - set(map(chr, range(128)))
    outside = re.sub(r"\$[^$]*\$|\\\[.*?\\\]", "", bare, flags=re.DOTALL)
    assert re.findall(r"(?<!\\)[_^#%]", outside.split(r"\begin{document}")[1]) == []


def test_an_examination_on_paper():
    (sheet,) = a_class(["examination"], students=1)
    assert len(sheet.problems) == 6
    text = html([sheet])
    assert "A derivation, in order" in text and text.count("____") > 4


def test_the_command_writes_five_files(tmp_path, capsys):
    out = tmp_path / "class"
    main(f"sheet --skills forward,shapes --seed 7 --students 3 --out {out}".split())
    names = ["sheets.html", "solutions.html", "sheets.tex", "solutions.tex", "answers.csv"]
    assert capsys.readouterr().out.split() == [str(out / name) for name in names]
    before = {name: (out / name).read_bytes() for name in names}
    write_sheets(out, ["forward", "shapes"], seed=7, students=3)
    assert before == {name: (out / name).read_bytes() for name in names}
    main(["show", "cost", "--seed", "1", "--level", "1"])
    assert problem("cost", 1, 1).alt in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("sheet --skills x --seed 1", "skill: expected one of shapes, forward, loss"),
        (
            "sheet --skills , --seed 1",
            "skills: expected a list of keys such as ['forward'], got []",
        ),
        ("sheet --skills loss --seed -1", "seed: expected at least 0, got -1"),
        ("sheet --skills loss --seed 1 --students 0", "students: expected at least 1, got 0"),
        (
            "sheet --skills loss --seed 1 --students 9999",
            "students: expected at most 1000, got 9999",
        ),
        ("sheet --skills loss --seed 1 --level 4", "level: expected one of 1, 2, 3, got 4"),
        ("sheet --skills loss --seed one", "argument --seed: invalid int value: 'one'"),
        ("sheet --skills loss", "the following arguments are required: --seed"),
        ("show nothing --seed 1", "skill: expected one of shapes"),
        ("", "the following arguments are required: command"),
    ],
)
def test_bad_arguments_are_named(arguments, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(arguments.split())
    assert stopped.value.code == 2 and words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit):
        main(f"sheet --skills loss --seed 1 --out {tmp_path / 'file'}".split())
    assert "File exists" in capsys.readouterr().err


def test_one_skill_is_not_a_list():
    with pytest.raises(ValueError, match="skills: expected a list of keys"):
        sheets("forward", seed=1, students=1)


def test_the_teachers_page_says_what_comes(tmp_path, capsys):
    page = (chapters.BOOK / "95-teaching.md").read_text(encoding="utf-8")
    commands = re.findall(r"-m backprop\.practice (.*)", page)
    assert [command.split()[0] for command in commands] == ["sheet", "show"]
    main([*commands[0].split(), "--out", str(tmp_path)])
    table = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert "\n".join(table[:3]) in page and len({row.split(",")[0] for row in table[1:]}) == 30
    for skill in ALL:
        assert f"`{skill}`" in page


def test_the_teachers_lesson_has_the_problems_numbers():
    page = (chapters.BOOK / "95-teaching.md").read_text(encoding="utf-8")
    one = problem("hidden-delta", 7, 1)
    for name, value in re.findall(
        r"(\\\w+\{[^ ]*) = (\\begin\{pmatrix\}.*?\\end\{pmatrix\})", page
    ):
        assert f"{name} &= {value}" in one.text
    assert one.fields[0].answer == (("0",), ("2",))  # the way back, then the mask of the relu
    said = {wrong.value: wrong.say for wrong in one.wrong}
    assert "slope" in said[("-8",), ("2",)] and "weights of this layer" in said[("0",), ("4",)]
    both = said[("0",), ("6",)]
    assert "in place of its slope" in both and " Or: You did not transpose" in both
