"""What a book says of itself: it survives the way through a file, and no lie does harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from backprop_xlsx.check import __main__ as command
from backprop_xlsx.check.reading.described import exercises_of, read_description
from backprop_xlsx.model.description import (
    LONGEST_TEXT,
    from_properties,
    from_text,
    to_properties,
)
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.settings import preset_names
from backprop_xlsx.spreadsheet.errors import InputError
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.check.general import FOUR, book, settings_of_any_book, with_description

XOR: dict[str, Any] = {"layers": "2-3-1", "activation": "tanh", "biases": "trained", **FOUR}
RIGHT = {
    "layers": [2, 3, 1],
    "activations": ["tanh", "sigmoid"],
    "biases": "trained",
    "loss": "half squared error",
    "batch": "full",
    "samples": 4,
    "optimisers": [{"title": "gradient descent", "constants": {"η": 0.5}}],
}


@settings(max_examples=50)
@given(chosen=settings_of_any_book())
def test_a_description_comes_back(chosen: dict[str, Any]) -> None:
    if not chosen["weight_decay"]:
        del chosen["weight_decay"]
    experiment = Experiment.of(chosen)
    properties = to_properties(experiment)
    assert all(len(text) <= LONGEST_TEXT for text in properties.values())
    found = from_properties({"Author": "x"} | properties)
    assert found is not None
    assert found.network == experiment.network
    assert found.samples == len(experiment.samples)
    assert found.in_turn == experiment.in_turn
    assert found.optimisers == experiment.optimisers


@pytest.mark.parametrize(
    ("biases", "words"),
    [("none", "no biases"), ("fixed", "fixed biases"), ("trained", "trained biases")],
)
def test_a_table_is_told_as_its_book_describes_it(biases: str, words: str, tmp_path: Path) -> None:
    book(tmp_path / "book.xlsx", layers=[2, 1], biases=biases, **FOUR)
    description = read_description(read_book(tmp_path / "book.xlsx"))
    assert description is not None
    told = f"2-1, sigmoid, {words}, half squared error, 4 samples, gradient descent"
    assert set(map(str, exercises_of(description))) == {told}


@pytest.mark.parametrize("preset", preset_names())
def test_it_says_in_plain_json_what_the_presets_are(preset: str) -> None:
    experiment = Experiment.preset(preset)
    said = json.loads("".join(to_properties(experiment).values()))
    assert said["layers"] == list(experiment.network.widths)
    assert said["samples"] == len(experiment.samples)
    assert [run["title"] for run in said["optimisers"]] == [o.title for o in experiment.optimisers]


def test_another_program_keeps_it(tmp_path: Path) -> None:
    book(tmp_path / "book.xlsx", **XOR)
    openpyxl.load_workbook(tmp_path / "book.xlsx").save(tmp_path / "saved.xlsx")
    before, after = (
        read_description(read_book(tmp_path / name)) for name in ("book.xlsx", "saved.xlsx")
    )
    assert before is not None
    assert before == after


def test_only_the_kind_of_an_optimiser_counts() -> None:
    constants = {"η": 0.1, "μ": 0.7, "λ": 0.01}
    said = [{"title": "momentum", "constants": constants | {"η": rate}} for rate in (0.1, 0.2)]
    one, other = exercises_of(from_text(json.dumps(RIGHT | {"optimisers": said})))
    assert one == other
    del constants["λ"]
    said.append({"title": "momentum", "constants": constants})
    *_, without_decay = exercises_of(from_text(json.dumps(RIGHT | {"optimisers": said})))
    assert without_decay != one


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers": [2, 100_000, 1]}, "whole number up to 16,384"),
        ({"layers": [2, 10_000, 1]}, "10,000 wide, expected at most 400"),
        ({"layers": [100, 100, 100], "samples": 1}, "need 20,400 columns"),
        ({"layers": [300, 10, 1], "samples": 600}, "operands in a row"),
        (
            {"layers": [300, 1], "activations": ["tanh"], "samples": 16_000, "batch": "one"},
            "operands in a row",
        ),
        ({"layers": [1] * 20_000}, "20,000 of them given"),
        ({"layers": [16_384] * 300}, "300 of them given"),
        ({"layers": [2, True, 1]}, "layers: True given"),
        ({"layers": "2-3-1"}, "layers: '2-3-1' given, expected a list"),
        ({"layers": []}, "at least two"),
        ({"activations": ["tanh"]}, "activations: 1 given, expected 2"),
        ({"activations": ["softmax", "tanh"]}, "softmax"),
        ({"activations": [["tanh"], {}]}, "unknown"),
        ({"biases": "some"}, "biases: 'some' is unknown"),
        ({"loss": "cross-entropy"}, "needs softmax"),
        ({"batch": ["full"]}, "batch:"),
        ({"samples": 10**9}, "samples: 1000000000 given"),
        ({"samples": 4_000}, "columns"),
        ({"samples": -1}, "samples: -1 given"),
        ({"optimisers": []}, "optimisers: 0 given"),
        ({"optimisers": RIGHT["optimisers"] * 13}, "optimisers: 13 given"),  # type: ignore[operator]
        ({"optimisers": ["adam"]}, "optimisers: 'adam' given"),
        ({"optimisers": [{"title": "sgd", "constants": {}}]}, "'sgd' is unknown"),
        ({"optimisers": [{"title": "Adam", "constants": [1]}]}, "constants [1] given"),
        ({"optimisers": [{"title": "Adam", "constants": {"self": 1}}]}, "has no 'self'"),
        ({"optimisers": [{"title": "Adam", "constants": {"η": float("inf")}}]}, "finite"),
        ({"title": "x" * 10**6}, "expected layers"),
    ],
)
def test_what_no_book_can_be_is_refused(
    change: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(RIGHT | change)
    with pytest.raises(InputError) as refusal:
        from_text(text)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 400
    if len(text) < 10_000:
        book(tmp_path / "book.xlsx", **XOR)
        with_description(tmp_path / "book.xlsx", text)
        assert command.main([str(tmp_path / "book.xlsx")]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "its property 'backprop_xlsx' cannot be used" in line
        assert "please report" not in line


@pytest.mark.parametrize("text", ["{", "[]", "null", "1", "", "[" * 100_000, "\x00", "NaN", '"a"'])
def test_what_is_no_description_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="description"):
        from_text(text)


def test_a_single_sample_has_no_turns() -> None:
    said = RIGHT | {"samples": 1, "batch": "one"}
    assert not from_text(json.dumps(said)).in_turn
    assert from_text(json.dumps(said | {"samples": 2})).in_turn


def test_samples_in_turn_need_the_columns_of_one() -> None:
    """16,382 of the 16,384 that a sheet has; two samples a step need 17,164."""
    large = RIGHT | {"layers": [39, 390, 1], "samples": 2}
    assert from_text(json.dumps(large | {"batch": "one"})).in_turn
    with pytest.raises(InputError, match="need 17,164 columns"):
        from_text(json.dumps(large | {"batch": "full"}))


def test_a_book_that_says_nothing_is_one_of_the_class() -> None:
    assert from_properties({}) is None
    assert from_properties({"backprop_xlsx 2": "{}"}) is None
