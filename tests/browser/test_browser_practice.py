"""The practice pages in Chromium: a visit each, without Python but where it is asked for.

Right and wrong answers, typical mistakes with their reasons, bad input in every field, the keyboard alone,
a folder without a server, what is kept; and "Your network" with Python.
"""

from __future__ import annotations

import json

import pytest
from axe import obstacles

from backprop.practice import DERIVATIONS, SKILLS, problem
from book._tools.extension import problems
from book._tools.page.pagekernel import practice as made
from conftest import PHONE

SKILL = "hidden-delta"
PAGE, NETWORK, EXAM = (f"book/{n}" for n in ("80-practice", "81-your-network", "82-examination"))


def of_level(level: int) -> dict:
    """The first problem of SKILL that the page has at a level."""
    seed = problems.LEVELS.index(level)
    return made.for_page(problem(SKILL, seed, level))


def typed(field: dict, numbers: list) -> str:
    rows, columns = field["shape"] or (1, 1)
    return "\n".join(
        " ".join(str(number) for number in numbers[row * columns : (row + 1) * columns])
        for row in range(rows)
    )


def answer(page, task: dict, values: list | None = None) -> None:
    """Fill in all fields, with the right numbers where no others are given, and check."""
    for place, field in enumerate(task["fields"]):
        numbers = field["answer"] if values is None else values[place]
        page.locator(".asked").nth(place).locator("input, textarea").fill(typed(field, numbers))
    page.get_by_role("button", name="Check", exact=True).click()


def said(page) -> str:
    return page.locator(".practice-panel > .practice-said").text_content()


def kept(page) -> dict:
    return page.evaluate("window.keep.read().practice.skills")[SKILL]


def choose(page, title: str) -> None:
    page.get_by_role("button", name=title, exact=True).first.click()
    page.locator(".problem").wait_for()


@pytest.fixture(scope="module")
def folder(site):
    return f"file://{site}/"


def test_a_skill_is_practised_until_it_is_yours(open_page):
    page, watch = open_page(PAGE)
    assert page.locator(".practice-skill").count() == len(SKILLS)
    choose(page, SKILLS[SKILL].title)
    first = of_level(1)

    # Bad input and empty fields: said, not counted, nothing lost.
    for bad, words in (
        ("1 x", "got “x”"),
        ("1 2 3 4 5 6 7", "Expected"),
        ("[[1, 2]", "as many ]"),
        ("1/0", "finite"),
    ):
        page.locator(".asked").first.locator("input, textarea").fill(bad)
        page.get_by_role("button", name="Check", exact=True).click()
        assert words in page.locator(".asked-said").first.text_content(), bad
        assert "Not counted" in said(page)
        assert page.locator(".asked").first.locator("input, textarea").input_value() == bad
    assert not page.evaluate("window.keep.read().practice")
    assert not obstacles(page)

    # Every typical mistake gets its reason.
    for wrong in first["wrong"]:
        values = [field["answer"] for field in first["fields"]]
        values[wrong["field"]] = wrong["value"]
        answer(page, first, values)
        reason = page.locator(".asked-said").nth(wrong["field"])
        assert reason.get_attribute("data-state") == "wrong"
        plain = wrong["say"].partition("$")[0].strip()
        assert plain in reason.text_content(), wrong
    assert kept(page)["row"] == 0
    assert not obstacles(page)

    # Three right in a row, of rising level.
    page.get_by_role("button", name="Another of this kind").click()
    for row, level in enumerate((1, 2, 3), 1):
        page.wait_for_function(
            "(words) => document.querySelector('.practice-panel .field-hint').textContent.includes(words)",
            arg=f"Level {level} of 3. {row - 1} of 3",
        )
        task = made.for_page(problem(SKILL, page_seed(page, level), level))
        answer(page, task)
        assert "Right" in said(page), page.locator(".asked-said").all_text_contents()
        assert kept(page)["row"] == row
        page.locator(".practice-next").press("Enter")
    state = page.locator("li:has(> .practice-skill)", has_text=SKILLS[SKILL].title)
    assert "✓ yours" in state.first.text_content()
    assert kept(page)["due"] - kept(page)["yours"] == 2 * 24 * 3600 * 1000

    # An extra problem takes nothing away.
    task = made.for_page(problem(SKILL, page_seed(page, 3), 3))
    values = [field["answer"] for field in task["fields"]]
    values[task["wrong"][0]["field"]] = task["wrong"][0]["value"]
    answer(page, task, values)
    assert "Not yet" in said(page) and kept(page)["yours"]

    # After days it comes back; it is kept with everything else.
    page.evaluate(
        """(skill) => window.keep.change(({practice}) => {
             practice.skills[skill].due = Date.now() - 1000; })""",
        SKILL,
    )
    page.reload()
    assert "another look" in state.first.text_content()
    page.goto(page.url.split("book/")[0] + "kept.html")
    page.get_by_text("1 skill practised, 1 of them yours.").wait_for()
    assert not watch.faults, watch.faults


