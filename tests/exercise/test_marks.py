"""The marks of a practice book, as engines recalculate them while somebody fills it in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_xlsx.exercise.filling import Filling
from backprop_xlsx.exercise.layout import CORRECT, EXERCISE, NOT_DONE, WRONG, Layout
from backprop_xlsx.exercise.mistakes.known import known_mistakes
from backprop_xlsx.exercise.practice import PARTS, Practice
from backprop_xlsx.exercise.sheets.book import write_book
from backprop_xlsx.exercise.start_values import drawn, own_and_drawn
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.settings import preset_names
from backprop_xlsx.spreadsheet import libreoffice
from backprop_xlsx.spreadsheet.engines import ENGINES, recalculate
from backprop_xlsx.spreadsheet.ooxml.book import read_book
from tests.exercise.books import (
    CLASS,
    Live,
    handed_out,
    of_class_table,
    right_formulas,
    save_filled_in,
)
from tests.optional import require_libreoffice
from tests.oracles.class_mistakes import mistakes
from tests.oracles.class_rewritings import REWRITINGS

PRACTICE = Practice.of(CLASS)


def written_otherwise(cell_of_table: str, templates: tuple[str, ...]) -> list[str]:
    """Those that an engine here computes, and without ranges.

    In a class table the losses stand side by side; here the other row is between them, and
    ironcalc knows no SUMXMY2.
    """
    moved = (of_class_table(cell_of_table, template)[1] for template in templates)
    return [template for template in moved if ":" not in template and "SUMXMY2" not in template]


ALTERNATIVES = {
    of_class_table(name, "")[0]: written_otherwise(name, templates)
    for name, templates in REWRITINGS.items()
}
CHOICES = {cell: st.sampled_from(templates) for cell, templates in ALTERNATIVES.items()}


@pytest.fixture(scope="module", params=ENGINES)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """The class book with all its known mistakes, open in an engine."""
    path = handed_out(tmp_path_factory.mktemp("book"), PRACTICE, mistakes=known_mistakes(PRACTICE))
    return Live(PRACTICE, path, request.param)


def solved(live: Live) -> Live:
    """The book with every right formula and the class's start values."""
    live.type_numbers(own_and_drawn(PRACTICE, CLASS, 0))
    live.type(right_formulas(PRACTICE))
    return live


@pytest.mark.parametrize("name", preset_names())
@pytest.mark.parametrize("engine", ENGINES)
def test_an_untouched_book_scores_nothing(name: str, engine: str, tmp_path: Path) -> None:
    experiment = Experiment.preset(name)
    practice = Practice.of(experiment)
    starts = own_and_drawn(practice, experiment, 0)
    book = Live(practice, handed_out(tmp_path, practice, starts), engine)
    assert set(book.marks.values()) == {NOT_DONE}
    assert book.score == f"0 of {len(practice.blanks)}"
    book.type(right_formulas(practice))
    assert set(book.marks.values()) == {CORRECT}


def test_right_formulas_however_written_score_all(live: Live) -> None:
    """And stay right when the start values are edited."""

    @settings(max_examples=15)
    @given(
        st.fixed_dictionaries(CHOICES),
        st.text(max_size=8),
    )
    def check(templates: dict[str, str], seed: str) -> None:
        solved(live)
        live.type(templates)
        live.type_numbers(drawn(PRACTICE, seed))
        assert {name: mark for name, mark in live.marks.items() if mark != CORRECT} == {}
        assert live.score == "27 of 27"

    check()


def test_every_mistake_costs_its_own_mark_alone(live: Live) -> None:
    """The mistakes that the check knows from students' books."""
    solved(live)
    right = right_formulas(PRACTICE)
    tried = 0
    for mistake in mistakes():
        cell, template = of_class_table(mistake.quantity, mistake.template)
        if f"{{{cell}}}" in template or (
            "above " in mistake.template and not cell.startswith("new")
        ):
            continue  # from the row above: here there is none
        live.type({cell: template})
        wrong = [name for name, mark in live.marks.items() if mark != CORRECT]
        assert wrong == [cell], (mistake, wrong)
        live.type({cell: right[cell]})
        tried += 1
    assert tried > 120


