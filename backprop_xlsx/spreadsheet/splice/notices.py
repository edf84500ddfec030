"""What a user should know of a workbook that got a sheet: what that breaks, or what breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_xlsx.spreadsheet.ooxml.markup import TRUE
from backprop_xlsx.spreadsheet.ooxml.relationships import related, relationships
from backprop_xlsx.spreadsheet.splice.package import Package


def notices(package: Package) -> Iterator[str]:
    """A sentence for each trait of a workbook that a new sheet does not go well with."""
    root = package.workbook.root
    if related(relationships(package.archive, ""), "origin") is not None:
        yield "has a digital signature, which no longer holds now that a sheet was put in"
    protection = root.first("workbookProtection")
    if protection is not None and protection.attributes.get("lockStructure") in TRUE:
        yield "its structure is locked against new sheets; the sheet was put in all the same"
    if package.related("revisionHeaders") is not None:
        yield (
            "is a shared workbook of the old kind; its history of changes does not know the sheet, "
            "so stop sharing it before others change it"
        )
    calculation = root.first("calcPr")
    if calculation is not None and calculation.attributes.get("calcMode") == "manual":
        yield "calculates only when asked to (F9), so the formulas of the sheet follow no change"
