"""How different people write the same formula: one template for each quantity."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..mathematics.conventions import Convention

CHOICES: dict[str, tuple[str, ...]] = {
    "error": ("a-t", "-(t-a)", "-1*(t-a)"),
    "square": ("^2", "POWER", "x*x", "SUMSQ"),
    "half": ("0.5*", "1/2*", "/2", "(1/2)*"),
    "slope": ("a*(1-a)", "(1-a)*a", "a-a^2", "(a*(1-a))"),
    "sigmoid": ("plain", "-1*", "^-1", "swapped", "parentheses", "ratio"),
    "sum": ("plain", "plain", "swapped", "SUM", "SUMPRODUCT", "parentheses"),
    "update": ("plain", "plain", "+-", "parentheses", "swapped"),
    "product": ("plain", "plain", "reversed", "shuffled", "PRODUCT"),
    "total": ("plain", "SUM", "range"),
    "hidden": ("written out", "written out", "by weight gradients", "distributed"),
}
HELD_OUT_CHOICES: dict[str, tuple[str, ...]] = {
    "error": ("(a-t)*1", "0-(t-a)"),
    "square": ("SQRT", "SUMXMY2", "expanded"),
    "half": ("50%*", "*0.5", "*2^-1"),
    "slope": ("a-a*a", "a/1-POWER", "-a*(a-1)"),
    "sigmoid": ("tanh", "1-", "POWER", "1/EXP"),
    "sum": ("--", "PRODUCT", "+0"),
    "update": ("SUM", "-1*", "factored"),
    "product": ("over one", "doubled minus"),
    "total": ("reversed", "parentheses"),
    "hidden": ("divided", "swapped terms"),
}


@dataclass(frozen=True)
class Habits:
    """One person's way to write; ``steady`` people never change it."""

    choices: dict[str, str]
    steady: bool
    held_out: bool

    @classmethod
    def drawn(cls, rng: random.Random, held_out: bool) -> Habits:
        """Somebody's habits."""
        plain = rng.random() < 0.3
        return cls(
            {
                kind: CHOICES[kind][0] if plain else rng.choice(_pool(kind, held_out))
                for kind in CHOICES
            },
            plain or rng.random() < 0.5,
            held_out,
        )


def _pool(kind: str, held_out: bool) -> tuple[str, ...]:
    return HELD_OUT_CHOICES[kind] + CHOICES[kind] if held_out else CHOICES[kind]


