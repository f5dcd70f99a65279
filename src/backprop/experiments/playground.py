"""A small network in training on points in the plane, one step after the other."""

import tempfile
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from backprop._check import check_count, check_matrix, check_real
from backprop.activations import ACTIVATIONS, softmax
from backprop.backward import backward, gradients
from backprop.data import moons, one_hot, spirals, xor
from backprop.experiments.plane import by_function
from backprop.losses import LOSSES, SOFTMAX_CROSS_ENTROPY, formulas
from backprop.network import SCHEMES, Network, forward, init_network, predict
from backprop.sgd import DivergenceError, History, minibatches, sgd_step
from backprop.storage import load, save

POINTS = 210  # of each data set; a third is kept apart for validation
MOST_LAYERS, MOST_UNITS = 6, 16  # hidden ones, so that all of them can be shown
MARGIN = 0.15  # of the plane around the examples, as a share of their range
MOST_LOSSES = 200  # of a run that are drawn
FUNCTION = "x1**2 + x2**2 - 1"


def noisy_xor(m, *, rng):
    """The four points of `xor`, each drawn as a small cloud: X (2, m), one-hot Y (2, m)."""
    X, Y = xor(m, rng=rng)
    return X + rng.normal(0, 0.12, size=X.shape), one_hot(Y[0].astype(int), 2)


DATA = {"moons": moons, "spirals": spirals, "xor": noisy_xor}
CHOICES = {"activation": (*ACTIVATIONS,), "loss": (*LOSSES,), "scheme": (*SCHEMES,)}


@dataclass(frozen=True)
class Settings:
    """What an experiment starts from; the fields of the playground's form.

    data:       a name from `DATA`, "function" or "own"
    function:   for the data "function", an expression: class 1 where it is greater than 0
    hidden:     the sizes n_1, ..., n_{L-1}; with none the network has one layer
    activation: of the hidden layers, one of CHOICES["activation"]
    loss:       one of CHOICES["loss"]. It decides the output layer: the identity before the softmax,
                else the sigmoid.
    scheme:     of the first weights, one of CHOICES["scheme"]
    seed:       of all that is random: points, weights, order of the examples
    """

    data: str = "moons"
    function: str = FUNCTION
    hidden: tuple = (8, 8)
    activation: str = "tanh"
    loss: str = "binary_cross_entropy"
    scheme: str = "glorot_uniform"
    learning_rate: float = 0.3
    batch_size: int = 10
    seed: int = 0


