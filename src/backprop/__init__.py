"""Backpropagation, derived step by step in the book and written out here.

Examples are columns, list index l is the article's layer l, and a line of code reads like its
equation. Read the modules in the order of the chapters:

    activations, network   1  forward propagation
    losses                 2  the loss
    backward, gradcheck    3  the chain rule, 4  the delta recursion
    sgd, data              5  stochastic gradient descent
    autodiff, dual, tensor 10 automatic differentiation
    examples               the worked network of chapters 1 to 5
    storage                save and load

These need numpy and tqdm only. Around them are rooms, each of which uses only those above it:

    experiments            what a chapter measures, trains or breaks, as numbers
    exercises              the checkers of the learner's answers
    practice               a training step worked out in full, your own numbers checked
    figures                what is drawn with matplotlib
    explore                controls joined to figures: the explorables' machinery
    explorables            a file for each figure that moves
    playground             training as a widget: run it, set it, look into it
    drawing                the field to draw a digit in

The chapters' names for what is in a room, such as `backprop.plotting`, are doors: a file of a line,
for notebooks. `make lint` holds the rules, which stand in pyproject.toml.

The names of `__all__` are here too; what data, examples and automatic differentiation have is imported
from their modules. `backprop.backward` is the module, so write `from backprop.backward import
backward` for the function.
"""

from backprop.activations import (
    ACTIVATIONS,
    IDENTITY,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    softmax,
)
from backprop.backward import Gradients, gradients, hidden_delta, output_delta
from backprop.gradcheck import GradientReport, check_gradients, numerical_gradients
from backprop.losses import (
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Loss,
)
from backprop.network import Network, Trace, forward, init_network, predict
from backprop.sgd import DivergenceError, History, minibatches, sgd_step, train
from backprop.storage import load, save

__all__ = [
    "ACTIVATIONS",
    "BINARY_CROSS_ENTROPY",
    "IDENTITY",
    "LEAKY_RELU",
    "LOSSES",
    "RELU",
    "SIGMOID",
    "SOFTMAX_CROSS_ENTROPY",
    "SQUARED_ERROR",
    "TANH",
    "Activation",
    "DivergenceError",
    "GradientReport",
    "Gradients",
    "History",
    "Loss",
    "Network",
    "Trace",
    "check_gradients",
    "forward",
    "gradients",
    "hidden_delta",
    "init_network",
    "load",
    "minibatches",
    "numerical_gradients",
    "output_delta",
    "predict",
    "save",
    "sgd_step",
    "softmax",
    "train",
]
