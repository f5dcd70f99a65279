"""What several test files share: problems, comparisons, and a second implementation."""

import asyncio
import io
import re

import autograd.numpy as anp
import matplotlib.pyplot as plt
import numpy as np
from autograd import grad
from matplotlib.colors import to_rgb

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Network,
    forward,
    gradients,
    init_network,
)
from backprop.backward import backward
from backprop.explore import grid

DTYPES = [np.float32, np.float64]
SIZES = (3, 5, 4, 3, 2)  # n_0..n_4, neighbours unequal, so that a missing transpose shows


def rng(seed=0):
    return np.random.default_rng(seed)


def targets(loss, K, m, generator):
    """Targets (K, m) that the loss accepts, soft ones among them."""
    if loss is SQUARED_ERROR:
        return generator.normal(size=(K, m))
    if loss is BINARY_CROSS_ENTROPY:
        Y = generator.uniform(size=(K, m))
        Y[:, 0] = np.arange(K) % 2
        return Y
    Y = generator.dirichlet(np.ones(K), size=m).T
    Y[:, 0] = np.eye(K)[0]
    return Y


def problem(loss=SQUARED_ERROR, activations=("tanh", "sigmoid"), *, m=4, seed=0, dtype=np.float64):
    """A network with biases that are not zero, X (n_0, m) and Y (n_L, m)."""
    generator = rng(seed)
    sizes = SIZES[-len(activations) - 1 :]
    network = init_network(sizes, activations, rng=generator, dtype=dtype)
    for b in network.b[1:]:
        b[:] = generator.uniform(-0.5, 0.5, size=b.shape)
    X = generator.normal(size=(sizes[0], m)).astype(dtype)
    Y = targets(loss, sizes[-1], m, generator).astype(dtype)
    return network, X, Y


def all_cases():
    """(loss, activations) for every loss, hidden activation, output activation and depth 1..4."""
    outputs = {
        SQUARED_ERROR: list(ACTIVATIONS),
        BINARY_CROSS_ENTROPY: ["sigmoid"],
        SOFTMAX_CROSS_ENTROPY: ["identity"],
    }
    for loss in LOSSES.values():
        for output in outputs[loss]:
            yield loss, (output,)
            for depth in (2, 3, 4):
                for hidden in ACTIVATIONS:
                    yield loss, (hidden,) * (depth - 1) + (output,)


def case_id(value):
    return value.name if hasattr(value, "name") else "-".join(value)


def module_gradients(network, X, Y, loss):
    trace = forward(network, X)
    return gradients(trace, backward(network, trace, Y, loss))


def arrays_of(pair):
    """Every array of a network, of Gradients, of a Trace: layer by layer, without the None."""
    lists = (pair.W, pair.b) if hasattr(pair, "W") else pair
    return [array for of_layers in lists for array in of_layers if array is not None]


def bytes_of(*pairs):
    """To compare bit for bit: what was changed, what was drawn alike."""
    return [array.tobytes() for pair in pairs for array in arrays_of(pair)]


def assert_close(actual, expected, *, rtol=1e-9, atol=1e-12):
    actual, expected = arrays_of(actual), arrays_of(expected)
    assert [a.shape for a in actual] == [e.shape for e in expected]
    for a, e in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=rtol, atol=atol)


def frozen(*arrays):
    """Copies that raise when something writes to them."""
    copies = [np.array(array) for array in arrays]
    for copy in copies:
        copy.flags.writeable = False
    return copies


# A second forward pass and loss, written apart from the module, that autograd differentiates.

_F = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: anp.where(z > 0, z, 0.01 * z),
    "identity": lambda z: z,
}

_PER_EXAMPLE = {
    "squared_error": lambda a, Y: anp.sum((a - Y) ** 2, axis=0) / 2,
    "binary_cross_entropy": lambda a, Y: anp.sum(
        -Y * anp.log(a) - (1 - Y) * anp.log(1 - a), axis=0
    ),
    "softmax_cross_entropy": lambda a, Y: anp.sum(
        Y * (anp.log(anp.sum(anp.exp(a), axis=0)) - a), axis=0
    ),
}


def reference_loss(parameters, network, X, Y, loss):
    """The loss from a list of pairs (W^l, b^l) for l = 1..L."""
    a = X
    for (W, b), activation in zip(parameters, network.activations[1:], strict=True):
        a = _F[activation.name](anp.dot(W, a) + b)
    return anp.mean(_PER_EXAMPLE[loss.name](a, Y))


def parameters_of(network):
    return list(zip(network.W[1:], network.b[1:], strict=True))


def autograd_gradients(network, X, Y, loss):
    pairs = grad(reference_loss)(parameters_of(network), network, X, Y, loss)
    return [[W for W, _ in pairs], [b for _, b in pairs]]


def central_differences(network, X, Y, loss, *, step=1e-5):
    """(L(p + h) - L(p - h)) / 2h with the loss above, for each parameter p."""
    pairs = [tuple(array.copy() for array in pair) for pair in parameters_of(network)]
    slopes = [[np.zeros_like(W) for W, _ in pairs], [np.zeros_like(b) for _, b in pairs]]
    for l, pair in enumerate(pairs):
        for kind, array in enumerate(pair):
            for index in np.ndindex(array.shape):
                p = array[index]
                array[index] = p + step
                up = reference_loss(pairs, network, X, Y, loss)
                array[index] = p - step
                down = reference_loss(pairs, network, X, Y, loss)
                array[index] = p
                slopes[kind][l][index] = (up - down) / (2 * step)
    return slopes


# Figures, read back from the ax.


def network_of(*sizes, activation="tanh", seed=0):
    return init_network(sizes, activation, rng=rng(seed))


def texts(ax):
    return [text.get_text() for text in ax.texts]


def png(ax, dpi=40):
    file = io.BytesIO()
    ax.figure.savefig(file, format="png", dpi=dpi)
    return file.getvalue()


def is_hue(rgb, color):
    """Whether rgb is `color` thinned with white."""
    thinned = 1 - np.array(rgb)
    strength = thinned.max() / (1 - np.array(to_rgb(color))).max()
    return strength > 0 and np.allclose(thinned, strength * (1 - np.array(to_rgb(color))))


def net21(W=((1.0, 2.0),)):
    return Network([None, np.array(W)], [None, np.zeros((len(W), 1))], "sigmoid")


# Explorables.


async def until(condition, seconds=300):
    """Lets the event loop go on until the condition is true."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while not condition():
        assert loop.time() < ends, f"not true within {seconds} s"
        await asyncio.sleep(0.01)


def numbers_in(text):
    """The numbers of a text, with either minus."""
    return [
        float(n) for n in re.findall(r"[+-]?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))
    ]


def every_frame(module):
    """(values, figure, words) for every combination that the page shows; the figures are closed."""
    for values in grid(module.CONTROLS):
        figure = module.draw(**values)
        yield values, figure, module.describe(**values)
        plt.close(figure)


def some_between(module, count, seed=0):
    """Values that a running notebook can take, between those of the page, for each control."""
    generator = rng(seed)
    for _ in range(count):
        yield {
            control.name: float(generator.uniform(control.values[0], control.values[-1]))
            if control.kind == "slider" and isinstance(control.values[0], float)
            else control.values[generator.integers(len(control.values))]
            for control in module.CONTROLS
        }
