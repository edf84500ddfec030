"""What is practised and what it starts from, against numpy's training, which knows no equations."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx import InputError, reference
from backprop_xlsx.equations import each
from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.hints import hints
from backprop_xlsx.exercise.mistakes.known import known_mistakes
from backprop_xlsx.exercise.practice import NEW, Practice, shown_samples
from backprop_xlsx.exercise.start_values import drawn, own_and_drawn, tell_apart
from backprop_xlsx.formula.names import sampled
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import Network
from backprop_xlsx.model.optimisers import GradientDescent
from backprop_xlsx.model.samples import Sample
from backprop_xlsx.model.valid import BIASES
from tests.exercise.books import CLASS
from tests.strategies import networks

# Rectifiers may be switched off in both rows of some network, and then anything gives 0.
FIELDS = (
    st.tuples(*[st.integers(1, 2)] * 3),
    st.just(("tanh", "sigmoid")),
    st.sampled_from(BIASES),
    st.sampled_from(["half squared error", "mean squared error", "binary cross-entropy"]),
)


def experiment_of(network: Network, samples: int, row: dict[str, float]) -> Experiment:
    """The experiment that starts from a row of start values, for one step of gradient descent."""
    return Experiment(
        tuple(
            Sample(
                tuple(row[sampled(name, sample)] for name in network.inputs),
                tuple(row[sampled(name, sample)] for name in network.targets),
            )
            for sample in each(samples)
        ),
        tuple(row[name] for name in network.weights),
        (GradientDescent(row["η"]),),
        network,
        tuple(row[name] for name in network.bias_names),
        steps=1,
    )


@settings(max_examples=30)
@given(networks(), st.integers(1, 4), st.text(max_size=5))
def test_the_answers_are_those_of_numpy(network: Network, samples: int, text: str) -> None:
    practice = Practice(network, GradientDescent(1.0), samples)
    for row in drawn(practice, text):
        trained = reference.train(experiment_of(network, samples, row))[0]
        values = Filling.of(practice, (row, row)).rows[0]
        for quantity in practice.quantities:
            for cell in quantity.cells:
                expected = trained[cell.removeprefix(NEW)][int(cell.startswith(NEW))]
                assert values[cell] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(max_examples=30)
@given(networks(), st.integers(1, 4), st.text(max_size=5))
def test_drawn_numbers_are_all_different_and_the_same_again(
    network: Network, samples: int, text: str
) -> None:
    practice = Practice(network, GradientDescent(1.0), samples)
    rows = drawn(practice, text)
    assert rows == drawn(practice, text)
    assert rows != drawn(practice, text + "x")
    assert rows[0] != rows[1]
    for row in rows:
        sizes = [abs(number) for name, number in row.items() if not name.startswith("t")]
        assert len(set(sizes)) == len(sizes)
        assert all(0.05 <= size <= 0.95 for size in sizes)
        if network.loss_name == "cross-entropy":
            for sample in each(samples):
                shares = [row[sampled(name, sample)] for name in network.targets]
                assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(("share", "apart"), [(0.5, False), (2.0, True)])
def test_rows_are_apart_if_every_quantity_is_by_a_ten_millionth(share: float, apart: bool) -> None:
    """With a rate of ½ the new weight moves half as far as the weight, and all else further."""
    practice = Practice(Network((1, 1), ("linear",), "none"), GradientDescent(1.0), 1)
    row = {"i1": 1.0, "t1": 1.7, "w1": 0.2, "η": 0.5}
    other = {**row, "w1": 0.2 + share * 2e-7}
    assert tell_apart(practice, (row, other)) == apart


@pytest.mark.parametrize("optimiser", ["momentum", "rmsprop", "adam"])
def test_an_update_starts_from_what_is_given_of_the_steps_before(optimiser: str) -> None:
    """The second update of torch's rules, written out for one weight."""
    practice = Practice.of(Experiment.preset("classroom", optimiser=optimiser))
    row = drawn(practice, "")[0]
    values = Filling.of(practice, (row, row)).rows[0]
    slope, rate = values["dE/dw5"], row["η"]
    if optimiser == "momentum":
        velocity = row["μ"] * row["v_w5"] + slope
        expected = row["w5"] - rate * velocity
    elif optimiser == "rmsprop":
        square = row["α"] * row["s_w5"] + (1 - row["α"]) * slope**2
        expected = row["w5"] - rate * slope / (math.sqrt(square) + row["ε"])
    else:
        mean = row["β1"] * row["m_w5"] + (1 - row["β1"]) * slope
        square = row["β2"] * row["v_w5"] + (1 - row["β2"]) * slope**2
        freed = square / (1 - row["β2"] ** row["step"])
        mean /= 1 - row["β1"] ** row["step"]
        expected = row["w5"] - rate * mean / (math.sqrt(freed) + row["ε"])
    assert values["new w5"] == pytest.approx(expected, rel=1e-12)


def test_the_first_row_is_the_experiment_itself() -> None:
    first, _ = own_and_drawn(Practice.of(CLASS), CLASS, 0)
    assert first == dict(CLASS.start_values) | {"η": 0.1}


def test_of_many_samples_some_of_each_class_are_shown() -> None:
    spiral = Experiment.preset("spiral")
    assert [sample.targets for sample in shown_samples(spiral)] == [(0,), (0,), (1,), (1,)]
    assert Practice.of(spiral).samples == 4
    in_turn = Experiment.preset("spiral", batch="one")
    assert Practice.of(in_turn).samples == 1


def test_hints_name_the_chain_rule_and_no_cells() -> None:
    texts = hints(Practice.of(CLASS))
    assert texts["dE/dw5"] == "∂E/∂w5 = ∂E/∂a_o1 · ∂a_o1/∂o1 · ∂o1/∂w5"
    assert texts["new w5"] == "new w5 = w5 − η · ∂E/∂w5"
    assert set(texts) == {quantity.name for quantity in Practice.of(CLASS).quantities}


@settings(max_examples=5)
@given(st.builds(Network, *FIELDS), st.integers(1, 2))
def test_known_mistakes_are_mistakes_with_different_words(network: Network, samples: int) -> None:
    """At start values that none of them was made with."""
    practice = Practice(network, GradientDescent(1.0), samples, ("loss", "gradients"))
    filling = Filling.of(practice, drawn(practice, "other"))
    made = known_mistakes(practice)
    assert any(made.values())
    for blank in practice.blanks:
        assert len({mistake.words for mistake in made[blank.name]}) == len(made[blank.name])
        right = [filling.rows[row][blank.cells[-1]] for row in (0, 1)]
        for mistake in made[blank.name]:
            values = [filling.value(mistake.equation, row) for row in (0, 1)]
            assert values != pytest.approx(right, rel=1e-7), mistake


def test_what_nobody_fills_in_is_refused() -> None:
    with pytest.raises(InputError, match="has about .* quantities"):
        Practice(Network((30, 30, 2)), GradientDescent(1.0))
    with pytest.raises(InputError, match="blank: 'lost' is unknown, expected one of: forward"):
        Practice.of(CLASS, ["lost"])
