"""The cells of a page: which have to run so that one can, and which are older than a change."""

from __future__ import annotations

import hashlib
import json
import re
import types

from pagekernel import needs
from pagekernel.display import display, get_ipython


class Of(dict):
    """In and Out, by the number of a cell."""

    def __missing__(self, number):
        raise KeyError(f"cell {number} has not run, or its last line had no value")


class Notebook:
    """Cells by their index, the namespace that they share, and what has run in it.

    `owner` says which cell wrote each name last. A cell that needs a name from another one than its
    owner has that one run again first: so a change in place is never done twice over.
    """

    def __init__(self, sources: list[str]):
        self.book = list(sources)
        self.sources = list(sources)
        self.shown: list[str] = []  # for each cell the state that its output belongs to
        self.forget()
        self.read()
        self.shown = [self.state(index) for index in range(len(sources))]

    def forget(self) -> None:
        """As after a start of Python: nothing has run."""
        self.main = types.ModuleType("__main__")
        self.namespace = vars(self.main)
        before = {"In": Of(), "Out": Of(), "_": "", "__": "", "___": ""}
        own = {"display": display, "get_ipython": get_ipython, **before}
        self.namespace["__builtins__"] = {**vars(__import__("builtins")), **own}
        self.owner: dict[str, int] = {}
        self.ran: dict[int, tuple[int, str]] = {}  # index: (when, source)
        self.count = 0

    def read(self) -> None:
        self.names = needs.read(self.sources)
        self.edges, self.writes = needs.providers(self.names)
        self.closures = [needs.closure(self.edges, index) for index in range(len(self.sources))]

    def edit(self, index: int, source: str) -> None:
        if self.sources[index] != source:
            self.sources[index] = source
            self.read()

    def state(self, index: int) -> str:
        """What the output of a cell depends on: its source and those of the cells it needs."""
        used = [*self.closures[index], index]
        text = json.dumps([(one, self.sources[one].strip()) for one in used])
        return hashlib.sha256(text.encode()).hexdigest()

    def stale(self) -> list[int]:
        """The cells whose outputs on the page are older than a change."""
        return [index for index, state in enumerate(self.shown) if state != self.state(index)]

    def plan(self, *targets: int) -> list[int]:
        """The cells to run for the targets, in order, themselves among them."""
        inside = sorted({*targets}.union(*(self.closures[target] for target in targets)))
        must = {*targets}
        for index in inside:
            when, source = self.ran.get(index, (-1, None))
            providers = self.edges[index].values()
            if source != self.sources[index] or any(
                one in must or self.ran.get(one, (when + 1, ""))[0] > when for one in providers
            ):
                must.add(index)
        while True:
            before = len(must)
            owner = dict(self.owner)
            for index in sorted(must):
                for name, provider in self.edges[index].items():
                    if owner.get(name) != provider:
                        must.add(provider)
                for name in self.writes[index]:
                    owner[name] = index
            for index in inside:
                if index not in must and must & set(self.edges[index].values()):
                    must.add(index)
            if len(must) == before:
                return sorted(must)

    def following(self, index: int) -> list[int]:
        """The cells that depend on `index`, in order."""
        return [one for one, used in enumerate(self.closures) if index in used]

    def where_is(self, name: str) -> str:
        """Which cell would make a name that is not there, in a sentence; or ""."""
        if re.fullmatch(r"_\d+", name):
            return f"It is the last value of cell {name[1:]}: that has not run, or had none."
        for index, names in enumerate(self.names):
            if name in names.binds and index not in self.ran:
                return f"Cell {index + 1} makes {name}: it has not run yet. Run it first."
        for index, names in enumerate(needs.read(self.book)):
            if name in names.binds and name not in self.names[index].binds:
                return f"Cell {index + 1} of the book makes {name}; as you have changed it, it does not."
        return ""

    def began(self, index: int) -> None:
        """A cell is about to run: what it writes is its own from now on."""
        self.ran.pop(index, None)
        for name in self.writes[index]:
            self.owner[name] = index

    def ended(self, index: int, *, well: bool) -> None:
        self.count += 1
        self.shown[index] = self.state(index)
        if well:
            self.ran[index] = (self.count, self.sources[index])
