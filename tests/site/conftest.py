"""A built site, a server for it, and a browser that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from backprop_xlsx.site.building import build_site
from tests.optional import PYODIDE, require_browser
from tests.site.visits import PATIENCE, Server, Visit

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    chromium = require_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the interpreter in it; nobody changes it."""
    return build_site(tmp_path_factory.mktemp("site") / "site", PYODIDE).folder


@pytest.fixture(scope="module")
def shared_visit(browser: Browser, site: Path) -> Iterator[Visit]:
    """A page with Python started, for all tests of a module: no test minds what is in it."""
    with Server(site) as server, Visit.of(browser, server.address) as visit:
        visit.wait_for_example()
        yield visit


@pytest.fixture
def visit(shared_visit: Visit) -> Iterator[Visit]:
    """The page, emptied; whatever the browser complained of fails the test."""
    shared_visit.begin()
    yield shared_visit
    assert shared_visit.complaints == []
