"""What a book says of itself: the network and the runs that its own properties describe."""

from __future__ import annotations

from backprop_xlsx.check.reading.exercise import Exercise
from backprop_xlsx.model.description import PROPERTY, Description, from_properties
from backprop_xlsx.spreadsheet.errors import FileError, InputError
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.book import Book
from backprop_xlsx.spreadsheet.ooxml.relationships import relationships

MOST_PROPERTIES = 1_000
"""A description of a dozen runs takes ten."""

_NAMES = markup.qualified(
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
        "http://purl.oclc.org/ooxml/officeDocument/customProperties",
    ),
    "property",
)


def read_description(book: Book) -> Description | None:
    """What the properties of a book describe; None if they describe nothing.

    It says what is to be checked, not that it is right. Raises FileError for a description of no
    network that a book can hold.
    """
    properties: dict[str, list[str]] = {}
    open_ones: list[str] = []

    def start(_: str, attributes: markup.Attributes) -> None:
        open_ones.append(attributes.get("name", ""))

    def end(_: str) -> None:
        open_ones.pop()

    def text(piece: str) -> None:
        if open_ones and open_ones[-1].startswith(PROPERTY) and len(properties) < MOST_PROPERTIES:
            properties.setdefault(open_ones[-1], []).append(piece)

    archive = book.archive
    for target in relationships(archive, "").values():
        if target.kind in ("custom-properties", "customProperties"):
            where = archive.where(target.part)
            markup.parse(archive.chunks(target.part), where, _NAMES, start, end, text)
            break
    try:
        return from_properties({name: "".join(pieces) for name, pieces in properties.items()})
    except InputError as error:
        raise FileError(f"{book.path}: its property {PROPERTY!r} cannot be used: {error}") from None


def exercises_of(description: Description) -> tuple[Exercise, ...]:
    """What each run of a described book is held against; the same object for the same."""
    known: dict[Exercise, Exercise] = {}
    exercises = (
        Exercise(
            description.network,
            description.samples,
            description.in_turn,
            # Only the kind of an optimiser counts: its constants are cells of the book.
            type(optimiser)(1.0, weight_decay=float(optimiser.weight_decay > 0)),
            described=True,
        )
        for optimiser in description.optimisers
    )
    return tuple(known.setdefault(exercise, exercise) for exercise in exercises)
