"""The books of the benchmark: right ones are right, wrong ones wrong just where they say."""

from __future__ import annotations

import math

import pytest

from quality.judging.scoring import Job, operators
from quality.mathematics.conventions import (
    CLASS,
    HELD_OUT_NEIGHBOURS,
    NEIGHBOURS,
    Convention,
    Start,
)
from quality.mathematics.formula import TemplateError, parsed, value_of
from quality.mathematics.truth import run, states
from quality.mutations.mutation import WrongBook, is_right, wrong_book
from quality.writing.book import Book
from quality.writing.files import recalculated
from quality.writing.making import right_book
from quality.writing.styles import FEATURES, HELD_OUT_FEATURES
from tests.oracles.class_rewritings import REWRITINGS

CONVENTIONS = (CLASS, *NEIGHBOURS, *HELD_OUT_NEIGHBOURS)
OPTIONS = sorted(
    {
        (feature, option)
        for features in (FEATURES, HELD_OUT_FEATURES)
        for feature, options in features.items()
        for option in options
    }
)
STEP = 1e-6


def require_right(book: Book) -> None:
    """Every formula, recalculated from spoilt caches, has the value of the truth."""
    cells = book.cells()
    values = recalculated(book, cells)
    formulas = [place for place, cell in cells.items() if cell.is_formula]
    assert len(formulas) >= len(book.templates) * 5
    for place in formulas:
        found, expected = values[place].value, cells[place].value
        assert isinstance(found, float), (place, cells[place], found)
        assert isinstance(expected, float)
        assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12), (place, cells[place])


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("number", range(15))
def test_right_books_are_right(number: int, held_out: bool) -> None:
    require_right(right_book(f"test {number}", held_out))


@pytest.mark.parametrize(("feature", "option"), OPTIONS)
def test_each_option_of_a_style_makes_a_right_book(feature: str, option: str) -> None:
    book = right_book(f"{feature} {option}", wanted={feature: option})
    require_right(book)


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.name)
def test_each_convention_makes_a_right_book(convention: Convention) -> None:
    book = right_book(convention.name, wanted={"convention": convention.name})
    assert book.convention == convention
    require_right(book)


@pytest.mark.parametrize("number", range(40))
def test_no_cell_stands_on_another(number: int) -> None:
    book = right_book(f"places {number}", held_out=number % 2 == 0)
    places = [book.place(owner) for owner in book.owners()]
    for layout in book.layouts:
        places += [*layout.parameters.values(), *layout.parameter_labels.values()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.name)
def test_the_truth_has_the_gradients_of_its_own_loss(convention: Convention) -> None:
    for rows, _ in states(convention)[:10]:
        start = rows[0]
        for name in (*convention.weights, *convention.bias_names):
            moved = [
                run(convention, Start(start | {name: start[name] + sign * STEP}), 0)[0]["E_total"]
                for sign in (1, -1)
            ]
            slope = (moved[0] - moved[1]) / (2 * STEP)
            assert math.isclose(slope, start[f"dE/d{name}"], rel_tol=1e-4, abs_tol=1e-6)


def test_the_truth_has_the_published_losses() -> None:
    weights = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)
    numbers = {f"w{k}": weight for k, weight in enumerate(weights, 1)}
    numbers |= {"i1": 0.05, "i2": 0.1, "t1": 0.01, "t2": 0.99, "rate": 0.5, "momentum": 0.0}
    rows = run(CLASS, Start(numbers), 100)
    assert math.isclose(rows[0]["E_total"], 0.242519857348377, rel_tol=1e-12)
    assert math.isclose(rows[100]["E_total"], 0.0291666802359, rel_tol=1e-9)


@pytest.mark.parametrize("operator", operators(held_out=True), ids=lambda op: op.name)
def test_a_wrong_book_differs_from_the_right_one_in_the_changed_cells(operator: object) -> None:
    wrong = wrong_book("test", [operator], held_out=True)  # type: ignore[list-item]
    assert wrong.changed
    assert changed_cells(wrong) == wrong.changed
    assert all(change.words for change in wrong.changes)


def changed_cells(wrong: WrongBook) -> set[tuple[str, int, int]]:
    """The cells whose content is not the same."""
    right, book = wrong.right.cells(), wrong.book.cells()
    return {
        place
        for place in right.keys() | book.keys()
        if place not in right or place not in book or right[place].content != book[place].content
    }


def test_a_formula_that_is_written_differently_is_right() -> None:
    for quantity, rewritings in REWRITINGS.items():
        for text in rewritings:
            try:
                parsed(text)
            except TemplateError:
                continue
            assert is_right(CLASS, quantity, text), (quantity, text)


@pytest.mark.parametrize(
    ("quantity", "template"),
    [
        ("dE/dw5", "IF({E_total}<0.01,0,({a_o1}-{t1})*{a_o1}*(1-{a_o1})*{a_h1})"),
        ("a_o1", "MIN(0.99,1/(1+EXP(-{o1})))"),
        ("a_h1", "ROUND(1/(1+EXP(-{h1})),4)"),
        ("w1", "{above w1}-{other rate}*{above dE/dw1}"),
        ("w1", "{first w1}-{rate}*{above dE/dw1}"),
        ("E2", "0.5*({t1}-{a_o2})^2"),
        ("h1", "{w1}*{i1}+{w2}*{blank}"),
    ],
)
def test_a_formula_that_is_right_only_here_is_wrong(quantity: str, template: str) -> None:
    assert not is_right(CLASS, quantity, template)


def test_what_is_typed_into_a_book_has_its_value() -> None:
    assert not is_right(CLASS, "step w1", "-{dE/dw1}")
    assert is_right(CLASS, "step w1", "-{dE/dw1}", (("rate", 1.0),))
    assert not is_right(CLASS, "step w1", "-{dE/dw1}", (("rate", 0.5),))


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("-{x}^2", 9.0),
        ("2^3^2", 64.0),
        ("2-{x}^2", -7.0),
        ("6/3*2", 4.0),
        ("50%*4", 2.0),
        ("IF({x}>2,1,1/0)", 1.0),
        ("SUMPRODUCT({x:y},{y:x})", 24.0),
        ("--{x}", 3.0),
    ],
)
def test_templates_are_valued_as_excel_does(template: str, value: float) -> None:
    assert value_of(template, {"x": 3.0, "y": 4.0}.__getitem__) == value


@pytest.mark.parametrize("template", ["1+", "(1", "1)", "{x} {y}", "FOO(1)", "{x:y}"])
def test_what_is_no_formula_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        parsed(template)


def test_a_book_can_be_made_again() -> None:
    for kind in ("right", "wrong"):
        books = [Job(kind, 3, 5).make()[0] for _ in range(2)]
        assert books[0].cells() == books[1].cells()


def test_states_are_wide() -> None:
    activations = [rows[2]["a_o1"] for rows, _ in states(CLASS)]
    losses = [rows[2]["E_total"] for rows, _ in states(CLASS)]
    assert min(activations) < 0.01 and max(activations) > 0.99
    assert min(losses) < 0.001 and max(losses) > 0.5
