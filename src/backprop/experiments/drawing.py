"""A digit drawn by hand: made like MNIST's images, read, and traced back to its pixels (chapter 11).

    python -m backprop.experiments.drawing FOLDER

trains the network that reads on MNIST, whose four IDX files lie in FOLDER. It keeps the parameters in
`drawing.npz` and how they came about in `drawing.json`, both beside this file.

A drawing is a list of strokes. A stroke is a list of points (x, y) in a field of width and height 1,
x to the right and y down, joined by straight lines that a round pen follows.
"""

import json
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from backprop._check import check_count, check_matrix, check_rng
from backprop._expects import RNG, expects
from backprop.backward import backward
from backprop.data import Split, one_hot
from backprop.experiments.handwriting import HIDDEN, accuracy, from_command_line
from backprop.losses import SOFTMAX_CROSS_ENTROPY, softmax
from backprop.network import Network, forward, init_network
from backprop.sgd import train

SIDE, BOX, CENTRE = 28, 20, 14  # of MNIST's images: their side, the digit's, where it balances
FIELD, PEN = 168, 0.045  # the field's side in pixels, and the pen's radius in fields
MOST_POINTS = 5000
SETTINGS = {"learning_rate": 0.5, "batch_size": 10}
EPOCHS = 10
ACTIVATIONS = ("sigmoid", "identity")
PARAMETERS, RESULT = "drawing.npz", "drawing.json"


class Reading(NamedTuple):
    """What the network makes of one image, and what each pixel has to do with it.

    image: X as a picture (28, 28), 0 for paper and 1 for ink
    z, a:  as in a `Trace`, each entry (n_l, 1)
    p:     the ten probabilities (10,), softmax(a^L)
    loss:  the cross-entropy against the target, -ln p of it
    dX:    dL/dX as a picture (28, 28): more ink where it is negative lowers the loss
    """

    image: np.ndarray
    z: list
    a: list
    p: np.ndarray
    loss: float
    dX: np.ndarray


def paint(strokes):
    """The field (168, 168) with the strokes on it: True for ink, False for paper.

    Ink outside of the field is cut off. Raises ValueError for points that are no pairs of finite
    numbers, and for more than 5,000 of them.
    """
    if not np.iterable(strokes):
        raise TypeError(f"strokes: expected a list of them, got {strokes!r}")
    field = np.zeros((FIELD, FIELD), dtype=bool)
    total = 0
    for stroke in strokes:
        points = _points(stroke)
        total += len(points)
        if total > MOST_POINTS:
            raise ValueError(f"strokes: expected at most {MOST_POINTS} points, got more")
        for start, end in zip(points, [*points[1:], points[-1]]):
            _line(field, start, end)
    return field


def _points(stroke):
    try:
        points = np.asarray(stroke, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"strokes: expected points (x, y), got {stroke!r}") from error
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"strokes: expected points (n, 2) in each, got shape {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("strokes: expected finite numbers, got nan or inf")
    return np.clip(points, -1, 2)


def _line(field, start, end):
    """Ink where the middle of a pixel is at most PEN away from the line from start to end."""
    low = np.floor((np.minimum(start, end) - PEN) * FIELD).astype(int).clip(0, FIELD)
    high = np.ceil((np.maximum(start, end) + PEN) * FIELD).astype(int).clip(0, FIELD)
    x = ((np.arange(low[0], high[0]) + 0.5) / FIELD - start[0])[None, :]
    y = ((np.arange(low[1], high[1]) + 0.5) / FIELD - start[1])[:, None]
    along = end - start
    length2 = along @ along
    t = np.clip((x * along[0] + y * along[1]) / length2, 0, 1) if length2 > 0 else 0.0
    near = (x - t * along[0]) ** 2 + (y - t * along[1]) ** 2 <= PEN**2
    field[low[1] : high[1], low[0] : high[0]] |= near


def like_mnist(field):
    """The drawing as MNIST's images were made: the image (28, 28), from 0 for paper to 1 for ink.

    The smallest rectangle around the ink is scaled so that its longer side is 20 pixels, both sides
    alike; each pixel is the share of it that is ink. Then it is moved, by whole pixels, so that its
    centre of mass lies in the pixel (14, 14), counted from 0. All paper where there is no ink.
    """
    field = np.asarray(field)
    if field.ndim != 2 or field.dtype != bool:
        raise ValueError(f"field: expected booleans (h, w), got {field.dtype} {field.shape}")
    image = np.zeros((SIDE, SIDE))
    rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
    if not len(rows):
        return image
    ink = field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(ink.shape)
    height, width = (max(1, round(BOX * side / longer)) for side in ink.shape)
    small = _shares(height, ink.shape[0]) @ ink @ _shares(width, ink.shape[1]).T
    top, left = (_first_pixel(small.sum(axis=1 - axis)) for axis in (0, 1))
    image[top : top + height, left : left + width] = np.minimum(small, 1)  # rounding
    return image


