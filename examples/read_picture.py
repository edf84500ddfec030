"""Let a trained network read a picture of a digit, in ink on paper.

    python examples/read_picture.py

trains the recipe `fast` for two epochs on the sample, draws seven.png and reads it; it prints what
pictures/read-picture.png shows. On the command line, after a whole training:

    python -m mnist_model.evaluate runs/fast-seed0 --image seven.png
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from mnist_model.commands import evaluate, train

page = Image.new("L", (400, 300), 235)
ImageDraw.Draw(page).line([(150, 80), (250, 80), (190, 230)], fill=40, width=16, joint="curve")
page.save("seven.png")

run = Path("runs") / "fast-seed0"
if __name__ == "__main__":
    given = ["--recipe", "fast", "--epochs", "2", "--data", "sample", "--overwrite"]
    sys.exit(train.main(given) or evaluate.main([str(run), "--image", "seven.png"]))
