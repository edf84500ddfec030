"""What in a chart's XML would make Excel repair the file or leave the chart or an axis unshown."""

import math
import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from .formula_lint import Book, parse_area, parse_reference
from .worksheet_lint import is_number

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
WITHOUT_AXES = {f"{CHART}{kind}Chart" for kind in ("pie", "pie3D", "doughnut", "ofPie")}
# Excel saves what it caches with eight digits.
CACHE_TOLERANCE = 1e-7

ENDS = ("min", "max")

Values = Mapping[str, Mapping[str, str]]


def chart_problems(root: Element, part: str, book: Book, values: Values) -> Iterator[str]:
    """One line per problem of the chart, each beginning with the part's name.

    `values` maps each sheet to its cell_values.
    """
    title = root.find(f"{CHART}chart/{CHART}title")
    if title is not None and re.search(r"\d", _text(title)):
        yield f"{part}: number in the title {_text(title)!r}, which can go stale"
    plot_area = root.find(f"{CHART}chart/{CHART}plotArea")
    children = [] if plot_area is None else list(plot_area)
    plots = [child for child in children if child.tag.endswith("Chart")]
    axes = [child for child in children if child.tag.endswith("Ax")]
    if not any(True for plot in plots for _ in plot.iterfind(f"{CHART}ser")):
        yield f"{part}: no series"
    yield from _axis_id_problems(plots, axes, part)
    if _is_drawing(plots, axes):
        axes = []
    for axis in axes:
        place = f"{part}: axis {_value(axis, 'axId')}"
        yield from _axis_problems(axis, plots, place)
        yield from _logarithm_problems(axis, plots, place)
    numbers: set[str] = set()
    for series in (series for plot in plots for series in plot.iterfind(f"{CHART}ser")):
        number = _value(series, "idx")
        place = f"{part}: series {number}"
        if number in numbers:
            yield f"{place}: number repeated"
        numbers.add(number)
        yield from _series_problems(series, place, book, values)
        yield from _marker_problems(series, place)


def _is_drawing(plots: list[Element], axes: list[Element]) -> bool:
    """Whether a chart is a picture: all axes deleted, with ends of their own, and labelled series.

    Only then does nobody miss the axes.
    """
    labelled = [
        series
        for plot in plots
        for series in plot.iterfind(f"{CHART}ser")
        if any(label.get("val") == "1" for label in series.iter(f"{CHART}showSerName"))
    ]
    return bool(labelled) and all(
        _value(axis, "delete") == "1"
        and all(
            _value(scaling, end) for scaling in axis.iterfind(f"{CHART}scaling") for end in ENDS
        )
        for axis in axes
    )


def _value(element: Element, child: str) -> str:
    """The val attribute of a child, empty where either is absent."""
    found = element.find(f"{CHART}{child}")
    return "" if found is None else found.get("val", "")


def _text(title: Element) -> str:
    """The title as typed, or as cached from the cell that it is linked to."""
    return "".join(run.text or "" for run in title.iter() if run.tag in (TEXT, f"{CHART}v"))


def _axis_ids(plot: Element) -> list[str]:
    return [axis.get("val", "") for axis in plot.iterfind(f"{CHART}axId")]


def _axis_id_problems(plots: list[Element], axes: list[Element], part: str) -> Iterator[str]:
    known = [_value(axis, "axId") for axis in axes]
    used = [name for plot in plots for name in _axis_ids(plot)]
    for plot in plots:
        if plot.tag not in WITHOUT_AXES and len(_axis_ids(plot)) < 2:
            yield f"{part}: {plot.tag.removeprefix(CHART)} has fewer than two axes"
    for name in sorted(set(used) - set(known)):
        yield f"{part}: axis {name}: used by a plot but missing"
    for name in sorted(set(known)):
        if known.count(name) > 1:
            yield f"{part}: axis {name}: number repeated"
        if name not in used:
            yield f"{part}: axis {name}: used by no plot"
    for axis in axes:
        crossed = _value(axis, "crossAx")
        if crossed not in known or crossed == _value(axis, "axId"):
            yield f"{part}: axis {_value(axis, 'axId')}: crosses axis {crossed or '(none)'}"


def _axis_problems(axis: Element, plots: list[Element], place: str) -> Iterator[str]:
    delete = axis.find(f"{CHART}delete")
    if delete is not None and delete.get("val", "1") not in ("0", "false"):
        # A secondary value axis brings a second category axis, which repeats the first one.
        if any(_value(axis, "axId") in _axis_ids(plot) for plot in plots[:1]):
            yield f"{place}: deleted, so that Excel hides it"
        return
    title = axis.find(f"{CHART}title")
    if title is None or not _text(title).strip():
        yield f"{place}: no title"


