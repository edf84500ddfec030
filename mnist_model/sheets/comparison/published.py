"""What others state of small networks for MNIST, as found where they publish it: facts, no code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedNetwork:
    """A network, its size, and the test accuracies in per cent that are stated of it.

    ``best`` is of the epoch (``best_epoch``) or the model that did best on the test set, ``last``
    of the last of ``epochs``; None stands for what is not stated.
    """

    name: str
    parameters: int
    best: float | None
    best_epoch: int | None
    last: float | None
    epochs: int | None
    source: str


# Those that this project builds too come first, under the names that they have here. A chart takes
# adjacent cells: small networks before large ones, and those of which the last epoch is stated
# before the others.
PUBLISHED = (
    PublishedNetwork("14392", 14_392, 99.43, 14, 99.36, 20, "Sachin-Bharadwaj/TSAI-S6"),
    PublishedNetwork("15738", 15_738, 99.42, 12, 99.18, 19, "Sudarshanpune/mnist_nn"),
    PublishedNetwork("16050", 16_050, 99.54, 20, 99.54, 20, "kishkath/S6-MNIST-V1"),
    PublishedNetwork("18738", 18_738, 99.43, 18, 99.37, 20, "bijonguha/tsai-bijon"),
    PublishedNetwork("19512", 19_512, 99.43, 13, None, 20, "soutrik71/School_of_AI_ERA"),
    PublishedNetwork("JoshWarn", 697, 99.03, None, None, None,
                     "JoshWarn/Parameter-Efficient-MNIST, best of about 700 models"),
    PublishedNetwork("mnist-minimal", 1_936, 99.10, None, None, 75,
                     "ruslangrimov/mnist-minimal-model"),
    PublishedNetwork("MNIST-Challenge", 4_967, 98.42, None, None, None,
                     "aknakshay/MNIST-Challenge"),
    PublishedNetwork("ERAv4", 7_070, 99.40, None, None, 11, "nitin-vig/ERAv4, more than 99.4"),
    PublishedNetwork("ERA", 7_918, 99.52, None, None, 11, "snehanshu-raj/ERA"),
    PublishedNetwork("MNIST-Challenge 2", 8_640, 99.20, None, None, None,
                     "aknakshay/MNIST-Challenge"),
    PublishedNetwork("CNN baseline", 173_000, 99.60, None, None, None,
                     "Efficient-CapsNet (PMC8290018), 99.52 to 99.60 in several runs"),
    PublishedNetwork("pytorch example", 1_199_882, None, None, 99.2, 14, "pytorch/examples"),
)  # fmt: skip
