"""What a column must be that is a sum of many terms, in a formula that is not too long."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_xlsx.workbook.checks.identities.arrays import root, square
from backprop_xlsx.workbook.checks.identities.columns import (
    FLOOR,
    Identity,
    added,
    deviation,
)

# Excel refuses a formula of more than 8,192 characters, and a column's has a few around it.
LONGEST = 7_500
# A row that is smaller than this part of the largest counts for less.
SMALLEST_PART = "1E-6"


def sum_identity(
    words: str, own: str, terms: Sequence[str], block: str = "", bound: str = ""
) -> Identity:
    """The identity of a column that is the sum of ``terms``.

    Where one term for each is too long, ``block`` is a rectangle of which each row adds up to the
    same: then all rows are added up at once, each divided by its own size. Else ``bound`` is a
    number that the sum of the terms' squares does not exceed.
    """
    difference = f"{own}-{added(terms)}"
    exact = Identity.of(words, difference, added([square(term) for term in terms]))
    if len(exact.formula) <= LONGEST:
        return exact
    if block:
        return _all_rows_at_once(words, own, block, len(terms))
    if bound and len(difference) + len(bound) <= LONGEST:
        return Identity.of(words, difference, bound)
    return Identity(words, ())


def _all_rows_at_once(words: str, own: str, block: str, terms: int) -> Identity:
    # From each term its share is taken: sums that grow over all rows would be rounded all the way,
    # the same way where the rows are alike.
    largest = f"MAX({own},-MIN({own}))"
    size = f"({root(square(own))}+{SMALLEST_PART}*{largest}+{FLOOR:.0E})"
    difference = f"SUMPRODUCT(({block}-{own}/{terms})/{size})"
    squares = f"SUMPRODUCT({square(f'{block}/{size}')})"
    return Identity(words, (), (deviation(difference, squares),))
