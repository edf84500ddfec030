"""Learn to tell classes apart from a table in CSV that names them, its inputs standardised.

    python examples/classify_samples.py

writes fruits.csv and Fruits.xlsx, whose first sheet is laid out as
pictures/workbook-xor.png shows. On the command line:

    python -m backprop_xlsx --layers 2-4-3 --loss cross-entropy --biases trained \\
        --samples fruits.csv --standardise --learning-rates 0.5,2 --steps 40 --out Fruits.xlsx
"""

from pathlib import Path

from backprop_xlsx import Experiment, build, reference, verify

FRUITS = """weight in g,length in mm,fruit
120,190,banana
135,205,banana
128,180,banana
160,70,apple
182,78,apple
171,74,apple
14,27,plum
19,31,plum
23,33,plum
"""
Path("fruits.csv").write_text(FRUITS, encoding="utf-8")

experiment = Experiment.of(
    {
        "title": "Three fruits",
        "layers": "2-4-3",
        "biases": "trained",
        "loss": "cross-entropy",
        "samples": "fruits.csv",
        "standardise": True,
        "learning_rates": [0.5, 2],
        "steps": 40,
    }
)
print(experiment.note)
print(build(experiment, "Fruits.xlsx").path)
print(f"{verify('Fruits.xlsx', experiment).formulas:,} formulas agree")

run = reference.train(experiment)[-1]
for number, sample in enumerate(experiment.samples, start=1):
    outputs = [run[f"a_o{k}[{number}]"][-1] for k in (1, 2, 3)]
    said = experiment.class_names[outputs.index(max(outputs))]
    truth = experiment.class_names[sample.targets.index(1)]
    print(f"sample {number}: {truth}, taken for {said} ({max(outputs):.0%})")