def _shares(n, m):
    """(n, m): the share that each of m equal parts of a line has in each of n equal parts of it."""
    edges, old = np.arange(n + 1) * m / n, np.arange(m)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.maximum(overlap, 0) * n / m


def _first_pixel(weights):
    """Where the digit begins along one side, for its centre of mass to lie in the pixel CENTRE."""
    centre = weights @ np.arange(len(weights)) / weights.sum()
    return int(np.clip(CENTRE - round(centre), 0, SIDE - len(weights)))


def lies_like_mnist(image):
    """Whether the ink's centre of mass rounds to pixel (14, 14), and its longer side is 20 pixels."""
    along = image.sum(axis=1), image.sum(axis=0)
    centres = [weights @ np.arange(SIDE) / weights.sum() for weights in along]
    sides = [np.ptp(np.flatnonzero(weights)) + 1 for weights in along]
    return all(round(float(centre)) == CENTRE for centre in centres), max(sides) == BOX


def kept(name):
    """The file of this name beside this one."""
    return files(__package__) / name


@lru_cache(maxsize=1)
def reader():
    """The network that reads: 784-128-10, sigmoid and identity, its parameters kept with 16 bits."""
    with kept(PARAMETERS).open("rb") as file, np.load(file) as arrays:
        W, b = ([arrays[f"{name}{l}"].astype(np.float64) for l in (1, 2)] for name in "Wb")
    return Network([None, *W], [None, *b], ACTIVATIONS)


def reader_result():
    """How the network came about: date, command, settings, and its accuracy on the test images."""
    return json.loads(kept(RESULT).read_text(encoding="utf-8"))


def input_gradient(network, delta):
    """dL/dX = (W^1)^T delta^1 (n_0, m): X goes into z^1 = W^1 X + b^1 alone."""
    return network.W[1].T @ delta[1]  # eq-input-gradient


def read(image, target, network=None):
    """What a network, `reader()` unless another is given, makes of an image (28, 28): a `Reading`.

    The loss is the cross-entropy against the digit `target`, so dX says which ink would make the
    image more of a `target`, and which less.
    """
    if check_count("target", target, least=0) > 9:
        raise ValueError(f"target: expected a digit from 0 to 9, got {target}")
    image = np.asarray(image)
    if image.shape != (SIDE, SIDE):
        raise ValueError(f"image: expected shape ({SIDE}, {SIDE}), got {image.shape}")
    numbers = image * 1.0 if image.dtype == bool else image
    image = check_matrix("image", numbers, shape=f"({SIDE}, {SIDE})", dtype=np.float64)
    network = network or reader()
    X, Y = image.reshape(-1, 1), one_hot([target], 10)
    trace = forward(network, X)
    delta = backward(network, trace, Y, SOFTMAX_CROSS_ENTROPY)
    return Reading(
        image,
        trace.z,
        trace.a,
        softmax(trace.a[-1])[:, 0],
        float(SOFTMAX_CROSS_ENTROPY.value(trace.a[-1], Y)),
        input_gradient(network, delta).reshape(SIDE, SIDE),
    )


def _arc(centre, radii, degrees, n=24):
    """Points on an ellipse; 0 degrees is to the right, 90 down."""
    t = np.radians(np.linspace(*degrees, n))
    return np.stack([centre[0] + radii[0] * np.cos(t), centre[1] + radii[1] * np.sin(t)], axis=1)


def _shapes():
    """For each digit the ways to write it: strokes in the field, as a hand would lead the pen."""
    line, round_ = np.array, _arc
    return {
        0: [[round_((0.5, 0.5), (0.2, 0.3), (-90, 270), 40)]],
        1: [[line([(0.5, 0.18), (0.5, 0.82)])], [line([(0.38, 0.32), (0.52, 0.18), (0.52, 0.82)])]],
        2: [
            [
                np.concatenate(
                    [round_((0.5, 0.36), (0.2, 0.18), (-160, 45)), [(0.3, 0.8), (0.72, 0.8)]]
                )
            ]
        ],
        3: [
            [
                np.concatenate(
                    [
                        round_((0.48, 0.34), (0.17, 0.16), (-150, 90)),
                        round_((0.48, 0.66), (0.2, 0.17), (-90, 150)),
                    ]
                )
            ]
        ],
        4: [
            [line([(0.36, 0.18), (0.3, 0.52), (0.7, 0.52)]), line([(0.64, 0.2), (0.62, 0.84)])],
            [line([(0.58, 0.84), (0.58, 0.18), (0.28, 0.6), (0.74, 0.6)])],
        ],
        5: [
            [
                np.concatenate(
                    [
                        [(0.68, 0.2), (0.38, 0.2), (0.35, 0.47)],
                        round_((0.48, 0.62), (0.2, 0.18), (-120, 140)),
                    ]
                )
            ]
        ],
        6: [
            [
                np.concatenate(
                    [
                        round_((0.64, 0.56), (0.3, 0.4), (-100, -180)),
                        round_((0.49, 0.65), (0.16, 0.17), (-180, 180)),
                    ]
                )
            ]
        ],
        7: [
            [line([(0.3, 0.2), (0.7, 0.2), (0.46, 0.84)])],
            [line([(0.3, 0.2), (0.7, 0.2), (0.46, 0.84)]), line([(0.4, 0.52), (0.68, 0.52)])],
        ],
        8: [
            [
                np.concatenate(
                    [
                        round_((0.5, 0.34), (0.15, 0.15), (90, 450)),
                        round_((0.5, 0.66), (0.18, 0.17), (-90, 270)),
                    ]
                )
            ]
        ],
        9: [
            [
                np.concatenate(
                    [
                        round_((0.5, 0.36), (0.17, 0.17), (0, -360)),
                        [(0.67, 0.36), (0.64, 0.6), (0.58, 0.84)],
                    ]
                )
            ]
        ],
    }


