"""The commands: one door for all of them, and one line where what they need is not installed."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from mnist_model import __main__ as command
from mnist_model.commands import NAMES, run_command

Printed = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_its_help(name: str, capsys: Printed) -> None:
    with pytest.raises(SystemExit) as stop:
        command.main([name, "--help"])
    assert stop.value.code == 0
    assert f"python -m mnist_model.{name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [([], "no command given"), (["trian"], "'trian' is no command"), (["--seed"], "'--seed' is")],
)
def test_what_is_no_command_is_told_in_a_line(
    arguments: list[str], error: str, capsys: Printed
) -> None:
    assert command.main(arguments) == 2
    line = capsys.readouterr().err.strip()
    assert error in line
    assert "\n" not in line
    assert all(name in line for name in NAMES)


def test_the_names_are_told_when_asked_for(capsys: Printed) -> None:
    assert command.main(["--help"]) == 0
    usage = capsys.readouterr().out
    assert all(name in usage for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_without_the_extra_one_line_says_how_to_install_it(name: str) -> None:
    module = "mnist_model.digit" if name == "digit" else f"mnist_model.{name}"
    program = (
        "import runpy, sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch': raise ModuleNotFoundError('no torch', name='torch')\n"
        "sys.meta_path.insert(0, Missing())\n"
        f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"error: torch is not installed, and {name} needs it; "
        "install it with: pip install 'backprop-xlsx[train]'"
    )


def test_a_fault_of_our_own_is_not_taken_for_a_missing_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "mnist_model.commands.train", None)
    with pytest.raises(ModuleNotFoundError):
        run_command("train")


@pytest.mark.parametrize("name", NAMES)
def test_no_option_is_guessed(name: str, capsys: Printed) -> None:
    parser = importlib.import_module(f"mnist_model.commands.{name}")._parser()
    options = [option for option in parser._option_string_actions if option.startswith("--")]
    assert len(options) > 1
    for option in options:
        for length in range(3, len(option)):
            if option[:length] not in options:
                with pytest.raises(SystemExit) as stop:
                    parser.parse_args(["run", f"{option[:length]}=1"])
                assert stop.value.code == 2
                assert "error: " in capsys.readouterr().err


def test_ctrl_c_while_torch_is_imported_gives_one_line() -> None:
    # An interrupt inside an import that turns whatever happens in it into another error.
    program = (
        "import os, runpy, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Slow:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'torch':\n"
        "            try: os.kill(os.getpid(), signal.SIGINT)\n"
        "            except KeyboardInterrupt: raise ImportError('broken') from None\n"
        "sys.meta_path.insert(0, Slow())\n"
        "runpy.run_module('mnist_model.train', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 130
    assert done.stderr == "interrupted\n"