def page_seed(page, level: int) -> int:
    """The seed of the problem that the page shows."""
    state = page.evaluate("window.keep.read().practice.skills")[SKILL]
    fits = [seed for seed in range(problems.PREPARED) if problems.LEVELS[seed % 5] == level]
    return fits[state["next"] % len(fits)]


def test_a_derivation_is_put_in_order_by_the_keyboard_alone(open_page):
    page, watch = open_page(PAGE, viewport=PHONE, scheme="dark")
    derivation = next(iter(DERIVATIONS.values()))
    page.locator(".practice-derivation").first.press("Enter")
    page.locator(".order").wait_for()
    wrong = len(derivation.lines)

    def put(place):
        page.locator(f".order-pool [data-line='{place}'] button").press("Enter")

    def check():
        page.locator(".order").get_by_role("button", name="Check").press("Enter")
        return page.locator(".order .practice-said").text_content()

    put(wrong)
    assert derivation.wrong[0].why in check()
    assert page.locator(".order-mine [data-state=wrong]").count() == 1
    page.locator("[data-move='Take out']").first.press("Enter")
    put(1)
    put(0)
    assert derivation.lines[1].why in check()
    page.locator(".order-mine [data-line='0'] [data-move=Up]").press("Enter")
    assert page.evaluate("document.activeElement?.closest('li').dataset.line") == "0"
    assert "Right so far" in check()
    for place in range(2, wrong):
        put(place)
    assert "Right: every line" in check()
    for gap, place in zip(derivation.gaps, page.locator(".gaps fieldset").all(), strict=True):
        right = gap.options.index(gap.right)
        other = (right + 1) % len(gap.options)
        place.locator("input").nth(other).check()
        assert gap.reasons[other] in page.locator(".gaps").text_content()
        place.locator("input").nth(right).check()
    assert page.evaluate("Object.values(window.keep.read().practice.derivations)") == [
        {"order": True, "gaps": True}
    ]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not obstacles(page)
    assert not watch.faults, watch.faults


def test_the_examination_is_marked_at_the_end(open_page):
    page, watch = open_page(EXAM)
    seed = page.get_by_label("Seed")
    seed.fill("one")
    page.get_by_role("button", name="Begin").click()
    assert "Expected a whole number" in page.locator(".field-fault").first.text_content()
    seed.fill("1")
    seed.press("Enter")
    page.locator(".exam-clock").wait_for()
    exam = made.exam(1)
    assert page.locator(".exam-paper .problem").count() == len(exam["parts"])
    assert not "".join(page.locator(".asked-said").all_text_contents())
    first = exam["parts"][0]["problem"]
    for place, field in enumerate(first["fields"]):
        asked = page.locator(".problem").first.locator(".asked").nth(place)
        asked.locator("input, textarea").fill(typed(field, field["answer"]))
    page.get_by_role("button", name="Hand in").press("Enter")
    total = sum(len(part["problem"]["fields"]) for part in exam["parts"])
    right = len(first["fields"])
    page.get_by_role("heading", name=f"{right} of {total} answers are right").wait_for()
    links = page.locator(".exam-end li a").all_text_contents()
    assert "The delta recursion" in " ".join(links)
    assert not obstacles(page)
    assert not watch.faults, watch.faults


def test_from_a_folder_without_a_server(new_context, folder):
    page = new_context().new_page()
    page.goto(f"{folder}{PAGE}.html")
    choose(page, SKILLS[SKILL].title)
    answer(page, of_level(1))
    assert "Right" in said(page)
    page.locator(".practice-endless").click()
    page.get_by_text("opened as a file may not start Python").first.wait_for()


