"""What a workbook's package says of its sheets: the list of sheets, their parts and their names."""

from __future__ import annotations

from backprop_xlsx.spreadsheet.errors import to_be_repaired
from backprop_xlsx.spreadsheet.ooxml import markup
from backprop_xlsx.spreadsheet.ooxml.archive import Archive
from backprop_xlsx.spreadsheet.ooxml.relationships import related, relationships, workbook_part
from backprop_xlsx.spreadsheet.splice.part import Element, Part

MARK = "_backprop_xlsx_sheet"
"""The defined name, local to a sheet, that tells that this project wrote the sheet.

A sheet keeps its local names when it is renamed, moved, copied or saved by another program.
"""


class Package:
    """The workbook part of a package, with its sheets in order.

    Raises FileError if the workbook part is missing or unsound.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.part = workbook_part(archive)
        self.targets = relationships(archive, self.part)
        self.workbook = self.read(self.part)
        sheets = self.workbook.root.first("sheets")
        self.sheets = [] if sheets is None else sheets.named("sheet")
        if not self.sheets:
            raise to_be_repaired(f"{archive.where(self.part)} lists no sheets")

    @property
    def is_strict(self) -> bool:
        """Whether the workbook is in the strict form of the format, with namespaces of its own."""
        return self.workbook.root.namespace == markup.SPREADSHEET[1]

    def read(self, part: str) -> Part:
        """A part, for reading and changing; raises FileError if it is missing or unsound."""
        return Part(self.archive.read(part), self.archive.where(part))

    def find(self, sheet: str) -> int | None:
        """The index of the sheet of that name, in upper or lower case, or None."""
        for index, element in enumerate(self.sheets):
            if element.attributes.get("name", "").casefold() == sheet.casefold():
                return index
        return None

    def sheet_part(self, index: int) -> str:
        """The part of a sheet; raises FileError if it has none."""
        identifier = self.relationship_id(index)
        if identifier not in self.targets:
            name = self.sheets[index].attributes.get("name")
            raise to_be_repaired(f"{self.archive.path}: sheet {name!r} has no part of its own")
        return self.targets[identifier].part

    def relationship_id(self, index: int) -> str:
        """The id of the relationship that leads from the workbook part to a sheet."""
        return markup.relationship_id(self.sheets[index].attributes) or ""

    def related(self, kind: str) -> str | None:
        """The part that the workbook part is related to in that way, or None."""
        return related(self.targets, kind)

    def local_names(self, index: int) -> list[Element]:
        """The defined names that belong to a sheet alone."""
        return [
            element
            for element in self.workbook.root.descendants("definedName")
            if element.attributes.get("localSheetId") == str(index)
        ]

    def is_marked(self, index: int) -> bool:
        """Whether this project wrote the sheet."""
        return any(name.attributes.get("name") == MARK for name in self.local_names(index))

    def is_active(self, index: int) -> bool:
        """Whether the workbook opens on the sheet."""
        views = self.workbook.root.descendants("workbookView")
        return any(view.attributes.get("activeTab", "0") == str(index) for view in views)

    def parts_only_of(self, index: int) -> set[str]:
        """The parts that nothing but the sheet leads to, itself included."""
        everything = self._reached("", without="")
        return everything - self._reached("", without=self.relationship_id(index))

    def _reached(self, start: str, without: str) -> set[str]:
        """All parts that lead on from one, the one relationship of the workbook part left out."""
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            part = waiting.pop()
            for identifier, line in relationships(self.archive, part).items():
                left_out = part == self.part and identifier == without
                if not left_out and line.part not in reached:
                    reached.add(line.part)
                    waiting.append(line.part)
        return reached
