"""The package's public names are explicit, importable and documented."""

from __future__ import annotations

import inspect

import backprop_xlsx


def test_public_names_are_documented() -> None:
    assert {"Experiment", "build", "verify"} <= set(backprop_xlsx.__all__)
    assert backprop_xlsx.__all__ == sorted(backprop_xlsx.__all__)
    for name in backprop_xlsx.__all__:
        assert inspect.getdoc(getattr(backprop_xlsx, name)), name