def _logarithm_problems(axis: Element, plots: list[Element], place: str) -> Iterator[str]:
    scaling = axis.find(f"{CHART}scaling")
    if scaling is None or scaling.find(f"{CHART}logBase") is None:
        return
    base = _value(scaling, "logBase")
    if not is_number(base) or not 2 <= float(base) <= 1000:
        yield f"{place}: logarithm to the base {base}, 2 to 1000 expected"
    limits = [_value(scaling, end) for end in ("min", "max")]
    numbers = [limit for limit in limits if limit]
    horizontal = _value(axis, "axPos") in ("b", "t")
    for plot in plots:
        if _value(axis, "axId") in _axis_ids(plot):
            paired = plot.tag in (f"{CHART}scatterChart", f"{CHART}bubbleChart")
            source = ("xVal" if horizontal else "yVal") if paired else "val"
            points = plot.iterfind(f"{CHART}ser/{CHART}{source}//{CHART}pt/{CHART}v")
            numbers += [point.text or "" for point in points]
    for number in numbers:
        if is_number(number) and float(number) <= 0:
            yield f"{place}: {number} cannot stand on a logarithmic axis"


def _series_problems(series: Element, place: str, book: Book, values: Values) -> Iterator[str]:
    if series.find(f"{CHART}tx/{CHART}strRef") is None:
        yield f"{place}: no name taken from a cell"
    drawn = series.find(f"{CHART}yVal")
    drawn = series.find(f"{CHART}val") if drawn is None else drawn
    if drawn is None or drawn.find(f"{CHART}numRef") is None:
        yield f"{place}: no numbers taken from cells"
    for reference in series.iter():
        if reference.tag in (f"{CHART}numRef", f"{CHART}strRef"):
            formula = reference.findtext(f"{CHART}f", "")
            try:
                cells = _referenced_cells(formula, book)
            except ValueError as error:
                yield f"{place}: {error}"
            else:
                if problem := _cache_problem(reference, cells, values):
                    yield f"{place}: {formula}: {problem}"


def _marker_problems(series: Element, place: str) -> Iterator[str]:
    for size in series.iterfind(f"{CHART}marker/{CHART}size"):
        if not 2 <= int(size.get("val", "0")) <= 72:
            yield f"{place}: marker of size {size.get('val')}, 2 to 72 expected"


def _referenced_cells(formula: str, book: Book) -> list[tuple[str, str]]:
    """Sheet and name of each cell of a range, or of several as in `(T!$A$1:$A$3,T!$A$9)`."""
    union = formula[1:-1] if formula.startswith("(") else formula
    cells = []
    for text in re.findall(r"(?:'(?:[^']|'')*'|[^,'])+", union) or [""]:
        sheet, local = parse_reference(text, book)
        if sheet is None:
            raise ValueError(f"reference {text!r} names no sheet")
        cells += [(sheet, name) for name in parse_area(local).cells()]
    return cells


def _cache_problem(reference: Element, cells: list[tuple[str, str]], values: Values) -> str | None:
    """The first point where the cache differs from the cells, or is not what can be drawn."""
    numeric = reference.tag == f"{CHART}numRef"
    cache = reference.find(f"{CHART}{'numCache' if numeric else 'strCache'}")
    if cache is None:
        return "no cached values"
    if _value(cache, "ptCount") != str(len(cells)):
        return f"cache of {_value(cache, 'ptCount')} points for {len(cells)} cells"
    points = {
        point.get("idx"): point.findtext(f"{CHART}v", "") for point in cache.iterfind(f"{CHART}pt")
    }
    for index, (sheet, name) in enumerate(cells):
        cell = values.get(sheet, {}).get(name, "")
        cached = points.get(str(index), "")
        if not cell.strip():
            return f"{sheet}!{name} is empty"
        if not cached:
            return f"no cached value for {sheet}!{name}"
        if numeric and not is_number(cached):
            return f"cached value {cached} for {sheet}!{name} is not a finite number"
        if not _same(cached, cell):
            return f"cached value {cached} for {sheet}!{name}, which holds {cell}"
    return None


def _same(cached: str, cell: str) -> bool:
    if is_number(cached) and is_number(cell):
        return math.isclose(float(cached), float(cell), rel_tol=CACHE_TOLERANCE)
    return cached == cell
