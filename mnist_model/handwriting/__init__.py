"""From a picture of one digit to what MNIST's pictures are: paper, ink, strokes, squares."""

from mnist_model.handwriting.picture import read_picture
from mnist_model.handwriting.squares import in_characters

__all__ = ["in_characters", "read_picture"]
