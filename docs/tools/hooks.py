"""What MkDocs adds to the pages of docs/: the pages of the repository's root, and the examples."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
ROOT_PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
LINK = re.compile(r"(?<=\]\()(?![\w+.-]+:|#)([^)#\s]+)")


def on_files(files: Files, *, config: Any) -> Files:
    """Adds the README as the first page, the other pages beside it, and the folder examples/."""
    for name, page in ROOT_PAGES.items():
        files.append(_added(config, ROOT / name, page))
    for path in sorted((ROOT / "examples").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            files.append(_added(config, path, path.relative_to(ROOT).as_posix()))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Leads the links of a page, which are those of the repository, to where the site has them."""
    here = Path(page.file.abs_src_path).parent
    start = Path(page.file.src_uri).parent

    def led(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(here / match[1])).relative_to(ROOT).as_posix()
        target = ROOT_PAGES.get(target, target.removeprefix("docs/"))
        return Path(os.path.relpath(target, start)).as_posix()

    return LINK.sub(led, markdown)


def _added(config: Any, path: Path, uri: str) -> File:
    return File.generated(config, uri, abs_src_path=str(path))
