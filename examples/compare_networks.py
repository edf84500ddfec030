"""Train two networks under one protocol, and put what is claimed beside what was measured.

    python examples/compare_networks.py

takes one epoch on the sample, and adds a sheet to Backpropagation.xlsx, which looks like
pictures/comparison-sheet.png, where the whole of MNIST was trained on. On the command line:

    python -m mnist_model.compare --recipes fast tiny --networks 15738
"""

import sys

from mnist_model.commands.compare import main

if __name__ == "__main__":
    given = ["--recipes", "tiny", "--networks", "14392", "--ladder-epochs", "0", "--epochs", "1"]
    sys.exit(main([*given, "--data", "sample", "--overwrite"]))
