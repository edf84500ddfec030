"""Settings: what each key does, what changes with another, and what is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import Adam, GradientDescent, Momentum, RMSprop
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.setting_keys import CONSTANTS, KEYS, changed
from backprop_xlsx.model.settings import (
    LARGEST_FILE,
    preset_names,
    preset_settings,
    read_settings,
)
from backprop_xlsx.model.start_values import draw_weights
from backprop_xlsx.model.valid import LARGEST_NUMBER_OF_WEIGHTS
from backprop_xlsx.spreadsheet.errors import BackpropError, FileError, InputError

EVERYTHING = """
title = "Everything"
note = "A note."
layers = [2, 3, 2, 1]
activation = ["leaky_ReLU", "tanh"]
output_activation = "sigmoid"
biases = "trained"
loss = "binary cross-entropy"
inputs = [[0, 1], [1, 0.5]]
targets = [[0], [1]]
batch = "one"
weights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
bias_values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
steps = 7
optimiser = ["Gradient Descent", "momentum", "RMSprop", "Adam"]
learning_rates = [0.1, 0.2]
weight_decay = 0.01
momentum = 0.8
smoothing = 0.95
beta1 = 0.7
beta2 = 0.9
epsilon = 1e-6
"""


def settings_of(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "net.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def refusal(settings: dict[str, Any]) -> str:
    """The message with which settings are refused, which is a single line of some words."""
    with pytest.raises(InputError) as caught:
        Experiment.of(settings)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_every_setting_reaches_the_experiment(tmp_path: Path) -> None:
    experiment = Experiment.of(settings_of(tmp_path, EVERYTHING))
    network = Network(
        (2, 3, 2, 1), ("leaky relu", "tanh", "sigmoid"), "trained", "binary cross-entropy"
    )
    optimisers = []
    for rate in (0.1, 0.2):
        optimisers += [
            GradientDescent(rate, 0.01),
            Momentum(rate, 0.01, 0.8),
            RMSprop(rate, 0.01, 0.95, 1e-6),
            Adam(rate, 0.01, 0.7, 0.9, 1e-6),
        ]
    expected = Experiment(
        (Sample((0, 1), (0,)), Sample((1, 0.5), (1,))),
        tuple(range(1, 15)),
        tuple(optimisers[::4] + optimisers[1::4] + optimisers[2::4] + optimisers[3::4]),
        network,
        (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        7,
        "one",
        "Everything",
        "A note.",
    )
    assert experiment == expected
    others = {"samples", "standardise", "draw", "seed", "runs"}
    assert set(settings_of(tmp_path, EVERYTHING)) == set(KEYS) - others


def test_nothing_said_is_the_class_network() -> None:
    experiment = Experiment.of({})
    assert experiment.network == Network()
    assert experiment.samples == (Sample((0.05, 0.1), (0.5, 0.5)),)
    assert experiment.weights == draw_weights(Network(), "xavier", 0)
    assert [rate.learning_rate for rate in experiment.optimisers] == [0.1, 0.2, 0.5, 0.8, 1, 2]
    assert experiment.title == "Class network"


def test_what_is_not_said_follows_from_what_is() -> None:
    experiment = Experiment.of({"layers": "3-2", "loss": "cross-entropy", "biases": "fixed"})
    assert experiment.network.activations == ("softmax",)
    assert experiment.samples == (Sample((0.05, 0.1, 0.15), (1, 0)),)
    assert experiment.biases == (0, 0)
    assert experiment.title == "Network 3-2"
    assert Experiment.of({"loss": "binary cross-entropy"}).network.activations[-1] == "sigmoid"


@pytest.mark.parametrize("draw", ["xavier", "he", "uniform"])
def test_weights_are_drawn_from_the_seed(draw: str) -> None:
    experiment = Experiment.of({"layers": "2-3-1", "draw": draw.upper(), "seed": 7})
    assert experiment.weights == draw_weights(experiment.network, draw, 7)
    assert experiment.weights != Experiment.of({"layers": "2-3-1", "draw": draw}).weights


def test_runs_have_constants_of_their_own_and_shared_ones() -> None:
    experiment = Experiment.of(
        {
            "weight_decay": 0.1,
            "momentum": 0.5,
            "runs": [
                {"learning_rate": 1},
                {"optimiser": "momentum", "learning_rate": 2},
                {"optimiser": "momentum", "learning_rate": 3, "momentum": 0.6, "weight_decay": 0},
            ],
        }
    )
    assert experiment.optimisers == (
        GradientDescent(1, 0.1),
        Momentum(2, 0.1, 0.5),
        Momentum(3, 0, 0.6),
    )


def test_a_csv_file_is_sought_beside_the_toml_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "some.csv").write_text("i1,i2,t1\n0,1,1\n1,1,0\n", encoding="utf-8")
    monkeypatch.chdir("/")
    found = settings_of(tmp_path, 'layers = "2-1"\nsamples = "data/some.csv"\n')
    assert Experiment.of(found).samples == (Sample((0, 1), (1,)), Sample((1, 1), (0,)))
    absolute = {"layers": "2-1", "samples": str(tmp_path / "data" / "some.csv")}
    assert Experiment.of(absolute).samples == Experiment.of(found).samples


def test_classes_and_scales_reach_the_experiment(tmp_path: Path) -> None:
    table = "length,species\n1,b\n3,a\n"
    (tmp_path / "some.csv").write_text(table, encoding="utf-8")
    given = {"layers": "1-2", "samples": str(tmp_path / "some.csv"), "standardize": True}
    experiment = Experiment.of(given | {"loss": "cross-entropy", "note": "Two flowers."})
    assert experiment.class_names == ("a", "b")
    assert experiment.samples == (Sample((-1,), (0, 1)), Sample((1,), (1, 0)))
    assert experiment.note == (
        "Two flowers. The inputs are standardised by mean and standard deviation: "
        "i1 = (length − 2)/1."
    )


def test_american_spellings_are_accepted(tmp_path: Path) -> None:
    found = settings_of(tmp_path, 'optimizer = "adam"\n')
    assert {type(each) for each in Experiment.of(found).optimisers} == {Adam}
    runs = [{"optimizer": "momentum", "learning_rate": 1}]
    assert Experiment.of({"runs": runs}).optimisers == (Momentum(1),)
    (last,) = Experiment.preset("xor", optimizer="adam", learning_rates=[1]).optimisers
    assert last == Adam(1)
    assert "optimizer: optimiser is given too" in refusal({"optimiser": "adam"} | found)


def test_a_byte_order_mark_is_no_part_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_bytes(b"\xef\xbb\xbfsteps = 3\r\n")
    assert read_settings(path) == {"steps": 3}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"steps = ", r"is not TOML \(Invalid value \(at end of document\)\)"),
        (b"steps = 1\nsteps = 2", r"is not TOML \(Cannot overwrite a value"),
        (b'title = "a\nb"', r"is not TOML \(Illegal character"),
        # A Python without a parser of its own has one that says it in other words.
        (b"weights = " + b"[" * 100_000, r"is not TOML \(.*arrays.* nested (too|more)"),
        (b"steps = " + b"1" * 5_000, r"is not TOML \(Exceeds the limit"),
        (b'title = "\xff"', "is not text in UTF-8"),
        (b" " * (LARGEST_FILE + 1), "is larger than 2 MB"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "net.toml"
    path.write_bytes(content)
    with pytest.raises(BackpropError) as caught:
        read_settings(path)
    assert re.match(f"{re.escape(str(path))}: {message}", str(caught.value))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="none.toml: cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layer": "2-2"}, "setting 'layer' is unknown, expected some of: title, note, layers,"),
        ({1: 2}, "setting 1 is unknown"),
        ({"layers": "2--1"}, "layers: '2--1' given, expected the number of inputs and of neurons"),
        ({"layers": "a-b"}, "layers: 'a-b' given"),
        ({"layers": "2_0-1"}, "layers: '2_0-1' given"),
        ({"layers": "２-1"}, "layers: '２-1' given"),
        ({"layers": "2.5-1"}, "layers: '2.5-1' given"),
        ({"layers": ""}, "layers: '' given"),
        ({"layers": 3}, "layers: 3 given"),
        ({"layers": None}, "layers: None given"),
        ({"layers": [2, 2.5, 1]}, "layers: [2, 2.5, 1] given"),
        ({"layers": [True, 2]}, "layers: [True, 2] given"),
        ({"layers": {"a": 1}}, "layers: {'a': 1} given"),
        ({"layers": []}, "layers: none given, expected at least two whole numbers above 0"),
        ({"layers": "2"}, "layers: 2 given, expected at least two whole numbers above 0"),
        ({"layers": "2-0-1"}, "layers: 2-0-1 given, expected at least two whole numbers above 0"),
        ({"layers": [2, -1]}, "layers: 2--1 given, expected at least two whole numbers above 0"),
        ({"layers": "1000-1000"}, "layers: 1000-1000 need more than 100,000 weights"),
        (
            {"layers": "100000000-1"},
            "100000000-1 need more than 100,000 weights or more than 16,384",
        ),
        ({"layers": [10**5000, 1]}, "layers: a int with thousands of digits-1 need more than"),
        ({"layers": "9" * 5000}, "layers: '9999999999"),
        ({"layers": "1-" * 5000 + "1"}, "layers: 5,001 of them given, expected at most 100"),
        ({"activation": "softplus"}, "activation: 'softplus' is unknown, expected one of: sigmoid"),
        ({"activation": "softmax"}, "activation: 'softmax' is unknown, expected one of: sigmoid"),
        ({"activation": ["tanh", "relu"]}, "activation: 2 given, expected one or 1"),
        ({"activation": 5}, "activation: 5 given, expected a word, or a list of one for each of"),
        ({"activation": [5]}, "activation: 5 is unknown"),
        ({"activation": {"tanh": 1}}, "activation: {'tanh': 1} given"),
        ({"output_activation": "cosine"}, "output_activation: 'cosine' is unknown, expected one"),
        ({"output_activation": True}, "output_activation: True is unknown"),
        ({"biases": False}, "biases: False is unknown, expected one of: none, fixed, trained"),
        ({"loss": "hinge"}, "loss: 'hinge' is unknown, expected one of: half squared error, mean"),
        ({"loss": ["hinge"]}, "loss: ['hinge'] is unknown"),
        (
            {"loss": "cross-entropy", "output_activation": "tanh"},
            "loss: cross-entropy needs softmax at the output, which is tanh here; change one",
        ),
        ({"inputs": [1, 2]}, "targets: not given; give inputs and targets, or a file of samples"),
        ({"targets": [1, 2]}, "inputs: not given; give inputs and targets, or a file of samples"),
        ({"inputs": 1, "targets": [1, 2]}, "inputs: 1 given, expected a list of numbers"),
        ({"inputs": "12", "targets": [1, 2]}, "inputs: '12' given, expected a list of numbers"),
        ({"inputs": [1, [2]], "targets": [1, 2]}, "inputs: numbers and lists are mixed; give one"),
        ({"inputs": [[1, 2]] * 2, "targets": [1, 2]}, "targets: given for 1 samples, expected 2"),
        (
            {"inputs": [[1, 2], [3]], "targets": [[1, 2]] * 2},
            "inputs of sample 2: 1 numbers given, expected 2",
        ),
        ({"inputs": [], "targets": []}, "inputs: 0 numbers given, expected 2"),
        ({"inputs": [[[1]]], "targets": [1, 2]}, "inputs: 1 numbers given, expected 2"),
        ({"inputs": [{}, 1], "targets": [1, 2]}, "inputs: {} is not a number"),
        (
            {"samples": "a.csv", "inputs": [1, 2]},
            "samples: inputs or targets are given too; leave out one of the two",
        ),
        ({"samples": 5}, "samples: 5 given, expected the name of a CSV file"),
        ({"samples": "a\nb"}, r"samples: 'a\nb' given, expected the name of a CSV file"),
        ({"standardise": "yes"}, "standardise: 'yes' given, expected true or false"),
        ({"standardise": True}, "standardise: there is a single sample; give several, or leave it"),
        ({"batch": "half"}, "batch: 'half' is unknown, expected one of: full, one"),
        ({"weights": [0.1] * 7}, "weights: 7 numbers given, expected 8"),
        ({"weights": [0.1] * 8, "draw": "he"}, "draw: weights are given too; leave out one"),
        ({"weights": [0.1] * 8, "seed": 1}, "seed: weights are given too; leave out one"),
        ({"bias_values": [1] * 4}, "bias_values: there are no biases; set biases to fixed or"),
        ({"biases": "fixed", "bias_values": [1]}, "biases: 1 numbers given, expected 4"),
        ({"draw": "normal"}, "draw: 'normal' is unknown, expected one of: xavier, he, uniform"),
        ({"seed": "one"}, "seed: 'one' given, expected a whole number from 0"),
        ({"seed": -1}, "seed: -1 given, expected a whole number from 0"),
        ({"steps": "ten"}, "steps: 'ten' is not a whole number"),
        ({"learning_rates": 0.1}, "learning rates: 0.1 given, expected a list of numbers"),
        ({"learning_rates": []}, "learning rates: 0 given, expected 1 to 12, counted with each"),
        ({"learning_rates": [0.1] * 99}, "learning rates: 99 given, expected 1 to 12"),
        ({"learning_rates": [0.1] * 10**6}, "learning rates: 1,000,000 given, many more than a"),
        ({"learning_rates": ["x"]}, "learning rates: 'x' is not a number"),
        ({"optimiser": "sgd"}, "optimiser: 'sgd' is unknown, expected one of: gradient descent,"),
        ({"optimiser": 5}, "optimiser: 5 given, expected a word or words"),
        ({"optimiser": ["adam", 5]}, "optimiser: 5 is unknown"),
        ({"optimiser": []}, "learning rates: 0 given, expected 1 to 12"),
        ({"momentum": 0.9}, "momentum: given, but no optimiser here has it; leave it out"),
        ({"optimiser": "adam", "beta1": 2}, "beta1: 2 given, expected a number from 0 and below 1"),
        ({"runs": {"learning_rate": 1}}, "runs: {'learning_rate': 1} given, expected tables, each"),
        ({"runs": [1]}, "runs: 1 given, expected tables, each under [[runs]]"),
        ({"runs": [{}]}, "gradient descent: no learning_rate given"),
        (
            {"runs": [{"rate": 1}]},
            "gradient descent has no 'rate', expected some of: learning_rate",
        ),
        ({"runs": [{1: 1}]}, "gradient descent has no '1'"),
        ({"runs": [], "optimiser": "adam"}, "optimiser: runs are given too; leave out one of the"),
        ({"runs": [], "learning_rates": [1]}, "learning_rates: runs are given too; leave out one"),
    ],
)
def test_unusable_settings_are_refused(settings: dict[Any, Any], message: str) -> None:
    assert message in refusal(settings)


def test_the_largest_network_is_refused_or_described_at_once() -> None:
    wide = LARGEST_NUMBER_OF_WEIGHTS // 250
    experiment = Experiment.of({"layers": f"{wide}-250"})
    assert len(experiment.weights) == LARGEST_NUMBER_OF_WEIGHTS
    assert "need more than" in refusal({"layers": f"{wide + 1}-250"})


HOSTILE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 3),
        st.sampled_from([10, 30, 400, 5000]).map(lambda digits: -(10**digits)),
        st.sampled_from([10, 30, 400, 5000]).map(lambda digits: 10**digits),
        st.floats(),
        st.text(max_size=6),
        st.sampled_from(["2-2-2", "2-3-1", "tanh", "softmax", "cross-entropy", "none", "adam"]),
        st.sampled_from(["/dev/zero", "/", "\0", "~", "x" * 300, "1-" * 200, "he", "one"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["optimiser", "learning_rate", "kind", "self"]), inner),
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), HOSTILE, max_size=4), st.sampled_from(preset_names()))
def test_any_nonsense_is_refused_in_one_line_or_used(given: dict[str, Any], preset: str) -> None:
    for change in (False, True):
        try:
            Experiment.preset(preset, **given) if change else Experiment.of(given)
        except BackpropError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("preset", "changes", "gone", "kept"),
    [
        ("classroom", {"layers": "2-3-2"}, {"title", "weights"}, {"inputs", "targets"}),
        ("classroom", {"layers": [3, 2]}, {"inputs", "targets", "weights"}, {"learning_rates"}),
        ("mazur", {"biases": "none"}, {"bias_values", "note"}, {"weights", "title"}),
        ("mazur", {"biases": "trained"}, {"note"}, {"weights", "bias_values", "title"}),
        ("mazur", {"learning_rates": [0.5]}, set(), {"note", "title", "weights"}),
        ("mazur", {"weights": [0] * 8}, {"note", "title"}, {"bias_values", "inputs"}),
        ("mazur", {"seed": 3}, {"note", "weights"}, {"bias_values"}),
        ("xor", {"learning_rates": [1]}, {"runs", "note"}, {"inputs", "title", "seed"}),
        ("xor", {"optimiser": "adam"}, {"runs", "note"}, {"inputs", "title"}),
        ("xor", {"runs": [{"learning_rate": 1}]}, {"note"}, {"inputs"}),
        ("eva", {"runs": [{"learning_rate": 1}]}, {"learning_rates"}, {"title", "weights"}),
        ("eva", {"layers": []}, {"inputs", "targets"}, {"learning_rates"}),
        ("xor", {"samples": "a.csv"}, {"inputs", "targets", "note", "title"}, {"draw"}),
        ("xor", {"weights": [0] * 12}, {"draw", "seed", "note"}, {"inputs"}),
        ("xor", {"steps": 3}, set(), {"note", "title", "runs", "draw", "inputs"}),
        ("spiral", {"layers": "2-3-1"}, {"title", "note"}, {"inputs", "targets", "seed"}),
    ],
)
def test_a_change_drops_what_no_longer_fits(
    preset: str, changes: dict[str, Any], gone: set[str], kept: set[str]
) -> None:
    before = preset_settings(preset)
    after = changed(before, changes)
    assert after == {**{name: before[name] for name in before if name in after}, **changes}
    assert gone <= set(before)
    assert not (gone & set(after)) - set(changes)
    assert kept <= set(after)


def test_constants_of_another_optimiser_are_dropped_with_it() -> None:
    before = {"optimiser": "momentum", "momentum": 0.5, "weight_decay": 0.1}
    after = changed(before, {"optimiser": "adam", "beta1": 0.8})
    assert after == {"optimiser": "adam", "beta1": 0.8}
    assert set(CONSTANTS) == {"weight_decay", "momentum", "smoothing", "epsilon", "beta1", "beta2"}


@pytest.mark.parametrize("preset", preset_names())
def test_a_preset_changed_into_another_network_still_makes_an_experiment(preset: str) -> None:
    for changes in ({"layers": "3-2-2-2"}, {"layers": "2-1"}, {"biases": "none"}, {"seed": 2}):
        experiment = Experiment.preset(preset, **changes)
        assert experiment.note == ""
