"""Mark a class: a mark for each file, Moodle's worksheet filled in, and a page on the class.

    python examples/mark_class.py

makes four workbooks in folders as Moodle names them, checks them in two processes, and writes
Upload.csv, marks of 20 for Moodle, and Class.html, which looks like pictures/class-page.png. On
the command line:

    python -m backprop_xlsx.check submissions/*/*.xlsx --jobs 2 --points 20 \\
        --roster Worksheet.csv --moodle Upload.csv --class-page Class.html
"""

from __future__ import annotations

from pathlib import Path

from check_homework import A_H1_FOR_A_H2, OTHERS_GRADIENT, hand_in

from backprop_xlsx.check.__main__ import main

NAMES = ("Ada Lovelace", "Charles Babbage", "Emmy Noether", "Karl Weierstrass")
SLIPS = ((), A_H1_FOR_A_H2, A_H1_FOR_A_H2 + OTHERS_GRADIENT, OTHERS_GRADIENT)
HEADINGS = "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments"


def hand_in_all() -> list[str]:
    """A file of each student, and the worksheet that Moodle exports."""
    files, lines = [], [HEADINGS]
    for number, (name, slips) in enumerate(zip(NAMES, SLIPS, strict=True), start=4711):
        folder = Path("submissions") / f"{name}_{number}_assignsubmission_file_"
        folder.mkdir(parents=True, exist_ok=True)
        hand_in(folder / "homework.xlsx", slips)
        files.append(str(folder / "homework.xlsx"))
        lines.append(f"Participant {number},{name},,20.00,-,")
    Path("Worksheet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return files


if __name__ == "__main__":
    given = [*hand_in_all(), "--jobs", "2", "--points", "20", "--roster", "Worksheet.csv"]
    status = main([*given, "--moodle", "Upload.csv", "--class-page", "Class.html"])
    assert status == 1, "there is a fault in a file"
    print(Path("Upload.csv").read_text(encoding="utf-8"))
