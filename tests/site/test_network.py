"""The interpreter from another server, as from Pyodide's: pinned, and never waited for in vain."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from backprop_xlsx.site import building, interpreter
from backprop_xlsx.site.building import build_site
from tests.optional import PYODIDE
from tests.site.visits import Server, Visit

FILE = "python_stdlib.zip"


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_interpreter_comes_from_elsewhere_as_it_is_pinned(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: bool
) -> None:
    network = tmp_path / "network"
    shutil.copytree(PYODIDE, network)
    if spoilt:
        with (network / FILE).open("ab") as file:
            file.write(b"more")
    with Server(network) as elsewhere:
        pieces = tuple(replace(piece, folder=elsewhere.address) for piece in interpreter.PIECES)
        monkeypatch.setattr(building, "PIECES", pieces)
        monkeypatch.setattr(interpreter, "LOADER", pieces[0])
        folder = build_site(tmp_path / "site").folder
        with Server(folder) as server, Visit.of(browser, server.address) as visit:
            if spoilt:
                expect(visit.status).to_have_text(re.compile(rf"^Python cannot .*/{FILE}: Failed"))
                assert visit.verdicts() == {}
            else:
                visit.wait_for_example()
                assert visit.complaints == []
                assert f"{elsewhere.address}pyodide.asm.wasm" in visit.requests


@pytest.mark.slow
def test_a_network_that_falls_silent_is_given_up(browser: Browser, site: Path) -> None:
    with Server(site) as server, Visit.of(browser, "about:blank") as visit:
        visit.context.route(f"**/{FILE}", lambda _: None)
        _is_given_up(visit, server)
        visit.context.unroute(f"**/{FILE}")
        visit.page.reload()
        visit.wait_for_example()


def test_a_browser_that_loses_an_answer_is_given_up(browser: Browser, site: Path) -> None:
    lost = f"(asked) => String(asked).endsWith('{FILE}')"
    with Server(site) as server, Visit.of(browser, "about:blank") as visit:
        visit.page.add_init_script(
            f"const own = fetch, lost = {lost};"
            "globalThis.fetch = (asked, options) =>"
            "  lost(asked) ? new Promise(() => {}) : own(asked, options);"
        )
        _is_given_up(visit, server)


def test_what_comes_after_a_failure_does_not_hide_it(browser: Browser, site: Path) -> None:
    late = "pyodide.asm.wasm"
    held: list[Route] = []
    with Server(site) as server, Visit.of(browser, "about:blank") as visit:
        visit.context.route(f"**/{FILE}", lambda route: route.abort())
        visit.context.route(f"**/{late}", lambda route: held.append(route))
        visit.page.goto(server.address)
        expect(visit.status).to_contain_text("Python cannot be started")
        held[0].continue_()
        kept = "async (url) => Boolean(await caches.match(url))"
        visit.page.wait_for_function(kept, arg=held[0].request.url)
        expect(visit.status).to_contain_text("Python cannot be started")


def _is_given_up(visit: Visit, server: Server) -> None:
    """A file that does not come is named after four minutes, when all others have come."""
    own = {building.ARCHIVE, building.WORKER}

    def all_came(request: Request) -> bool:
        own.discard(request.url.rpartition("/")[2])
        return not own

    visit.page.clock.install()
    with visit.page.expect_event("requestfinished", all_came):
        visit.page.goto(server.address)
    expect(visit.status).to_contain_text("Fetching Python: 86 %")
    # The percentage does not tell whether the small ones have come.
    visit.page.wait_for_function(
        "async (names) => {"
        "  const caught = await Promise.all((await caches.keys()).map(async (key) =>"
        "    (await (await caches.open(key)).keys()).map((request) => request.url)));"
        "  return names.every((name) => caught.flat().some((url) => url.endsWith(`/${name}`)));"
        "}",
        arg=[piece.name for piece in interpreter.PIECES if piece.name != FILE],
    )
    visit.page.clock.fast_forward("04:01")
    expect(visit.status).to_have_text(
        re.compile(rf"^Python cannot be started: .*{FILE} did not come within four minutes")
    )
