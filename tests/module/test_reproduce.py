"""tests/benchmarks/reproduce.py: the settings of the article's program, and the result that pages quote."""

import json
import re

import numpy as np
import pytest

from backprop.data import Split, digits
from benchmarks import reproduce
from chapters import text
from conftest import BOOK

KEPT = json.loads(reproduce.RESULT.read_text(encoding="utf-8"))


def test_the_settings_are_the_articles():
    assert reproduce.XOR["sizes"] == (2, 4, 4, 1) and reproduce.XOR["samples"] == 1000
    assert reproduce.how(reproduce.XOR) == {"learning_rate": 0.3, "epochs": 30, "batch_size": 1}
    assert reproduce.MNIST["sizes"] == (784, 128, 10)
    assert reproduce.how(reproduce.MNIST) == {"learning_rate": 0.1, "epochs": 10, "batch_size": 1}


@pytest.mark.parametrize("seed", [0, 1])
def test_a_seed_is_found_as_it_was(seed):
    missed = KEPT["xor"]["not_learnt_by_seed"]
    assert reproduce.learns_xor(seed) is (seed not in missed)


def test_too_little_training_does_not_learn():
    assert not reproduce.learns_xor(0, reproduce.XOR | {"samples": 4, "epochs": 1})


def test_the_digits_are_measured_after_each_epoch(capsys):
    data = digits()
    small = Split(data.X_train[:, :200], data.Y_train[:, :200], data.X_test, data.Y_test)
    settings = reproduce.MNIST | {"sizes": (64, 16, 10), "epochs": 3}
    accuracies = reproduce.reads_digits(small, settings)
    assert len(accuracies) == 3 and 0.1 < accuracies[-1] <= 1
    assert accuracies[-1] == round(np.round(accuracies[-1] * 360)) / 360
    assert f"epoch  3: {accuracies[-1]:.2%}" in capsys.readouterr().out


def test_the_kept_result_is_whole_and_quoted_right():
    xor, mnist = KEPT["xor"], KEPT["mnist"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", KEPT["date"])
    assert xor["seeds"] == 100 == xor["learnt"] + len(xor["not_learnt_by_seed"])
    assert mnist["test_accuracy"] == mnist["test_accuracy_by_epoch"][-1]
    assert len(mnist["test_accuracy_by_epoch"]) == mnist["settings"]["epochs"] == 10
    assert abs(mnist["test_accuracy"] - mnist["program"]) < 0.01
    chapter = text(BOOK / "05-stochastic-gradient-descent.ipynb")
    assert f"a hundred such networks, each from its own seed: {xor['learnt']} of them" in chapter
