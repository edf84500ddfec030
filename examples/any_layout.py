"""The check reads tables as people write them: here across, with German headings, and two mistakes.

    python examples/any_layout.py

makes Hausaufgabe.xlsx, a step a column, whose headings say nothing to the check: its formulas do.
One update takes another number than the cell named Lernrate, and one gradient the wrong neuron.
Korrigiert.xlsx is the corrected copy, verified before it is written: pictures/any-layout.png
shows it.
"""

from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from backprop_xlsx.check import check_file, fix

GIVEN = {"Ziel 1": 0.5, "Ziel 2": 0.5, "Eingang 1": 0.05, "Eingang 2": 0.1}
WEIGHTS = {f"Gewicht {k}": 0.1 + 0.05 * k for k in range(1, 9)}
BACK = "(({1. Fehler}*{Gewicht %d}+{2. Fehler}*{Gewicht %d})*{%s}*(1-{%s})*{Eingang %d})"
FORMULAS = {
    "Netz 1": "{Gewicht 1}*{Eingang 1}+{Gewicht 2}*{Eingang 2}",
    "Netz 2": "{Gewicht 3}*{Eingang 1}+{Gewicht 4}*{Eingang 2}",
    "Mitte 1": "1/(1+EXP(-{Netz 1}))",
    "Mitte 2": "1/(1+EXP(-{Netz 2}))",
    "Netz 3": "{Gewicht 5}*{Mitte 1}+{Gewicht 6}*{Mitte 2}",
    "Netz 4": "{Gewicht 7}*{Mitte 1}+{Gewicht 8}*{Mitte 2}",
    "Ende 1": "1/(1+EXP(-{Netz 3}))",
    "Ende 2": "1/(1+EXP(-{Netz 4}))",
    "Verlust": "({Ziel 1}-{Ende 1})^2/2+({Ziel 2}-{Ende 2})^2/2",
    "1. Fehler": "({Ende 1}-{Ziel 1})*{Ende 1}*(1-{Ende 1})",
    "2. Fehler": "({Ende 2}-{Ziel 2})*{Ende 2}*(1-{Ende 2})",
    "Steigung 1": BACK % (5, 7, "Mitte 1", "Mitte 1", 1),
    "Steigung 2": BACK % (5, 7, "Mitte 1", "Mitte 1", 2),
    "Steigung 3": BACK % (6, 8, "Mitte 1", "Mitte 1", 1),  # a mistake: of the first neuron
    "Steigung 4": BACK % (6, 8, "Mitte 2", "Mitte 2", 2),
    "Steigung 5": "{1. Fehler}*{Mitte 1}",
    "Steigung 6": "{1. Fehler}*{Mitte 2}",
    "Steigung 7": "{2. Fehler}*{Mitte 1}",
    "Steigung 8": "{2. Fehler}*{Mitte 2}",
}
ROWS = {name: row for row, name in enumerate((*GIVEN, *WEIGHTS, *FORMULAS), 3)}
RATES = dict.fromkeys(WEIGHTS, "$B$1") | {"Gewicht 8": "$D$1"}  # the other mistake

homework = Path("Hausaufgabe.xlsx")
with xlsxwriter.Workbook(homework) as book:
    sheet = book.add_worksheet("Übung")
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 16, 7, book.add_format({"num_format": "0.0000"}))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.write_row(0, 0, ["Lernrate", 0.5, "", 0.05])
    for name, row in ROWS.items():
        sheet.write(row, 0, name)
        for column in range(1, 17):
            before = xl_rowcol_to_cell(row, column - 1)
            if name in GIVEN or (name in WEIGHTS and column == 1):
                sheet.write(row, column, (GIVEN | WEIGHTS)[name])
            elif name in WEIGHTS:
                slope = xl_rowcol_to_cell(ROWS[name.replace("Gewicht", "Steigung")], column - 1)
                sheet.write_formula(row, column, f"={before}-{RATES[name]}*{slope}")
            else:
                cells = {other: xl_rowcol_to_cell(at, column) for other, at in ROWS.items()}
                formula = FORMULAS[name]
                for other, cell in cells.items():
                    formula = formula.replace(f"{{{other}}}", cell)
                sheet.write_formula(row, column, f"={formula}")

report = check_file(homework)
for table in report.tables:
    print(f"{table.sheet}!{table.range}: {table.network}")
    print(f"  judged: {table.coverage}")
    for fault in table.faults:
        print(f"  {fault.quantity}, {fault.range}: {fault.explanation}")
        print(f"    there is   {fault.found}")
        print(f"    should be  {fault.expected}")
print(fix(report, Path("Korrigiert.xlsx")))