@dataclass
class Speller:
    """Writes the template of any quantity.

    ``auxiliary`` are the kinds of auxiliary columns that the book has, and uses; ``adjacent`` tells
    whether the cells of these quantities stand in a row, in this order.
    """

    convention: Convention
    habits: Habits
    auxiliary: frozenset[str]
    rng: random.Random
    adjacent: Callable[[Sequence[str]], bool]

    def template(self, quantity: str) -> str:
        """The formula of a quantity, for a step other than the first if it is a parameter."""
        c = self.convention
        if quantity in c.parameters:
            return self._update(quantity)
        if quantity.startswith("v "):
            return self._velocity(quantity[2:])
        if quantity.startswith("step "):
            return self._product(["-{rate}", f"{{dE/d{quantity[5:]}}}"])
        if quantity == "E_total":
            return self._total()
        kind = quantity.rstrip("0123456789")
        number = quantity[len(kind) :]
        if kind in ("h", "o"):
            return self._pre_activation(kind, int(number))
        if kind in ("a_h", "a_o"):
            return self._activation(c.hidden if kind == "a_h" else c.output, kind[2:] + number)
        if kind == "err":
            return f"{{t{number}}}-{{a_o{number}}}"
        if kind == "E":
            return self._loss(number)
        if kind == "delta_o":
            return self._product(self._delta_factors(number, whole=False))
        if kind == "delta_h":
            back, own = self._back(number), self._hidden_slope(number)
            return self._product([back, own])
        if kind == "dE/da_o":
            return self._loss_slope(number)
        if kind in ("dE/da_h",):
            return self._sum_of_partials(number)
        if kind.endswith("/do"):
            return _bare(self._slope(c.output, f"a_o{number}", "o" + number))
        if kind.endswith("/dh"):
            return _bare(self._slope(c.hidden, f"a_h{number}", "h" + number))
        if kind.endswith("/da_h"):
            weight = c.output_weights[int(quantity[2]), int(number)]
            return self._product([*self._delta_factors(quantity[2]), f"{{{weight}}}"])
        name = kind.rpartition("/d")[2] + number
        if kind.startswith("dE/d"):
            return self._gradient(name)
        return self._partial_gradient(quantity[2], name)

    def _choice(self, kind: str) -> str:
        if self.habits.steady or self.rng.random() < 0.8:
            return self.habits.choices[kind]
        return self.rng.choice(_pool(kind, self.habits.held_out))

    # Sums and products

    def _sum_of_products(self, pairs: list[tuple[str, str]], bias: str | None) -> str:
        choice = self._choice("sum")
        lefts, rights = [left for left, _ in pairs], [right for _, right in pairs]
        more = f"+{{{bias}}}" if bias else ""
        if choice == "SUMPRODUCT" and self.adjacent(lefts) and self.adjacent(rights):
            return f"SUMPRODUCT({{{':'.join(lefts)}}},{{{':'.join(rights)}}}){more}"
        if choice == "swapped":
            terms = [f"{{{right}}}*{{{left}}}" for left, right in reversed(pairs)]
            return "+".join([*([f"{{{bias}}}"] if bias else []), *terms])
        terms = [f"{{{left}}}*{{{right}}}" for left, right in pairs]
        if choice == "SUM":
            return f"SUM({','.join(terms)}){more}"
        if choice == "parentheses":
            return "+".join(f"({term})" for term in terms) + more
        if choice == "--":
            return "--".join(terms) + more
        if choice == "PRODUCT":
            return "+".join(f"PRODUCT({{{left}}},{{{right}}})" for left, right in pairs) + more
        return "+".join(terms) + more + ("+0" if choice == "+0" else "")

    def _product(self, factors: list[str]) -> str:
        choice = self._choice("product")
        if len(factors) == 1:
            return _bare(factors[0])
        if choice == "reversed":
            factors = factors[::-1]
        elif choice == "shuffled":
            factors = self.rng.sample(factors, len(factors))
        elif choice == "PRODUCT":
            return f"PRODUCT({','.join(_bare(factor) for factor in factors)})"
        elif choice == "doubled minus":
            return f"-(-{'*'.join(factors)})"
        text = "*".join(factors)
        return f"{text}/1" if choice == "over one" else text

    # Forward

    def _pre_activation(self, kind: str, j: int) -> str:
        c = self.convention
        if kind == "h":
            pairs = [(c.hidden_weights[j, k], f"i{k}") for k in range(1, c.sizes[0] + 1)]
            return self._sum_of_products(pairs, c.hidden_bias(j))
        pairs = [(c.output_weights[j, k], name) for k, name in enumerate(c.sources, 1)]
        return self._sum_of_products(pairs, c.output_bias(j))

    def _activation(self, function: str, x: str) -> str:
        if function == "tanh":
            return f"TANH({{{x}}})"
        if function == "linear":
            return f"{{{x}}}"
        if function == "relu":
            return self.rng.choice((f"MAX(0,{{{x}}})", f"IF({{{x}}}>0,{{{x}}},0)"))
        return {
            "plain": "1/(1+EXP(-{%s}))",
            "-1*": "1/(1+EXP(-1*{%s}))",
            "^-1": "(1+EXP(-{%s}))^-1",
            "swapped": "1/(EXP(-{%s})+1)",
            "parentheses": "(1/(1+(EXP(-({%s})))))",
            "ratio": "EXP({%s})/(1+EXP({%s}))",
            "tanh": "0.5*(1+TANH({%s}/2))",
            "1-": "1-1/(1+EXP({%s}))",
            "POWER": "POWER(1+EXP(-{%s}),-1)",
            "1/EXP": "1/(1+1/EXP({%s}))",
        }[self._choice("sigmoid")].replace("%s", x)

    def _loss(self, k: str) -> str:
        t, a = f"{{t{k}}}", f"{{a_o{k}}}"
        if self.convention.loss == "cross entropy":
            return self.rng.choice(
                (f"-({t}*LN({a})+(1-{t})*LN(1-{a}))", f"-{t}*LN({a})-(1-{t})*LN(1-{a})")
            )
        choice, difference = self._choice("square"), f"{t}-{a}"
        if "errors" in self.auxiliary:
            difference = f"{{err{k}}}"
        elif self._choice("error") == "a-t":
            difference = f"{a}-{t}" if self.rng.random() < 0.5 else difference
        inner = f"({difference})"
        square = {
            "POWER": f"POWER({difference},2)",
            "x*x": f"{inner}*{inner}",
            "SUMSQ": f"SUMSQ({difference})",
            "SQRT": f"SQRT({inner}^4)",
            "SUMXMY2": f"SUMXMY2({t},{a})",
            "expanded": f"({t}^2-2*{t}*{a}+{a}^2)",
        }.get(choice, f"{inner}^2")
        if not self.convention.loss.startswith("half"):
            return square
        half = self._choice("half")
        return square + half if half[0] in "/*" else half + square

    def _total(self) -> str:
        c = self.convention
        losses = [f"E{j}" for j in range(1, c.sizes[2] + 1)]
        terms = [f"{{{name}}}" for name in losses]
        mean, choice = "mean" in c.loss and len(losses) > 1, self._choice("total")
        if choice == "range" and self.adjacent(losses) and len(losses) > 1:
            return f"{'AVERAGE' if mean else 'SUM'}({{{':'.join(losses)}}})"
        if choice == "SUM":
            return f"{'AVERAGE' if mean else 'SUM'}({','.join(terms)})"
        text = "+".join(terms[::-1] if choice == "reversed" else terms)
        if mean:
            return f"({text})/{len(losses)}"
        return f"({text})" if choice == "parentheses" else text

    # Backward

    def _difference(self, k: str) -> str:
        """a − t, as a factor."""
        if "errors" in self.auxiliary:
            return f"-{{err{k}}}"
        t, a = f"{{t{k}}}", f"{{a_o{k}}}"
        return {
            "-(t-a)": f"-({t}-{a})",
            "-1*(t-a)": f"-1*({t}-{a})",
            "(a-t)*1": f"({a}-{t})*1",
            "0-(t-a)": f"(0-({t}-{a}))",
        }.get(self._choice("error"), f"({a}-{t})")

    def _loss_slope(self, k: str) -> str:
        """∂E/∂a_o as a product of factors."""
        c, difference = self.convention, self._difference(k)
        if c.loss == "cross entropy":
            return f"({{a_o{k}}}-{{t{k}}})/({{a_o{k}}}*(1-{{a_o{k}}}))"
        factor = {"half": "", "whole": "2", "half mean": "1"}.get(c.loss, "2")
        if "mean" in c.loss and c.sizes[2] > 1:
            factor = f"{factor}/{c.sizes[2]}"
        if factor in ("", "1"):
            return difference
        return f"{factor}*{difference}"

    def _slope(self, function: str, a: str, x: str) -> str:
        if function == "tanh":
            return self.rng.choice((f"(1-{{{a}}}^2)", f"(1-{{{a}}}*{{{a}}})"))
        if function == "linear":
            return "1"
        if function == "relu":
            return f"IF({{{x}}}>0,1,0)"
        return {
            "a*(1-a)": "{%s}*(1-{%s})",
            "(1-a)*a": "(1-{%s})*{%s}",
            "a-a^2": "({%s}-{%s}^2)",
            "(a*(1-a))": "({%s}*(1-{%s}))",
            "a-a*a": "({%s}-{%s}*{%s})",
            "a/1-POWER": "({%s}/1-POWER({%s},2))",
            "-a*(a-1)": "(-{%s}*({%s}-1))",
        }[self._choice("slope")].replace("%s", a)

    def _delta_factors(self, j: str, whole: bool = True) -> list[str]:
        """The factors of ∂E/∂o; ``whole`` if a column of deltas may stand for them."""
        c = self.convention
        if whole and "deltas" in self.auxiliary:
            return [f"{{delta_o{j}}}"]
        if "factors" in self.auxiliary:
            return [f"{{dE/da_o{j}}}", f"{{da_o{j}/do{j}}}"]
        if c.loss == "cross entropy" and c.output == "sigmoid":
            return [f"({{a_o{j}}}-{{t{j}}})"]
        if c.output == "linear":
            return [self._loss_slope(j)]
        return [self._loss_slope(j), self._slope(c.output, f"a_o{j}", f"o{j}")]

    def _hidden_slope(self, k: str) -> str:
        if "factors" in self.auxiliary:
            return f"{{da_h{k}/dh{k}}}"
        return self._slope(self.convention.hidden, f"a_h{k}", f"h{k}")

    def _sum_of_partials(self, k: str) -> str:
        outputs = range(1, self.convention.sizes[2] + 1)
        if "partials" in self.auxiliary:
            return "+".join(f"{{dE{j}/da_h{k}}}" for j in outputs)
        terms = []
        for j in outputs:
            weight = self.convention.output_weights[j, int(k)]
            terms.append("*".join([*self._delta_factors(str(j)), f"{{{weight}}}"]))
        if self._choice("hidden") == "swapped terms":
            terms.reverse()
        # A minus sign after + would be read as one operator by careless eyes, never by Excel.
        return "+".join(f"({term})" if term[0] == "-" else term for term in terms)

    def _back(self, k: str) -> str:
        """∂E/∂a_h as one factor."""
        if "factors" in self.auxiliary:
            return f"{{dE/da_h{k}}}"
        text = self._sum_of_partials(k)
        return text if text[0] == "{" and text.count("{") == 1 else f"({text})"

    def _gradient(self, name: str) -> str:
        c = self.convention
        if name in c.bias_names:
            return self._bias_gradient(name)
        for (j, k), weight in c.output_weights.items():
            if weight == name:
                return self._product([*self._delta_factors(str(j)), f"{{{c.sources[k - 1]}}}"])
        (j, k) = next(at for at, weight in c.hidden_weights.items() if weight == name)
        outputs, source = range(1, c.sizes[2] + 1), f"{{i{k}}}"
        if "partials" in self.auxiliary:
            return "+".join(f"{{dE{o}/d{name}}}" for o in outputs)
        if "deltas" in self.auxiliary:
            return self._product([f"{{delta_h{j}}}", source])
        choice = self._choice("hidden")
        sigmoid = c.hidden == "sigmoid" and not self.auxiliary & {"factors"}
        if choice == "by weight gradients" and sigmoid:
            terms = [
                f"{{dE/d{c.output_weights[o, j]}}}*{{{c.output_weights[o, j]}}}" for o in outputs
            ]
            return self._product([f"({'+'.join(terms)})", f"(1-{{a_h{j}}})", source])
        if choice == "distributed" and "factors" not in self.auxiliary:
            own = self._hidden_slope(str(j))
            products = [
                "*".join(
                    [*self._delta_factors(str(o)), f"{{{c.output_weights[o, j]}}}", own, source]
                )
                for o in outputs
            ]
            return "+".join(f"({text})" if text[0] == "-" else text for text in products)
        if choice == "divided" and k == 2:
            first = c.hidden_weights[j, 1]
            return f"{{dE/d{first}}}/{{i1}}*{source}"
        return self._product([self._back(str(j)), self._hidden_slope(str(j)), source])

    def _bias_gradient(self, name: str) -> str:
        c = self.convention
        terms = []
        for k in range(1, c.sizes[1] + 1):
            if c.hidden_bias(k) == name:
                own = [f"{{delta_h{k}}}"]
                if "deltas" not in self.auxiliary:
                    own = [self._back(str(k)), self._hidden_slope(str(k))]
                terms.append("*".join(own))
        for j in range(1, c.sizes[2] + 1):
            if c.output_bias(j) == name:
                terms.append("*".join(self._delta_factors(str(j))))
        return "+".join(f"({term})" if term[0] == "-" else term for term in terms)

    def _partial_gradient(self, j: str, name: str) -> str:
        c = self.convention
        (k, source) = next(at for at, weight in c.hidden_weights.items() if weight == name)
        own = self._hidden_slope(str(k))
        return self._product([f"{{dE{j}/da_h{k}}}", own, f"{{i{source}}}"])

    # Updates

    def _update(self, name: str) -> str:
        old, gradient = f"{{above {name}}}", f"{{above dE/d{name}}}"
        if self.convention.momentum == "velocity":
            return f"{old}+{{v {name}}}"
        if self.convention.momentum == "gradients":
            return f"{old}-{{rate}}*{{v {name}}}"
        if "steps" in self.auxiliary:
            return f"{old}+{{above step {name}}}"
        return {
            "+-": f"{old}+(-{{rate}})*{gradient}",
            "parentheses": f"({old}-({{rate}}*{gradient}))",
            "swapped": f"{old}-{gradient}*{{rate}}",
            "SUM": f"SUM({old},-{{rate}}*{gradient})",
            "-1*": f"-1*{{rate}}*{gradient}+{old}",
            "factored": f"-({{rate}}*{gradient}-{old})",
        }.get(self._choice("update"), f"{old}-{{rate}}*{gradient}")

    def _velocity(self, name: str) -> str:
        old = f"{{momentum}}*{{above v {name}}}"
        if self.convention.momentum == "gradients":
            return f"{old}+{{above dE/d{name}}}"
        return f"{old}-{{rate}}*{{above dE/d{name}}}"


def _bare(factor: str) -> str:
    """A factor without the parentheses around the whole of it."""
    if factor[0] != "(" or factor[-1] != ")":
        return factor
    depth = 0
    for at, sign in enumerate(factor):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return factor[1:-1] if at == len(factor) - 1 else factor
    return factor
