"""What the tests of the built site share."""

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="module")
def page(site):
    """page(name) -> the parsed HTML of a page of the book."""
    pages = {}

    def parsed(name):
        if name not in pages:
            html = (site / "book" / f"{name}.html").read_text(encoding="utf-8")
            pages[name] = BeautifulSoup(html, "html.parser")
        return pages[name]

    return parsed
