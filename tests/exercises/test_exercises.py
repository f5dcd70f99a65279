"""The checkers, and what every chapter must have for its reader to do.

Every checker is tried with the right answer, near misses, its own list of mistakes and nonsense.
In the notebooks every exercise has a hidden solution that is run, and where there is a checker the
solution's answer is put to it.
"""

import contextlib
import io
import re
import sys
import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import chapters
from backprop import RELU
from backprop.autodiff import Value
from backprop.exercises import Choice, Function, Values, checkers, verdict
from backprop.exercises import check as print_verdict
from backprop.exercises.ch10 import ByValue
from backprop.exercises.checkers import gradient_of, slope_of

READY = [path for path in chapters.CHAPTERS if "Check yourself" in chapters.sections(path)]
GRADES = ("Warm-up", "Core", "Stretch")
LAST = ["Check yourself", "Exercises", "Common mistakes", "What to remember", "Where it leads"]
ASKED = {  # {checker: the words and the code of its exercise}
    name: [exercise.words, *(cell.source for cell in exercise.asked)]
    for path in chapters.CHAPTERS
    for exercise in chapters.exercises(path).values()
    for name, _ in chapters.checks_in(exercise.asked)
}
NONSENSE = [
    "abc",
    "",
    [],
    {},
    object(),
    np.nan,
    1e308,
    [1e308, -1e308],
    [[1], [2, 3]],
    1j,
    b"x",
    len,
    np.zeros((9, 9, 9)),
    10**400,
    10**5000,
    [10**400, 1],
    [10**5000],
    Fraction(10**400, 3),
]


CHANGES = {  # what alters an argument of a type
    np.ndarray: (lambda array: array.fill(7.0),),
    list: (
        lambda parts: parts.pop(),
        lambda parts: parts.__setitem__(0, parts[0] + 1),
        lambda parts: parts[0].fill(7.0) if isinstance(parts[0], np.ndarray) else parts.append(1),
    ),
}


def of_kind(kind):
    return [name for name, checker in checkers().items() if isinstance(checker, kind)]


def as_answer(name, function):
    """A function of a checker's own in the form that its exercise asks for."""

    def operation(z):
        number, rate = function(z)
        return Value(number, [(z, rate)])

    return operation if isinstance(checkers()[name], ByValue) else function


def mistaken(checker, mistake):
    return mistake(np.asarray(checker.right())) if callable(mistake) else mistake


@pytest.mark.parametrize("name", checkers())
class TestEveryChecker:
    def test_three_dots_are_not_wrong(self, name):
        for nothing in (..., None, [..., ...]):
            assert verdict(name, nothing).startswith("Not answered yet: ")

    def test_nonsense_is_told_what_was_expected(self, name):
        for nonsense in NONSENSE:
            said = verdict(name, nonsense)
            assert said.startswith("Not quite: ") and len(said) > 30, said

    def test_every_text_is_a_sentence_of_its_own(self, name):
        checker = checkers()[name]
        others = checker.wrong.values() if isinstance(checker, Choice) else [*checker.mistakes]
        assert len({checker.why, *others}) == 1 + len(others)
        for said in (checker.why, *others):
            assert len(said) > 25 and said.endswith((".", "?")), said


