"""The checkers of chapter 8, what backprop costs."""

import numpy as np

from backprop.exercises.checkers import Function, Values
from backprop.experiments.cost import multiplications, numbers_kept, parameters

MNIST = (784, 128, 10)


def _advantage(sizes):
    bill = multiplications(sizes)
    return bill.nudging / bill.backprop


def _shards():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(3, 4, 2))
    return {
        "shards of 50, 50 and 20 examples": (list(parts), [50, 50, 20]),
        "equal shards": (list(parts[:2]), [8, 8]),
        "one shard": (list(parts[:1]), [5]),
        "a shard of a single example": (list(parts), [1, 30, 31]),
    }


def _random_shards(rng):
    k, *shape = rng.integers(1, 6, size=3)
    return list(rng.normal(size=(k, *shape))), rng.integers(1, 60, size=k).tolist()


def _combine(parts, counts):
    return sum(count * part for count, part in zip(counts, parts)) / sum(counts)


CHECKERS = {
    "what-backprop-costs-1-forward": Values(
        lambda: multiplications(MNIST).forward,
        why="nearly all of it is in layer 1, which multiplies each pixel 128 times.",
        hint="Add n_l times n_{l-1} over both layers.",
        mistakes={
            "that is the number of parameters: biases are added, not multiplied.": parameters(
                MNIST
            ),
            "that is layer 1 alone: layer 2 has 10 x 128 more.": 784 * 128,
            "the widths of neighbours are multiplied and then added; you multiplied all three.": (
                784 * 128 * 10
            ),
            "that is the backward pass: it has layer 2 a second time, for the delta.": (
                multiplications(MNIST).backward
            ),
            "that is forward and backward together.": multiplications(MNIST).backprop,
        },
    ),
    "what-backprop-costs-1-backward": Values(
        lambda: multiplications(MNIST).backward,
        why="here it is hardly more than the forward pass, since layer 1 passes no delta on.",
        hint="Add the products for both gradients and the one product for the delta of layer 1.",
        mistakes={
            "twice the forward pass is too much: layer 1 has no layer below that wants a delta.": (
                2 * multiplications(MNIST).forward
            ),
            "those are the gradients alone: the delta of layer 1 takes 10 x 128 more.": (
                multiplications(MNIST).gradients
            ),
            "that is the delta of layer 1 alone: both layers need their gradients.": 1280,
            "that is forward and backward together.": multiplications(MNIST).backprop,
        },
    ),
    "what-backprop-costs-2": Values(
        lambda: numbers_kept(MNIST, 32),
        why="it grows with the batch, and the parameters do not.",
        hint="Per example: the inputs once, and z and a for each unit of layers 1 and 2.",
        mistakes={
            "that is for one example: the batch has 32.": numbers_kept(MNIST, 1),
            "the trace keeps z^l as well as a^l.": 32 * (784 + 138),
            "a^0, the inputs, is kept too: the gradient of layer 1 needs it.": 32 * 2 * 138,
            "there is no z^0: the inputs count once.": 32 * 2 * (784 + 138),
            "those are bytes of 8 to a number; count the numbers.": 8 * numbers_kept(MNIST, 32),
        },
    ),
    "what-backprop-costs-3": Function(
        _advantage,
        lambda: {
            "784-128-10": (MNIST,),
            "2-3-2-1": ((2, 3, 2, 1),),
            "one layer": ((5, 4),),
            "ten layers of 100": ((100,) * 11,),
            "widths of 1": ((1, 1, 1),),
        },
        lambda rng: (tuple(rng.integers(1, 300, size=rng.integers(2, 7)).tolist()),),
        why="it lies between a third of P + 1 and, where layer 1 has nearly all the weights, a half of it.",
        hint="(P + 1) times the forward products, over three times the forward products less layer 1's.",
        mistakes={
            "the comparison itself needs a pass too: P + 1, not P.": lambda sizes: (
                parameters(sizes) * multiplications(sizes).forward / multiplications(sizes).backprop
            ),
            "layer 1 passes no delta on, so the backward pass costs less than two forward passes.": (
                lambda sizes: (parameters(sizes) + 1) / 3
            ),
            "the forward pass that a gradient needs is part of the bill.": lambda sizes: (
                multiplications(sizes).nudging / multiplications(sizes).backward
            ),
            "the biases are parameters too, and each is nudged.": lambda sizes: (
                (multiplications(sizes).forward + 1)
                * multiplications(sizes).forward
                / multiplications(sizes).backprop
            ),
            "upside down: nudging over backpropagation is asked for.": lambda sizes: (
                1 / _advantage(sizes)
            ),
        },
    ),
    "what-backprop-costs-4": Function(
        _combine,
        _shards,
        _random_shards,
        why="every example counts alike, in whichever shard it was.",
        hint="Each part is a mean over its shard; give it the weight count / m.",
        mistakes={
            "the plain mean gives an example of a small shard too much weight.": lambda p, c: (
                sum(p) / len(p)
            ),
            "each part is a mean already: weigh them so that the weights add up to 1.": lambda p, c: (
                sum(p)
            ),
            "divide by the number of examples: the weights must add up to 1.": lambda p, c: sum(
                count * part for count, part in zip(c, p)
            ),
            "large shards must count more, not less.": lambda p, c: (
                sum(part / count for count, part in zip(c, p)) / sum(1 / count for count in c)
            ),
        },
    ),
    "what-backprop-costs-5-k": Values(
        lambda: min(range(1, 101), key=lambda k: 100 / k + k),
        why="100/10 + 10 = 20 layers in memory, layer 0 with them, instead of 101.",
        hint="In memory are 100/k kept layers and one stretch of k. Where is the sum least?",
        mistakes={
            "that keeps everything, as before: 100 layers and a stretch of 1.": 1,
            "then the one stretch is the whole network, and all of it is in memory at once.": 100,
            "that keeps two layers, but the stretch between them has 50: 52 in all.": 50,
            "that is how many layers are in memory then, not k.": 20,
        },
    ),
    "what-backprop-costs-5-computed": Values(
        lambda: 100 + 90,
        why="no layer is computed more than twice, so all that memory is saved for less than one forward"
        " pass.",
        hint="Count the first pass, and every layer that is computed anew.",
        mistakes={
            "the topmost stretch need not be computed twice: the first pass was there last.": 200,
            "those are the layers computed anew: the first pass is missing.": 90,
            "that is the first pass alone: forgotten layers are computed anew.": 100,
            "a kept layer has its activation, but not its sum z, which the slope needs: it is computed"
            " anew too.": 100 + 9 * 9,
            "each stretch is computed anew once, not once for each of its layers.": 1000,
        },
    ),
}
