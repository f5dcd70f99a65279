"""The network of the article's program on digits, and the kept result on MNIST."""

import numpy as np
import pytest
from helpers import rng

from backprop.data import Split, digits
from backprop.experiments.misread import outputs
from backprop.explorables import misread
from backprop.handwriting import (
    ARTICLE_ACCURACY,
    EPOCHS,
    SETTINGS,
    accuracy,
    confusion,
    mnist_result,
    read_digits,
)
from backprop.network import predict


def few(m=60):
    data = digits(dtype=np.float32)
    return Split(data.X_train[:, :m], data.Y_train[:, :m], data.X_test[:, :m], data.Y_test[:, :m])


def test_two_epochs_leave_three_points_on_each_curve():
    seen = []
    data = few()
    network, curves = read_digits(
        data, rng=rng(), epochs=2, callback=lambda epoch, *_: seen.append(epoch)
    )
    assert seen == [1, 2]
    assert {name: len(curve) for name, curve in curves.items()} == {
        "loss": 3,
        "train_accuracy": 3,
        "test_accuracy": 3,
    }
    assert network.sizes == (64, 128, 10) and network.dtype == np.float32
    assert curves["test_accuracy"][-1] == accuracy(network, data.X_test, data.Y_test)


def test_confusion_counts_every_image_once():
    data = few()
    network, _ = read_digits(data, rng=rng(), epochs=1)
    counts = confusion(network, data.X_test, data.Y_test)
    assert counts.sum() == 60
    assert np.array_equal(counts.sum(axis=1), data.Y_test.sum(axis=1))
    assert np.trace(counts) / 60 == pytest.approx(accuracy(network, data.X_test, data.Y_test))


def test_the_kept_result_is_whole_and_near_the_article():
    kept = mnist_result()
    counts = np.array(kept["confusion"])
    assert counts.shape == (10, 10) and counts.sum() == 10_000
    assert np.trace(counts) / 10_000 == pytest.approx(kept["test_accuracy"][-1])
    assert len(kept["loss"]) == len(kept["test_accuracy"]) == EPOCHS + 1
    assert kept["network"].startswith("Network(784-128-10, sigmoid-sigmoid")
    assert {name: kept[name] for name in SETTINGS} == SETTINGS
    deviation = np.sqrt(ARTICLE_ACCURACY * (1 - ARTICLE_ACCURACY) / 10_000)
    assert abs(kept["test_accuracy"][-1] - ARTICLE_ACCURACY) < 3 * deviation


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": np.zeros((64, 5))}, "data: expected a Split"),
        ({"rng": 0}, "rng: expected a numpy.random.Generator"),
        ({"epochs": 1.5}, "epochs: expected a whole number"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(TypeError, match=message):
        read_digits(**({"data": few(), "rng": rng()} | arguments))


@pytest.mark.parametrize(("image", "epoch"), [(360, 1), (-1, 1), (0, 0), (0, 11)])
def test_the_explorable_refuses_other_images_and_epochs(image, epoch):
    with pytest.raises(ValueError, match="image: expected|epoch: expected"):
        misread.draw(image, epoch)


def test_the_explorable_shows_what_the_page_promises():
    """Two of the shown images are read in the end, eight are misread."""
    X, truth, found = outputs()
    right = [found[-1][:, k].argmax() == truth[k] for k in misread.SHOWN]
    assert sum(right) == 2
    assert np.array_equal(X, digits().X_test)
    said = misread.describe(9, 10)
    assert "is a 9" in said and "taken for a 5" in said
    assert f"{found[-1][:, 9].max():.2f}" in said
    assert predict(read_digits(few(), rng=rng(), epochs=1)[0], X).shape == (10, 360)
