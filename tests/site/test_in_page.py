"""The Python of the page, natively: it imports little, keeps to its folder, and says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backprop_xlsx import reference
from backprop_xlsx.check import check_files, grades, page, to_json
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.site.bundle import DEPENDENCIES, python_archive
from backprop_xlsx.site.in_page.calls import call
from backprop_xlsx.workbook.build import write_workbook
from tests.check.homework import SIBLING
from tests.check.hostile import homework, right_book

ONLY = f"""
import sys, numpy

class NotInThePage:
    known = {{*sys.stdlib_module_names, "numpy", "backprop_xlsx", *{DEPENDENCIES}}}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self.known:
            raise ModuleNotFoundError(name)

sys.platform = "emscripten"
sys.meta_path[:] = [NotInThePage(), *(f for f in sys.meta_path if "__editable__" not in repr(f))]
for name in list(sys.modules):
    if name.split(".")[0] in {{"backprop_xlsx", *{DEPENDENCIES}}}:
        del sys.modules[name]
"""
"""What the page has not got is not found."""


def asked(name: str, *files: bytes, **options: Any) -> tuple[dict[str, Any], list[bytes]]:
    text, made = call(name, json.dumps(options), files)
    return json.loads(text), made


ASK = """
import json, threading, backprop_xlsx
from backprop_xlsx.site.in_page.calls import call

def ask(name, *files, **options):
    text, made = call(name, json.dumps(options), files)
    assert "error" not in json.loads(text), text
    return made

assert "python.zip" in backprop_xlsx.__file__
book = open("book.xlsx", "rb").read()
"""
CHECK = """
report, = ask("check", book, path="a.xlsx")
for kind in ("report", "csv", "json"):
    assert ask("collect", report, kind=kind)[0]
assert ask("fix", book, report, path="a.xlsx")[0]
"""
MAKE = """
ask("losses", preset="xor", given={"steps": "2"})
assert ask("make", preset="eva", given={"steps": "2"})[0]
"""


@pytest.mark.parametrize("program", [CHECK, MAKE], ids=["check", "make"])
def test_the_archive_and_numpy_are_all_that_is_needed(program: str, tmp_path: Path) -> None:
    """In a process that finds this package and its dependencies in the archive alone."""
    (tmp_path / "python.zip").write_bytes(python_archive())
    (tmp_path / "book.xlsx").write_bytes(homework(SIBLING, steps=4))
    start = f"{ONLY}\nsys.path.insert(0, {str(tmp_path / 'python.zip')!r})\n"
    end = (
        "\nassert threading.active_count() == 1\n"
        "for name in ('jinja2', 'xlsxwriter'):\n"
        "    if name in sys.modules: assert 'python.zip' in sys.modules[name].__file__\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + ASK + program + end],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PATH": ""},
    )
    assert done.returncode == 0, done.stderr


def test_the_check_imports_only_what_it_needs() -> None:
    program = (
        "import sys, json\n"
        "from backprop_xlsx.site.in_page.calls import call\n"
        "call('check', '{\"path\": \"a.xlsx\"}', [b''])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"xlsxwriter", "jinja2", "rich", "ironcalc", "formualizer", "asyncio"}


def test_the_results_are_the_command_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"wrong.xlsx": homework(SIBLING, steps=5), "right.xlsx": right_book(), "no.xlsx": b"no"}
    for name, content in files.items():
        Path(name).write_bytes(content)
    expected = list(check_files(map(Path, files)))
    reports = [asked("check", content, path=name)[1][0] for name, content in files.items()]
    for kind, writer in (("json", to_json), ("csv", grades), ("report", page)):
        _, (made,) = asked("collect", *reports, kind=kind)
        assert made.decode() == writer(expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_two_files_of_one_name_stay_apart() -> None:
    reports = [asked("check", b"no", path=path)[1][0] for path in ("a.xlsx", "2/a.xlsx")]
    _, (csv,) = asked("collect", *reports, kind="csv")
    names = [line.split(",")[0] for line in csv.decode().splitlines()[1:]]
    assert names == ["a.xlsx", "2/a.xlsx"]


@pytest.mark.parametrize("path", ["../../escape.xlsx", "/escape.xlsx", "..", "", "a/../../b.xlsx"])
def test_a_name_stays_in_its_folder(path: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shown, _ = asked("check", right_book(), path=path)
    assert shown["verdict"]["kind"] == "warned"
    assert not list(tmp_path.rglob("*.xlsx"))
    assert not Path("/escape.xlsx").exists()


def test_a_file_that_brought_the_worker_down_is_one_line() -> None:
    shown, reports = asked("broken", path="a.xlsx", reason="could not be checked, it is odd")
    assert shown["verdict"]["word"] == "not checked"
    assert shown["line"] == "Could not be checked, it is odd."
    _, (csv,) = asked("collect", *reports, kind="csv")
    assert "could not be checked" in csv.decode()


def test_what_cannot_be_used_is_one_line() -> None:
    for given in ({"steps": "many"}, {"layers": "2-x"}, {"learning_rates": "0"}):
        answer, files = asked("losses", preset="classroom", given=given)
        assert list(answer) == ["error"]
        assert files == []
        assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    ("preset", "given"),
    [
        ("classroom", {"steps": "3"}),
        ("mazur", {"steps": "4", "optimiser": "adam"}),
        ("eva", {"layers": "2-3-2", "learning_rates": "0.1, 2", "steps": "2", "targets": ""}),
    ],
)
def test_a_workbook_is_the_one_that_the_command_builds(
    preset: str, given: dict[str, str], tmp_path: Path
) -> None:
    read: dict[str, Any] = {
        "steps": int,
        "learning_rates": lambda text: [float(number) for number in text.split(",")],
        "optimiser": lambda text: [text],
    }
    changes = {name: read.get(name, str)(text) for name, text in given.items() if text}
    experiment = Experiment.preset(preset, **changes)
    write_workbook(experiment, tmp_path / "book.xlsx")
    _, (made,) = asked("make", preset=preset, given=given)
    assert made == (tmp_path / "book.xlsx").read_bytes()
    shown, _ = asked("losses", preset=preset, given=given)
    name = "E_total" if experiment.samples_a_step == 1 else "E_mean"
    trained = [quantities[name].tolist() for quantities in reference.train(experiment)]
    assert [run["losses"] for run in shown["runs"]] == trained
