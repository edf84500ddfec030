"""Describe a network of your own, train it by three optimisers, and see which one solved it.

    python examples/any_network.py

writes Circle.xlsx: points inside a circle against points outside. Its sheet Surface is coloured as
pictures/workbook-surface.png is; pictures/workbook-xor.png shows the preset "xor". On the command
line, with these settings in a file:

    python -m backprop_xlsx --config circle.toml --out Circle.xlsx
"""

import math

from backprop_xlsx import Experiment, build, reference, verify

angles = [index * math.pi / 4 for index in range(8)]
inside = [[round(0.4 * math.cos(angle), 2), round(0.4 * math.sin(angle), 2)] for angle in angles]
outside = [[round(math.cos(angle), 2), round(math.sin(angle), 2)] for angle in angles]

experiment = Experiment.of(
    {
        "title": "Inside or outside",
        "layers": "2-4-1",
        "activation": "tanh",
        "biases": "trained",
        "loss": "binary cross-entropy",
        "inputs": inside + outside,
        "targets": [[1]] * 8 + [[0]] * 8,
        "optimiser": ["gradient descent", "momentum", "adam"],
        "learning_rates": [0.2],
        "seed": 1,
        "steps": 60,
    }
)
print(build(experiment, "Circle.xlsx").path)
print(f"{verify('Circle.xlsx', experiment).formulas:,} formulas agree")

for optimiser, run in zip(experiment.optimisers, reference.train(experiment), strict=True):
    right = sum(
        (run[f"a_o1[{number}]"][-1] > 0.5) == (sample.targets[0] > 0.5)
        for number, sample in enumerate(experiment.samples, start=1)
    )
    print(f"{optimiser.title}: loss {run['E_mean'][-1]:.4f}, {right} of 16 right")
