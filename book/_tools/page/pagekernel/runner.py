"""Runs one cell: what it prints as it comes, its last value, its figures, its errors."""

from __future__ import annotations

import ast
import linecache
import sys
import time
import traceback
import warnings

from pagekernel.display import bundle, emit

EVERY = 0.05  # s between two pieces of a stream
FRAME = "<cell "

SMALLER = "Python in a page has at most 2 GB. Smaller arrays, fewer examples or float32 need less."
ADVICE = (
    (
        "ModuleNotFoundError",
        "",
        "In the page there are NumPy, Matplotlib, ipywidgets, tqdm, Python's own library and the "
        "course's module backprop. For others run the chapter on your machine, or on Colab by the "
        "rocket at the top.",
    ),
    ("NoKeyboard", "", "Write the value into the cell instead, as in: answer = 3"),
    ("MemoryError", "", SMALLER),
    ("ValueError", "array is too big", SMALLER),
    ("ValueError", "Maximum allowed dimension exceeded", SMALLER),
    ("RecursionError", "", "A function calls itself without an end: when should it stop?"),
    ("KeyboardInterrupt", "", "The variables are as the cell left them."),
    ("IndentationError", "", "The lines of a block start in the same column, four further in."),
    ("SyntaxError", "", "Python could not read the cell, so none of it ran."),
)


class NoKeyboard(RuntimeError):
    """input() was called."""


class Stream:
    """sys.stdout or sys.stderr: hands on what is written, in pieces."""

    encoding = "utf-8"
    errors = "replace"
    wraps = True  # the page breaks lines by itself

    def __init__(self, name: str):
        self.name, self.kept, self.last = name, [], 0.0

    def write(self, text: str) -> int:
        self.kept.append(str(text))
        if time.monotonic() - self.last > EVERY:
            self.flush()
        return len(text)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        text, self.kept = "".join(self.kept), []
        self.last = time.monotonic()
        if text:
            emit("stream", name=self.name, text=text)

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False


def no_keyboard(prompt=""):
    raise NoKeyboard("input() has nobody to ask in a page")


def warned(message, category, filename, lineno, file=None, line=None) -> None:
    where = f" (line {lineno})" if filename.startswith(FRAME) else ""
    print(f"{category.__name__}: {message}{where}", file=sys.stderr)


def run(source: str, label: str, namespace: dict, where_is=None) -> bool:
    """Run a cell in `namespace`; its outputs go to whoever collects them. Whether it succeeded.

    where_is: name -> a sentence that says where a name comes from that is not there
    """
    filename = f"{FRAME}{label}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    streams = Stream("stdout"), Stream("stderr")
    before = sys.stdout, sys.stderr, warnings.showwarning
    sys.stdout, sys.stderr = streams
    warnings.showwarning = warned
    namespace["__builtins__"]["input"] = no_keyboard
    try:
        value = execute(source, filename, namespace)
        flush_figures()
        for stream in streams:
            stream.flush()
        if value is not None:
            emit("display", data=bundle(value), result=True)
        return True
    except BaseException as error:  # whatever the learner's code raises ends here
        if type(error).__module__ == "pyodide.ffi" and "fatal" in str(error).lower():
            raise
        for stream in streams:
            stream.flush()
        close_figures()
        emit("error", **described(error, filename, where_is))
        return False
    finally:
        sys.stdout, sys.stderr, warnings.showwarning = before


def execute(source: str, filename: str, namespace: dict):
    """Run the statements; returns the value of the last one if it is an expression without `;`."""
    tree = ast.parse(source, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)
    if tree.body:
        exec(compile(tree, filename, "exec"), namespace)
    if last is None:
        return None
    return eval(compile(last, filename, "eval"), namespace)


def flush_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        from pagekernel import figures

        figures.flush()


def close_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def described(error: BaseException, filename: str, where_is=None) -> dict:
    """An error: its name and message, the learner's own lines, advice, the whole traceback."""
    name = type(error).__name__
    message = "stopped" if isinstance(error, KeyboardInterrupt) else str(error)
    frames = [
        {"cell": frame.filename[len(FRAME) : -1], "line": frame.lineno, "text": frame.line}
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(FRAME)
    ]
    if isinstance(error, SyntaxError) and error.filename == filename:
        text = (error.text or "").rstrip("\n")
        caret = " " * max((error.offset or 1) - 1, 0) + "^"
        message = error.msg
        frames = [
            {"cell": filename[len(FRAME) : -1], "line": error.lineno, "text": text + "\n" + caret}
        ]
    kinds = {base.__name__ for base in type(error).__mro__}
    advice = next((words for kind, part, words in ADVICE if kind in kinds and part in message), "")
    whole = "".join(
        line
        for line in traceback.format_exception(error)
        if "/pagekernel/" not in line.partition("\n")[0]
    )
    raw = ""
    if isinstance(error, NameError) and where_is and error.name:
        advice = where_is(error.name)
    if not advice and (said := helped(error)):
        message, raw = said, message
    return {
        "name": name,
        "message": message,
        "raw": raw,
        "frames": frames,
        "advice": advice,
        "whole": whole,
    }


def helped(error: BaseException) -> str:
    """What the course says in place of NumPy's or Python's words, or ""."""
    if not isinstance(error, Exception):
        return ""
    from backprop.exercises.errors import words_for

    return words_for(error)
