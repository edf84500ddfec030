"""Records of runs that never took place, with numbers drawn at random, for the sheets' tests."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from mnist_model.training.networks import build_network, parameter_count
from mnist_model.training.networks.architecture import layer_table
from mnist_model.training.record import Distorted, Epoch, Misreading, Record


def record(network: str = "19626", seed: int = 0, epochs: int = 19, **changes: Any) -> Record:
    """A run of a real network with an invented history, which a confusion matrix goes with."""
    draw = random.Random(f"{network} {seed}")
    model = build_network(network)
    history = tuple(
        Epoch(
            number,
            round(0.3 / number, 6),
            round(0.5 / number + 0.02, 6),
            round(99.2 - 5 / number, 4),
            round(0.1 / number + 0.01, 6),
            round(99.6 - 0.8 / number + draw.uniform(-0.05, 0.05), 2),
            round(draw.uniform(3, 5), 3),
        )
        for number in range(1, epochs + 1)
    )
    counts = [[1000 if read == digit else 0 for read in range(10)] for digit in range(10)]
    for _ in range(round(10_000 - 100 * history[-1].test_accuracy)):
        digit, read = draw.sample(range(10), 2)
        counts[digit][digit] -= 1
        counts[digit][read] += 1
    pixels = tuple(tuple(draw.randrange(256) for _ in range(28)) for _ in range(28))
    made = Record(
        name=f"standard-seed{seed}",
        recipe="standard",
        network=network,
        parameters=parameter_count(model),
        seed=seed,
        threads=2,
        device="cpu",
        data="MNIST",
        data_sha256="0" * 64,
        train_images=60_000,
        test_images=10_000,
        is_sample=False,
        is_validation=False,
        train_seconds=sum(epoch.seconds for epoch in history),
        epochs=history,
        confusion=tuple(map(tuple, counts)),
        mistakes=tuple(Misreading(7 * k, k % 10, (k + 1) % 10, 0.9, pixels) for k in range(15)),
        layers=layer_table(model),
        has_batch_norm=True,
        has_dropout=True,
        has_pooling=True,
        settings={
            "optimiser": "SGD",
            "batch": 128,
            "weight decay": 5e-4,
            "augmentation": "affine: rotation ±10°, scale ±10 %, shear ±0.1, shift ±2 px",
        },
        versions={"torch": "2"},
        machine="a machine",
        learning_rates=((0.0, 0.015), (0.2 * epochs, 0.3), (float(epochs), 1e-7)),
        distorted=tuple(Distorted(k % 10, pixels) for k in range(16)),
    )
    return replace(made, **changes)
