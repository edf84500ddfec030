"""Functions that expressions call where engines differ from each other."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from backprop_xlsx.formula.block import Block
from backprop_xlsx.formula.expression import Call, Expression, Symbol
from backprop_xlsx.formula.functions import FUNCTIONS
from backprop_xlsx.spreadsheet.engines import ENGINES, recalculate
from tests.optional import require_engine

BASE, STEP = Symbol("β1"), Symbol("step")
DECAY = Call("DECAY", (BASE, STEP))
# The last five are smaller than any double, the two before as small as one may be.
POWERS = [
    *((0.9, 0), (0.9, 1), (0.999, 10), (0.25, 7), (0.0, 1), (0.0, 50), (0.5, 1022), (0.9, 6700)),
    *((0.5, 1100), (0.9, 8000), (0.999, 800_000), (1e-300, 2), (0.99, 1_048_544)),
]


@pytest.mark.parametrize("engine", [*ENGINES, "libreoffice"])
def test_a_factor_decays_to_zero_in_every_engine(tmp_path: Path, engine: str) -> None:
    require_engine(engine)
    path = tmp_path / "decay.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("S")
    for row, (base, step) in enumerate(POWERS):
        sheet.write_number(row, 0, base)
        sheet.write_number(row, 1, step)
        cells: dict[Expression, str] = {BASE: f"A{row + 1}", STEP: f"B{row + 1}"}
        sheet.write_formula(row, 2, "=1-" + DECAY.formula(cells.__getitem__), value=-77)
    workbook.close()
    recalculated = recalculate(path, engine)
    found = [recalculated.value("S", row, 3) for row in range(1, len(POWERS) + 1)]
    assert found == pytest.approx([1 - base**step for base, step in POWERS], rel=1e-14, abs=1e-15)


def test_a_decay_is_written_as_a_power() -> None:
    assert (1 - DECAY).text() == "1 − β1^step"
    values: dict[Expression, float] = {BASE: 0.9, STEP: 8000.0}
    assert DECAY.value(values.__getitem__) == 0.0
    values[STEP] = 3.0
    assert DECAY.value(values.__getitem__) == pytest.approx(0.729, rel=1e-15)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Of (3, 5) and (1, 2): the differences are 2 and 3.
        ("SUMXMY2", 4 + 9),
        ("SUMX2MY2", 9 - 1 + 25 - 4),
        ("SUMPRODUCT", 3 + 10),
        ("SUMSQ", 9 + 25 + 1 + 4),
        ("SUM", 11),
        ("PRODUCT", 30),
        ("AVERAGE", 2.75),
        ("MAX", 5),
        ("MIN", 1),
    ],
)
def test_a_function_of_ranges_takes_every_number_of_them(name: str, expected: float) -> None:
    """As Excel's documentation defines it, computed by hand."""
    first, second = Block([[3.0, 5.0]]), Block([[1.0, 2.0]])
    assert float(FUNCTIONS[name].value(first, second)) == expected