@pytest.mark.parametrize("name", of_kind(Values))
class TestEveryValue:
    def test_the_right_answer(self, name):
        right = np.asarray(checkers()[name].right(), dtype=float)
        for form in (right, right.ravel(), right.astype(np.float32)):
            assert verdict(name, form).startswith("Right: ")
            assert verdict(name, form.tolist()).startswith("Right: ")
        if right.ndim == 1:
            assert verdict(name, [np.array([[number]]) for number in right]).startswith("Right: ")

    def test_a_rounded_answer_is_right_or_told_so(self, name):
        checker = checkers()[name]
        right = np.asarray(checker.right(), dtype=float)
        for digits in range(1, 9):
            for rounded in (
                np.round(right, digits),
                np.floor(right * 10**digits + 0.5) / 10**digits,
            ):
                said = verdict(name, rounded)
                if digits == checker.digits or np.allclose(rounded, right, rtol=1e-9, atol=0):
                    assert said.startswith("Right: ")
                elif np.abs(right).max() < 10 * 10.0**-digits:  # one digit may come from elsewhere
                    assert "right, but" not in said, said
                elif not said.startswith("Right: "):
                    assert f"right, but rounded to {digits} decimal" in said, said

    def test_as_many_decimals_as_are_asked_for(self, name):
        words = " ".join(ASKED[name])
        asked = re.findall(r"to (\w+) decimals", words)
        digits = checkers()[name].digits
        right = np.asarray(checkers()[name].right(), dtype=float)
        if digits and not np.allclose(right, np.round(right, digits - 1), atol=0.1**digits / 2):
            assert asked and {"two": 2, "three": 3, "four": 4, "eight": 8}[asked[-1]] == digits, (
                words
            )

    def test_where_a_list_is_asked_for_the_right_answer_is_no_matrix(self, name):
        if re.search(r"# .*\ba list\b", " ".join(ASKED[name])):
            assert np.ndim(checkers()[name].right()) < 2

    def test_near_misses(self, name):
        checker = checkers()[name]
        right = np.asarray(checker.right(), dtype=float)
        step = 1e-4 * np.abs(right).max() if checker.digits is None else 2 * 10.0**-checker.digits
        for near in (right + step, right - step):
            said = verdict(name, near)
            assert said.startswith("Not quite: ") and len(said) > 30, said

    def test_typical_mistakes(self, name):
        checker = checkers()[name]
        for message, mistake in checker.mistakes.items():
            assert verdict(name, mistaken(checker, mistake)) == f"Not quite: {message}"

    def test_a_whole_number_is_not_nearly_right(self, name):
        right = np.asarray(checkers()[name].right(), dtype=float)
        if np.allclose(right, np.round(right), rtol=1e-12, atol=0):
            for near in (right + 0.1, right - 0.4, right * (1 + 2e-6) + 1e-5):
                said = verdict(name, near)
                assert said.startswith("Not quite: ") and "digit" not in said, said

    def test_what_is_said_of_one_wrong_number_is_true(self, name):
        """Told by the numbers: below or above the right one, and on which side of 0."""
        right = np.asarray(checkers()[name].right(), dtype=float)
        for place in np.ndindex(right.shape):
            for wrong in (-2.5, -0.05, 0.0, 0.05, 2.5, -right[place] / 3, right[place] * 3.7):
                came = right.copy()
                came[place] = wrong
                said = verdict(name, came)
                low, positive = wrong < right[place], right[place] > 0
                claims = {
                    "is too large": not low and not right[place] < 0,
                    "is too small": low and positive,
                    "is too far below 0": low and right[place] < 0,
                    "is not far enough below 0": not low and right[place] < 0 and wrong <= 0,
                    "has the wrong sign": wrong * right[place] < 0,
                    "should not be below 0": wrong < 0 and right[place] == 0,
                }
                told = [claim for claim in claims if claim in said]
                assert all(claims[claim] for claim in told), (said, right[place])
                assert told or right.size == 1 or "numbers are right" not in said, said

    def test_a_factor_is_seen_in_what_is_rounded(self, name):
        checker = checkers()[name]
        right = np.asarray(checker.right(), dtype=float)
        decimals = 12 if checker.digits is None else checker.digits
        for factor in (0.5, 10) if np.any(np.abs(right) > 20 * 10.0**-decimals) else ():
            for came in (np.round(factor * right, decimals), factor * np.round(right, decimals)):
                said = verdict(name, came)
                own = any(message in said for message in checker.mistakes)
                assert own or "what it should be" in said, said

    def test_a_sum_of_rounded_numbers_is_a_known_mistake_too(self, name):
        checker = checkers()[name]
        for message, mistake in checker.mistakes.items() if checker.digits else ():
            value = np.asarray(mistaken(checker, mistake), dtype=float)
            unit = 10.0**-checker.digits
            said = verdict(name, np.round(value + 1e-3 * unit, checker.digits) + unit)
            assert said == f"Not quite: {message}"

    def test_sign_factor_and_shape(self, name):
        right = np.asarray(checkers()[name].right(), dtype=float)
        for other in (-right, 2 * right, right * 1.7, right + 1):
            if not np.allclose(other, right):
                said = verdict(name, other)
                assert said.startswith("Not quite: ") and len(said) > 30, said
        said = verdict(name, np.zeros((*right.shape, 7)))
        assert "shape" in said


