"""Runs one cell: what it prints as it comes, its last value, its figures, its errors."""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import re
import sys
import time
import traceback
import warnings

from pagekernel.display import emit, flush_streams, show

EVERY = 0.05  # s between two pieces of a stream
FRAME = "<cell "
DEEP, FRAMES = 2000, 100  # calls one in another; of more, only the last are told

SMALLER = "Python in a page has at most 2 GB. Smaller arrays, fewer examples or float32 need less."
ALONE = (
    "Python in a page is one process with one thread: a loop does the same, one after the other."
)
UNWARNED = (
    "Where a calculation gives inf or nan, NumPy warns on your machine. In a page it cannot: "
    "WebAssembly does not tell it.\n"
)
NOT_FINITE = re.compile(r"(?<![\w'\"])(inf|nan)\b")
ASKED_FOR = re.compile(r"inf\b|nan\b|isnan|isfinite|isinf|errstate|seterr")
NUMPY_WARNS = sys.platform != "emscripten"
UNREAD = "Python could not read the cell, so none of it ran."
ADVICE = (
    (
        "NoKeyboard",
        "debugger",
        "Print what you want to see there, or make it the last line of a cell.",
    ),
    ("NoKeyboard", "help()", "Say of what, as in: help(np.sum)"),
    ("NoKeyboard", "", "Write the value into the cell instead, as in: answer = 3"),
    ("ModuleNotFoundError", "_multiprocessing", ALONE),
    ("RuntimeError", "can't start new thread", ALONE),
    ("RuntimeError", "stack switching", "A cell may wait by itself: await asyncio.sleep(1)"),
    ("OSError", "does not support processes", ALONE),
    (
        "URLError",
        "",
        "Python in a page has no way to other hosts: bring what you need in the cell's code.",
    ),
    (
        "FileNotFoundError",
        "",
        "Python in a page has files of its own, which begin empty: not those of your machine.",
    ),
    (
        "ModuleNotFoundError",
        "",
        "In the page there are NumPy, Matplotlib, ipywidgets, tqdm, Python's own library and the "
        "course's module backprop. For others run the chapter on your machine, or on Colab by the "
        "rocket at the top.",
    ),
    (
        "ImportError",
        "IPython",
        "In the page display, update_display, clear_output, HTML, Markdown, Latex, Math, SVG, Code, "
        "JSON and Image can be had from it.",
    ),
    (
        "ValueError",
        "Unknown projection '3d'",
        "Three-dimensional axes are left out here: try contour or pcolormesh.",
    ),
    (
        "SystemExit",
        "",
        "There is nothing to leave: the page goes on. Restart, at its head, forgets all variables.",
    ),
    ("MemoryError", "", SMALLER),
    ("ValueError", "array is too big", SMALLER),
    ("OverflowError", "index-sized integer", SMALLER),
    ("ValueError", "Maximum allowed dimension exceeded", SMALLER),
    ("RecursionError", "", "A function calls itself without an end: when should it stop?"),
    ("KeyboardInterrupt", "", "The variables are as the cell left them."),
    ("IndentationError", "", "The lines of a block start in the same column, four further in."),
    ("SyntaxError", "", UNREAD),
)
# What notebooks know besides Python: how a line of it begins or ends, and what there is instead.
NOT_PYTHON = (
    (r"%%?time", "To time it: import time, and time.perf_counter() before and after."),
    (
        r"[!%]+pip\b",
        "No package can be added here: run the chapter on your machine, or on Colab.",
    ),
    (r"%matplotlib", "Figures are shown without it: take the line away."),
    (r"[%!]", "A line with % or ! is for IPython and the shell; here there is Python alone."),
    (r"\?|.*\?$", "For what a name is, put the cursor on it and press F1, or call help(name)."),
    (r">>>", "Take the prompt >>> away: it is not part of the code."),
)


class NoKeyboard(RuntimeError):
    """input() was called."""