class Experiment:
    """A network, its data and its history.

    own:   for the data "own", X (2, m) and Y: (1, m) of 0 and 1, or one-hot (K, m)
    start: a `Network` to begin with, in place of the one from the seed

    X, Y and X_val, Y_val: the examples to train on and those kept apart
    network, history:      as in chapter 5
    first:                 the network as it was before the first step
    epochs, steps:         how many are done

    Raises ValueError or TypeError that names the setting, and `DivergenceError` where the first
    loss is not finite.
    """

    def __init__(self, settings, own=None, start=None):
        self.settings = settings
        self.learning_rate, self.batch_size = settings.learning_rate, settings.batch_size
        self.rng = np.random.default_rng(check_count("seed", settings.seed, least=0))
        if settings.loss not in LOSSES:
            raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {settings.loss!r}")
        self.loss = LOSSES[settings.loss]
        softmax = self.loss == SOFTMAX_CROSS_ENTROPY

        X, labels = _examples(settings, own, self.rng)
        classes = max(2, labels.max() + 1)
        Y = one_hot(labels, classes) if softmax or classes > 2 else labels[None].astype(float)
        apart = X.shape[1] // 3
        self.X, self.Y = X[:, apart:], Y[:, apart:]
        self.X_val, self.Y_val = X[:, :apart], Y[:, :apart]

        hidden = checked_hidden(settings.hidden)
        self.network = init_network(
            (2, *hidden, len(Y)),
            [settings.activation] * len(hidden) + ["identity" if softmax else "sigmoid"],
            rng=self.rng,
            scheme=settings.scheme,
        )
        if start is not None:
            if [*start.sizes] != [*self.network.sizes]:
                raise ValueError(
                    f"start: expected a network of the sizes {_dashed(self.network)}, "
                    f"got {_dashed(start)}"
                )
            self.network = Network(start.W, start.b, self.network.activations[1:])
        self.first, self._last_finite = self.network.copy(), self.network.copy()
        self._waiting = []  # the batches of this epoch that are still to come
        self.epochs = self.steps = 0
        value, val_value = self.losses_now()
        self.history = History(value, [], [val_value])
        self._refuse_unless_finite(0, value, val_value)

    @property
    def learning_rate(self):
        """eta, a number greater than 0; a new one counts from the next step on."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._learning_rate = check_real("learning_rate", value, above=0)

    @property
    def batch_size(self):
        """The number of examples a step, at least 1; a new one counts from the next epoch on."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value):
        self._batch_size = check_count("batch_size", value)

    def step(self):
        """One training step on the next mini-batch. After the last of an epoch, note the losses.

        Raises `DivergenceError` when the loss is no longer finite; the network then holds the
        parameters of the last step whose loss was.
        """
        if not self._waiting:
            self._waiting = list(minibatches.bare(self.X, self.Y, self.batch_size, rng=self.rng))
        X, Y = self._waiting.pop(0)
        loss = formulas(self.loss)

        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            trace = forward.bare(self.network, X)
            value = loss.value(trace.a[-1], Y)
            delta = backward.bare(self.network, trace, Y, loss)
            grads = gradients.bare(trace, delta)
        self._refuse_unless_finite(self.epochs + 1, value, *grads.W[1:], *grads.b[1:])
        self._keep()
        sgd_step.bare(self.network, grads, self.learning_rate)
        self._refuse_unless_finite(self.epochs + 1, *_parameters(self.network))
        self.steps += 1

        if not self._waiting:
            value, val_value = self.losses_now()
            self._refuse_unless_finite(self.epochs + 1, value, val_value)
            self.epochs += 1
            self.history.loss.append(value)
            self.history.val_loss.append(val_value)

    def losses_now(self):
        """The loss over the training and over the validation examples."""
        parts = (self.X, self.Y), (self.X_val, self.Y_val)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return [float(self.loss.value(predict(self.network, X), Y)) for X, Y in parts]

    def _keep(self):
        """Note the parameters as they are: they are finite."""
        for kept, now in zip(_parameters(self._last_finite), _parameters(self.network)):
            np.copyto(kept, now)

    def _refuse_unless_finite(self, epoch, *numbers):
        # the sum of squares is quick, but may overflow before a number does
        if not all(isfinite(np.vdot(of, of)) or np.isfinite(of).all() for of in numbers):
            self.network = self._last_finite.copy()
            self._waiting = []
            raise DivergenceError(epoch, self.learning_rate, self.history)

    def deltas(self):
        """delta^1, ..., delta^L at all training examples, behind a None."""
        return self._backwards()[1]

    def gradients(self):
        """The `Gradients` of the loss over all training examples."""
        trace, delta = self._backwards()
        with np.errstate(all="ignore"):
            return gradients(trace, delta)

    def _backwards(self):
        with np.errstate(all="ignore"):
            trace = forward(self.network, self.X)
            return trace, backward(self.network, trace, self.Y, self.loss)

    def plane(self, side):
        """side x side points around the examples, X (2, side^2), and (low, high) of x1 and of x2."""
        low, high = self.X.min(axis=1), self.X.max(axis=1)
        margin = MARGIN * ((high - low).max() or 1.0)
        x1, x2 = np.linspace(low - margin, high + margin, side).T
        grid = np.stack([x.ravel() for x in np.meshgrid(x1, x2)])
        return grid, [float(x) for x in (x1[0], x1[-1], x2[0], x2[-1])]

    def numbers(self, side):
        """What is seen of the experiment as it is: (facts, arrays), both by name.

        W, b, dW, db:  of all layers, one after the other, row by row
        fields:        int8 (units, side^2), the activation over the plane, 127 for `reaches` (units,)
        deltas:        int8 (units, m), dL/dz at each training example, 127 for `delta_reaches`
        delta_sums:    (units,), the sum of its absolute values
        dead:          uint8 (units,), 1 where the slope of a hidden unit is 0 at all examples
        winner, sure:  uint8 (side^2,), the class that the network gives, and how sure it is, of 255
        losses:        (3, k): epochs, training loss, validation loss
        """
        network, L = self.network, self.network.L
        grid, extent = self.plane(side)
        trace, delta = self._backwards()
        with np.errstate(all="ignore"):
            grads = gradients(trace, delta)
            over = forward(network, grid).a
        dead = [*_dead(network, trace), np.zeros(len(self.Y), bool)]
        answer = over[L] if len(over[L]) > 1 else np.concatenate([1 - over[L], over[L]])
        if self.loss == SOFTMAX_CROSS_ENTROPY:
            answer = softmax(answer)
        best = np.sort(np.nan_to_num(answer), axis=0)
        reaches, fields = _in_bytes(np.concatenate(over[1:]))
        delta_reaches, deltas = _in_bytes(np.concatenate(delta[1:]))
        losses, accuracies = self.losses(), self.accuracies()
        arrays = {
            **{name: _flat(of[1:]) for name, of in (("W", network.W), ("b", network.b))},
            **{name: _flat(of[1:]) for name, of in (("dW", grads.W), ("db", grads.b))},
            "reaches": reaches,
            "delta_reaches": delta_reaches,
            "delta_sums": np.concatenate([np.abs(of).sum(axis=1) for of in delta[1:]]),
            "losses": losses[:, _thinned(losses.shape[1])],
            "fields": fields,
            "deltas": deltas,
            "dead": np.concatenate(dead).astype(np.uint8),
            "winner": answer.argmax(axis=0).astype(np.uint8),
            "sure": np.round(255 * np.clip(best[-1] - best[-2], 0, 1)).astype(np.uint8),
        }
        facts = {
            "sizes": [*network.sizes],
            "side": side,
            "extent": extent,
            "epochs": self.epochs,
            "steps": self.steps,
            "loss": self.losses_now(),
            "right": accuracies,
            "dead": [int(of.sum()) for of in dead[:-1]],
        }
        return facts, arrays

    def dead_units(self):
        """How many units of each hidden layer are dead: their slope is 0 at all training examples."""
        with np.errstate(all="ignore"):
            return [int(of.sum()) for of in _dead(self.network, forward(self.network, self.X))]

    def losses(self):
        """Epochs, training losses and validation losses (3, epochs + 1), from before the first one."""
        history = self.history
        training = [history.initial_loss, *history.loss]
        return np.array([range(len(training)), training, history.val_loss], dtype=float)

    def points(self):
        """The examples to train on, then those kept apart, by name: X (2, m), labels, their numbers."""
        X = np.concatenate([self.X, self.X_val], axis=1)
        labels = np.concatenate([classes_of(self.Y), classes_of(self.Y_val)])
        return {"X": X, "labels": labels.astype(np.uint8)}

    def accuracies(self):
        """The share of the training and of the validation examples whose class is right."""
        parts = (self.X, self.Y), (self.X_val, self.Y_val)
        return [
            float(np.mean(classes_of(predict(self.network, X)) == classes_of(Y))) for X, Y in parts
        ]