@pytest.mark.parametrize("name", of_kind(Choice))
class TestEveryChoice:
    def test_each_option_has_its_own_words(self, name):
        checker = checkers()[name]
        assert verdict(name, checker.right) == f"Right: {checker.why}"
        assert checker.wrong
        for option, reason in checker.wrong.items():
            assert verdict(name, option) == f"Not quite: {reason}"


@pytest.mark.parametrize("name", of_kind(Function))
class TestEveryFunction:
    def test_the_right_function(self, name):
        assert verdict(name, as_answer(name, checkers()[name].right)).startswith("Right: ")

    def test_typical_mistakes(self, name):
        checker = checkers()[name]
        for message, mistake in checker.mistakes.items():
            assert verdict(name, as_answer(name, mistake)) == f"Not quite: {message}"

    def test_near_misses(self, name):
        right = checkers()[name].right
        near = as_answer(name, lambda *given: np.asarray(right(*given)) * 1.001)
        said = verdict(name, near)
        assert "close" in said or "times" in said, said

    def test_a_function_that_fails(self, name):
        def stops(*given):
            raise IndexError("row 7\nof two lines")

        assert "stops with IndexError: row 7" in verdict(name, stops)
        assert "stops with TypeError" in verdict(name, lambda: 1)
        assert verdict(name, lambda *given: ...).startswith("Not answered yet: ")

    def test_a_function_that_does_not_end_is_stopped(self, name, monkeypatch):
        monkeypatch.setattr(sys.modules[Function.__module__], "PATIENCE", 0.05)

        def endless(*given):
            while True:
                try:
                    n = 0
                    while True:
                        n += 1
                except Exception:
                    pass

        assert "was stopped after" in verdict(name, endless)
        monkeypatch.undo()
        assert verdict(name, as_answer(name, checkers()[name].right)).startswith("Right: ")

    def test_it_is_tried_on_more_inputs_than_are_shown(self, name):
        checker = checkers()[name]
        assert len(checker.cases()) >= 3
        assert [*checker.tried()] == [*checker.tried()]  # the same at every press of Check
        answers = {
            repr(np.asarray(checker.right(*case)).tolist()) for case in checker.tried().values()
        }
        assert len(checker.tried()) >= 23 and len(answers) >= 15

    def test_the_answers_of_its_own_cases_alone_are_not_enough(self, name):
        checker = checkers()[name]

        def learned(*given):
            for case in checker.cases().values():
                if all(map(np.array_equal, case, given)):
                    return checker.right(*case)
            return np.zeros_like(checker.right(*given))

        assert "with random input" in Function.verdict(checker, learned)

    def test_a_function_that_changes_its_argument(self, name):
        checker = checkers()[name]
        for place, argument in enumerate(next(iter(checker.cases().values()))):
            for change in CHANGES.get(type(argument), ()):

                def changes(*given, place=place, change=change):
                    result = checker.right(*given)
                    change(given[place])
                    return result

                assert "changes its own argument" in verdict(name, changes)


