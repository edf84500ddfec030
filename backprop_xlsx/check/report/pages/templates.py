"""The templates of the pages; whatever is put into one is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2

from backprop_xlsx.check.report import phrases
from backprop_xlsx.check.report.mistakes import mistakes
from backprop_xlsx.formula.names import label
from backprop_xlsx.model.words import listed


@cache
def template(name: str, package: str = "") -> jinja2.Template:
    """A template beside the modules of a package, of this one unless another is given."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_source),
    )
    environment.filters["printable"] = phrases.printable
    environment.globals |= {
        "phrases": phrases,
        "mistakes_of": mistakes,
        "listed": listed,
        "label": label,
    }
    return environment.get_template(f"{package}:{name}")


def _source(name: str) -> str:
    package, _, file = name.rpartition(":")
    return (resources.files(package or __package__) / file).read_text(encoding="utf-8")
