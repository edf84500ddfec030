"""The curves that a run leaves: named for what they are, with nothing over them."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from matplotlib.figure import Figure
from PIL import Image

from mnist_model.training import curves
from mnist_model.training.recipes import RECIPES
from tests.mnist_model.records import record


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are saved."""
    saved: list[Figure] = []
    real = curves._save

    def save(figure: Figure, path: Path) -> None:
        saved.append(figure)
        real(figure, path)

    monkeypatch.setattr(curves, "_save", save)
    return saved


@pytest.mark.parametrize(("is_validation", "scored"), [(False, "test"), (True, "validation")])
def test_curves_say_what_was_scored(
    is_validation: bool, scored: str, tmp_path: Path, figures: list[Figure]
) -> None:
    curves.draw_curves(tmp_path / "curves.png", record(is_validation=is_validation))
    Image.open(tmp_path / "curves.png").verify()
    for axes in figures[0].axes[:2]:
        labels = axes.get_legend_handles_labels()[1]
        assert scored in labels
        assert len({"test", "validation"} & set(labels)) == 1


@pytest.mark.parametrize("name", RECIPES)
def test_no_legend_covers_a_curve_and_the_peak_is_drawn(
    name: str, tmp_path: Path, figures: list[Figure]
) -> None:
    recipe = RECIPES[name]
    run = record(epochs=recipe.epochs, learning_rates=recipe.learning_rates(60_000))
    curves.draw_curves(tmp_path / "curves.png", run)
    for axes in figures[0].axes:
        legend = axes.get_legend()
        assert legend is not None
        assert not legend.get_window_extent().overlaps(axes.get_window_extent())
    (line,) = figures[0].axes[2].lines
    assert numpy.max(numpy.asarray(line.get_ydata())) == pytest.approx(recipe.learning_rate, 1e-3)


@pytest.mark.parametrize(("number", "rows"), [(0, 1), (1, 1), (6, 1), (7, 2)])
def test_every_mistake_is_drawn_and_says_what_it_was_read_as(
    number: int, rows: int, tmp_path: Path, figures: list[Figure]
) -> None:
    mistakes = record().mistakes[:number]
    curves.draw_mistakes(tmp_path / "mistakes.png", mistakes)
    assert Image.open(tmp_path / "mistakes.png").size == (900, 180 * rows)
    drawn = [axes for axes in figures[0].axes if axes.images]
    assert [axes.get_title() for axes in drawn] == [
        f"{mistake.target} read as {mistake.predicted}\n90.0%, no. {mistake.index}"
        for mistake in mistakes
    ]
    for axes, mistake in zip(drawn, mistakes, strict=True):
        assert numpy.array_equal(numpy.asarray(axes.images[0].get_array()), mistake.pixels)
