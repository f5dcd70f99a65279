"""The two results of the article's program, reached with `backprop` and the program's settings.

    python tests/benchmarks/reproduce.py --mnist FOLDER

XOR:   2-4-4-1 sigmoid, 1000 random samples of the four points, half the squared error, learning
       rate 0.3, 30 epochs, one example a step. A hundred seeds: how many get all four points right?
MNIST: 784-128-10 sigmoid, half the squared error, Glorot uniform weights, zero biases, learning rate
       0.1, 10 epochs, one example a step. Without --mnist it is left out.

Prints ours beside the program's and writes results/reproduce.json.
"""

import argparse
import json
import os
import platform
import time
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from backprop import SQUARED_ERROR, init_network, predict, train
from backprop.data import mnist, xor

RESULT = Path(__file__).parent / "results" / "reproduce.json"
POINTS = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
TARGETS = np.array([[0.0, 1.0, 1.0, 0.0]])
XOR = {
    "sizes": (2, 4, 4, 1),
    "activations": "sigmoid",
    "loss": "squared_error",
    "samples": 1000,
    "learning_rate": 0.3,
    "epochs": 30,
    "batch_size": 1,
    "first_weights": "glorot_uniform, zero biases",
}
MNIST = {
    "sizes": (784, 128, 10),
    "activations": "sigmoid",
    "loss": "squared_error",
    "learning_rate": 0.1,
    "epochs": 10,
    "batch_size": 1,
    "first_weights": "glorot_uniform, zero biases",
    "dtype": "float32",
    "seed": 0,
}
PROGRAM = {"xor": "essentially 100 %", "mnist": 0.9749}


def how(settings):
    """The settings that `train` takes."""
    return {name: settings[name] for name in ("learning_rate", "epochs", "batch_size")}


def learns_xor(seed, settings=XOR):
    """Whether the network trained with this seed answers all four points right."""
    rng = np.random.default_rng(seed)
    X, Y = xor(settings["samples"], rng=rng)
    network = init_network(settings["sizes"], settings["activations"], rng=rng)
    train(network, X, Y, SQUARED_ERROR, rng=rng, **how(settings))
    return bool(np.array_equal(predict(network, POINTS) > 0.5, TARGETS == 1))


def reads_digits(data, settings=MNIST):
    """The share of the test images that are read right, after each epoch."""
    rng = np.random.default_rng(settings["seed"])
    network = init_network(
        settings["sizes"], settings["activations"], rng=rng, dtype=settings["dtype"]
    )
    accuracies = []

    def note(epoch, network, history):
        right = predict(network, data.X_test).argmax(axis=0) == data.Y_test.argmax(axis=0)
        accuracies.append(float(right.mean()))
        print(f"  epoch {epoch:2}: {accuracies[-1]:.2%}", flush=True)

    train(
        network, data.X_train, data.Y_train, SQUARED_ERROR, rng=rng, callback=note, **how(settings)
    )
    return accuracies


def timed(work, *arguments):
    began = time.perf_counter()
    return work(*arguments), round(time.perf_counter() - began, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", metavar="FOLDER", help="a folder with the four files of MNIST")
    parser.add_argument("--seeds", type=int, default=100, help="for XOR (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=RESULT, help="where the JSON goes")
    options = parser.parse_args()
    result = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cpus": os.cpu_count(),
    }
    data = mnist(options.mnist, dtype=MNIST["dtype"]) if options.mnist else None
    learnt, seconds = timed(lambda: [learns_xor(seed) for seed in range(options.seeds)])
    print(f"XOR: all four points right with {sum(learnt)} of {len(learnt)} seeds, {seconds} s")
    print(f"     the article's program: {PROGRAM['xor']}")
    result["xor"] = {
        "settings": XOR,
        "seeds": len(learnt),
        "learnt": sum(learnt),
        "not_learnt_by_seed": [seed for seed, right in enumerate(learnt) if not right],
        "seconds": seconds,
        "program": PROGRAM["xor"],
    }
    if data is not None:
        accuracies, seconds = timed(reads_digits, data)
        print(f"MNIST: {accuracies[-1]:.2%} of the 10,000 test images, {seconds} s")
        print(f"       the article's program: {PROGRAM['mnist']:.2%}")
        result["mnist"] = {
            "settings": MNIST,
            "test_accuracy_by_epoch": accuracies,
            "test_accuracy": accuracies[-1],
            "seconds": seconds,
            "program": PROGRAM["mnist"],
        }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"Written: {options.out}")


if __name__ == "__main__":
    main()