def write(digit, *, rng):
    """Strokes of a digit, as no two hands write it alike.

    One of the ways to write it, turned by up to 8 degrees, leant by up to 0.2, made up to 15 %
    narrower or wider and down to 70 % of its size, somewhere in the field, with a pen that trembles.
    """
    check_rng(rng)
    if check_count("digit", digit, least=0) > 9:
        raise ValueError(f"digit: expected 0 to 9, got {digit}")
    ways = _shapes()[digit]
    strokes = ways[rng.integers(len(ways))]
    angle, lean = np.radians(rng.uniform(-8, 8)), rng.uniform(-0.2, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shape = np.array([[1, -lean], [0, 1]]) * [[rng.uniform(0.85, 1.15)], [1]]
    size, place = rng.uniform(0.7, 1), 0.5 + rng.uniform(-0.08, 0.08, size=2)
    return [
        (stroke - 0.5 + rng.normal(0, 0.008, stroke.shape)) @ (size * turn @ shape).T + place
        for stroke in strokes
    ]


def read_hundred(*, rng, normalise=like_mnist):
    """Ten drawings of each digit by `write`: what each is taken for (10, 10), and how surely.

    Returns (taken, largest), both (10, 10): row the digit that was meant, column the drawing; the
    digit that it is taken for, and its probability. `normalise` makes an image of a field.
    """
    taken, largest = np.zeros((10, 10), dtype=int), np.zeros((10, 10))
    for digit, k in np.ndindex(10, 10):
        p = read(normalise(paint(write(digit, rng=rng))), digit).p
        taken[digit, k], largest[digit, k] = p.argmax(), p.max()
    return taken, largest


@expects(rng=RNG)
def scribble(*, rng):
    """Strokes that mean nothing: one line of six points anywhere in the field."""
    return [rng.uniform(0.15, 0.85, size=(6, 2))]


def train_reader(data, *, rng, epochs=EPOCHS):
    """A network like `reader()`, trained on a `Split` with rows for 28 x 28 pixels, as float32 has it."""
    if not isinstance(data, Split):
        raise TypeError(f"data: expected a Split from backprop.data, got {type(data).__name__}")
    sizes = (data.X_train.shape[0], HIDDEN, data.Y_train.shape[0])
    network = init_network(sizes, ACTIVATIONS, rng=rng, dtype=data.X_train.dtype)
    train(
        network,
        data.X_train,
        data.Y_train,
        SOFTMAX_CROSS_ENTROPY,
        epochs=epochs,
        rng=rng,
        **SETTINGS,
    )
    return network


def main():
    data, network, facts = from_command_line(__doc__, "backprop.experiments.drawing", train_reader)
    lie = np.array([lies_like_mnist(x.reshape(SIDE, SIDE)) for x in data.X_test.T])
    arrays = {
        f"{name}{l}": getattr(network, name)[l].astype(np.float16) for name in "Wb" for l in (1, 2)
    }
    np.savez(kept(PARAMETERS), **arrays)
    reader.cache_clear()
    result = {
        **facts,
        "network": repr(network),
        "loss": SOFTMAX_CROSS_ENTROPY.name,
        **SETTINGS,
        "epochs": EPOCHS,
        "test_accuracy": accuracy(network, data.X_test, data.Y_test),
        "test_accuracy_16_bits": accuracy(reader(), data.X_test, data.Y_test),
        "test_images": len(lie),
        **dict(zip(("centred", "longer_side_20"), lie.sum(axis=0).tolist())),
    }
    kept(RESULT).write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(
        f"test accuracy {result['test_accuracy']:.2%}, "
        f"kept with 16 bits {result['test_accuracy_16_bits']:.2%}"
    )


if __name__ == "__main__":
    main()
