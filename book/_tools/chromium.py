"""Chromium: where it is, and how it is started so that it asks no other host for anything."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Every name but this machine's own address is unknown: the site has no network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class MissingError(RuntimeError):
    """There is no Chromium."""


def path() -> str:
    """The path of Debian's chromium. Raises MissingError."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise MissingError("chromium is not on PATH (Debian: apt-get install chromium)")
    return found


@contextlib.contextmanager
def started() -> Iterator:
    """A running Chromium, as Playwright's browser."""
    executable = path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # timeout: on a busy machine a start takes as long as it takes
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS, timeout=0)
        yield browser
        browser.close()