class Stream:
    """sys.stdout or sys.stderr: hands on what is written, in pieces, in the order of the writing."""

    encoding = "utf-8"
    errors = "replace"
    wraps = True  # the page breaks lines by itself
    writing = None  # the stream that was written to last

    def __init__(self, name: str):
        self.name, self.kept, self.last = name, [], 0.0
        self.not_finite = False  # whether inf or nan has been written

    def write(self, text: str) -> int:
        if Stream.writing not in (None, self):
            Stream.writing.flush()
        Stream.writing = self
        self.kept.append(str(text))
        self.not_finite = self.not_finite or NOT_FINITE.search(text) is not None
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


def no_debugger(*arguments, **options):
    raise NoKeyboard("a debugger has nobody to ask in a page")


def who_asks() -> str:
    """Who reads from a keyboard: the learner's code, or what it has called."""
    frame = sys._getframe(1)
    while frame and not frame.f_code.co_filename.startswith(FRAME):
        name = frame.f_globals.get("__name__")
        if name in ("pdb", "pydoc"):
            return "a debugger" if name == "pdb" else "help()"
        frame = frame.f_back
    return "input()"


class NoInput:
    """sys.stdin: whoever reads from it hears that nobody types."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return False

    def read(self, size=-1):
        raise NoKeyboard(f"{who_asks()} has nobody to ask in a page")

    readline = __next__ = read


def warned(message, category, filename, lineno, file=None, line=None) -> None:
    where = f" (line {lineno})" if filename.startswith(FRAME) else ""
    print(f"{category.__name__}: {message}{where}", file=sys.stderr)


def run(source: str, label: str, namespace: dict, where_is=None):
    """Run a cell in `namespace`; its outputs go to whoever collects them. Whether it succeeded; of a
    cell that awaits, a coroutine that gives that.

    where_is: name -> a sentence that says where a name comes from that is not there
    """
    namespace["__builtins__"] |= {"input": no_keyboard, "breakpoint": no_debugger}
    run = Run(source, label, namespace, where_is)
    codes: list = []
    with run:
        codes = compiled(source, run.filename)
        if any(code.co_flags & inspect.CO_COROUTINE for code in codes):
            return awaited(run, codes, namespace)
        for code in codes:
            run.value = eval(code, namespace)
    return run.well


async def awaited(run, codes: list, namespace: dict) -> bool:
    with run:
        for code in codes:
            run.value = eval(code, namespace)
            if code.co_flags & inspect.CO_COROUTINE:
                run.value = await stoppable(run.value)
    return run.well


class Waiting:
    """The task of the cell that awaits now, and whether it has been asked to stop."""

    task = None
    stopped = False


async def stoppable(coroutine):
    Waiting.task, Waiting.stopped = asyncio.current_task(), False
    try:
        return await coroutine
    except asyncio.CancelledError as error:
        if not Waiting.stopped:
            raise
        raise KeyboardInterrupt().with_traceback(error.__traceback__) from None
    finally:
        Waiting.task = None


def cancel() -> None:
    """Stop the cell that awaits, if one does."""
    if Waiting.task:
        Waiting.stopped = True
        Waiting.task.cancel()


class Run:
    """Around the code of a cell: its streams, and what is shown at its end, in error or without."""

    def __init__(self, source: str, label: str, namespace: dict, where_is):
        self.filename = filename = f"{FRAME}{label}>"
        self.label, self.where_is, self.known = label, where_is, namespace["__builtins__"]
        self.asked_for = ASKED_FOR.search(source) is not None
        self.known["In"][int(label)] = source
        namespace.pop("__warningregistry__", None)  # what has warned may warn again
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)

    def __enter__(self):
        self.before = sys.stdin, sys.stdout, sys.stderr, warnings.showwarning
        self.value, self.well = None, False
        sys.stdin, sys.stdout, sys.stderr = NoInput(), Stream("stdout"), Stream("stderr")
        warnings.showwarning = warned
        self.printed = sys.stdout

    def __exit__(self, kind, error, trace) -> bool:
        try:
            if error is None:
                drawn = flush_figures()
                flush_streams()
                if self.value is not None:
                    self.remember()
                    if not any(self.value is one for one in drawn):
                        show(self.value, result=True)
                        flush_streams()
                self.warn()
                self.well = True
        except BaseException as other:
            error = other
        try:
            if error is not None:
                if type(error).__module__ == "pyodide.ffi" and "fatal" in str(error).lower():
                    return False
                flush_streams()
                close_figures()
                emit("error", **described(error, self.filename, self.where_is))
        finally:
            sys.stdin, sys.stdout, sys.stderr, warnings.showwarning = self.before
        return True  # whatever the learner's code raises ends here

    def warn(self) -> None:
        """Say in NumPy's place that there is inf or nan, where it does not hear of it."""
        if NUMPY_WARNS or self.asked_for:
            return
        numbers = type(self.value).__module__ == "numpy" and NOT_FINITE.search(repr(self.value))
        if numbers or self.printed.not_finite:
            emit("stream", name="stderr", text=UNWARNED)

    def remember(self) -> None:
        """The last value as _, the one before it as __; Out[3] and _3 are that of cell 3. They stand where
        the names of Python's own stand, so that a name of the learner's comes first."""
        before, value = self.known, self.value
        before["___"], before["__"], before["_"] = before["__"], before["_"], value
        before["Out"][int(self.label)] = before[f"_{self.label}"] = value


