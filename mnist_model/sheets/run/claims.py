"""What is claimed of a network, each claim a live formula over the tables below it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page
from backprop_xlsx.spreadsheet.sheets.theme import Theme
from mnist_model.sheets.addresses import fixed, fixed_area
from mnist_model.sheets.grid import (
    ACCURACY_ASKED,
    COUNT,
    FAILS,
    HOLDS,
    LAST_COLUMN,
    NUMBERS,
    PER_CENT,
    WORDS,
    put_heading,
    verdict,
)
from mnist_model.training.record import Setting

VALUE, WORDING, REQUIRED, VERDICT = range(NUMBERS + 2, NUMBERS + 6)
SETTING, SETTING_VALUE = VERDICT + 2, VERDICT + 4
HEADERS = {WORDS: "claim", VALUE: "is", WORDING: "", REQUIRED: "asked", VERDICT: "verdict"}
LINE_HEIGHT, CHARACTERS_IN_A_LINE = 15, 36  # points; of a setting's value


COMPARISONS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "fewer than": ("<", operator.lt),
    "at least": (">=", operator.ge),
    "at most": ("<=", operator.le),
}


@dataclass(frozen=True)
class Claim:
    """A claim: the formula of a number, its value, and what is asked of it.

    ``wording`` says how the number compares with ``required``: it is one of :data:`COMPARISONS`.
    What is asked is typed, and may be edited, unless it is the same as in ``required_cell``.
    """

    text: str
    formula: str
    value: float | str
    wording: str
    required: float
    number_format: str = COUNT
    required_cell: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim is true."""
        if isinstance(self.value, str):
            return False
        return COMPARISONS[self.wording][1](self.value, self.required)


@dataclass(frozen=True)
class Claims:
    """The table of claims from row ``top`` on, and beside it how the network was trained."""

    top: int
    claims: tuple[Claim, ...]
    settings: Mapping[str, Setting]

    @property
    def bottom(self) -> int:
        """The last row of the section."""
        return self.top + 1 + max(len(self.claims), len(self.settings))

    def put(self, page: Page, theme: Theme) -> None:
        """Writes both tables."""
        title = "What is claimed, and what the tables below say"
        put_heading(page, theme, self.top, title)
        for column in range(WORDS, VERDICT + 1):
            style = "header_left" if column in (WORDS, VERDICT) else "header_right"
            header = theme(style, "group_step", *(("indented",) if column == VERDICT else ()))
            if HEADERS.get(column):
                page.text((self.top + 1, column), HEADERS[column], header)
            else:
                page.blank((self.top + 1, column), header)
        for row, claim in enumerate(self.claims, start=self.top + 2):
            self._put_claim(page, theme, row, claim)
        page.text((self.top, SETTING), "How it was trained", theme("heading"))
        header = theme("header_left", "group_step")
        page.merged((self.top + 1, SETTING), SETTING_VALUE - 1, "setting", header)
        page.merged((self.top + 1, SETTING_VALUE), LAST_COLUMN, "value", header)
        for row, (name, value) in enumerate(self.settings.items(), start=self.top + 2):
            page.merged((row, SETTING), SETTING_VALUE - 1, name, theme("left", "ruled"))
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            style = theme("left", "ruled", "bold", "wrap_middle")
            page.merged((row, SETTING_VALUE), LAST_COLUMN, shown, style)
            page.height(row, LINE_HEIGHT * (len(shown) // CHARACTERS_IN_A_LINE + 1))

    def put_verdict(self, page: Page, theme: Theme, row: int) -> None:
        """Writes one verdict over all claims."""
        number = len(self.claims)
        cells = fixed_area(self.top + 2, VERDICT, number, 1)
        holding = f'COUNTIF({cells},"{HOLDS}")'
        all_hold = f"✓ all {number} claims hold"
        formula = (
            f'IF({holding}={number},"{all_hold}",'
            f'"✗ "&({number}-{holding})&" of {number} claims do not hold")'
        )
        failing = sum(not claim.holds for claim in self.claims)
        value = f"✗ {failing} of {number} claims do not hold" if failing else all_hold
        page.text((row, WORDS), "Do the claims hold?", theme("bold"))
        style = theme("boxed", "bold", "indented")
        page.merged_formula((row, NUMBERS), VERDICT, formula, value, style)
        page.height(row, 20)

    def _put_claim(self, page: Page, theme: Theme, row: int, claim: Claim) -> None:
        page.merged((row, WORDS), VALUE - 1, claim.text, theme("left", "ruled"))
        style = theme("value", "ruled", "bold", number_format=claim.number_format)
        page.formula((row, VALUE), claim.formula, claim.value, style)
        page.text((row, WORDING), claim.wording, theme("centre", "ruled", "quiet"))
        if claim.required_cell:
            style = theme("value", "ruled", number_format=claim.number_format)
            page.formula((row, REQUIRED), claim.required_cell, claim.required, style)
        else:
            style = theme("editable", number_format=claim.number_format)
            page.number((row, REQUIRED), claim.required, style)
        value, required = fixed(row, VALUE), fixed(row, REQUIRED)
        # A text, as in "never", would count as more than any number.
        sign, _ = COMPARISONS[claim.wording]
        condition = f"AND(COUNT({value})=1,{value}{sign}{required})"
        result = HOLDS if claim.holds else FAILS
        page.formula((row, VERDICT), verdict(condition), result, theme("indented", "ruled"))


def accuracy_claim(text: str, formula: str, value: float, required_cell: str = "") -> Claim:
    """A claim that an accuracy reaches what is asked."""
    return Claim(text, formula, value, "at least", ACCURACY_ASKED, PER_CENT, required_cell)
