"""The packages' public names are explicit, importable and documented."""

from __future__ import annotations

import inspect
import subprocess
import sys
from types import ModuleType

import pytest

import backprop_xlsx
import backprop_xlsx.check
import mnist_model.digit


@pytest.mark.parametrize(
    ("package", "some"),
    [
        (backprop_xlsx, {"Experiment", "build", "verify"}),
        (backprop_xlsx.check, {"check_file", "check_files", "fix"}),
        (mnist_model.digit, {"Examples", "to_workbook", "verify"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_public_names_are_documented(package: ModuleType, some: set[str]) -> None:
    assert some <= set(package.__all__)
    assert package.__all__ == sorted(package.__all__)
    for name in package.__all__:
        assert inspect.getdoc(getattr(package, name)), name


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'backprop_xlsx' has no attribute 'buid'"):
        getattr(backprop_xlsx, "buid")  # noqa: B009


def test_the_help_of_the_check_loads_no_numpy() -> None:
    program = (
        "import sys; from backprop_xlsx.check import __main__ as check; check._parser();"
        "print(sorted({'numpy', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
