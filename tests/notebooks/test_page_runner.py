"""A cell on the page: what it awaits, prints, shows and says when it fails, as in a notebook."""

from __future__ import annotations

import asyncio
import inspect

import matplotlib.pyplot as plt
import pytest

from pagekernel import display, figures, runner
from pagekernel.notebook import Notebook


@pytest.fixture
def run():
    """run(source) -> its outputs: (name of the stream, text), (kind, content)."""
    namespace, backend = Notebook([]).namespace, plt.get_backend()
    plt.switch_backend(figures.NAME)

    def one(source):
        found = []
        with display.collected_by(lambda kind, content: found.append((kind, content))):
            ran = runner.run(source, "1", namespace)
            well = asyncio.run(ran) if inspect.iscoroutine(ran) else ran
        assert well == (not found or found[-1][0] != "error")
        return found

    yield one
    plt.switch_backend(backend)


def test_a_cell_may_await(run):
    run("import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x")
    ((_, shown),) = run("y = await f(6)\ny * await f(7)")
    assert shown["data"] == {"text/plain": "42"}
    ((_, said),) = run("await f(1)\n1 / 0")
    assert (said["name"], said["frames"][0]["line"]) == ("ZeroDivisionError", 2)


def test_outputs_come_in_the_order_in_which_they_were_made(run):
    source = (
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\ndisplay(4)\nprint('d')"
    )
    found = run(source)
    kinds = [content.get("name", kind) for kind, content in found]
    assert list(dict.fromkeys(kinds)) == ["stdout", "stderr", "display"]
    texts = [content.get("text") or content["data"]["text/plain"] for _, content in found]
    assert "".join(texts) == "a\nb\nc\n4d\n"


@pytest.mark.parametrize(
    ("source", "shown"), [("3;", 0), ("3;  # hidden", 0), ("3  # shown;", 1), ("'a;'", 1), ("", 0)]
)
def test_a_semicolon_hides_the_last_value(run, source, shown):
    assert len(run(source)) == shown


def test_a_figure_is_shown_once_and_again_when_it_is_asked_for(run):
    for source in (
        "fig = plt.figure()\nfig.text(0, 0, 'a')\nfig",
        "fig",
        "plt.plot([1])\nplt.show()",
    ):
        (found,) = run(f"import matplotlib.pyplot as plt\n{source}")
        assert list(found[1]["data"]) == ["image/png"] and found[1]["width"] > 0


SAID = {
    "return 3": ("'return' outside function", "return 3", runner.UNREAD),
    "%timeit 1": ("invalid syntax", "%timeit 1", "perf_counter"),
    "!pip install torch": ("invalid syntax", "!pip", "Colab"),
    "!ls": ("invalid syntax", "!ls", "Python alone"),
    "x = 1\nx?": ("invalid syntax", "x?", "press F1"),
    ">>> 1": ("invalid syntax", ">>> 1", "prompt"),
    "bytearray(10**30)": ("index-sized integer", "bytearray", "2 GB"),
    "exit()": ("", "exit()", "Restart"),
    "open('digits.csv')": ("digits.csv", "open(", "not those of your machine"),
    "import sys\nsys.stdin.readline()": ("nobody to ask", "readline", "Write the value"),
}


@pytest.mark.parametrize("source", SAID)
def test_what_cannot_be_is_said_with_the_line_and_what_to_do(run, source):
    message, line, advice = SAID[source]
    kind, said = run(source)[-1]
    assert kind == "error"
    assert message in said["message"] and said["message"] != "None"
    assert line in said["frames"][-1]["text"]
    assert advice in said["advice"]


def test_help_says_what_a_function_does(run):
    assert "Return the sum" in "".join(content["text"] for _, content in run("help(sum)"))
