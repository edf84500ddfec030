"""Mistakes that students made, each as a formula template to put into a right class table.

Together with what is wrong with it, in the words that an explanation must hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracles.class_table import FORMULAS, GRADIENTS, WEIGHTS, ClassTable

HIDDEN_GRADIENTS, OUTPUT_GRADIENTS = GRADIENTS[:4], GRADIENTS[4:]
SIBLINGS = {"a_h1": "a_h2", "a_h2": "a_h1", "a_o1": "a_o2", "a_o2": "a_o1"}


@dataclass(frozen=True)
class Mistake:
    """A wrong formula of a quantity; ``later`` if the first row where it is computed stays right.

    ``words`` must all stand in its explanation.
    """

    kind: str
    quantity: str
    template: str
    words: tuple[str, ...]
    later: bool = False


def mistakes() -> list[Mistake]:
    """One or more of every kind, for every quantity that can suffer it."""
    found: list[Mistake] = []

    def add(kind: str, quantity: str, template: str, *words: str, later: bool = False) -> None:
        assert template != ClassTable.template(quantity), (kind, quantity)
        found.append(Mistake(kind, quantity, template, words, later))

    for gradient in HIDDEN_GRADIENTS:
        right = FORMULAS[gradient]
        own = "a_h1" if gradient in HIDDEN_GRADIENTS[:2] else "a_h2"
        other = SIBLINGS[own]
        outer, inner = ("w5", "w7") if own == "a_h1" else ("w6", "w8")
        source = "i1" if gradient in ("dE/dw1", "dE/dw3") else "i2"
        slope = f"*{{{own}}}*(1-{{{own}}})"
        add(
            "sibling activation",
            gradient,
            right.replace(slope, f"*{{{other}}}*(1-{{{other}}})"),
            f"uses {other} where {own}",
        )
        add(
            "sibling activation",
            gradient,
            right.replace("{t2}", "{t1}"),
            "uses t1 where t2 belongs",
        )
        add(
            "missing parentheses",
            gradient,
            right.replace("((", "(", 1).replace(f"{{{inner}}})", f"{{{inner}}}"),
            "outer parentheses are missing",
            f"multiplied by {own}",
        )
        add(
            "missing parentheses",
            gradient,
            right.replace(slope, f"*{{{own}}}*1-{{{own}}}"),
            "parentheses around 1 − " + own,
            "missing",
        )
        add(
            "misplaced parentheses",
            gradient,
            right.replace(f"{{{outer}}}+", f"{{{outer}}})+").replace(
                f"{{{inner}}})", f"{{{inner}}}"
            ),
            "parenthesis closes too early",
        )
        add(
            "blank cell",
            gradient,
            right.replace("(1-{a_o2})", "({blank}-{a_o2})"),
            "the blank cell",
            "stands where 1 belongs",
        )
        add(
            "doubled factor",
            gradient,
            right.replace("({a_o2}-{t2})", "({a_o2}-{t2})*({a_o2}-{t2})"),
            "(a_o2 − t2) stands twice",
        )
        add(
            "doubled factor",
            gradient,
            right.replace(f"*{{{source}}}", f"*{{{source}}}*{{{source}}}"),
            f"{source} stands twice",
        )
        add(
            "* for −",
            gradient,
            right.replace("{a_o1}-{t1}", "{a_o1}*{t1}"),
            "uses * where − belongs",
        )
        add(
            "* for −",
            gradient,
            right.replace(f"1-{{{own}}}", f"1*{{{own}}}"),
            "uses * where − belongs",
        )
        add(
            "swapped weights",
            gradient,
            right.replace(f"{{{outer}}}", "{x}")
            .replace(f"{{{inner}}}", f"{{{outer}}}")
            .replace("{x}", f"{{{inner}}}"),
            "swapped",
        )
        add(
            "square of a weight",
            gradient,
            right.replace(f"{{{outer}}}", f"{{{outer}}}^2"),
            f"squares {outer}",
        )
        back = ("dE/dw5", "dE/dw7") if own == "a_h1" else ("dE/dw6", "dE/dw8")
        add(
            "weight gradients",
            gradient,
            f"({{{back[0]}}}+{{{back[1]}}}){slope}*{{{source}}}",
            "weight gradients",
            *(g.replace("dE/d", "∂E/∂") for g in back),
        )
        add(
            "weight gradients",
            gradient,
            f"({{{back[0]}}}*{{{outer}}}+{{{back[1]}}}*{{{inner}}}){slope}*{{{source}}}",
            "weight gradient",
        )
    for gradient in OUTPUT_GRADIENTS:
        right = FORMULAS[gradient]
        hidden = "a_h1" if gradient in ("dE/dw5", "dE/dw7") else "a_h2"
        output = "1" if gradient in ("dE/dw5", "dE/dw6") else "2"
        add(
            "sibling activation",
            gradient,
            right.replace(f"{{{hidden}}}", f"{{{SIBLINGS[hidden]}}}"),
            f"uses {SIBLINGS[hidden]} where {hidden} belongs",
        )
        add(
            "pre-activation",
            gradient,
            right.replace(f"{{{hidden}}}", f"{{{hidden[2:]}}}"),
            f"uses {hidden[2:]} where {hidden} belongs",
        )
        add(
            "* for −",
            gradient,
            right.replace(f"1-{{a_o{output}}}", f"1*{{a_o{output}}}"),
            "uses * where − belongs",
        )
        add(
            "missing parentheses",
            gradient,
            right.replace(f"({{a_o{output}}}-{{t{output}}})", f"{{a_o{output}}}-{{t{output}}}"),
            "parentheses around a_o",
        )
        add(
            "blank cell",
            gradient,
            right.replace(f"{{t{output}}}", "{blank}"),
            "the blank cell",
            f"where t{output} belongs",
        )
    for hidden, first, second in (("h1", "w1", "w2"), ("h2", "w3", "w4")):
        add("swapped weights", hidden, f"{{{second}}}*{{i1}}+{{{first}}}*{{i2}}", "swapped")
        add(
            "square of a weight",
            hidden,
            f"{{{first}}}^2*{{i1}}+{{{second}}}*{{i2}}",
            f"squares {first}",
        )
        add(
            "blank cell",
            hidden,
            f"{{{first}}}*{{i1}}+{{blank}}*{{i2}}",
            "the blank cell",
            f"where {second} belongs",
        )
        add(
            "frozen row",
            hidden,
            f"{{first {first}}}*{{i1}}+{{{second}}}*{{i2}}",
            "refers to row",
            later=True,
        )
        add(
            "overwritten by an update",
            hidden,
            f"{{above {hidden}}}-{{rate}}*{{above dE/d{first}}}",
            f"{hidden} is updated like a weight instead of computed",
            later=True,
        )
    for output, first, second in (("o1", "w5", "w6"), ("o2", "w7", "w8")):
        add("swapped weights", output, f"{{{second}}}*{{a_h1}}+{{{first}}}*{{a_h2}}", "swapped")
        add(
            "pre-activation",
            output,
            f"{{{first}}}*{{h1}}+{{{second}}}*{{a_h2}}",
            "uses h1 where a_h1 belongs",
        )
        add(
            "square of a weight",
            output,
            f"{{{first}}}*{{a_h1}}+{{{second}}}^2*{{a_h2}}",
            f"squares {second}",
        )
        add(
            "sibling activation",
            output,
            f"{{{first}}}*{{a_h1}}+{{{second}}}*{{a_h1}}",
            "uses a_h1 where a_h2 belongs",
        )
        add(
            "overwritten by an update",
            output,
            f"{{above {output}}}-{{rate}}*{{above dE/d{first}}}",
            f"{output} is updated like a weight",
            later=True,
        )
    for loss, target in (("E1", "0.01"), ("E2", "0.99")):
        k = loss[1]
        add(
            "typed-in target",
            loss,
            f"0.5*({target}-{{a_o{k}}})^2",
            f"the target is typed in ({target}) instead of t{k}",
        )
        add("* for −", loss, f"0.5*({{t{k}}}*{{a_o{k}}})^2", "uses * where − belongs")
        add("pre-activation", loss, f"0.5*({{t{k}}}-{{o{k}}})^2", f"uses o{k} where a_o{k} belongs")
        add(
            "missing parentheses",
            loss,
            f"0.5*{{t{k}}}-{{a_o{k}}}^2",
            f"parentheses around t{k} − a_o{k} are missing",
        )
    add("E2 copied from E1", "E2", FORMULAS["E1"], "copies E1")
    add("E2 copied from E1", "E2", "{E1}", "copies E1")
    add("* for −", "E_total", "{E1}*{E2}", "uses * where + belongs")
    add("missing parentheses", "a_h1", "1/1+EXP(-{h1})", "parentheses around 1 + exp", "missing")
    add("pre-activation", "a_o2", "1/(1+EXP(-{a_h2}))", "uses a_h2 where o2 belongs")
    for number, weight in enumerate(WEIGHTS, 1):
        next_one = number % len(WEIGHTS) + 1
        add(
            "wrong gradient in an update",
            weight,
            f"{{above {weight}}}-{{rate}}*{{above dE/dw{next_one}}}",
            f"{weight} is updated with the gradient of w{next_one}",
        )
        add(
            "swapped weights",
            weight,
            f"{{above w{next_one}}}-{{rate}}*{{above dE/d{weight}}}",
            f"from w{next_one} instead of from {weight}",
        )
        add(
            "frozen row",
            weight,
            f"{{first {weight}}}-{{rate}}*{{above dE/d{weight}}}",
            "refers to row",
            "in every row instead of the row above",
            later=True,
        )
        add(
            "* for −",
            weight,
            f"{{above {weight}}}*{{rate}}*{{above dE/d{weight}}}",
            "uses * where − belongs",
        )
    return found
