"""Fills the blocks of the pages that are made of the project itself, and draws its architecture.

    python docs/tools/generate.py

writes what stands between ``<!-- made: NAME -->`` and ``<!-- end -->`` in the pages, and the
picture. Run it after a change of an equation, a public name or a room; a test compares.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from architecture import drawing
from backprop_xlsx import Experiment, reference
from backprop_xlsx.derivation import derivation
from backprop_xlsx.derivation.lines import Line, Part, Remark
from backprop_xlsx.derivation.remarks import WAYS
from backprop_xlsx.formula.names import TOTAL_LOSS
from backprop_xlsx.model.activations import ACTIVATIONS
from backprop_xlsx.model.losses import LOSSES

DOCS = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- made: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
STEPS = (1, 100)
KEEPING = ("momentum", "rmsprop", "adam")


def generated() -> dict[Path, str]:
    """The content of each page that has a block, and of the picture, as they should be."""
    pages = {page: page.read_text(encoding="utf-8") for page in sorted(DOCS.rglob("*.md"))}
    filled = {page: BLOCK.sub(_filled, text) for page, text in pages.items() if BLOCK.search(text)}
    return filled | {DOCS / "architecture.svg": drawing()}


def _filled(block: re.Match[str]) -> str:
    return f"{block[1]}\n{BLOCKS[block[2]]()}\n\n{block[3]}"


def _class_network() -> str:
    parts = derivation(Experiment.preset("classroom"))
    said = [(f"## {part.title}", part.explanation, _verbatim(_lines(part))) for part in parts]
    return "\n\n".join(paragraph for paragraphs in said for paragraph in paragraphs)


def _optimisers() -> str:
    experiments = [
        Experiment.preset(optimiser=name, layers="1-1", learning_rates=[0.1]) for name in KEEPING
    ]
    blocks = [
        [f"{experiment.optimisers[0].title}:", *_lines(derivation(experiment)[-1])]
        for experiment in experiments
    ]
    return _verbatim(line for lines in blocks for line in lines)


def _lines(part: Part) -> list[str]:
    width = max(len(line.left) for line in part.lines)
    return [f"{line.left:>{width}} {_sign(line)} {line.right}" for line in part.lines]


def _verbatim(lines: Iterable[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _sign(line: Line | Remark) -> str:
    """What stands before the right side: an equality, unless words follow or a way is told."""
    if line.left in WAYS:
        return ":"
    return " " if not line.left and line.right.startswith("as ") else "="


def _activations() -> str:
    rows = [
        f"| {name} | {each.definition} | {each.slope_derived[-1] if each.slope_derived else '1'} |"
        for name, each in ACTIVATIONS.items()
    ]
    return "\n".join(["| activation | f(x) | f′(x) |", "|---|---|---|", *rows])


def _losses() -> str:
    rows = [
        f"| {name} | {each.plain} | {'their mean' if each.averaged else 'their sum'} |"
        for name, each in LOSSES.items()
    ]
    header = ["| loss | the part of output 1 | E_total, of all outputs |", "|---|---|---|"]
    return "\n".join([*header, *rows])


def _known_losses() -> str:
    experiments = [Experiment.preset(name) for name in ("classroom", "eva")]
    trained = [reference.train(experiment) for experiment in experiments]
    targets = [
        " and ".join(f"{target:g}" for target in experiment.samples[0].targets)
        for experiment in experiments
    ]
    rows = [["any, step 0", *(_loss(runs[0], 0) for runs in trained)]]
    for run, optimiser in enumerate(experiments[0].optimisers):
        for step in STEPS:
            losses = [_loss(runs[run], step) for runs in trained]
            rows.append([f"{optimiser.learning_rate:g}, step {step}", *losses])
    table = [["η", *(f"targets {pair}" for pair in targets)], ["---"] * 3, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def _loss(run: Mapping[str, reference.Array], step: int) -> str:
    return f"{run[TOTAL_LOSS][step]:.11g}"


def _public_names(package: str) -> str:
    module = importlib.import_module(package)
    rows = []
    for name in module.__all__:
        said = inspect.getdoc(getattr(module, name)) or ""
        first = " ".join(said.split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")
        first = re.sub(r":\w+:`([\w.]+)`", lambda role: f"`{role[1].split('.')[-1]}`", first)
        rows.append(f"| `{name}` | {first} |")
    return "\n".join(["| name | what it is |", "|---|---|", *rows])


BLOCKS: dict[str, Callable[[], str]] = {
    "the class network": _class_network,
    "optimisers": _optimisers,
    "activations": _activations,
    "losses": _losses,
    "known losses": _known_losses,
    **{
        f"names of {package}": partial(_public_names, package)
        for package in ("backprop_xlsx", "backprop_xlsx.check", "mnist_model.digit")
    },
}

if __name__ == "__main__":
    for path, content in generated().items():
        path.write_text(content, encoding="utf-8")
        print(path.relative_to(DOCS))
