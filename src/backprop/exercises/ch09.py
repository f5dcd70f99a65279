"""Checkers of chapter 9, A bug zoo."""

from backprop.backward import backward, gradients
from backprop.exercises.checkers import Values
from backprop.experiments.bug_zoo import BATCH_SIZE, examine, problem
from backprop.losses import SOFTMAX_CROSS_ENTROPY
from backprop.network import forward, predict
from backprop.sgd import sgd_step

ETA = 0.001


def ratio_of_c():
    report, _ = examine("C", 0.3)
    return report.rows[0].formula / report.rows[0].difference


def healthy():
    """Network, first batch of the zoo with its targets, and the gradients."""
    network, X, Y = problem()
    x, y = X[:, :BATCH_SIZE], Y[:, :BATCH_SIZE]
    trace = forward(network, x)
    return network, x, y, gradients(trace, backward(network, trace, y, SOFTMAX_CROSS_ENTROPY))


def predicted_change():
    """-eta |grad L|^2 for the first batch of the zoo."""
    *_, grads = healthy()
    return -ETA * sum((array**2).sum() for array in grads.W[1:] + grads.b[1:])


def of_weights_alone():
    *_, grads = healthy()
    return -ETA * sum((array**2).sum() for array in grads.W[1:])


def true_change():
    network, x, y, grads = healthy()
    stepped = network.copy()
    sgd_step(stepped, grads, ETA)
    before, after = (
        SOFTMAX_CROSS_ENTROPY.value(predict(each, x), y) for each in (network, stepped)
    )
    return after - before


CHECKERS = {
    "a-bug-zoo-1": Values(
        ratio_of_c,
        why="it is the batch size, and that tells you that a mean became a sum.",
        hint="Divide the number under formula by the one under difference.",
        mistakes={
            "you divided the other way round: the formula comes first.": lambda right: 1 / right,
        },
        digits=3,
    ),
    "a-bug-zoo-2": Values(
        lambda: [3, 2],
        why="with one example a cleared bias clears its delta, and the highest wrong delta is where"
        " to look next.",
        hint="With one example db^l is delta^l: where the one is right, so is the other.",
        mistakes={
            "layer 1 is spoilt by layer 2: the first wrong delta, from above, is what counts.": [
                3,
                1,
            ],
            "delta^3 is right, since db^3 is: the first wrong delta is further down.": [3, 3],
            "you have the two the other way round: first the layer of the weights alone.": [2, 3],
        },
    ),
    "a-bug-zoo-3": Values(
        predicted_change,
        why="so small a step that does not lower the loss by about this much is no step down the gradient.",
        digits=8,
        hint="Square every entry of every dL/dW^l and dL/db^l, add them all, multiply by -eta.",
        mistakes={
            "the change is negative: a step down the gradient lowers the loss.": lambda right: (
                -right
            ),
            "eta is missing: this is minus the squared norm itself.": lambda right: right / ETA,
            "the biases are parameters too: add the squares of dL/db^l.": lambda right: (
                of_weights_alone()
            ),
            "that is the true change; the prediction is -eta times the sum of the squares.": (
                lambda right: true_change()
            ),
        },
    ),
}
