"""The page in Chromium: seconds to its first verdict, and a workbook's, against the check natively.

    python benchmarks/site.py PYODIDE FOLDER [--repeats 3]

``PYODIDE`` is a folder as for ``--pyodide``, ``FOLDER`` holds workbooks. Each visit is that of a
browser that was never there; each workbook is checked alone, in turn by the page and natively, in
a process that is already running. The table gives medians, for workbooks also the largest.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from backprop_xlsx.check import check_file
from backprop_xlsx.site.building import build_site
from measuring import clock_seconds

PATIENCE = 300_000


class Silent(SimpleHTTPRequestHandler):
    """A static server that says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def first_verdict(page: Page, address: str) -> float:
    """Seconds from opening the page until the example's verdict stands there."""
    start = time.perf_counter()
    page.goto(address)
    expect(page.locator("#verdicts .badge.wrong")).to_be_visible(timeout=PATIENCE)
    return time.perf_counter() - start


def further(page: Page, book: Path) -> float:
    """Seconds from choosing one workbook until its verdict stands there."""
    page.get_by_role("button", name="Start afresh").click()
    start = time.perf_counter()
    page.get_by_label("Choose workbooks").set_input_files(book)
    expect(page.locator("#status")).to_contain_text("Checked: 1 file", timeout=PATIENCE)
    return time.perf_counter() - start


def measure(browser: Browser, address: str, books: list[Path], repeats: int) -> None:
    opening, page_times, native_times = [], [], []
    for _ in range(repeats):
        context = browser.new_context()
        page = context.new_page()
        opening.append(first_verdict(page, address))
        for book in books:
            page_times.append(further(page, book))
            native_times.append(clock_seconds(partial(check_file, book)))
        context.close()
    native = statistics.median(native_times)
    print("| what | seconds, median | largest | ratio |\n|---|---|---|---|")
    print(f"| first verdict | {statistics.median(opening):.1f} | {max(opening):.1f} | – |")
    for name, times in (("in the page", page_times), ("natively", native_times)):
        median = statistics.median(times)
        print(f"| a workbook {name} | {median:.2f} | {max(times):.2f} | {median / native:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pyodide", type=Path)
    parser.add_argument("folder", type=Path, help="a folder of .xlsx files")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    books = sorted(options.folder.glob("*.xlsx"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = build_site(Path(folder) / "site", options.pyodide)
        print(f"{len(books)} workbooks; first visit {site.megabytes:.1f} MB\n")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site.folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        measure(browser, f"http://127.0.0.1:{server.server_port}/", books, options.repeats)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
