"""A small network in training on points in the plane, one step after the other."""

from dataclasses import dataclass

import numpy as np

from backprop._check import check_count, check_matrix, check_real
from backprop.activations import ACTIVATIONS
from backprop.backward import backward, gradients
from backprop.data import moons, one_hot, spirals, xor
from backprop.losses import LOSSES, SOFTMAX_CROSS_ENTROPY
from backprop.network import SCHEMES, forward, init_network, predict
from backprop.sgd import DivergenceError, History, minibatches, sgd_step

POINTS = 210  # of each data set; a third is kept apart for validation
MOST_LAYERS, MOST_UNITS = 6, 16  # hidden ones, so that all of them can be shown


def noisy_xor(m, *, rng):
    """The four points of `xor`, each drawn as a small cloud: X (2, m), one-hot Y (2, m)."""
    X, Y = xor(m, rng=rng)
    return X + rng.normal(0, 0.12, size=X.shape), one_hot(Y[0].astype(int), 2)


DATA = {"moons": moons, "spirals": spirals, "xor": noisy_xor}
CHOICES = {"activation": (*ACTIVATIONS,), "loss": (*LOSSES,), "scheme": (*SCHEMES,)}


@dataclass(frozen=True)
class Settings:
    """What an experiment starts from; the fields of the playground's form.

    data:       a name from `DATA`, or "own"
    hidden:     the sizes n_1, ..., n_{L-1}; with none the network has one layer
    activation: of the hidden layers, one of CHOICES["activation"]
    loss:       one of CHOICES["loss"]. It decides the output layer: the identity before the softmax,
                else the sigmoid.
    scheme:     of the first weights, one of CHOICES["scheme"]
    seed:       of all that is random: points, weights, order of the examples
    """

    data: str = "moons"
    hidden: tuple = (8, 8)
    activation: str = "tanh"
    loss: str = "binary_cross_entropy"
    scheme: str = "glorot_uniform"
    learning_rate: float = 0.3
    batch_size: int = 10
    seed: int = 0


class Experiment:
    """A network, its data and its history.

    own: for the data "own", X (2, m) and Y: (1, m) of 0 and 1, or one-hot (K, m)

    X, Y and X_val, Y_val: the examples to train on and those kept apart
    network, history:      as in chapter 5
    epochs, steps:         how many are done

    Raises ValueError or TypeError that names the setting, and `DivergenceError` where the first
    loss is not finite.
    """

    def __init__(self, settings, own=None):
        self.settings = settings
        self.learning_rate, self.batch_size = settings.learning_rate, settings.batch_size
        self.rng = np.random.default_rng(check_count("seed", settings.seed, least=0))
        if settings.loss not in LOSSES:
            raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {settings.loss!r}")
        self.loss = LOSSES[settings.loss]
        softmax = self.loss == SOFTMAX_CROSS_ENTROPY

        X, labels = _examples(settings.data, own, self.rng)
        classes = max(2, labels.max() + 1)
        Y = one_hot(labels, classes) if softmax or classes > 2 else labels[None].astype(float)
        apart = X.shape[1] // 3
        self.X, self.Y = X[:, apart:], Y[:, apart:]
        self.X_val, self.Y_val = X[:, :apart], Y[:, :apart]

        hidden = _checked_hidden(settings.hidden)
        self.network = init_network(
            (2, *hidden, len(Y)),
            [settings.activation] * len(hidden) + ["identity" if softmax else "sigmoid"],
            rng=self.rng,
            scheme=settings.scheme,
        )
        self._last_finite = self.network.copy()
        self._waiting = []  # the batches of this epoch that are still to come
        self.epochs = self.steps = 0
        value, val_value = self._losses()
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
            self._waiting = list(minibatches(self.X, self.Y, self.batch_size, rng=self.rng))
        X, Y = self._waiting.pop(0)

        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            trace = forward(self.network, X)
            value = self.loss.value(trace.a[-1], Y)
            delta = backward(self.network, trace, Y, self.loss)
            grads = gradients(trace, delta)
        self._refuse_unless_finite(self.epochs + 1, value, *grads.W[1:], *grads.b[1:])
        self._last_finite = self.network.copy()
        sgd_step(self.network, grads, self.learning_rate)
        self._refuse_unless_finite(self.epochs + 1, *self.network.W[1:], *self.network.b[1:])
        self.steps += 1

        if not self._waiting:
            value, val_value = self._losses()
            self._refuse_unless_finite(self.epochs + 1, value, val_value)
            self.epochs += 1
            self.history.loss.append(value)
            self.history.val_loss.append(val_value)

    def _losses(self):
        """The loss over the training and over the validation examples."""
        parts = (self.X, self.Y), (self.X_val, self.Y_val)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            return [float(self.loss.value(predict(self.network, X), Y)) for X, Y in parts]

    def _refuse_unless_finite(self, epoch, *numbers):
        if not all(np.isfinite(number).all() for number in numbers):
            self.network = self._last_finite.copy()
            self._waiting = []
            raise DivergenceError(epoch, self.learning_rate, self.history)

    def gradients(self):
        """The `Gradients` of the loss over all training examples."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            trace = forward(self.network, self.X)
            return gradients(trace, backward(self.network, trace, self.Y, self.loss))

    def activations(self, X):
        """a^0, ..., a^L of the network as it is for points X (2, m)."""
        return forward(self.network, X).a

    def accuracies(self):
        """The share of the training and of the validation examples whose class is right."""
        parts = (self.X, self.Y), (self.X_val, self.Y_val)
        return [
            float(np.mean(classes_of(predict(self.network, X)) == classes_of(Y))) for X, Y in parts
        ]


def classes_of(Y):
    """The class of each column (m,): a single output is class 1 from 0.5 on."""
    return (Y[0] >= 0.5).astype(int) if len(Y) == 1 else Y.argmax(axis=0)


def _examples(data, own, rng):
    """X (2, m) and the class of each column (m,), in random order."""
    if data in DATA:
        X, Y = DATA[data](POINTS, rng=rng)
        return X, classes_of(Y)
    if data != "own":
        raise ValueError(f"data: expected one of {', '.join(DATA)} or own, got {data!r}")
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


def _checked_hidden(hidden):
    if len(hidden) > MOST_LAYERS or any(n > MOST_UNITS for n in hidden):
        raise ValueError(
            f"hidden layers: expected at most {MOST_LAYERS} of at most {MOST_UNITS} units, "
            f"got {', '.join(map(str, hidden))}"
        )
    return tuple(hidden)
