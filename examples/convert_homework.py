"""Check a file of another program, an .ods here, and write the corrected copy as .xlsx.

    python examples/convert_homework.py

makes Homework.ods with LibreOffice (soffice), which it needs, and Corrected.xlsx; it prints what
pictures/convert-homework.png shows. On the command line:

    python -m backprop_xlsx.check Homework.ods --convert --fix Corrected.xlsx
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from check_homework import A_H1_FOR_A_H2, hand_in

from backprop_xlsx.check.__main__ import main

if __name__ == "__main__":
    hand_in(Path("Homework.xlsx"), A_H1_FOR_A_H2)
    profile = f"-env:UserInstallation={Path('profile').resolve().as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "ods", "Homework.xlsx"],
        check=True,
        capture_output=True,
    )
    assert main(["Homework.ods", "--convert", "--fix", "Corrected.xlsx"]) == 1, "it has a fault"