def test_a_known_mistake_is_named(live: Live) -> None:
    for cell, template, words in (
        ("o1", "{w5}*{a_h2}+{w6}*{a_h2}", "uses a_h2 where a_h1 belongs"),
        ("a_h2", "1/(1+EXP({h2}))", "the sign is wrong: −h2 belongs where h2 stands"),
        ("E1", "0.5*({t1}-{a_o1})", "the square of (t1 − a_o1) is missing"),
        ("dE/dw5", "({t1}-{a_o1})*{a_o1}*(1-{a_o1})*{a_h1}", "t1 − a_o1 stands where a_o1 − t1"),
        ("dE/dw1", "({dE/dw5}*{w5}+{dE/dw7}*{w7})*{a_h1}*(1-{a_h1})*{i1}", "weight gradients"),
        ("new w6", "{w6}-{η}*{dE/dw5}", "w6 is updated with the gradient of w5"),
        ("new w3", "{w3}+{η}*{dE/dw3}", "uses + where − belongs"),
    ):
        solved(live).type({cell: template})
        assert live.marks[cell] == WRONG
        assert words in live.remark(cell)


def test_a_number_is_wrong_and_what_is_missing_is_awaited(live: Live) -> None:
    solved(live)
    right = Filling.of(PRACTICE, own_and_drawn(PRACTICE, CLASS, 0)).rows
    live.type_numbers({"o1": right[0]["o1"]})
    assert [name for name, mark in live.marks.items() if mark != CORRECT] == ["o1"]
    assert "right in row 1 only" in live.remark("o1")
    solved(live).empty("a_h1")
    waiting = {name for name, mark in live.marks.items() if mark == NOT_DONE}
    reading = {blank.name for blank in PRACTICE.blanks if "a_h1" in blank.reads}
    assert waiting == {"a_h1"} | reading
    assert WRONG not in live.marks.values()
    assert live.remark("o1") == "waits for a_h1"
    solved(live).empty("E_total", rows=(1,))
    assert live.marks["E_total"] == NOT_DONE
    assert "fill the formula down" in live.remark("E_total")


@pytest.mark.parametrize("part", PARTS)
def test_only_the_chosen_part_is_blank(part: str, tmp_path: Path) -> None:
    practice = Practice.of(CLASS, [part])
    book = Live(practice, handed_out(tmp_path, practice), "ironcalc")
    assert {blank.part for blank in practice.blanks} == {part}
    assert set(book.marks.values()) == {NOT_DONE}
    book.type(right_formulas(practice))
    assert set(book.marks.values()) == {CORRECT}


def test_in_libreoffice_too_and_marks_survive_it(tmp_path: Path) -> None:
    require_libreoffice()
    path, filled = handed_out(tmp_path, PRACTICE), tmp_path / "filled.xlsx"
    templates = right_formulas(PRACTICE) | {name: texts[-1] for name, texts in ALTERNATIVES.items()}
    del templates["new w8"]
    templates |= {"E1": "0.5*({t1}-{a_o2})^2", "E_total": "SUM({E1},{E2})"}
    save_filled_in(path, PRACTICE, templates, filled)
    layout = Layout(PRACTICE)
    expected = {blank.name: CORRECT for blank in PRACTICE.blanks} | {
        "E1": WRONG,
        "new w8": NOT_DONE,
    }
    saved = libreoffice.converted(filled, tmp_path, ".xlsx", recalculate=True)
    for book in (recalculate(saved, "ironcalc"), recalculate(filled, "libreoffice")):
        marks = {
            blank.name: book.value(EXERCISE, *(place + 1 for place in layout.mark(blank)))
            for blank in PRACTICE.blanks
        }
        assert marks == expected


def test_texts_in_formulas_are_no_longer_than_excel_takes(tmp_path: Path) -> None:
    settings = {"layers": "30-2-3", "loss": "cross-entropy", "optimiser": "adam"}
    experiment = Experiment.preset("classroom", **settings)
    practice = Practice.of(experiment)
    path = tmp_path / "wide.xlsx"
    write_book(path, Filling.of(practice, drawn(practice, "")), {}, answers=True)
    for sheet in read_book(path).sheets:
        for cell in sheet.cells.values():
            formula = cell.formula or ""
            assert len(formula) < 8192
            assert all(len(text) <= 257 for text in re.findall(r'"[^"]*"', formula))
