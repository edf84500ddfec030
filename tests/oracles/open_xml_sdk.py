"""Microsoft's own validator, the Open XML SDK's: what it finds in workbooks, by the rules of Excel.

It comes from PyPI: python-redlines-ooxmlpowertools bundles the SDK with .NET, pythonnet calls it.
A mistake of .NET's ends the process, so it runs in one of its own.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.optional import require

ROOT = Path(__file__).parents[2]
RULES = "Office2013"
MOST_FINDINGS = 1000
FRAMEWORK = "Microsoft.NETCore.App"
TARGET = ".NETCoreApp,Version=v8.0"
BUNDLE = "python_redlines_ooxmlpowertools"


def require_open_xml_sdk() -> None:
    """Skips the test where the validator does not run."""
    there = sys.platform == "linux" and platform.machine() == "x86_64"
    require(not there or (find_spec(BUNDLE) and find_spec("pythonnet")), "Microsoft's validator")
    require(there or None, "Linux on x86_64, which Microsoft's validator needs,")


def findings(books: Iterable[Path], folder: Path) -> dict[Path, list[str]]:
    """What the validator says of each book, a line for each finding; .NET is put into a folder."""
    if not (folder / "runtime.json").exists():
        _unpack(folder)
    done = subprocess.run(
        [sys.executable, "-m", __name__, folder, *books],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {Path(book): found for book, found in json.loads(done.stdout).items()}


def _unpack(folder: Path) -> None:
    """Arranges the bundle, which is one program with all of .NET, as .NET is installed."""
    bundled = folder / "bundled"
    packed = files(BUNDLE).joinpath("_binaries").joinpath("linux-x64.tar.gz")
    with as_file(packed) as path, tarfile.open(path) as archive:
        # Pythons before 3.11.4 and 3.10.12 have no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(bundled)
    libraries = json.loads((bundled / "redlines.deps.json").read_text())["targets"]
    name, pack = next(
        (name, pack)
        for name, pack in libraries[f"{TARGET}/linux-x64"].items()
        if name.startswith(f"runtimepack.{FRAMEWORK}")
    )
    version = name.partition("/")[2]
    framework = folder / "shared" / FRAMEWORK / version
    framework.parent.mkdir(parents=True)
    bundled.rename(framework)
    resolver = folder / "host" / "fxr" / version / "libhostfxr.so"
    resolver.parent.mkdir(parents=True)
    (framework / resolver.name).rename(resolver)
    library = f"{FRAMEWORK}/{version}"
    content = {kind: pack[kind] for kind in ("runtime", "native")}
    description = {
        "runtimeTarget": {"name": f"{TARGET}/linux-x64", "signature": ""},
        "compilationOptions": {},
        "targets": {TARGET: {}, f"{TARGET}/linux-x64": {library: content}},
        "libraries": {library: {"type": "package", "serviceable": True, "sha512": ""}},
    }
    (framework / f"{FRAMEWORK}.deps.json").write_text(json.dumps(description))
    options = {
        "tfm": "net8.0",
        "framework": {"name": FRAMEWORK, "version": version},
        "configProperties": {"System.Globalization.Invariant": True},
    }
    (folder / "runtime.json").write_text(json.dumps({"runtimeOptions": options}))


def _validate(folder: Path, books: Iterable[str]) -> dict[str, list[str]]:
    import clr_loader
    import pythonnet

    runtime = clr_loader.get_coreclr(
        runtime_config=str(folder / "runtime.json"), dotnet_root=str(folder)
    )
    pythonnet.set_runtime(runtime)
    import clr

    (sdk,) = folder.glob("shared/*/*/DocumentFormat.OpenXml.dll")
    clr.AddReference(str(sdk.with_suffix("")))
    from DocumentFormat.OpenXml import FileFormatVersions
    from DocumentFormat.OpenXml.Packaging import SpreadsheetDocument
    from DocumentFormat.OpenXml.Validation import OpenXmlValidator

    validator = OpenXmlValidator(getattr(FileFormatVersions, RULES))
    validator.MaxNumberOfErrors = MOST_FINDINGS

    def found(book: str) -> list[str]:
        try:
            document = SpreadsheetDocument.Open(book, False)
        except Exception as error:  # .NET's own, of many kinds
            return [f"cannot be opened: {str(error).splitlines()[0]}"]
        try:
            return [_line(finding) for finding in validator.Validate(document)]
        finally:
            document.Dispose()

    return {book: found(book) for book in books}


def _line(finding: Any) -> str:
    part = finding.Part.Uri.ToString() if finding.Part else ""
    place = finding.Path.XPath if finding.Path else ""
    return f"{part} {place}: {finding.Id}: {finding.Description}"


if __name__ == "__main__":
    print(json.dumps(_validate(Path(sys.argv[1]), sys.argv[2:])))
