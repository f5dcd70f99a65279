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
    "breakpoint()": ("nobody to ask", "breakpoint", "Print what you want"),
    "help()": ("help() has nobody to ask", "help()", "Say of what"),
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


def text_of(found):
    return "".join(
        content.get("text") or content.get("message") or content["data"]["text/plain"]
        for _, content in found
    )


def test_the_last_values_have_the_names_that_notebooks_give_them(run):
    assert text_of(run("_")) == "''"
    run("3 + 4")
    run("print('no value')")
    assert text_of(run("_ * 2")) == "14"
    assert (
        text_of(run("_, __, Out[1] == _1, In[1]")) == "(14, 7, True, '_, __, Out[1] == _1, In[1]')"
    )
    assert "cell 2 has not run, or its last line had no value" in text_of(run("Out[2]"))
    run("_ = 'mine'")
    run("5")
    assert text_of(run("_")) == "'mine'"  # a name of the learner's own comes first


def test_a_cell_that_takes_another_s_last_value_needs_it():
    notebook = Notebook(["x = 3", "x + 1", "Out[2] + _2", "_7"])
    assert notebook.plan(2) == [0, 1, 2]
    assert "last value of cell 7" in notebook.where_is("_7")


def test_a_warning_comes_again_when_the_cell_runs_again(run):
    source = "import warnings\nwarnings.simplefilter('default')\nfor i in 'ab': warnings.warn('c')"
    assert [text_of(run(source)) for _ in "ab"] == 2 * ["UserWarning: c (line 3)\n"]


@pytest.mark.parametrize("method", ["_repr_html_", "_repr_mimebundle_"])
def test_a_value_that_fails_to_show_itself_is_shown_in_its_other_forms(run, method):
    source = f"class A:\n    __repr__ = lambda self: 'A()'\n    def {method}(self, **of):\n        1 / 0\nA()"
    (kind, said), (_, shown) = run(source)
    assert (kind, said["frames"][0]["line"]) == ("error", 4)
    assert shown["data"] == {"text/plain": "A()"}


def test_an_object_with_every_name_is_shown_by_its_repr(run):
    for value in ("name", "lambda *of, **options: 3"):
        found = run(f"class A:\n    def __getattr__(self, name):\n        return {value}\nA()")
        assert "A object" in text_of(found)


def test_a_value_may_show_itself(run):
    assert text_of(run("class A:\n    def _ipython_display_(self): print('mine')\nA()")) == "mine\n"


def test_what_was_displayed_becomes_another_thing(run):
    found = run("handle = display(1, display_id=True)\nhandle.update(2)\nhandle.display(3)")
    assert [kind for kind, _ in found] == ["display", "update", "display"]
    assert len({content["id"] for _, content in found}) == 1
    assert text_of(found) == "123"


def test_a_stream_kept_from_an_earlier_cell_still_prints(run):
    run("import sys\nkept = sys.stdout")
    assert text_of(run("print('a', file=kept)\nprint('b', file=kept)")) == "a\nb\n"


def test_get_ipython_is_there_for_a_cell_and_says_what_it_cannot(run):
    assert run("get_ipython().run_line_magic('matplotlib', 'inline')") == []
    ((_, said),) = run("get_ipython().run_line_magic('timeit', '1')")
    assert "perf_counter" in said["advice"]
    assert display.get_ipython() is None  # for a library


def test_a_picture_s_file_is_shown(run, tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a")
    ((_, shown),) = run(f"from pagekernel.display import Image\nImage({str(path)!r}, width=9)")
    assert shown["data"]["image/gif"] == "R0lGODlh" and shown["width"] == 9
    assert "no other host" in text_of(run("Image(url='https://there/a.png')"))


SAYS_WHY = {
    "print(np.log(0.0))": True,
    "np.log(np.zeros(2))": True,
    "'inf', 'infer', print('nanny')": False,
    "print(np.inf)": False,  # as the learner wrote it
    "with np.errstate(all='ignore'): print(np.log(0.0))": False,
}


@pytest.mark.parametrize("source", SAYS_WHY)
def test_where_numpy_cannot_warn_the_page_says_so(run, monkeypatch, source):
    monkeypatch.setattr(runner, "NUMPY_WARNS", False)
    run("import numpy as np, warnings\nwarnings.simplefilter('ignore')")
    assert (runner.UNWARNED in text_of(run(source))) == SAYS_WHY[source]


def test_a_cell_that_awaits_is_stopped_and_keeps_its_variables(run):
    stop = "import asyncio\nfrom pagekernel.runner import cancel\n"
    stop += "asyncio.get_running_loop().call_later(0, cancel)\n"
    found = run(stop + "n = 5\ntry:\n    await asyncio.sleep(1e6)\nfinally:\n    print('tidied')")
    assert text_of(found) == "tidied\nstopped"
    assert found[-1][1]["frames"][0]["line"] == 6
    assert text_of(run("n")) == "5"
    ((_, said),) = run("raise asyncio.CancelledError('by itself')\nawait asyncio.sleep(0)")
    assert said["name"] == "CancelledError"
