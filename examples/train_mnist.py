"""Trains the `fast` recipe on the 5,000-image sample and draws its curves and worst mistakes.

    python examples/train_mnist.py

Writes runs/fast-seed0/; its last line is the accuracy on 1,000 held-out pictures. The command
python -m mnist_model.train makes a sheet of it, such as pictures/mnist-sheet.png.
"""

from pathlib import Path

import torch

from mnist_model.training.data import load_sample
from mnist_model.training.loop import TrainingRun
from mnist_model.training.recipes import choose_recipe
from mnist_model.training.session import complete, prepare_folder

folder = Path("runs") / "fast-seed0"
prepare_folder(folder, resume=False, overwrite=True)
run = TrainingRun(choose_recipe("fast", None), load_sample(), 0, folder, torch.device("cpu"))
record = complete(run, on_epoch=print)
print(f"{record.last_accuracy:.2f} % after {len(record.epochs)} epochs")
