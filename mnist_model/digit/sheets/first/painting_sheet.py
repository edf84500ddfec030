"""The hidden sheet that scales and centres a painting as MNIST's digits are, in live formulas."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_xlsx.spreadsheet.sheets.page import Page, Position
from mnist_model.digit.network.centring import BRUSH, BRUSHES, longest_side
from mnist_model.digit.network.stages import number
from mnist_model.digit.sheets.cells import Cells
from mnist_model.digit.sheets.looks import Looks
from mnist_model.sheets.addresses import area, cell, fixed, fixed_area

NAME = "Painting"
NUMBERS = 3  # the row of the numbers that everything else follows from
BLOCKS = NUMBERS + 3
LEFT = 2
MARKS, WRONG, EMPTY, SOFTNESS, INK, SCALE = range(LEFT, LEFT + 6)  # columns
TOP, BOTTOM, CENTRE, OFFSET = range(4)  # of each of the two sides, behind them
FEWEST_MARKS, MOST_MARKS = 4, 0.5  # the latter of all squares
HEADERS = (
    "marks", "no ink", "nothing", "softness", "ink", "scale",
    "top", "bottom", "centre", "offset", "left", "right", "centre", "offset",
)  # fmt: skip


def is_mark(square: str) -> str:
    """A condition: whether a number above 0 stands in a square, or a text other than 0."""
    text = f'SUBSTITUTE({square}," ","")'
    return f'IF(ISNUMBER({square}),{square}>0,AND({text}<>"",{text}<>"0"))'


@dataclass(frozen=True, eq=False)
class PaintingSheet:
    """What stands on the painted squares, from marks to the page that the network sees.

    ``typed`` are the squares, ``brush`` is the address of the brush's cell, ``full`` the number
    that stands for ink, and ``chosen`` the address of the chosen page's sum of ink.
    """

    typed: Cells
    brush: str
    full: float
    chosen: str

    @property
    def _size(self) -> tuple[int, int]:
        return self.typed.shape[1:]

    @property
    def is_painted(self) -> str:
        """A condition for any sheet: whether a square is marked."""
        return f"{self._marks}>0"

    @property
    def is_empty(self) -> str:
        """A condition for any sheet: whether neither a mark nor a chosen page has any ink."""
        return f"'{NAME}'!{fixed(NUMBERS, EMPTY)}=1"

    @property
    def is_unlike(self) -> str:
        """A condition for any sheet: whether the marks are too few or too many for a digit."""
        most = int(MOST_MARKS * self.typed.rows.size)
        return f"OR({self._marks}<{FEWEST_MARKS},{self._marks}>{most})"

    @property
    def _marks(self) -> str:
        return f"'{NAME}'!{fixed(NUMBERS, MARKS)}"

    @property
    def wrong(self) -> str:
        """The address of the count of numbers that are no ink."""
        return f"'{NAME}'!{fixed(NUMBERS, WRONG)}"

    def _block(self, index: int) -> Position:
        """The first cell of a block; around each are empty cells and the sums beside it."""
        height, width = self._size
        return BLOCKS + 1 + index * (max(height, width) + 6), LEFT

    @property
    def last(self) -> Position:
        """The last row and column."""
        height, width = self._size
        return self._block(4)[0] + max(height, width), LEFT + max(height, width, 13) + 5

    def seen(self, row: int, column: int) -> str:
        """The ink of a square of the centred page, for a formula on another sheet."""
        height, _ = self._size
        (overlaps, left), (turned, _) = self._block(3), self._block(4)
        first = area(overlaps + row, left, 1, height)
        return f"SUMPRODUCT('{NAME}'!{first},'{NAME}'!{area(turned + column, left, 1, height)})"

    def write(self, page: Page, looks: Looks, is_empty: bool) -> None:
        """Writes the sheet, with nothing painted, and hides it.

        ``is_empty`` tells whether the page chosen at first has no ink either.
        """
        page.text((0, 0), "A painting, scaled and centred by mass", looks("heading"))
        self._put_ink(page, looks)
        self._put_numbers(page, looks, is_empty)
        for side in (0, 1):
            self._put_overlaps(page, looks, side)
        self._put_turned(page, looks)
        page.write()
        page.worksheet.hide()

    def _put_ink(self, page: Page, looks: Looks) -> None:
        """Which squares are marked, and the ink that the brush gives them and their neighbours."""
        height, width = self._size
        (marks, left), (ink, _) = self._block(0), self._block(1)
        page.text((marks - 2, 0), "marks", looks("quiet"))
        page.text((ink - 2, 0), "ink, its sums, and where there is any", looks("quiet"))
        softness = fixed(NUMBERS, SOFTNESS)
        for y in range(height):
            for x in range(width):
                is_marked = is_mark(self.typed.reference((0, y, x)))
                formula = f"IFERROR(IF({is_marked},1,0),0)"
                page.formula((marks + y, left + x), formula, 0, looks())
                beside = area(marks + y, left + x - 1, 1, 3)
                around = f"{beside},{area(marks + y - 1, left + x, 3, 1)}"
                own = cell(marks + y, left + x)
                formula = f"{number(self.full)}*MAX({own},{softness}*MAX({around}))"
                page.formula((ink + y, left + x), formula, 0, looks())
        for y in range(height):
            self._put_sum(page, looks, area(ink + y, left, 1, width), (ink + y, left + width), y, 0)
        for x in range(width):
            self._put_sum(
                page, looks, area(ink, left + x, height, 1), (ink + height, left + x), x, 1
            )

    def _put_sum(
        self, page: Page, looks: Looks, cells: str, place: Position, index: int, side: int
    ) -> None:
        """The sum of a line, its middle, and where a first and a last line with ink can be."""
        down, right = (1, 0) if side else (0, 1)
        row, column = place
        page.formula(place, f"SUM({cells})", 0, looks())
        page.number((row + down, column + right), index + 0.5, looks())
        total, count = cell(*place), self._size[side]
        first = (row + 2 * down, column + 2 * right)
        page.formula(first, f"IF({total}>0,{index},{count})", count, looks())
        last = (row + 3 * down, column + 3 * right)
        page.formula(last, f"IF({total}>0,{index + 1},0)", 0, looks())

    def _line(self, side: int, offset: int) -> str:
        """The address of sums, middles, firsts or lasts."""
        height, width = self._size
        top, left = self._block(1)
        if side == 0:
            return area(top, left + width + offset, height, 1)
        return area(top + height + offset, left, 1, width)

    def _put_numbers(self, page: Page, looks: Looks, is_empty: bool) -> None:
        height, width = self._size
        marks, typed = area(*self._block(0), height, width), self.typed.address
        for column, header in enumerate(HEADERS, start=LEFT):
            page.text((NUMBERS - 1, column), header, looks("quiet"))
        page.formula((NUMBERS, MARKS), f"SUM({marks})", 0, looks())
        wrong = f'COUNTIF({typed},"<0")+COUNTIF({typed},">{number(self.full)}")'
        page.formula((NUMBERS, WRONG), wrong, 0, looks())
        nothing = f"IF(AND({cell(NUMBERS, MARKS)}=0,{self.chosen}=0),1,0)"
        page.formula((NUMBERS, EMPTY), nothing, is_empty, looks())
        thin, thick = (name for name in BRUSHES if name != BRUSH)
        others = f'IF({self.brush}="{thick}",{BRUSHES[thick]:g},{BRUSHES[BRUSH]:g})'
        softness = f'IF({self.brush}="{thin}",{BRUSHES[thin]:g},{others})'
        page.formula((NUMBERS, SOFTNESS), softness, BRUSHES[BRUSH], looks())
        ink = area(*self._block(1), height, width)
        page.formula((NUMBERS, INK), f"SUM({ink})", 0, looks())
        total, scale = cell(NUMBERS, INK), fixed(NUMBERS, SCALE)
        sides = [self._side(side) for side in (0, 1)]
        lengths = ",".join(f"{bottom}-{top}" for top, bottom, *_ in sides)
        longest = longest_side(height, width)
        page.formula((NUMBERS, SCALE), f"IF({total}>0,{longest}/MAX({lengths}),1)", 1, looks())
        for side, count in enumerate((height, width)):
            top, bottom, centre, _ = sides[side]
            products = f"SUMPRODUCT({self._line(side, 0)},{self._line(side, 1)})"
            middle = f"MIN({count}-{scale}*{bottom},{number(count / 2)}-{scale}*{centre})"
            formulas = (
                (f"MIN({self._line(side, 2)})", count),
                (f"MAX({self._line(side, 3)})", 0),
                (f"IF({total}>0,{products}/{total},{number(count / 2)})", count / 2),
                (f"MAX(-{scale}*{top},{middle})", 0),
            )
            for offset, (formula, value) in enumerate(formulas):
                column = SCALE + 1 + side * len(formulas) + offset
                page.formula((NUMBERS, column), formula, value, looks())

    def _side(self, side: int) -> list[str]:
        """The addresses of the four numbers of a side."""
        first = SCALE + 1 + side * 4
        return [fixed(NUMBERS, first + offset) for offset in (TOP, BOTTOM, CENTRE, OFFSET)]

    def _put_overlaps(self, page: Page, looks: Looks, side: int) -> None:
        """How much of each new square each old one covers: columns in block 2, rows in 3."""
        count = self._size[side]
        top, left = self._block(3 - side)
        what = ("rows", "columns")[side]
        page.text((top - 2, 0), f"how much of a new square an old one covers: {what}", looks())
        scale, offset = fixed(NUMBERS, SCALE), self._side(side)[OFFSET]
        for new in range(count):
            for old in range(count):
                begin, end = f"{offset}+{old}*{scale}", f"{offset}+{old + 1}*{scale}"
                formula = f"MAX(0,MIN({new + 1},{end})-MAX({new},{begin}))"
                page.formula((top + new, left + old), formula, new == old, looks())

    def _put_turned(self, page: Page, looks: Looks) -> None:
        """The ink scaled along its rows, a new column in each row: all products are of two rows."""
        height, width = self._size
        (ink, left), (overlaps, _), (top, _) = (self._block(index) for index in (1, 2, 4))
        page.text((top - 2, 0), "the ink scaled along its rows, turned", looks("quiet"))
        for x in range(width):
            covered = fixed_area(overlaps + x, left, 1, width)
            for y in range(height):
                formula = f"SUMPRODUCT({area(ink + y, left, 1, width)},{covered})"
                page.formula((top + x, left + y), formula, 0, looks())