def test_time_that_others_take_does_not_count(monkeypatch):
    """As on a machine that is busy with other things."""
    name = of_kind(Function)[0]
    right = checkers()[name].right
    monkeypatch.setattr(sys.modules[Function.__module__], "PATIENCE", 0.3)  # of 23 times 0.05 s

    def waits(*given):
        time.sleep(0.05)
        return right(*given)

    assert verdict(name, as_answer(name, waits)).startswith("Right: ")


class TestTheKinds:
    """The three kinds of checker by themselves."""

    matrix = Values(lambda: [[1.0, 2.0], [3.0, 5.0]], why="Matters.", hint="Look there.")
    column = Values(lambda: [[0.25], [0.5]], why="Matters.", hint="Look there.", digits=4)
    number = Values(
        lambda: 0.7404,
        why="Matters.",
        hint="Look there.",
        mistakes={"You forgot the bias.": 0.6, "Is it 1 - y?": lambda right: 1 - right},
        digits=4,
    )

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ([[1, 2], [3, 5]], "Right: Matters."),
            ([[-1, -2], [-3, -5]], "the sign is wrong, the size is right. Look there."),
            ([[1, 3], [2, 5]], "rows and columns are swapped: you have the transpose."),
            ([[2, 4], [6, 10]], "every number is 2 times what it should be. Look there."),
            ([[2, 3], [4, 6]], "every number is off by the same 1. Look there."),
            ([[5, 3], [2, 1]], "these are the right numbers, but in another order. Look there."),
            ([[1, 2], [3, 4]], "3 of 4 numbers are right; 4 at [1, 1] is too small. Look there."),
            ([[1, 2], [3, -4]], "3 of 4 numbers are right; -4 at [1, 1] has the wrong sign."),
            ([[1.001, 2], [3, 5]], "1.001 at [0, 0] is too large. Look there."),
            (
                [[1, np.inf], [3, 5]],
                "there is inf at [0, 1], of an overflow, a division by 0, or a",
            ),
            ([[0, 0], [0, 0]], "it is 0 throughout"),
            (np.zeros((2, 3)), "the answer has shape (2, 3), expected an array of shape (2, 2)."),
            (3, "the answer is one number, expected an array of shape (2, 2)."),
            (np.eye(2) > 0, "expected numbers, got True or False."),
            ([[1, 2], [3, 5.5]], "3 of 4 numbers are right; 5.5 at [1, 1] is too large."),
            ([[1, 2], [3, 5.00002]], "3 of 4 numbers are right; 5.00002 at [1, 1] is too large."),
            (np.array([1.0, 2.0, 3.0, 5.0]), "Right: "),
            ([1, 2, 3, 5], "Right: "),
            ([1, 2, 3, 4], "3 of 4 numbers are right; 4 at [3] is too small. Look there."),
            ([[1], [2, 3]], "the rows of your array have unequal lengths."),
            ("five", "expected an array of shape (2, 2), got str 'five'."),
        ],
    )
    def test_what_is_said_of_a_matrix(self, answer, said):
        assert said in self.matrix.verdict(answer)

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (np.array([[0.25, 0.5]]), "shape (1, 2), expected (2, 1): you have the transpose."),
            (np.array([[0.3, 0.5]]), "has shape (1, 2), expected an array of shape (2, 1)."),
            ([0.25, 0.5], "Right: "),
            ([0.25004, 0.5], "Right: "),
            ([0.2501, 0.5], "close, but off near the 4th digit"),
        ],
    )
    def test_what_is_said_of_a_column(self, answer, said):
        assert said in self.column.verdict(answer)

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (np.array([[0.74041]]), "Right: "),
            (0.6, "You forgot the bias."),
            (0.2596, "Is it 1 - y?"),
            (1.4808, "twice what it should be. Look there."),
            (74.04, "100 times what it should be. Look there."),
            (np.array([[0.9]]), "Not quite: 0.9 is too large. Look there."),
            (np.array([[[0.7]]]), "Not quite: 0.7 is too small. Look there."),
            ([np.nan], "there is nan, of an overflow"),
            ([10**400], "a number is too large: a float ends near 1.8e308."),
            (-0.7404, "the sign is wrong"),
            (0.7503, "close, but off near the 2nd digit"),
            (3, "3 is too large. Look there."),
            (0.74, "right, but rounded to 2 decimals: 4 are asked for."),
            (0.7, "0.7 is too small. Look there."),
            (Fraction(7404, 10000), "Right: "),
            (Decimal("0.7404"), "Right: "),
            (-3, "-3 has the wrong sign. Look there."),
            ([0.1, 0.2], "shape (2,), expected one number."),
        ],
    )
    def test_what_is_said_of_a_number(self, answer, said):
        assert said in self.number.verdict(answer)

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ([-0.4, 0.0], "Right: "),
            (np.array([[-0.4], [0.0]]), "Right: "),
            ([-0.4, -0.1], "1 of 2 numbers are right; -0.1 at [1] should not be below 0."),
            ([-0.6, -0.2], "-0.6 at [0] is too far below 0."),  # off by the same, as two may be
            ([0.0, -0.4], "these are the right numbers, but in another order."),
            ([1.0, 2.0, 3.0], "You stopped at layer 1."),  # of another shape than the right answer
            ([-0.4, 0.0, 0.0], "the answer has shape (3,), expected 2 numbers."),
            (["-0.4", "0"], "expected 2 numbers, got list ['-0.4', '0']."),
        ],
    )
    def test_what_is_said_of_a_list(self, answer, said):
        two = Values(
            lambda: [-0.4, 0.0],
            why="Matters.",
            hint="Look there.",
            mistakes={"You stopped at layer 1.": [1.0, 2.0, 3.0]},
        )
        assert said in two.verdict(answer)

    def test_a_choice_knows_words_and_numbers(self):
        word = Choice("layer 2", "Matters.", {"layer 1": "It is handed a wrong delta."})
        assert word.verdict(" Layer 2") == "Right: Matters."
        assert word.verdict("layer 1").endswith("It is handed a wrong delta.")
        assert "one of 'layer 1', 'layer 2', and you gave int 3." in word.verdict(3)
        assert Choice(2, "Matters.", {1: "No."}).verdict(np.int64(2)).startswith("Right")
        assert Choice(True, "Matters.", {False: "No."}).verdict(1).startswith("Not quite")

    def test_a_function_is_told_the_case(self):
        square = Function(
            slope_of(np.square),
            lambda: {"z = 0": (np.zeros(1),), "z = 3": (np.array([3.0]),)},
            lambda rng: (rng.normal(size=2),),
            why="Matters.",
            hint="Look there.",
            mistakes={"You forgot the 2.": lambda z: z},
        )
        assert square.verdict(lambda z: 2 * z) == "Right: Matters."
        assert square.verdict(lambda z: z) == "Not quite: You forgot the 2."
        assert square.verdict(lambda z: 2 * z + z**2).startswith("Not quite: with z = 3, ")
        assert square.verdict(6.0).endswith("got float 6.0: give its name, without a call.")
        assert square.verdict(RELU).endswith(
            "got Activation('relu'): give one of its functions, f or df."
        )
        said = square.verdict(lambda z: np.round(2 * z, 3))
        assert said.endswith("your function rounds its result to 3 decimals: return it as it is.")
        assert "with random input 1 (" in said and "), your function" in said
        assert "rounds" not in square.verdict(lambda z: np.sign(z))
        assert "it is 0 throughout" in square.verdict(lambda z: 1e-17 * z)
        assert square.verdict(lambda z: sys.exit()).endswith("stops with SystemExit. Look there.")
        assert "nan" in square.verdict(lambda z: z * np.nan)
        assert square.verdict(lambda z: 1 / 0).endswith(
            "stops with ZeroDivisionError: division by zero. Look there."
        )

    def test_a_mistake_that_stops_in_the_same_way_is_known(self):
        inverse = Function(
            lambda v: 1 / v if v else 0.0,
            lambda: {"v = 2": (2.0,), "v = 0": (0.0,)},
            lambda rng: (rng.normal(),),
            why="Matters.",
            hint="Look there.",
            mistakes={"You squared it.": lambda v: 1 / v**2},
        )
        assert inverse.verdict(lambda v: v**-2) == "Not quite: You squared it."
        assert "You squared" not in inverse.verdict(lambda v: 1 / v**2 if v else 0.0)

    def test_central_differences(self):
        x = np.array([0.3, -0.7])
        np.testing.assert_allclose(gradient_of(lambda x: np.sum(x**3))(x), 3 * x**2, rtol=1e-8)
        A = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]])
        np.testing.assert_allclose(gradient_of(lambda x: A @ x)(x), A, rtol=1e-8)

    def test_check_prints_the_line(self, capsys, monkeypatch):
        monkeypatch.setattr("backprop.exercises.checkers", lambda: {"a-1": self.number})
        print_verdict("a-1", 0.7404)
        assert capsys.readouterr().out == "Right: Matters.\n"
        with pytest.raises(KeyError, match="expected one of a-1, got 'b-2'"):
            print_verdict("b-2", 0)

    def test_lines_are_broken_unless_the_page_does_it(self, monkeypatch):
        why = "It matters more than fits into one line of a terminal, so that it is broken there."
        monkeypatch.setattr(
            "backprop.exercises.checkers", lambda: {"a-1": replace(self.number, why=why)}
        )
        for wraps in (False, True):
            written = type("Place", (io.StringIO,), {"wraps": wraps})()
            with contextlib.redirect_stdout(written):
                print_verdict("a-1", 0.7404)
            lines = written.getvalue().splitlines()
            assert " ".join(lines) == f"Right: {why}"
            assert (len(lines) == 1) == wraps and (wraps or max(map(len, lines)) <= 64)


