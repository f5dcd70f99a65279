"""The names that chapters import stay what they are, and the root loads numpy and tqdm only."""

import ast
import fnmatch
import importlib
import re
import subprocess
import sys

import chapters
from conftest import ROOT

PUBLIC = {
    "backprop": (
        "ACTIVATIONS Activation BINARY_CROSS_ENTROPY DivergenceError GradientReport Gradients History "
        "IDENTITY LEAKY_RELU LOSSES Loss Network RELU SIGMOID SOFTMAX_CROSS_ENTROPY SQUARED_ERROR TANH "
        "Trace autodiff check_gradients forward gradients hidden_delta init_network load minibatches "
        "numerical_gradients output_delta predict save sgd_step softmax tensor train"
    ),
    "backprop.activations": "ACTIVATIONS Activation SIGMOID softmax",
    "backprop.autodiff": "Value in_order",
    "backprop.backward": "Gradients backward gradients",
    "backprop.circuits": (
        "ADD Gate MAX MULTIPLY SQUARED_ERROR_GATE activation_gate circuit_derivatives circuit_paths "
        "circuit_values plot_circuit plot_paths"
    ),
    "backprop.cost": "measured multiplications nudged numbers_kept parameters",
    "backprop.data": "digits mnist moons one_hot spirals xor",
    "backprop.diagram": "plot_network",
    "backprop.drawing": (
        "DigitField draw_digit like_mnist paint read read_hundred reader_result scribble write"
    ),
    "backprop.dual": "Dual",
    "backprop.examples": "worked_example",
    "backprop.exercises": "check fill_in",
    "backprop.experiments.batch_noise": "batch_means noise",
    "backprop.experiments.cheap_gradient": "at_random operations polynomial product",
    "backprop.experiments.checkpoints": "plain_checkpoints recursive_checkpoints whole_trace",
    "backprop.explorables": (
        "bug_zoo cost depth forward_pass half_plane largest_rate learning_rate loss_curve loss_surface "
        "misread neuron nudge reverse_mode softmax training training_step"
    ),
    "backprop.explore": "Control Explorable explore",
    "backprop.faults": "FAULTS faulty_gradients",
    "backprop.gradcheck": "check_gradients",
    "backprop.handwriting": (
        "ARTICLE_ACCURACY EPOCHS SETTINGS accuracy confusion mnist_result read_digits"
    ),
    "backprop.losses": "BINARY_CROSS_ENTROPY Loss SOFTMAX_CROSS_ENTROPY SQUARED_ERROR",
    "backprop.network": "Network forward init_network predict",
    "backprop.playground": "Experiment Playground Settings play",
    "backprop.plotting": (
        "DELTA INK NEGATIVE PALETTE POSITIVE plot_confusion plot_decision_boundary plot_images "
        "plot_loss use_style"
    ),
    "backprop.sgd": "DivergenceError minibatches sgd_step train",
    "backprop.practice": "SKILLS check_steps judge problem work_out",
    "backprop.storage": "load save",
    "backprop.tensor": "Tensor",
}

LOADED = """
import importlib, pkgutil, sys
before = set(sys.modules)
from backprop import autodiff, data, dual, examples, exercises, experiments, practice, tensor
for room in (exercises, experiments, practice):
    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        importlib.import_module(module.name)
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - set(sys.stdlib_module_names)))
"""


def imported_names(source):
    """(module, name) for each name that a cell imports from the package."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or an error on show
        return set()
    return {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "backprop"
        for alias in node.names
    }


def test_every_public_name_can_be_imported():
    for module, names in PUBLIC.items():
        for name in names.split():
            if not hasattr(importlib.import_module(module), name):
                importlib.import_module(f"{module}.{name}")


def test_the_chapters_import_public_names_only():
    listed = {(module, name) for module, names in PUBLIC.items() for name in names.split()}
    found = {
        pair
        for path in chapters.CHAPTERS
        for cell in chapters.cells(path)
        if cell.cell_type == "code"
        for pair in imported_names(cell.source)
    }
    assert len(found) > 60
    assert found <= listed


def test_mathematics_experiments_and_checkers_load_numpy_and_tqdm_only():
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["backprop", "numpy", "tqdm"]


def test_an_installed_package_has_every_file():
    """setuptools takes what these patterns name, besides the modules."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (named,) = re.findall(r'^\[tool\.setuptools\.package-data\]\n"\*" = \[(.*)\]$', project, re.M)
    patterns = re.findall(r'"([^"]+)"', named)
    files = [path.name for path in (ROOT / "src" / "backprop").rglob("*.*") if path.is_file()]
    left = [name for name in files if not re.search(r"\.pyc?$", name)]
    left = [name for name in left if not any(fnmatch.fnmatch(name, one) for one in patterns)]
    assert "digits.npz" in files and not left
