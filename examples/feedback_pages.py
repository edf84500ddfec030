"""Write the page that a student gets back: mark, mistakes, reasons, and the losses.

    python examples/feedback_pages.py

makes Ada.xlsx, a workbook with two mistakes, and writes Ada.html, which looks like
pictures/feedback-page.png. On the command line, for a folder of files:

    python -m backprop_xlsx.check submissions/*.xlsx --feedback pages
"""

from __future__ import annotations

from pathlib import Path

from check_homework import A_H1_FOR_A_H2, hand_in

from backprop_xlsx.check import Marking, check_file, feedback_page

INPUT_FOR_TARGET = (("∂E/∂w5", "t1", "i2"),)

ada = Path("Ada.xlsx")
hand_in(ada, A_H1_FOR_A_H2 + INPUT_FOR_TARGET)
report = check_file(ada)
Path("Ada.html").write_text(feedback_page(report), encoding="utf-8")
print(f"Ada.html: {Marking().of(report)}")
