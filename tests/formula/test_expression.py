"""Expressions: the formula computes, and the text says, what the value is."""

from __future__ import annotations

import formualizer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx import reference
from backprop_xlsx.equations import equations, gradients
from backprop_xlsx.formula.expression import (
    Call,
    Expression,
    Negation,
    Number,
    Operation,
    OverSamples,
    Symbol,
    Value,
)
from backprop_xlsx.formula.names import label, sampled
from backprop_xlsx.formula.notation import IN_SENTENCES, TEXTBOOK
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.network import CLASS_NETWORK, Network
from backprop_xlsx.model.optimisers import Adam, Momentum, RMSprop
from tests.oracles.written_text import MisreadingError, computed
from tests.strategies import any_experiments

CELLS = {"w1": ("A1", 0.75), "w2": ("B1", -1.5), "a_h1": ("C1", 0.3), "dE/dw1": ("D1", 0.625)}


def cell(leaf: Expression) -> str:
    assert isinstance(leaf, Symbol)
    return CELLS[leaf.name][0]


def value(leaf: Expression) -> Value:
    assert isinstance(leaf, Symbol)
    return CELLS[leaf.name][1]


def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    exponents = st.sampled_from([Number(2), Number(3)])
    return st.one_of(
        st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
        st.builds(Operation, st.just("^"), inner, exponents),
        st.builds(Negation, inner),
        st.builds(Call, st.sampled_from(["SIGMOID", "SIGN"]), st.tuples(inner)),
        st.builds(Call, st.just("MAX"), st.tuples(inner, inner)),
    )


LEAVES = st.one_of(
    st.sampled_from([Symbol(name) for name in CELLS]),
    st.sampled_from([Number(number) for number in (0.5, 1.0, 2.0, 3.25)]),
)
EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=12)


def expected_value(expression: Expression) -> float | None:
    """The value, or None where it is out of a spreadsheet's range."""
    try:
        expected = float(expression.value(value))
    except (ZeroDivisionError, OverflowError):
        return None
    return expected if abs(expected) < 1e100 else None


def formualizer_value(formula: str) -> object:
    """What an engine makes of a formula beside the cells."""
    workbook = formualizer.Workbook()
    sheet = workbook.sheet("S")
    for column, (_, number) in enumerate(CELLS.values(), start=1):
        sheet.set_value(1, column, number)
    sheet.set_formula(2, 1, "=" + formula)
    return workbook.evaluate_cell("S", 2, 1)


@given(EXPRESSIONS)
def test_formula_computes_the_value(expression: Expression) -> None:
    expected = expected_value(expression)
    if expected is None:
        return
    found = formualizer_value(expression.formula(cell))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(EXPRESSIONS)
def test_text_reads_as_the_value_and_in_no_other_way(expression: Expression) -> None:
    expected = expected_value(expression)
    if expected is None:
        return
    values = {label(name): number for name, (_, number) in CELLS.items()}
    for notation in (IN_SENTENCES, TEXTBOOK):
        found = computed(expression.text(notation), values.__getitem__)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), expression.text(notation)


def pairs_of_operators() -> list[Expression]:
    """Each operator within each other one, on both of its sides."""
    one, other, third = Symbol("w1"), Symbol("w2"), Symbol("a_h1")
    inner: list[Expression] = [Operation(operator, one, other) for operator in "+-*/"]
    inner += [Operation("^", other, Number(3)), Negation(one), Call("SIGMOID", (one,))]
    return [
        *(Operation(operator, third, each) for operator in "+-*/" for each in inner),
        *(Operation(operator, each, third) for operator in "+-*/" for each in inner),
        *(Operation("^", each, Number(2)) for each in inner),
        *(Negation(each) for each in inner),
        *(Call("SIGMOID", (each,)) for each in inner),
    ]


@pytest.mark.parametrize("expression", pairs_of_operators(), ids=lambda pair: pair.text())
def test_brackets_stand_where_one_operator_in_another_needs_them(expression: Expression) -> None:
    expected = float(expression.value(value))
    assert formualizer_value(expression.formula(cell)) == pytest.approx(expected, rel=1e-12)
    values = {label(name): number for name, (_, number) in CELLS.items()}
    for notation in (IN_SENTENCES, TEXTBOOK):
        found = computed(expression.text(notation), values.__getitem__)
        assert found == pytest.approx(expected, rel=1e-12), expression.text(notation)


