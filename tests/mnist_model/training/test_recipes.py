"""The recipes: their schedules and optimisers as torch has them, and names that there are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backprop_xlsx.spreadsheet.errors import InputError
from mnist_model.training.networks import build_network
from mnist_model.training.recipes import PUBLISHED, RECIPES, Recipe, choose_recipe


@given(st.sampled_from(["standard", "fast", "tiny", "mini"]), st.integers(1, 500))
def test_the_cosine_schedule(name: str, steps: int) -> None:
    recipe = RECIPES[name]
    whole = recipe.epochs * steps
    rates = [recipe.learning_rate_at(step, steps) for step in range(whole + 1)]
    assert rates[0] == pytest.approx(0.05 * recipe.learning_rate, rel=1e-9)
    assert rates[whole] == pytest.approx(0, abs=1e-12)
    assert max(rates) <= recipe.learning_rate
    peak = rates.index(max(rates))
    assert abs(peak - recipe.warm_up * whole) <= 1
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


@given(
    st.sampled_from([*RECIPES.values(), *PUBLISHED.values()]),
    st.integers(1, 20),
    st.sampled_from([0.2, 0.5, 1.0]),
)
def test_a_drawn_schedule_has_its_first_its_highest_and_each_epochs_last_rate(
    recipe: Recipe, steps: int, hardest: float
) -> None:
    recipe = replace(recipe, hardest=hardest, fewest=0)
    images = 10 * steps * recipe.batch_size
    points = recipe.learning_rates(images)
    rates = {
        number + (step + 1) / count: recipe.learning_rate_at(number * count + step, count)
        for number in range(recipe.epochs)
        for count in [10 * steps if number == 0 else round(10 * steps * hardest)]
        for step in range(count)
    }
    assert [at for at, _ in points] == sorted({at for at, _ in points})
    assert max(rate for _, rate in points) == max(rates.values())
    for at, rate in points:
        assert rate == rates[min(rates, key=lambda known: abs(known - at))]
    assert {at for at, _ in points} >= {min(rates), *range(1, recipe.epochs + 1)}


def test_of_few_images_none_is_left_out() -> None:
    recipe = RECIPES["fast"]
    assert recipe.steps(2, 5_000) == recipe.steps(1, 5_000)
    assert recipe.steps(2, 60_000) == 15_000 // recipe.batch_size


@given(st.integers(1, 2000), st.sampled_from([0.1, 0.25, 1.0]))
def test_an_epoch_of_the_hardest_images_has_a_batch_at_least(images: int, hardest: float) -> None:
    recipe = replace(RECIPES["fast"], batch_size=64, hardest=hardest, fewest=0)
    first, second = (recipe.steps(number, images) for number in (1, 2))
    assert first == images // 64
    assert second == min(first, max(1, round(images * hardest) // 64))


def test_the_published_schedules_are_torchs() -> None:
    for name, build in (
        ("16050", lambda o: torch.optim.lr_scheduler.StepLR(o, 5, 0.1)),
        ("19512", lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.8)),
    ):
        recipe = PUBLISHED[name]
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
        scheduler = build(optimiser)
        for epoch in range(20):
            rate = recipe.learning_rate_at(epoch * 7 + 6, 7)
            assert rate == pytest.approx(scheduler.get_last_lr()[0], rel=1e-9)
            optimiser.step()
            scheduler.step()


def test_weight_decay_is_for_weights_with_more_than_one_dimension() -> None:
    recipe = RECIPES["standard"]
    network = build_network(recipe.network)
    decayed, plain = recipe.build_optimiser(network).param_groups
    assert {p.ndim for p in decayed["params"]} == {2, 4}
    assert {p.ndim for p in plain["params"]} == {1}
    assert (decayed["weight_decay"], plain["weight_decay"]) == (recipe.weight_decay, 0)


def test_names_that_there_are_not_are_told() -> None:
    with pytest.raises(InputError, match="recipe slow: expected one of standard"):
        choose_recipe("slow", None)
    with pytest.raises(InputError, match="network 17690: has no published recipe"):
        choose_recipe(None, "17690")
    with pytest.raises(InputError, match="network 4711: expected one of 14392"):
        choose_recipe("fast", "4711")
    with pytest.raises(InputError, match="epochs 0: expected 1 or more"):
        choose_recipe(None, None, 0)
