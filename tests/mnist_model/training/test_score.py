"""How well a network reads: the score, who is taken for whom, and the surest mistakes first."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from mnist_model.training.score import WORST, confusion, score, worst_mistakes

TARGETS = torch.tensor([3, 1, 4, 1, 5])
READ = torch.tensor([3, 7, 4, 2, 9])
SURE = torch.tensor([9.0, 2.0, 9.0, 5.0, 3.0])
LOGITS = functional.one_hot(READ, 10) * SURE[:, None]


def test_only_what_is_read_wrongly_is_a_mistake_and_the_surest_comes_first() -> None:
    images = torch.arange(5, dtype=torch.uint8)[:, None, None, None].expand(5, 1, 28, 28)
    found = worst_mistakes(LOGITS, TARGETS, images)
    told = [(each.index, each.target, each.predicted, each.pixels[0][0]) for each in found]
    assert told == [(3, 1, 2, 3), (4, 5, 9, 4), (1, 1, 7, 1)]
    chances = LOGITS.softmax(1).amax(1)
    assert [each.probability for each in found] == [float(chances[index]) for index in (3, 4, 1)]


def test_of_very_many_mistakes_some_are_kept() -> None:
    images = torch.zeros(WORST + 1, 1, 28, 28, dtype=torch.uint8)
    logits = functional.one_hot(torch.ones(WORST + 1, dtype=torch.int64), 10).float()
    targets = torch.zeros(WORST + 1, dtype=torch.int64)
    assert len(worst_mistakes(logits, targets, images)) == WORST


def test_the_score_and_the_confusion_are_those_of_the_readings() -> None:
    scored = score(LOGITS, TARGETS)
    assert scored.accuracy == 40
    chances = [float(row.softmax(0)[target]) for row, target in zip(LOGITS, TARGETS, strict=True)]
    expected = -sum(torch.tensor(chances).log().tolist()) / 5
    assert scored.loss == pytest.approx(expected, rel=1e-6)
    counts = torch.tensor(confusion(LOGITS, TARGETS))
    assert counts.sum() == 5
    pairs = zip(TARGETS.tolist(), READ.tolist(), strict=True)
    assert all(int(counts[target, read]) == 1 for target, read in pairs)
