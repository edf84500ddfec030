"""The mistakes of students, as mutation operators."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from ..mathematics.formula import operands, tokens_of, written
from ..writing.book import Book
from ..writing.cells import Content, Owner, Template
from .literature import depends
from .mutation import BookOperator, FormulaOperator, Needs, Target, Variant, said

Found = tuple[dict[Owner, Content], tuple[str, ...]] | None
SWAP = {"1": "2", "2": "1"}


def _is_gradient(quantity: str) -> bool:
    return quantity.startswith("dE/dw")


def _is_update(target: Target) -> bool:
    return target.quantity in target.book.convention.parameters


def _replaced(text: str, old: str, new: str) -> Iterator[str]:
    """A text with each occurrence replaced, and with all."""
    places = [match.start() for match in re.finditer(re.escape(old), text)]
    for at in places:
        yield text[:at] + new + text[at + len(old) :]
    if len(places) > 1:
        yield text.replace(old, new)


def sibling(target: Target) -> Iterator[Variant]:
    known = {*target.book.truth[target.run][0]}
    for name in dict.fromkeys(operands(target.template)):
        where, _, quantity = name.rpartition(" ")
        if where not in ("", "above") or not quantity[-1:].isdigit() or ":" in quantity:
            continue
        number = int(quantity.lstrip("abcdehiorstwlEn_/")[-1:] or 0)
        for other_number in (number - 1, number + 1):
            other = f"{quantity[:-1]}{other_number}"
            circular = not where and depends(target.book, other, target.quantity, target.run)
            if other not in known or circular or _missing(target, other):
                continue
            new = f"{{{where} {other}}}" if where else f"{{{other}}}"
            for text in _replaced(target.template, f"{{{name}}}", new):
                replaced = f"{said(other)}.*{said(quantity)}"
                updated = f"updated with the {said(other)}"
                yield text, (replaced, updated, "twice|swapped", "copies")


def _missing(target: Target, quantity: str) -> bool:
    """Whether a quantity stands nowhere in the book."""
    layout, book = target.book.layouts[target.run], target.book
    if quantity in (*layout.slots, *layout.parameters):
        return False
    return not (quantity in book.convention.constants and book.style["constants"] == "typed")


def missing_slope(target: Target) -> Iterator[Variant]:
    for match in re.finditer(r"\*\(1-\{a_[ho]\d\}\)|\(1-\{a_[ho]\d\}\)\*", target.template):
        text = target.template[: match.start()] + target.template[match.end() :]
        yield text, ("missing", "derivative|slope")


def missing_factor(target: Target) -> Iterator[Variant]:
    for match in re.finditer(r"\*\{[^}]*\}|\{[^}:]*\}\*", target.template):
        text = target.template[: match.start()] + target.template[match.end() :]
        yield text, ("missing",)


def negated(target: Target) -> Iterator[Variant]:
    if "/d" in target.quantity or target.quantity.startswith("delta"):
        yield f"-({target.template})", ("sign|minus|−",)
        yield f"-1*({target.template})", ("sign|minus|−|-1",)


def difference_turned(target: Target) -> Iterator[Variant]:
    for match in re.finditer(r"\(\{(a_o\d|t\d)\}-\{(a_o\d|t\d)\}\)", target.template):
        turned = f"({{{match[2]}}}-{{{match[1]}}})"
        yield (
            target.template[: match.start()] + turned + target.template[match.end() :],
            ("sign|stands where|swapped|minus",),
        )


def update_sign(target: Target) -> Iterator[Variant]:
    if _is_update(target):
        for at, token in enumerate(tokens := tokens_of(target.template)):
            if token.text == "-":
                text = written([*tokens[:at], type(token)("sign", "+"), *tokens[at + 1 :]])
                yield text, (r"sign|\+ where − belongs|minus|gradient ascent",)


def _pairs(template: str) -> Iterator[tuple[int, int]]:
    tokens = tokens_of(template)
    for first, token in enumerate(tokens):
        if token.text != "(" or token.kind != "sign":
            continue
        depth = 0
        for last in range(first, len(tokens)):
            opens = tokens[last].text == "(" or tokens[last].kind == "function"
            depth += opens - (tokens[last].text == ")")
            if depth == 0:
                yield first, last
                break


def parentheses_missing(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for first, last in _pairs(target.template):
        kept = [token for at, token in enumerate(tokens) if at not in (first, last)]
        yield written(kept), ("parenthes",)


def parenthesis_misplaced(target: Target) -> Iterator[Variant]:
    tokens = tokens_of(target.template)
    for first, last in _pairs(target.template):
        for to in (last - 2, last + 2):
            if first + 1 < to < len(tokens):
                moved = [token for at, token in enumerate(tokens) if at != last]
                at = to if to < last else to
                moved.insert(at, tokens[last])
                yield written(moved), ("parenthes",)


def updated_weights(target: Target) -> Iterator[Variant]:
    if target.quantity.startswith(("dE/d", "delta_h")) and target.book.steps:
        for name in dict.fromkeys(operands(target.template)):
            if re.fullmatch(r"w\d+", name):
                for text in _replaced(target.template, f"{{{name}}}", f"{{below {name}}}"):
                    yield text, ("row|below|updated|new weight",)


def first_row(target: Target) -> Iterator[Variant]:
    for name in dict.fromkeys(operands(target.template)):
        where, _, quantity = name.rpartition(" ")
        if where not in ("", "above") or quantity not in target.book.layouts[target.run].slots:
            continue
        if quantity in target.book.convention.constants or quantity == "rate":
            continue
        for text in _replaced(target.template, f"{{{name}}}", f"{{first {quantity}}}"):
            yield text, ("row",)


def row_above(target: Target) -> Iterator[Variant]:
    for name in dict.fromkeys(operands(target.template)):
        if name not in target.book.layouts[target.run].slots or " " in name:
            continue
        for text in _replaced(target.template, f"{{{name}}}", f"{{above {name}}}"):
            yield text, ("row",)


def drifting(target: Target) -> Iterator[Variant]:
    layout, book = target.book.layouts[target.run], target.book
    first = book.computed_from(target.quantity)
    for name in dict.fromkeys(operands(target.template)):
        in_cell = name in layout.parameters and name not in layout.slots
        kind = "rate" if name == "rate" else "constants"
        if in_cell and book.style[kind] not in ("name", "names") and book.steps > first:
            for text in _replaced(target.template, f"{{{name}}}", f"{{drift{first} {name}}}"):
                yield text, ("drift|blank|text|empty", r"[A-Z]+\d+")


def other_rate(target: Target) -> Iterator[Variant]:
    book = target.book
    if len(book.runs) > 1 and "{rate}" in target.template and book.style["rate"] != "typed":
        text = target.template.replace("{rate}", "{other rate}")
        yield text, ("learning rate|another|η",)


def other_constant(target: Target) -> Iterator[Variant]:
    book = target.book
    if len(book.runs) > 1 and book.style["constants"] != "typed":
        for name in dict.fromkeys(operands(target.template)):
            if name in book.convention.constants:
                for text in _replaced(target.template, f"{{{name}}}", f"{{other {name}}}"):
                    yield text, ("another|other|belongs|instead",)


def typed_rate(target: Target) -> Iterator[Variant]:
    for text in _replaced(target.template, "{rate}", target.rng.choice(("0.3", "0.05", "1.5"))):
        yield text, ("learning rate|η",)


def one_output_only(target: Target) -> Iterator[Variant]:
    if target.quantity.startswith(("dE/d", "delta_h")):
        tokens = tokens_of(target.template)
        for at, token in enumerate(tokens):
            if token.text != "+" or token.kind != "sign":
                continue
            depth, end = 0, at + 1
            while end < len(tokens):
                opens = tokens[end].text == "(" or tokens[end].kind == "function"
                closes = tokens[end].text == ")"
                if depth == 0 and (closes or tokens[end].text in ("+", ",")):
                    break
                depth += opens - closes
                end += 1
            yield written([*tokens[:at], *tokens[end:]]), ("missing|one output|only|factor|term",)


def other_gradient(target: Target) -> Iterator[Variant]:
    if _is_update(target):
        own = f"dE/d{target.quantity}"
        for other in target.book.convention.parameters:
            if other != target.quantity and f"{{above {own}}}" in target.template:
                text = target.template.replace(f"{{above {own}}}", f"{{above dE/d{other}}}")
                yield text, (said(f"dE/d{other}"),)


def half_missing(target: Target) -> Iterator[Variant]:
    if re.fullmatch(r"E\d", target.quantity):
        for half in ("0.5*", "1/2*", "(1/2)*", "50%*"):
            if target.template.startswith(half):
                yield target.template[len(half) :], ("0.5|½|half|1/2|factor",)
        for half in ("/2", "*0.5"):
            if target.template.endswith(half):
                yield target.template[: -len(half)], ("0.5|½|half|1/2|factor|divi",)


def guarded(target: Target) -> Iterator[Variant]:
    t, q = target.template, target.quantity
    words = ("IF|MIN|MAX|ROUND|ABS|guard|condition|limit|round|clip",)
    if "/d" in q and not depends(target.book, "E_total", q, target.run):
        yield f"IF({{E_total}}<0.01,0,{t})", words
        yield f"IF({{E_total}}>0.001,{t},0)", words
    if "/d" in q:
        yield f"IF(ABS({t})<0.001,0,{t})", words
        yield f"MAX(0,{t})", words
        yield f"ABS({t})", words
    if q.startswith("a_"):
        yield f"MIN(0.99,{t})", words
        yield f"MAX(0.01,{t})", words
        yield f"IF({{{q[2:]}}}>4,1,{t})", words
    if q.startswith("E"):
        yield f"IF({t}<0.001,0,{t})", words
        yield f"MIN(1,{t})", words
    if _is_update(target):
        yield f"MAX(-1,{t})", words
        yield f"MAX(0,{t})", words
    yield f"ROUND({t},{target.rng.choice((2, 3, 4))})", words


def tanh_derivative(target: Target) -> Iterator[Variant]:
    for match in re.finditer(r"\{(a_[ho]\d)\}\*\(1-\{\1\}\)", target.template):
        text = f"(1-{{{match[1]}}}^2)"
        yield (
            target.template[: match.start()] + text + target.template[match.end() :],
            ("tanh|derivative|slope|belongs|square|1 − a|factor",),
        )


def pre_activation(target: Target) -> Iterator[Variant]:
    for name in dict.fromkeys(operands(target.template)):
        if re.fullmatch(r"a_[ho]\d", name) and name != target.quantity:
            for text in _replaced(target.template, f"{{{name}}}", f"{{{name[2:]}}}"):
                yield text, (rf"{name[2:]}.*{name}", "pre-activation")


def exponent_sign(target: Target) -> Iterator[Variant]:
    if target.quantity.startswith("a_"):
        for text in _replaced(target.template, "EXP(-", "EXP("):
            yield text, ("sign|minus|−",)


def averaged(target: Target) -> Iterator[Variant]:
    if target.quantity == "E_total":
        yield f"({target.template})/2", ("2|mean|average|divid|factor|half",)
        names = [f"{{{n}}}" for n in operands(target.template) if ":" not in n]
        if len(names) > 1:
            yield f"AVERAGE({','.join(names)})", ("AVERAGE|average|mean|half|factor",)
    if _is_gradient(target.quantity) and len(target.book.convention.weights) > 3:
        gradients = [
            f"{{dE/d{w}}}"
            for w in target.book.convention.weights
            if f"dE/d{w}" != target.quantity
            and not depends(target.book, f"dE/d{w}", target.quantity, target.run)
        ]
        if len(gradients) > 1:
            one, other = target.rng.sample(gradients, 2)
            yield f"AVERAGE({one},{other})", ("average|AVERAGE|mean|gradient",)


def of_weight_gradients(target: Target) -> Iterator[Variant]:
    c = target.book.convention
    for (j, k), weight in c.hidden_weights.items():
        outputs = [f"{{dE/d{c.output_weights[o, j]}}}" for o in range(1, c.sizes[2] + 1)]
        if target.quantity == f"dE/d{weight}" and len(outputs) > 1:
            text = f"({'+'.join(outputs)})*{{a_h{j}}}*(1-{{a_h{j}}})*{{i{k}}}"
            yield text, ("weight gradient|∂E/∂w",)


def updated_neuron(target: Target) -> Iterator[Variant]:
    if re.fullmatch(r"[ho]\d", target.quantity) and target.book.steps > 1:
        c = target.book.convention
        weights = c.hidden_weights if target.quantity[0] == "h" else c.output_weights
        if weights:
            weight = weights[int(target.quantity[1:]), 1]
            yield (
                f"{{above {target.quantity}}}-{{rate}}*{{above dE/d{weight}}}",
                ("updated like a weight|instead of computed",),
            )


def squared(target: Target) -> Iterator[Variant]:
    for name in dict.fromkeys(operands(target.template)):
        if ":" not in name:
            text = next(_replaced(target.template, f"{{{name}}}", f"{{{name}}}^2"))
            yield text, ("square|\\^2|twice",)


def factor_twice(target: Target) -> Iterator[Variant]:
    for match in re.finditer(r"\*\{[^}]*\}", target.template):
        text = target.template[: match.end()] + match[0] + target.template[match.end() :]
        yield text, ("twice|square|multiplies|factor",)


def copies_neighbour(target: Target) -> Iterator[Variant]:
    templates = target.book.templates[target.run]
    kind = target.quantity.rstrip("0123456789")
    for other, template in templates.items():
        same = other != target.quantity and other.rstrip("0123456789") == kind
        if same and not depends(target.book, other, target.quantity, target.run):
            yield template, (f"copies|{said(other)}", "where .* belongs", "twice")


def without_rate(target: Target) -> Iterator[Variant]:
    if "{rate}" in target.template:
        yield (
            target.template.replace("{rate}*", "").replace("*{rate}", ""),
            ("learning rate|η|missing",),
        )


def scaled(target: Target) -> Iterator[Variant]:
    factor = target.rng.choice(("2*", "0.1*", "-2*"))
    yield f"{factor}({target.template})", (r"factor|multiplies|2|0\.1",)


def truncated(target: Target) -> Iterator[Variant]:
    if not _is_update(target):
        yield f"IF({target.template}>1,1,{target.template})", ("IF|condition|limit|guard",)
        yield f"MAX({target.template},-1)", ("MAX|limit|guard|condition",)


def error_at_the_end(book: Book, rng: random.Random) -> Found:
    run = rng.randrange(len(book.runs))
    quantity = rng.choice(list(book.templates[run]))
    if book.computed_from(quantity) > book.steps:
        return None
    text = f"({book.templates[run][quantity]})/{{blank}}"
    return {(run, quantity, book.steps): Template(text)}, ("#DIV|error|blank|divid|empty",)


def pasted_values(book: Book, rng: random.Random) -> Found:
    run = rng.randrange(len(book.runs))
    quantity = rng.choice(list(book.templates[run]))
    steps = range(book.computed_from(quantity), book.steps + 1)
    if len(steps) < 2:
        return None
    digits = rng.choice((4, 15))
    return {
        (run, quantity, step): round(book.truth[run][step][quantity], digits) for step in steps
    }, ("typed|pasted|number",)


def stops_updating(book: Book, rng: random.Random) -> Found:
    run = rng.randrange(len(book.runs))
    weight = rng.choice(book.convention.parameters)
    if book.steps < 3 or book.convention.momentum != "none":
        return None
    first = rng.randrange(2, book.steps + 1)
    return {
        (run, weight, step): Template(f"{{above {weight}}}")
        for step in range(first, book.steps + 1)
    }, ("not updated|repeats|missing",)


def swapped_targets(book: Book, rng: random.Random) -> Found:
    templates = book.templates[0]
    if len(book.convention.targets) < 2 or "{err" in templates["E1"]:
        return None
    typed = dict(book.typed(0))
    if typed and typed.get("t1") == typed.get("t2"):
        return None  # the same number stands in both formulas
    overrides: dict[Owner, Content] = {}
    for run, written_templates in enumerate(book.templates):
        for name, other in SWAP.items():
            text = written_templates[f"E{name}"].replace(f"{{t{name}}}", f"{{t{other}}}")
            overrides |= {(run, f"E{name}", step): Template(text) for step in range(book.steps + 1)}
    return overrides, ("t[12].*t[12]",)


def number_as_text(book: Book, rng: random.Random) -> Found:
    if book.style["constants"] != "columns":
        return None
    run = rng.randrange(len(book.runs))
    name = rng.choice((*book.convention.inputs, *book.convention.targets))
    step = rng.randrange(book.steps + 1)
    return {(run, name, step): f"{book.runs[run][name]:g}"}, ("text",)


def formula_as_text(book: Book, rng: random.Random) -> Found:
    run = rng.randrange(len(book.runs))
    quantity = rng.choice(list(book.templates[run]))
    first = book.computed_from(quantity)
    if first > book.steps or book.steps < 1:
        return None
    step = rng.randrange(first, book.steps + 1)
    value = book.truth[run][step][quantity]
    return {(run, quantity, step): rng.choice((f"{value:.4f}", "n/a", "?"))}, ("text",)


def _formula(
    name: str,
    variants: Callable[[Target], Iterator[Variant]],
    held_out: bool = False,
    needs: Needs = (),
) -> FormulaOperator:
    return FormulaOperator(name, "students", variants, held_out, needs)


SEVERAL_RUNS = (("runs", ("2", "3", "6")),)
NUMBERS = (("constants", ("columns",)),)


SLIPS = (
    _formula("sibling's operand", sibling),
    _formula("(1 − a) missing", missing_slope),
    _formula("factor missing", missing_factor),
    _formula("gradient negated", negated),
    _formula("difference turned round", difference_turned),
    _formula("sign of the update", update_sign),
    _formula("parentheses missing", parentheses_missing),
    _formula("parenthesis misplaced", parenthesis_misplaced),
    _formula("updated weights in the backward pass", updated_weights),
    _formula("all rows refer to the first", first_row),
    _formula("row above", row_above),
    _formula("reference drifts", drifting),
    _formula("rate of another run", other_rate, needs=SEVERAL_RUNS),
    _formula("constant of another run", other_constant, needs=SEVERAL_RUNS),
    _formula("rate typed in", typed_rate),
    _formula("one output only", one_output_only),
    _formula("gradient of another weight", other_gradient),
    _formula("½ missing", half_missing),
    _formula("guarded", guarded),
    _formula("derivative of tanh", tanh_derivative),
    _formula("pre-activation", pre_activation),
    _formula("sign of the exponent", exponent_sign),
    _formula("averaged", averaged),
    _formula("from weight gradients", of_weight_gradients),
    _formula("neuron updated like a weight", updated_neuron),
    _formula("operand squared", squared, held_out=True),
    _formula("factor twice", factor_twice, held_out=True),
    _formula("copies its neighbour", copies_neighbour, held_out=True),
    _formula("rate missing", without_rate, held_out=True),
    _formula("scaled", scaled, held_out=True),
    _formula("truncated", truncated, held_out=True),
    BookOperator("error in the last row", "students", error_at_the_end),
    BookOperator("values pasted", "students", pasted_values),
    BookOperator("stops updating", "students", stops_updating, held_out=True),
    BookOperator("swapped targets", "students", swapped_targets),
    BookOperator("number as text", "students", number_as_text, needs=NUMBERS),
    BookOperator("text for a formula", "students", formula_as_text),
)