@given(any_experiments(largest=1.0))
def test_text_of_every_equation_says_what_the_quantity_is(experiment: Experiment) -> None:
    network, optimiser = experiment.network, experiment.optimisers[0]
    samples = experiment.samples_a_step
    run = reference.train(experiment)[0]
    before = {name: values[0] for name, values in run.items()} | optimiser.constants
    after = {name: values[1] for name, values in run.items()} | optimiser.constants
    before["step"] = after["step"] = 1.0
    names = {label(name): name for name in after}

    for quantity, equation in equations(network, samples, optimiser).items():

        def lookup(text: str, equation: Expression = equation) -> Value:
            if text not in names:
                name = text.replace("∂E/∂", "dE/d")
                return np.array([after[sampled(name, sample)] for sample in range(samples)])
            name = names[text]
            # The text of an update leaves out which values are those of the row before.
            earlier = Symbol(name).before in tuple(equation.leaves())
            return (before if earlier else after)[name]

        for notation in (IN_SENTENCES, TEXTBOOK):
            text = equation.text(notation)
            found = computed(text, lookup)
            assert found == pytest.approx(after[quantity], rel=1e-9, abs=1e-11), text


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("h1", "w1·i1 + w2·i2"),
        ("a_h1", "σ(h1)"),
        ("E1", "½·(t1 − a_o1)²"),
        ("E_total", "E1 + E2"),
        ("dE/dw5", "(a_o1 − t1)·a_o1·(1 − a_o1)·a_h1"),
        ("w5", "w5 − η·(∂E/∂w5)"),
    ],
)
def test_text_is_what_a_person_writes(quantity: str, text: str) -> None:
    experiment = Experiment.preset()
    found = equations(CLASS_NETWORK, 1, experiment.optimisers[0])
    assert found[quantity].text() == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Momentum(0.1, 0.2).updates("w1")["v_w1"], "μ·v_w1 + ∂E/∂w1 + λ·w1"),
        (RMSprop(0.1).updates("w1")["s_w1"], "α·s_w1 + (1 − α)·(∂E/∂w1)²"),
        (RMSprop(0.1).updates("w1")["w1"], "w1 − η·(∂E/∂w1)/(√(s_w1) + ε)"),
        (
            Adam(0.1).updates("w1")["w1"],
            "w1 − η·(m_w1/(1 − β1^step))/(√(v_w1/(1 − β2^step)) + ε)",
        ),
        (Symbol("dE/do1") * Symbol("w5"), "(∂E/∂o1)·w5"),
        (Symbol("w1") / 3 * Symbol("w2"), "(w1/3)·w2"),
        (Negation(Symbol("w1")) ** 2, "(−w1)²"),
        (Symbol("w1") * Negation(Symbol("w2")), "w1·(−w2)"),
        (Symbol("w1") - Number(-0.25), "w1 − (−0.25)"),
        ((Symbol("w1") ** 2) ** 3, "(w1²)³"),
        (gradients(Network((1, 1), ("linear",)), 3)["dE/dw1"], "Σ((∂E/∂o1)·i1)/3"),
        (gradients(Network((1, 1), ("linear",), "trained"), 3)["dE/db1"], "Σ(∂E/∂o1)/3"),
    ],
)
def test_text_is_bracketed_where_it_could_be_misread(expression: Expression, text: str) -> None:
    assert expression.text() == text


@pytest.mark.parametrize(
    "text",
    [
        "∂E/∂w1²",
        "a/b · c",
        "∂E/∂w1/(a + b)",
        "a · ∂E/∂w1²",
        "a/b·c",
        "a/b/c",
        "a·−b",
        "a − −b",
        "a·∂E/∂w1",
        "a²³",
        "(a",
        "a b",
        "-a",
    ],
)
def test_the_reader_of_texts_refuses_what_can_be_misread(text: str) -> None:
    with pytest.raises(MisreadingError):
        computed(text, lambda name: 2.0)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Symbol("dE/do1") * Symbol("w5"), "∂E/∂o1 · w5"),
        (Symbol("w1") - Symbol("η") * Symbol("dE/dw1"), "w1 − η · ∂E/∂w1"),
        (Symbol("w1") / 3 * Symbol("w2"), "(w1/3) · w2"),
        (Symbol("w1") * Symbol("dE/dw1") / Symbol("w2"), "(w1 · ∂E/∂w1)/w2"),
        (Symbol("w1") * (Symbol("dE/dw1") / Symbol("w2")), "w1 · (∂E/∂w1)/w2"),
        (Symbol("w1") * Symbol("dE/dw1") ** 2, "w1 · (∂E/∂w1)²"),
    ],
)
def test_a_textbook_has_spaces_around_its_dots(expression: Expression, text: str) -> None:
    assert expression.text(TEXTBOOK) == text


def test_a_quantity_before_is_that_of_one_step_earlier() -> None:
    assert Symbol("w1").before == Symbol("w1", steps_back=1)


def test_a_quantity_over_samples_is_a_range_and_a_block() -> None:
    row = OverSamples("h1", 3)
    assert [symbol.text() for symbol in row.leaves()] == ["h1[1]", "h1[2]", "h1[3]"]
    assert row.formula(lambda leaf: f"'Run A'!X{leaf.text()[3]}") == "'Run A'!X1:X3"
    mean = Call("SUM_OVER_SAMPLES", (row,)) / row.samples
    squares = Call("SUM_OVER_SAMPLES", (row, row))
    numbers = {"h1[1]": 0.5, "h1[2]": 2.0, "h1[3]": -1.0}
    assert mean.value(lambda leaf: numbers[leaf.text()]) == 0.5
    assert squares.value(lambda leaf: numbers[leaf.text()]) == 5.25
