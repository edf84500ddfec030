"""Is anybody's workbook right? Finds the tables, judges each formula, explains what is wrong.

A file passes through the rooms in this order: reading, judging, repair, faults, warnings, report;
each uses those before it, never one after it. What comes of it is marked (marking), handed back
(feedback), told of a class (classroom) and to a platform (platforms), of many files too (many).
"""

from typing import TYPE_CHECKING

from backprop_xlsx.spreadsheet.public_names import getter

if TYPE_CHECKING:
    from backprop_xlsx.check.book_check import check_file
    from backprop_xlsx.check.correction import fix
    from backprop_xlsx.check.feedback.page import feedback_page
    from backprop_xlsx.check.findings import FileReport
    from backprop_xlsx.check.many.files import check_files
    from backprop_xlsx.check.marking.mark import Marking
    from backprop_xlsx.check.report.mark_sheet import grades
    from backprop_xlsx.check.report.pages.page import page
    from backprop_xlsx.check.report.programs import to_json
else:
    __getattr__ = getter(
        __name__,
        {
            "check_file": "book_check",
            "check_files": "many.files",
            "feedback_page": "feedback.page",
            "fix": "correction",
            "FileReport": "findings",
            "Marking": "marking.mark",
            "grades": "report.mark_sheet",
            "page": "report.pages.page",
            "to_json": "report.programs",
        },
    )

__all__ = [
    "FileReport",
    "Marking",
    "check_file",
    "check_files",
    "feedback_page",
    "fix",
    "grades",
    "page",
    "to_json",
]
