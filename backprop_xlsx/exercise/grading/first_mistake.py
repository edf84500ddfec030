"""The first mistake of a submission, in the words that the check has for it."""

from __future__ import annotations

from backprop_xlsx.check.repair.slips.contents import TypedNumber, TypedText
from backprop_xlsx.exercise.grading.submission import Submission
from backprop_xlsx.exercise.layout import EXERCISE, WRONG
from backprop_xlsx.exercise.mistakes.bench import Bench, without_samples
from backprop_xlsx.exercise.practice import ROWS, Quantity
from backprop_xlsx.formula.tokens import Corner, FormulaError, Token, tokenise
from backprop_xlsx.spreadsheet.ooxml.cells import Cell

MOST_HELPERS = 6
"""Helper cells that a formula may go through, one by way of the other."""
LONGEST_FORMULA = 4_000


def first_mistake(submission: Submission, bench: Bench, marks: dict[str, str]) -> str:
    """The first quantity that is wrong, and what is wrong with it; empty if none is."""
    for quantity in submission.layout.practice.blanks:
        if marks[quantity.name] == WRONG:
            return f"{quantity.label}: {_words(submission, bench, quantity)}"
    return ""


def _words(submission: Submission, bench: Bench, quantity: Quantity) -> str:
    if submission.peeks(quantity):
        return "takes what is expected from the hidden sheet"
    said = ""
    for cell in quantity.cells:
        for row in range(ROWS):
            content = submission.content(cell, row)
            if content is None or content.formula is None:
                return _typed(content)
            words = _of_formula(submission, bench, cell, row, content.formula)
            said = said or words
    return said or f"is not {without_samples(quantity.equations[0].text())}"


def _typed(content: Cell | None) -> str:
    is_text = content is not None and isinstance(content.value, str)
    return TypedText.meaning if is_text else TypedNumber.meaning


def _of_formula(submission: Submission, bench: Bench, cell: str, row: int, formula: str) -> str:
    """What is wrong with a formula; empty where nothing is, or nothing that has a name."""
    try:
        form = bench.form(_moved(submission, bench, cell, row, formula, MOST_HELPERS))
        if bench.judge.right_tokens(
            bench.quantity(cell), form.tokens, form.part, bench.meanings(form)
        ):
            return ""
        return bench.fault(cell, form) or ""
    except FormulaError:
        return ""


def _moved(
    submission: Submission, bench: Bench, cell: str, row: int, formula: str, helpers: int
) -> str:
    """A formula with the addresses of the bench; raises FormulaError where it has none for it."""

    def address(corner: Corner) -> str:
        found = submission.cells_at.get((corner.row, corner.column))
        if found is None:
            return _helper(submission, bench, cell, row, corner, helpers)
        return bench.address(found[0], cell, elsewhere=found[1] != row)

    def text(token: Token) -> str:
        reference = token.reference
        if reference is None:
            return token.text
        if reference.sheet is not None and reference.sheet.casefold() != EXERCISE.casefold():
            raise FormulaError("refers to another sheet")
        if reference.last is None:
            return address(reference.first)
        return f"{address(reference.first)}:{address(reference.last)}"

    moved = "".join(token.space + text(token) for token in tokenise(formula))
    if len(moved) > LONGEST_FORMULA:
        raise FormulaError("comes to more than can be read")
    return moved


def _helper(
    submission: Submission, bench: Bench, cell: str, row: int, corner: Corner, helpers: int
) -> str:
    """The formula of a cell that is none of the practice's, put in for it; or its number."""
    content = submission.sheet.cells.get((corner.row, corner.column))
    if content is None or helpers == 0:
        raise FormulaError("refers to an empty cell, or goes through too many others")
    if content.formula is not None:
        return f"({_moved(submission, bench, cell, row, content.formula, helpers - 1)})"
    if isinstance(content.value, float):
        return repr(content.value)
    raise FormulaError("refers to a text")
