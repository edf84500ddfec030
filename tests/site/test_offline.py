"""The service worker: a second visit needs no network, and a new build replaces the old."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backprop_xlsx.site import building
from backprop_xlsx.site.building import build_site
from tests.check.hostile import right_book
from tests.optional import PYODIDE
from tests.site.visits import Server, Visit

KEPT = "() => caches.keys()"
READY = "() => navigator.serviceWorker.ready.then(() => null)"
REPLACED = """async (old) => {
  for (let turn = 0; turn < 600; turn++) {
    if (!(await caches.keys()).includes(old)) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`${old} is still kept`);
}"""


@pytest.mark.slow
def test_a_second_visit_needs_no_network_and_a_new_build_replaces_the_old(
    browser: Browser, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site, folder)
    with Server(folder) as server, Visit.of(browser, server.address) as visit:
        visit.wait_for_example()
        visit.page.evaluate(READY)
        before = visit.page.evaluate(KEPT)
        assert len(before) == 2

        monkeypatch.setattr(building, "__version__", "99.0")
        build_site(folder, PYODIDE)
        visit.page.reload()
        expect(visit.page.locator("footer")).to_contain_text("99.0")
        visit.wait_for_example()
        visit.page.evaluate(REPLACED, next(name for name in before if " site " in name))
        after = visit.page.evaluate(KEPT)
        assert len(after) == 2
        assert len(set(before) & set(after)) == 1  # the interpreter is the same

        server.stop()
        visit.requests.clear()
        visit.page.reload()
        visit.wait_for_example()
        expect(visit.page.locator("footer")).to_contain_text("99.0")
        visit.begin()
        assert visit.check({"mine.xlsx": right_book()}) == {"mine.xlsx": "right, with warnings"}
        assert visit.complaints == []