def classes_of(Y):
    """The class of each column (m,): a single output is class 1 from 0.5 on."""
    return (Y[0] >= 0.5).astype(int) if len(Y) == 1 else Y.argmax(axis=0)


def saved(network):
    """The file that `save` writes, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.npz")
        save(network, path)
        return path.read_bytes()


def loaded(data, settings):
    """The network in the bytes of a file, and the settings that fit it, as `Settings` has them.

    Raises ValueError for another file, or for a network that the playground can't show.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.npz")
        path.write_bytes(data)
        try:
            network = load(path)
        except ValueError as error:
            why = str(error).partition(f"{path}: ")[2] or "not one"
            raise ValueError(f"file: expected a network that save wrote: {why}") from None
    sizes = network.sizes
    if sizes[0] != 2:
        raise ValueError(f"file: expected a network of 2 inputs, got {sizes[0]}")
    hidden = checked_hidden(tuple(sizes[1:-1]))
    *inner, last = [activation.name for activation in network.activations[1:]]
    if len({*inner}) > 1 or last not in ("identity", "sigmoid"):
        raise ValueError(
            "file: expected one activation in the hidden layers, then identity or sigmoid, "
            f"got {', '.join([*inner, last])}"
        )
    loss = settings.loss
    if (last == "identity") != (LOSSES.get(loss) == SOFTMAX_CROSS_ENTROPY):
        loss = "softmax_cross_entropy" if last == "identity" else "binary_cross_entropy"
    return network, {"hidden": hidden, "loss": loss} | ({"activation": inner[0]} if inner else {})


