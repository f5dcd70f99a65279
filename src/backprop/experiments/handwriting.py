"""The network of the article's program for handwritten digits, and what became of it (chapter 11).

    python -m backprop.handwriting FOLDER

trains it on MNIST, whose four IDX files lie in FOLDER, and keeps the result with its date and
settings in `handwriting.json` beside this file; `mnist_result()` reads it back.
"""

import argparse
import json
import time
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np

from backprop._check import check_count, check_rng
from backprop._expects import Examples, Targets, expects
from backprop.data import Split, mnist
from backprop.losses import SQUARED_ERROR
from backprop.network import Network, init_network, predict
from backprop.sgd import train

HIDDEN = 128
SETTINGS = {"learning_rate": 0.1, "batch_size": 1}  # the article's program: one example a step
EPOCHS = 10
# As the article's author reports; its program counts over the 10,000 test images.
ARTICLE_ACCURACY = 0.9749
RESULT = "handwriting.json"


def read_digits(data, *, rng, epochs=EPOCHS, callback=None):
    """Train the network of the article's program, n_0-128-10 sigmoid units, on a `Split` of digits.

    data: what `digits()` or `mnist(folder)` returns; rng: for the first weights (Glorot, uniform;
    biases 0) and the order of the examples; callback: as in `train`. The loss is half the squared
    error, one example a step.

    Returns (network, curves): curves holds the lists "loss" (of the training examples),
    "train_accuracy" and "test_accuracy", before training and after each epoch.
    """
    if not isinstance(data, Split):
        raise TypeError(f"data: expected a Split from backprop.data, got {type(data).__name__}")
    check_rng(rng)
    check_count("epochs", epochs)
    sizes = (data.X_train.shape[0], HIDDEN, data.Y_train.shape[0])
    network = init_network(sizes, "sigmoid", rng=rng, dtype=data.X_train.dtype)
    curves = {"train_accuracy": [], "test_accuracy": []}

    def measure(*state):
        curves["train_accuracy"].append(accuracy(network, data.X_train, data.Y_train))
        curves["test_accuracy"].append(accuracy(network, data.X_test, data.Y_test))
        if state and callback is not None:
            callback(*state)

    measure()
    history = train(
        network,
        data.X_train,
        data.Y_train,
        SQUARED_ERROR,
        epochs=epochs,
        rng=rng,
        callback=measure,
        **SETTINGS,
    )
    return network, {"loss": [history.initial_loss, *history.loss], **curves}


class Classes(Targets):
    """One-hot columns of at least two classes."""

    def __call__(self, name, value, known):
        array = super().__call__(name, value, known)
        if len(array) == 1:
            raise ValueError(f"{name}: expected a row for each of two classes or more, got one row")
        return array


CLASSIFIED = {"network": Network, "X": Examples("(n_0, m)"), "Y": Classes("(n_L, m)")}


@expects(**CLASSIFIED, returns=float)
def accuracy(network, X, Y):
    """The share of the columns of X (n_0, m) whose largest output is the class of Y (K, m)."""
    return np.mean(predict(network, X).argmax(axis=0) == Y.argmax(axis=0))


@expects(**CLASSIFIED)
def confusion(network, X, Y):
    """Counts (K, K): row the true class, column the class that the network gives."""
    K = Y.shape[0]
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (Y.argmax(axis=0), predict(network, X).argmax(axis=0)), 1)
    return counts


def mnist_result():
    """The kept result of the command above: its date, settings, curves and confusion counts."""
    return json.loads((files(__package__) / RESULT).read_text(encoding="utf-8"))


def from_command_line(description, module, training):
    """Run `training(data, rng=...)` on the MNIST files of the folder that the command line names.

    Returns (data, what training returned, date, command and duration of the run).
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of the four MNIST files")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = mnist(options.folder, dtype=np.float32)
    start = time.perf_counter()
    trained = training(data, rng=np.random.default_rng(options.seed))
    facts = {
        "date": date.today().isoformat(),
        "command": f"python -m {module} FOLDER --seed {options.seed}",
        "numpy": np.__version__,
        "seconds": round(time.perf_counter() - start, 1),
    }
    return data, trained, facts


def main():
    data, (network, curves), facts = from_command_line(__doc__, "backprop.handwriting", read_digits)
    result = {
        **facts,
        "network": repr(network),
        **SETTINGS,
        "epochs": EPOCHS,
        **{name: [round(value, 5) for value in values] for name, values in curves.items()},
        "confusion": confusion(network, data.X_test, data.Y_test).tolist(),
    }
    Path(__file__).with_name(RESULT).write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(
        f"test accuracy {curves['test_accuracy'][-1]:.2%} (the article's program: {ARTICLE_ACCURACY:.2%})"
    )


if __name__ == "__main__":
    main()