def test_no_chapter_waits():
    assert chapters.CHAPTERS == READY


def test_every_checker_is_used_by_a_notebook():
    assert set(checkers()) == set(ASKED)


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
class TestChapter:
    def test_the_head_says_what_it_takes(self, path):
        head = chapters.sections(path)[""]
        assert "You need" in head and re.search(r"\d+ minutes", head)

    def test_no_answer_is_printed_outside_of_its_solution(self, path):
        """Of answers that are not whole, with three digits or more in all."""
        exercises = chapters.exercises(path).values()
        hidden = {cell.id for exercise in exercises for cell in exercise.solved}
        asked = {name for exercise in exercises for name, _ in chapters.checks_in(exercise.asked)}
        open_cells = [c for c in chapters.cells(path) if c.get("outputs") and c.id not in hidden]
        for name in asked.intersection(of_kind(Values)):
            right = np.asarray(checkers()[name].right(), dtype=float).ravel()
            for cell in open_cells * (not np.allclose(right, right.round())):
                text = "".join(output.get("text", "") for output in cell.outputs)
                numbers = re.findall(r"-?\d+\.\d+", text)
                found = [
                    next((n for n in numbers if float(n) == round(y, len(n.split(".")[1]))), "")
                    for y in right
                ]
                digits = sum(len(re.sub(r"^[-0.]+|\.", "", n)) for n in found)
                assert not all(found) or digits < 3, f"{name}: {cell.id} prints {found}"

    def test_the_last_sections_are_the_same_everywhere(self, path):
        assert [name for name in chapters.sections(path) if name in LAST] == LAST

    def test_three_to_five_questions(self, path):
        found = chapters.questions(path)
        assert 3 <= len(found) <= 5
        assert [question.number for question in found] == list(range(1, len(found) + 1))

    def test_every_question_has_one_right_option_and_reasons(self, path):
        places = set()
        for question in chapters.questions(path):
            where = f"question {question.number}"
            kinds = [kind for _, kind, _ in question.options]
            assert len(kinds) >= 3, f"{where} has {len(kinds)} options in the form of the others"
            assert kinds.count("right") == 1, f"{where}: {kinds}"
            places.add(kinds.index("right"))
            for title, kind, body in question.options:
                start = "Right." if kind == "right" else "Not quite."
                assert body.startswith(start), f"{where}, {title}: {body[:20]!r}"
                assert len(body) > len(start) + 20, f"{where}, {title}: no reason"
        assert len(places) > 1, "the right option is always in the same place"
        section = chapters.sections(path)["Check yourself"]
        count = sum(len(question.options) for question in chapters.questions(path))
        assert section.count("{dropdown}") == count, "an option that is not in the form"

    def test_exercises_come_in_three_grades(self, path):
        grades = [
            exercise.title.partition(":")[0] for exercise in chapters.exercises(path).values()
        ]
        assert set(grades) == set(GRADES), grades
        assert grades == sorted(grades, key=GRADES.index)

    def test_labels_are_the_chapters(self, path):
        slug = path.stem.partition("-")[2]
        labels = list(chapters.exercises(path))
        assert labels == [f"ex-{slug}-{number}" for number in range(1, len(labels) + 1)]

    def test_every_exercise_has_a_hidden_solution(self, path):
        for exercise in chapters.exercises(path).values():
            assert exercise.hidden and (exercise.solution.strip() or exercise.solved)

    def test_every_exercise_has_two_hints_that_give_no_answer_away(self, path):
        for label, exercise in chapters.exercises(path).items():
            assert [title for title, _ in exercise.hints] == ["where to look", "the first step"], (
                label
            )
            said = " ".join(text for _, text in exercise.hints)
            assert all(25 < len(text) < 320 for _, text in exercise.hints), label
            for name, _ in chapters.checks_in(exercise.asked):
                checker = checkers()[name]
                right = checker.right() if isinstance(checker, Values) else ()
                telling = {f"{abs(x):.4g}" for x in np.ravel(right)} - {"0", "1", "2", "3"}
                assert not telling & set(re.findall(r"\d+(?:\.\d+)?", said)), label

    def test_half_of_them_check_the_answer(self, path):
        found = chapters.exercises(path).values()
        assert 2 * sum(bool(chapters.checks_in(e.asked)) for e in found) >= len(found)

    def test_answers_wait_and_solutions_are_right(self, path):
        for label, exercise in chapters.exercises(path).items():
            asked, solved = map(chapters.checks_in, (exercise.asked, exercise.solved))
            for name, printed in asked:
                assert re.fullmatch(rf"{label.removeprefix('ex-')}(-[a-z]\w*)?", name), name
                assert "Not answered yet: " in printed, f"{name}: {printed}"
            assert {name for name, _ in asked} == {name for name, _ in solved}, label
            for name, printed in solved:
                assert "Right: " in printed, f"{name}: {printed}"
                assert "Not quite" not in printed and "Not answered" not in printed, name


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("forward-propagation-4-column", 0.9, "Not quite: 0.9 is too small. "),
        ("forward-propagation-4-column", np.array([[0.9]]), "Not quite: 0.9 is too small. "),
        ("forward-propagation-2", 10_177_000, "100 times what it should be. "),
        ("the-loss-2", 42.43, "100 times what it should be. "),
        ("the-loss-5", 33.333, "lies between 0 and 1: no per cent, please."),
        ("playground-1", 75, "between 0 and 1 is asked for: no per cent, please."),
        ("a-bug-zoo-3", -0.000658, "right, but rounded to 6 decimals: 8 are asked for."),
    ],
)
def test_what_is_said_of_a_single_number_is_true_of_it(name, answer, said):
    assert said in verdict(name, answer)