def network_of(W, b):
    """A `Network` of these parameters; what its layers do the experiment knows."""
    return Network([None, *W], [None, *b], ["identity"] * len(W))


def _dead(network, trace):
    """For each hidden layer which units are dead (n_l,)."""
    layers = range(1, network.L)
    return [np.all(network.activations[l].df(trace.z[l]) == 0, axis=1) for l in layers]


def _dashed(network):
    return "-".join(map(str, network.sizes))


def _parameters(network):
    return [*network.W[1:], *network.b[1:]]


def _flat(arrays):
    return np.concatenate([array.ravel() for array in arrays])


def _in_bytes(rows):
    """The largest absolute value of each row, and the rows as parts of it, int8 of 127."""
    rows = np.nan_to_num(rows, posinf=0, neginf=0)
    reaches = np.abs(rows).max(axis=1)
    return reaches, np.round(127 * rows / np.where(reaches, reaches, 1)[:, None]).astype(np.int8)


def _thinned(n):
    return np.unique(np.linspace(0, n - 1, min(n, MOST_LOSSES)).astype(int))


def _examples(settings, own, rng):
    """X (2, m) and the class of each column (m,), in random order."""
    data = settings.data
    if data == "function":
        return by_function(settings.function, POINTS, rng=rng)
    if data in DATA:
        X, Y = DATA[data](POINTS, rng=rng)
        return X, classes_of(Y)
    if data != "own":
        raise ValueError(f"data: expected one of {', '.join(DATA)}, function or own, got {data!r}")
    if not isinstance(own, (tuple, list)) or len(own) != 2:
        raise TypeError(f"own: expected a pair (X, Y) for the data 'own', got {own!r}")
    X = check_matrix("X", own[0], shape="(2, m)", rows=2, dtype=np.float64)
    Y = check_matrix("Y", own[1], shape="(K, m)", columns=X.shape[1])
    if X.shape[1] < 6:
        raise ValueError(f"X: expected at least 6 examples, got {X.shape[1]}")
    if not np.isin(Y, (0, 1)).all() or (len(Y) > 1 and (Y.sum(axis=0) != 1).any()):
        raise ValueError("Y: expected a row of 0 and 1, or one-hot columns")
    order = rng.permutation(X.shape[1])
    return X[:, order], classes_of(Y)[order]


def checked_hidden(hidden):
    if isinstance(hidden, str) or not np.iterable(hidden):
        raise TypeError(f"hidden layers: expected a list of numbers of units, got {hidden!r}")
    hidden = [check_count(f"hidden[{k}]", n, least=-np.inf) for k, n in enumerate(hidden)]
    if len(hidden) > MOST_LAYERS or any(not 1 <= n <= MOST_UNITS for n in hidden):
        raise ValueError(
            f"hidden layers: expected at most {MOST_LAYERS} of 1 to {MOST_UNITS} units, "
            f"got {', '.join(map(str, hidden))}"
        )
    return tuple(hidden)
