"""How long each stage of a build took; `make bench-build` makes a table of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

SECONDS: dict[str, float] = {}
_last = [time.perf_counter()]


@contextlib.contextmanager
def taken(stage: str) -> Iterator[None]:
    """Time what is done inside, which may go on beside other stages."""
    began = time.perf_counter()
    yield
    SECONDS[stage] = time.perf_counter() - began


def ends(stage: str):
    """A step for Sphinx's events that ends a stage: all since the one before."""

    def step(*_) -> None:
        now = time.perf_counter()
        SECONDS[stage] = now - _last[0]
        _last[0] = now

    return step


def told() -> str:
    return ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in SECONDS.items())