def compiled(source: str, filename: str) -> list:
    """The code of the statements, and of the last one by itself if it is an expression without `;`."""
    tree = ast.parse(source, filename)
    parts: list = [tree] if tree.body else []
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        rest = source.encode().splitlines()[last.end_lineno - 1][last.end_col_offset :]
        if not rest.strip().startswith(b";"):
            tree.body.pop()
            parts = [*([tree] if tree.body else []), ast.Expression(last.value)]
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return [
        compile(part, filename, "eval" if isinstance(part, ast.Expression) else "exec", flags, True)
        for part in parts
    ]


def flush_figures() -> list:
    """Show the figures that are open; returns them."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    from pagekernel import figures

    return figures.flush()


def close_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def described(error: BaseException, filename: str, where_is=None) -> dict:
    """An error: its name and message, the learner's own lines, advice, the whole traceback."""
    name = type(error).__name__
    message = "stopped" if isinstance(error, KeyboardInterrupt) else str(error)
    if isinstance(error, SystemExit) and error.code is None:
        message = ""
    calls = sum(1 for _ in traceback.walk_tb(error.__traceback__))
    limit = None if calls < DEEP else -FRAMES  # a million of them would take minutes
    frames = [
        {"cell": frame.filename[len(FRAME) : -1], "line": frame.lineno, "text": frame.line}
        for frame in traceback.extract_tb(error.__traceback__, limit)
        if frame.filename.startswith(FRAME)
    ]
    if isinstance(error, SyntaxError) and error.filename == filename:
        text = (error.text or linecache.getline(filename, error.lineno or 1)).rstrip("\n")
        caret = " " * max((error.offset or 1) - 1, 0) + "^"
        message = error.msg
        frames = [
            {"cell": filename[len(FRAME) : -1], "line": error.lineno, "text": text + "\n" + caret}
        ]
    kinds = {base.__name__ for base in type(error).__mro__}
    advice = next((words for kind, part, words in ADVICE if kind in kinds and part in message), "")
    if advice == UNREAD and frames:
        advice = instead(text.strip()) or UNREAD
    if name == "NotInThePage":
        advice = instead(message)
    whole = "".join(
        line
        for line in traceback.format_exception(error, limit=limit)
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


def instead(line: str) -> str:
    """What there is in place of a line that only notebooks know, or ""."""
    return next((words for start, words in NOT_PYTHON if re.match(start, line)), "")


def helped(error: BaseException) -> str:
    """What the course says in place of NumPy's or Python's words, or ""."""
    if not isinstance(error, Exception):
        return ""
    from backprop.exercises.errors import words_for

    return words_for(error)
