"""The derivation: each equation as text, its live number for step 0, and its formula."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.lines import Extent, Line, Part
from backprop_xlsx.equations import deltas, forward
from backprop_xlsx.formula.expression import Expression, Symbol, Value
from backprop_xlsx.model.experiment import Experiment
from backprop_xlsx.model.optimisers import SYMBOLS
from backprop_xlsx.spreadsheet.sheets.page import Page, prepare
from backprop_xlsx.spreadsheet.sheets.theme import Theme, style_of
from backprop_xlsx.workbook.layout import Run, all_starts, constant_name, runs, start_cell

WIDTHS = (2, 20, 64, 14, 64)
NUMBERS = "0.00000000"
QUANTITY, EQUATION, NUMBER, FORMULA = 1, 2, 3, 4
HEADER_ROW = 2
LINE_HEIGHT = 15  # points
TEXT_IN_A_LINE, CODE_IN_A_LINE, TEXT_ACROSS = 72, 62, 180  # characters
PAGE_HEIGHT = 555  # points, of A4 in landscape at the scale that this width asks for


def write_derivation(worksheet: Worksheet, theme: Theme, experiment: Experiment, run: Run) -> None:
    """Writes the sheet: the start values, then the parts, each line from those above it.

    ``run`` is the first run, whose numbers of step 0 are derived.
    """
    _DerivationSheet(worksheet, theme, experiment, run).write()


class _DerivationSheet:
    """The sheet under construction.

    Quantities are known by their name and step: 0, and 1 for what an update yields.
    """

    def __init__(
        self, worksheet: Worksheet, theme: Theme, experiment: Experiment, run: Run
    ) -> None:
        self._worksheet = worksheet
        self._page = Page(worksheet)
        self._theme = theme
        self._experiment = experiment
        self._extent = Extent(experiment.network)
        self._run = run
        self._starts = all_starts(experiment)
        self._row = HEADER_ROW
        self._cells: dict[tuple[str, int], str] = {}
        self._values: dict[tuple[str, int], Value] = {}
        self._heights: dict[int, float] = {}

    def write(self) -> None:
        self._values |= self._values_at_step_0()
        for column, width in enumerate(WIDTHS):
            self._worksheet.set_column(column, column, width)
        page, theme = self._page, self._theme
        page.text((0, 1), "The derivation", theme("title"))
        page.height(0, 28)
        lead = "Every number is for step 0 and live; the formula beside it is the one in its cell."
        turn = "Step 0 sees sample 1." if self._experiment.in_turn else ""
        sentences = filter(None, (lead, turn, self._extent.sentence))
        page.text((1, 1), " ".join(sentences), theme("lead"))
        headers = ("quantity", "equation", "at step 0", "formula in the cell")
        for column, header in enumerate(headers, start=1):
            style = "header_right" if column == NUMBER else "header_left"
            indented = ("indented",) if column == FORMULA else ()
            page.text((HEADER_ROW, column), header, theme(style, *indented, "group_step"))
        self._put_starts()
        breaks = [self._put_part(part) for part in derivation(self._experiment)]
        page.write()
        self._worksheet.freeze_panes(HEADER_ROW + 1, 0)
        prepare(self._worksheet, self._row, len(WIDTHS) - 1)
        self._worksheet.fit_to_pages(1, 0)
        self._worksheet.repeat_rows(HEADER_ROW)
        self._worksheet.set_h_pagebreaks(self._page_breaks(breaks))

    def _values_at_step_0(self) -> dict[tuple[str, int], Value]:
        """Every quantity of step 0, of all samples, that a line may use before it has its own."""
        values: dict[str, Value] = dict(self._starts)
        network = self._experiment.network
        if self._experiment.in_turn:
            sample = self._experiment.samples[0]
            values |= zip(network.inputs, sample.inputs, strict=True)
            values |= zip(network.targets, sample.targets, strict=True)
        samples = self._experiment.samples_a_step
        for name, equation in (forward(network, samples) | deltas(network, samples)).items():
            values[name] = equation.value(lambda leaf: values[_symbol(leaf).name])
        return {(name, 0): value for name, value in values.items()}

    def _put_starts(self) -> None:
        """The start values, where the network is small, and the first run's constants."""
        self._row += 1
        self._page.text((self._row, QUANTITY), "Start values", self._theme("heading"))
        experiment = self._experiment
        names: list[str] = []
        if self._extent.complete:
            given = [*experiment.network.inputs, *experiment.network.targets]
            if experiment.samples_a_step > 1:
                given = [f"{name}[1]" for name in given]
            names = [*given, *experiment.network.weights, *experiment.network.bias_names]
        for name in names:
            self._put(
                (name, 0),
                name,
                self._origin(name),
                start_cell(experiment, name),
                self._values[name, 0],
            )
        self._put_constants(self._run, tuple(self._run.optimiser.constants))

    def _origin(self, name: str) -> str:
        """Where a start value is edited."""
        experiment = self._experiment
        if name not in experiment.start_values:
            return "of sample 1, from the sheet Samples"
        if name in experiment.network.bias_names and experiment.network.biases == "fixed":
            return "start value, which training leaves alone, from the sheet Network"
        return "start value, from the sheet Network"

    def _put_constants(self, run: Run, symbols: Sequence[str]) -> None:
        words = {symbol: field.replace("_", " ") for field, symbol in SYMBOLS.items()}
        for symbol in symbols:
            origin = f"{words[symbol]} of run {run.letter}, from the sheet Network"
            value = run.optimiser.constants[symbol]
            self._put((symbol, 0), symbol, origin, constant_name(run, symbol), value)

    def _put_part(self, part: Part) -> int:
        """Puts a part on the sheet; returns the row, from 0, that it starts in."""
        self._row += 2
        start = self._row
        self._page.text((start, QUANTITY), part.title, self._theme("heading"))
        self._row += 1
        style = self._theme("quiet", "wrap")
        self._page.merged((self._row, QUANTITY), FORMULA, part.explanation, style)
        lines = max(len(part.explanation) // TEXT_ACROSS + 1, 2)
        self._set_height(lines)
        run = runs(self._experiment)[part.run]
        self._put_constants(run, part.constants)
        for parameter in self._experiment.network.parameters:
            # An optimiser remembers nothing before the first update.
            self._values |= {(name, 0): 0.0 for name in run.optimiser.state_names(parameter)}
        for line in part.lines:
            self._put_line(line, run)
        return start

    def _put_line(self, line: Line, run: Run) -> None:
        def key(leaf: Expression) -> tuple[str, int]:
            symbol = _symbol(leaf)
            constant = symbol.name in run.optimiser.constants
            return symbol.name, 0 if constant else line.step - symbol.steps_back

        def cell(leaf: Expression) -> str:
            if key(leaf) in self._cells and not line.over_samples:
                return self._cells[key(leaf)]
            name = _symbol(leaf).name
            if name in self._starts:
                return start_cell(self._experiment, name)
            return run.cell(name, 0)

        def lookup(leaf: Expression) -> Value:
            return self._values[key(leaf)]

        value = line.expression.value(lookup)
        formula = run.cell(line.name, 0) if line.in_run else line.expression.formula(cell)
        self._put((line.name, line.step), line.left, line.right, formula, value)

    def _put(self, key: tuple[str, int], left: str, right: str, formula: str, value: Value) -> None:
        """One line, in the next row."""
        self._row += 1
        page, theme, row = self._page, self._theme, self._row
        page.text((row, QUANTITY), left, theme("bold", "ruled"))
        page.text((row, EQUATION), right, theme("ruled", "wrap_middle"))
        if isinstance(value, str):
            style = theme("quiet", "ruled", "header_right")
        else:
            number_format = NUMBERS if style_of(value) == "value" else ""
            style = theme("scientific", "ruled", number_format=number_format)
            value = value + 0.0  # of −0, 0
        page.formula((row, NUMBER), formula, value, style)
        page.text((row, FORMULA), "=" + formula, theme("code", "ruled", "wrap_middle", "indented"))
        self._set_height(max(len(right) // TEXT_IN_A_LINE, len(formula) // CODE_IN_A_LINE) + 1)
        self._cells[key] = xl_rowcol_to_cell(row, NUMBER)
        self._values[key] = value

    def _set_height(self, lines: int) -> None:
        self._heights[self._row] = LINE_HEIGHT * lines
        self._page.height(self._row, LINE_HEIGHT * lines)

    def _page_breaks(self, starts: Sequence[int]) -> list[int]:
        """Before which rows a page ends, so that parts stay whole where they fit on a page."""
        breaks: list[int] = []
        top = 0
        for start, after in zip(starts, (*starts[1:], self._row + 2), strict=True):
            height = sum(self._heights.get(row, LINE_HEIGHT) for row in range(top, after - 1))
            if height > PAGE_HEIGHT:
                breaks.append(start)
                top = start
        return breaks


def _symbol(leaf: Expression) -> Symbol:
    assert isinstance(leaf, Symbol)
    return leaf