def test_your_network_is_worked_out_and_your_numbers_are_checked(open_page, base):
    page, watch = open_page(NETWORK)
    live = page.request.get(f"{base}lite/live.json").json()
    assert page.locator("#an-example mjx-container").count() > 20  # without Python
    work = page.get_by_role("button", name="Work it out")
    fields = page.locator(".network-form")
    for label, bad, words in (
        ("Units in each layer", "2, 9, 1", "whole number from 1 to 6"),
        ("Examples m", "5", "from 1 to 4"),
        ("Learning rate", "0", "above 0"),
        ("Decimals shown", "many", "from 1 to 8"),
        ("W1: weights", "1 2 3", "3 × 2 numbers"),
        ("Y: targets", "", "got nothing"),
    ):
        field = fields.get_by_label(label)
        before = field.input_value()
        field.fill(bad)
        work.click()
        fault = page.locator(f"#{field.get_attribute('id')}-fault")
        assert words in fault.text_content(), label
        assert field.input_value() == bad
        assert fields.get_by_label("X: inputs").input_value() == "1.5 -0.3\n-0.5 1.1"
        field.fill(before)
    assert not obstacles(page)
    if not live["available"]:
        return
    page.get_by_label("one step at a time").check()
    work.click()
    page.locator(".network-next").wait_for()
    assert page.locator(".network-steps > li").count() == 1
    page.locator(".network-next").press("Enter")
    page.locator(".network-steps > li").nth(1).wait_for()
    page.get_by_label("nothing yet").check()
    own = page.locator(".network-steps .field")
    own.first.wait_for()
    own.first.locator("textarea").fill("[[0.9, -0.48], [0.6, 0.78], [-1.8, 0.66]]")  # no bias
    page.get_by_role("button", name="Check my numbers").click()
    page.wait_for_function("document.querySelector('.network-found').textContent")
    assert "You left out the bias" in page.locator(".network-found").text_content()
    assert not obstacles(page)
    page.get_by_text("paste them from NumPy").click()
    page.get_by_label("Paste from NumPy").fill(
        "W1 = np.array([[1, 2], [3, -1]])\nb1 = [0.5, 0]\n"
        "X = np.array([[1.], [2.]])\nY = [[1], [0]]\neta = 0.1"
    )
    page.get_by_role("button", name="Fill in what is pasted").click()
    assert fields.get_by_label("Units in each layer").input_value() == "2, 2"
    assert fields.get_by_label("b1: biases").input_value() == "0.5\n0"
    assert "my+" not in page.url  # own numbers were for the network before

    # What is not named in the paste stays; what it contradicts is named.
    fields.get_by_label("Units in each layer").fill("2, 2, 2")
    for code, sizes, words in (
        ("W1 = [[1, 2, 0], [3, -1, 1]]", "3, 2, 2", "X: what is expected"),
        ("W1 = [[1, 2], [3, -1]]", "2, 2, 2", "Filled in: W1."),
        ("W1 = [[1, 2]]\nW2 = [[1, 2], [0, 1]]", "2, 2, 2", "W1 and W2 contradict each other"),
    ):
        page.get_by_label("Paste from NumPy").fill(code)
        page.get_by_role("button", name="Fill in what is pasted").click()
        assert fields.get_by_label("Units in each layer").input_value() == sizes
        assert words in fields.text_content(), code

    # What the module refuses is said, and no solution of before stays.
    fields.get_by_label("W2: weights").fill("1 0\n0 1")
    fields.get_by_label("b2: biases").fill("0\n0")
    page.get_by_label("the whole solution").check()
    work.click()
    fields.get_by_text("Worked out in 17 steps").wait_for()
    fields.get_by_label("Loss").select_option("softmax_cross_entropy")
    work.click()
    refusal = page.locator(".network-said[role=alert]")
    refusal.get_by_text("give the output layer the 'identity'").wait_for()
    assert not page.locator(".network-solution").text_content()

    page.get_by_label("nothing yet").check()
    page.reload()  # all of it is in the address
    assert page.get_by_label("nothing yet").is_checked()
    assert fields.get_by_label("Units in each layer").input_value() == "2, 2, 2"
    assert fields.get_by_label("W2: weights").input_value() == "1 0\n0 1"
    faults = [fault for fault in watch.faults if "failed:" not in fault]
    assert not faults, faults


def test_every_skill_has_fifty_problems_and_is_light(site):
    for name in SKILLS:
        path = site / "_static" / problems.FOLDER / f"{name}.js"
        content = path.read_text(encoding="utf-8").partition(",")[2].rpartition(")")[0]
        assert len(json.loads(content)["content"]["seed"]) == problems.PREPARED
        assert problems.weight(content) <= problems.LIMIT, name
