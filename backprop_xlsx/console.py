"""backprop-xlsx: writes a workbook as ``python -m backprop_xlsx`` does, or checks some."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs ``backprop-xlsx check …`` or ``backprop-xlsx …``; the exit status of that command."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["check"]:
        from backprop_xlsx.check.__main__ import main as check

        return check(arguments[1:])
    from backprop_xlsx.__main__ import main as write

    return write(arguments)
