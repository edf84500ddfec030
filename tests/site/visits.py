"""A visit to the page, step by step as a person goes: open, choose files, read, keep a file."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

PATIENCE = 600_000
"""Milliseconds, many times what anything takes: it stops what never ends."""


class Server:
    """A plain static server on this machine, for as long as it is entered."""

    def __init__(self, folder: Path) -> None:
        handler = partial(_Silent, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """From here on nobody answers."""
        self._server.shutdown()
        self._server.server_close()


class _Silent(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        """Lets pages from elsewhere read the files, as a content network does."""
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


class Visit:
    """A page in a browser of its own; ``requests`` and ``complaints`` are what was seen since."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.requests: list[str] = []
        self.complaints: list[str] = []
        # Also those of the workers.
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = context.new_page()
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        self.page.goto(address)

    @classmethod
    @contextmanager
    def of(cls, browser: Browser, address: str, **options: Any) -> Iterator[Visit]:
        """A visit by somebody who was never there."""
        context = browser.new_context(accept_downloads=True, **options)
        context.set_default_timeout(PATIENCE)
        try:
            yield cls(context, address)
        finally:
            context.close()

    @property
    def status(self) -> Locator:
        """The line that says what is going on."""
        return self.page.locator("#status")

    def begin(self) -> None:
        """Empties the page, and forgets what was seen."""
        self.page.get_by_role("tab", name="Check workbooks").click()
        if self.page.get_by_role("button", name="Start afresh").is_visible():
            self.page.get_by_role("button", name="Start afresh").click()
        self.requests.clear()
        self.complaints.clear()

    def wait_for_example(self) -> None:
        """Waits until the page has opened the example."""
        opened = self.page.get_by_role("button", name="Example.xlsx", expanded=True)
        expect(opened).to_be_visible()

    def check(self, files: Sequence[Path] | Mapping[str, bytes]) -> dict[str, str]:
        """Chooses files and waits for all verdicts: by the names in the table."""
        payloads: Any = (
            [
                {"name": name, "mimeType": "application/octet-stream", "buffer": content}
                for name, content in files.items()
            ]
            if isinstance(files, Mapping)
            else files
        )
        self.page.get_by_label("Choose workbooks").set_input_files(payloads)
        patience = PATIENCE + len(files) * PATIENCE / 10
        expect(self.status).to_have_text(re.compile("^Checked: "), timeout=patience)
        return self.verdicts()

    def verdicts(self) -> dict[str, str]:
        """The words of the table, by the names of the files."""
        return {
            row.get_by_role("button").inner_text(): row.locator(".badge").inner_text()[1:].strip()
            for row in self.page.locator("#verdicts tbody tr:first-child").all()
        }

    def line(self, name: str) -> str:
        """What the table says of a file under its name."""
        row = self.page.locator("#verdicts tbody tr:first-child").filter(
            has=self.page.get_by_role("button", name=name, exact=True)
        )
        return row.locator("p").inner_text()

    def open(self, name: str) -> Locator:
        """Opens a file's row; what stands in it."""
        button = self.page.get_by_role("button", name=name, exact=True)
        if button.get_attribute("aria-expanded") != "true":
            button.click()
        return self.page.locator(f"#{button.get_attribute('aria-controls')}")

    def kept(self, button: Locator, target: Path) -> Path:
        """Presses a button and keeps the file that it offers; ``target`` is a folder."""
        with self.page.expect_download(timeout=PATIENCE) as download:
            button.click()
        path = target / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def findings(self, target: Path) -> list[dict[str, Any]]:
        """The findings on all files, as the page offers them."""
        button = self.page.get_by_role("button", name="Findings (JSON)")
        found: list[dict[str, Any]] = json.loads(self.kept(button, target).read_text("utf-8"))
        return found