TURNED = "you have the transpose"
RESHAPED = "use .reshape"


@pytest.mark.parametrize(
    ("name", "answer", "advice"),
    [
        ("the-chain-rule-4", lambda right: right.T, TURNED),
        ("the-chain-rule-4", lambda right: right.T.round(4), TURNED),
        ("the-chain-rule-4", lambda right: 0 * right.T, None),
        ("softmax-and-cross-entropy-2", lambda right: right.T, TURNED),
        ("softmax-and-cross-entropy-2", lambda right: np.ones_like(right.T), None),
        ("the-chain-rule-3", lambda W, d, s: (W.T @ d * s).T, TURNED),
        ("the-chain-rule-3", lambda W, d, s: d.T @ W, None),
        ("the-chain-rule-3", lambda W, d, s: W * d, None),
        ("the-chain-rule-3", lambda W, d, s: (W.T @ d * s).ravel(), RESHAPED),
        ("the-chain-rule-3", lambda W, d, s: np.ones(s.size), None),
        ("the-delta-recursion-4", lambda d, W, s: np.ones(s.shape[::-1]), None),
        ("the-delta-recursion-4", lambda d, W, s: (d @ W.T * s).ravel(), RESHAPED),
        ("the-delta-recursion-4", lambda d, W, s: (d @ W.T * s).T.ravel(), None),
        ("the-delta-recursion-4", lambda d, W, s: W @ d.T, None),
    ],
)
def test_a_transpose_and_a_flat_answer_are_told_by_their_numbers(name, answer, advice):
    checker = checkers()[name]
    of_numbers = isinstance(checker, Values)
    said = verdict(name, answer(np.asarray(checker.right())) if of_numbers else answer)
    assert advice in said if advice else "expected an array of shape" in said, said
    assert not any(other in said for other in {TURNED, RESHAPED} - {advice}), said


@pytest.mark.parametrize(
    ("operation", "got"),
    [
        (lambda z: _softplus(z), "got (0.974"),
        (lambda z: list(_softplus(z)), "got [0.974"),
        (lambda z: np.array(_softplus(z)), "got array([0.974"),
        (lambda z: [Value(_softplus(z)[0])], "got [Value(0.974"),
        (lambda z: _softplus(z)[0], "got 0.974"),
        (lambda z: "0.974", "got '0.974'"),
        (lambda z: (_softplus(z)[0], None), "got (0.974"),
        (lambda z: True, "got True"),
    ],
)
def test_an_operation_returns_a_value_and_nothing_that_looks_like_one(operation, got):
    said = verdict("automatic-differentiation-2", operation)
    assert said.startswith("Not quite: ") and "expected a Value, such as" in said, said
    assert got in said, said


def _softplus(z):
    return np.logaddexp(0, z.data).item(), (1 / (1 + np.exp(-z.data))).item()


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("forward-propagation-4-matrix", None, "Not answered yet: there is None"),
        ("a-bug-zoo-2", (None, 11), "Not answered yet: there is None"),
        ("a-bug-zoo-2", (..., 11), "Not answered yet: replace the three dots."),
        ("automatic-differentiation-2", lambda z: None, "Not answered yet: the function returns"),
        ("automatic-differentiation-3", lambda u, v: None, "Not answered yet: the function"),
        ("automatic-differentiation-3", lambda u, v: (u[0], None), "result holds None where a"),
        ("automatic-differentiation-3", lambda u, v: (u[0], ...), "result holds three dots where"),
        ("automatic-differentiation-3", lambda u, v: (u[0], 10**400), "a number is too large"),
    ],
)
def test_what_is_missing_is_named(name, answer, said):
    assert said in verdict(name, answer)


def test_a_column_and_a_row_are_answers_where_the_right_one_is_flat():
    checker = checkers()["the-delta-recursion-5"]
    flat = checker.right()
    assert checker.verdict(flat[:, None]).startswith("Right")
    assert checker.verdict(flat[None]).startswith("Right")
    assert checker.verdict(np.stack([flat, flat])).startswith("Not quite")
