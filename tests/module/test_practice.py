"""A training step worked out: against the module; and planted mistakes, which are found by name.

    PYTHONPATH=tests .venv/bin/python tests/module/test_practice.py

prints how often each mistake is found in a thousand planted cases.
"""

import itertools
import re
from fractions import Fraction

import numpy as np
import pytest
from helpers import problem, rng

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Activation,
    Network,
    forward,
    gradients,
    init_network,
    predict,
    sgd_step,
)
from backprop.backward import backward
from backprop.practice import check_steps, work_out
from backprop.practice.mistakes import MISTAKES, candidates, kind_of
from backprop.practice.numbers import written

ETA = 0.3


def case(seed, loss):
    """A network whose layers may be of one width, some examples, and targets that fit the loss."""
    generator = rng(seed)
    L = int(generator.integers(1, 5))
    sizes = [int(n) for n in generator.integers(2, 4, size=L + 1)]
    names = [str(generator.choice(list(ACTIVATIONS))) for _ in range(L)]
    names[-1] = {BINARY_CROSS_ENTROPY: "sigmoid", SOFTMAX_CROSS_ENTROPY: "identity"}.get(
        loss, names[-1]
    )
    network = init_network(sizes, names, rng=generator)
    for b in network.b[1:]:
        b[:] = generator.uniform(-0.9, 0.9, size=b.shape)
    m = int(generator.integers(1, 5))
    X = generator.normal(size=(sizes[0], m))
    if loss is SOFTMAX_CROSS_ENTROPY:
        Y = np.eye(sizes[-1])[:, generator.integers(sizes[-1], size=m)]
    else:
        Y = generator.integers(2, size=(sizes[-1], m)).astype(float)
    return network, X, Y


def by_the_module(network, X, Y, loss):
    """{name of a step: its value}"""
    trace = forward(network, X)
    delta = backward(network, trace, Y, loss)
    grads = gradients(trace, delta)
    moved = network.copy()
    sgd_step(moved, grads, ETA)
    values = {"loss": loss.value(trace.a[-1], Y), "loss new": loss.value(predict(moved, X), Y)}
    for l in range(1, network.L + 1):
        values |= {f"z^{l}": trace.z[l], f"a^{l}": trace.a[l], f"delta^{l}": delta[l]}
        values |= {f"dL/dW^{l}": grads.W[l], f"dL/db^{l}": grads.b[l]}
        values |= {f"W^{l} new": moved.W[l], f"b^{l} new": moved.b[l]}
    return values


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_every_number_is_the_modules(loss):
    for seed in range(40):
        network, X, Y = case(seed, loss)
        solution = work_out(network, X, Y, loss, ETA)
        for name, value in by_the_module(network, X, Y, loss).items():
            np.testing.assert_allclose(
                np.asarray(solution[name].value, dtype=float), value, atol=1e-12, err_msg=name
            )
        if loss is not SOFTMAX_CROSS_ENTROPY:
            slope = loss.grad(predict(network, X), Y)
            np.testing.assert_allclose(np.asarray(solution["dL/da"].value, float), slope)


def worked_by_hand():
    """1-2-1 with relu and the identity: every number is short."""
    return Network(
        [None, [[2], [-1]], [[0.5, 3]]], [None, [[1], [0]], [[-1]]], ["relu", "identity"]
    )


def test_a_known_example_has_its_published_numbers():
    """Matt Mazur, "A step by step backpropagation example" (2015), as he prints it: to 9 decimals.

    He has one bias for both units of a layer and leaves the biases as they are. The loss that he prints
    after the step, 0.291027924, agrees to 6 decimals: his own weights give 0.291027774.
    """
    network = Network(
        [None, [[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
        [None, [[0.35], [0.35]], [[0.60], [0.60]]],
        ["sigmoid", "sigmoid"],
    )
    solution = work_out(network, [[0.05], [0.10]], [[0.01], [0.99]], SQUARED_ERROR, 0.5, digits=9)
    published = {
        "z^1": [[0.3775], [0.3925]],
        "a^1": [[0.593269992], [0.596884378]],
        "z^2": [[1.105905967], [1.224921404]],
        "a^2": [[0.751365070], [0.772928465]],
        "loss": 0.298371109,
        "delta^2": [[0.138498562], [-0.038098237]],
        "W^1 new": [[0.149780716, 0.199561432], [0.249751144, 0.299502287]],
        "W^2 new": [[0.358916480, 0.408666186], [0.511301270, 0.561370121]],
    }
    assert check_steps(solution, published, digits=9).text == "All 8 are right."
    assert "0.358916480" in str(solution) and "0.298371109" in solution.latex()
    finding = check_steps(solution, published | {"loss new": 0.291027924}, digits=6)
    assert finding.mistakes == ("you moved the weights and kept the biases",)


def test_numbers_stay_exact_where_they_are():
    # z^1 = (2 * 1 + 1, -1 * 1) = (3, -1), a^1 = (3, 0), z^2 = 0.5 * 3 - 1 = 0.5, y = 0.25
    # L = (0.5 - 0.25)^2 / 2 = 1/32, delta^2 = 0.25, delta^1 = (0.5 * 0.25, 0) = (1/8, 0)
    solution = work_out(worked_by_hand(), [[1]], [[0.25]], SQUARED_ERROR, 0.1)
    assert solution["loss"].value == Fraction(1, 32)
    assert solution["delta^1"].value.tolist() == [[Fraction(1, 8)], [Fraction(0)]]
    assert solution["W^2 new"].value.tolist() == [[Fraction("0.425"), Fraction(3)]]
    assert "0.03125" in str(solution)


def test_three_examples_give_thirds():
    solution = work_out(worked_by_hand(), [[1, 1, 1]], [[0, 0, 0]], SQUARED_ERROR, 0.1)
    assert solution["delta^2"].value[0, 0] == Fraction(1, 6)
    assert "1/6" in str(solution) and r"\tfrac{1}{6}" in solution.latex()


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (Fraction(1, 3), 4, "1/3"),
        (Fraction(-5, 4), 4, "-1.25"),
        (Fraction(7), 4, "7"),
        (Fraction(1, 3001), 4, "0.0003"),
        (-0.00001, 4, "0.0000"),
        (2.34567, 2, "2.35"),
    ],
)
def test_how_a_number_is_written(number, digits, text):
    assert written(number, digits) == text


def test_text_and_mathematics_show_the_same_numbers():
    network, X, Y = case(3, SQUARED_ERROR)
    solution = work_out(network, X, Y, SQUARED_ERROR, ETA, digits=3)
    number = re.compile(r"-?\d+\.\d{3}\b")
    for step in solution.steps:
        assert sorted(number.findall(" ".join(step.text))) == sorted(number.findall(step.filled))


def test_every_display_is_closed():
    network, X, Y = case(5, SOFTMAX_CROSS_ENTROPY)
    solution = work_out(network, X, Y, SOFTMAX_CROSS_ENTROPY, ETA)
    for text in (solution.latex(), solution._repr_markdown_()):
        assert text.count("\\begin{aligned}") == text.count("\\end{aligned}") == len(solution.steps)
        assert text.count("\\left(") == text.count("\\right)")
        assert text.count("{") == text.count("}")


def test_the_network_is_left_alone():
    network, X, Y = case(1, SQUARED_ERROR)
    before = [array.copy() for array in network.W[1:] + network.b[1:]]
    work_out(network, X, Y, SQUARED_ERROR, ETA)
    for old, new in zip(before, network.W[1:] + network.b[1:]):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("sizes", "m", "words"),
    [
        ((7, 2), 1, "network: expected at most 6 units in a layer, got 7"),
        ((2,) * 6, 1, "network: expected at most 4 layers, got 5"),
        ((2, 2), 5, "X: expected at most 4 examples, got 5"),
    ],
)
def test_what_is_too_large_is_refused(sizes, m, words):
    network = init_network(sizes, "identity", rng=rng())
    with pytest.raises(ValueError, match=re.escape(words)):
        work_out(network, np.ones((sizes[0], m)), np.ones((sizes[-1], m)), SQUARED_ERROR, ETA)


def test_bad_arguments_are_named():
    network, X, Y = problem()
    with pytest.raises(ValueError, match="learning_rate: expected"):
        work_out(network, X, Y, SQUARED_ERROR, 0)
    own = Activation("own", np.sin, np.cos)
    with pytest.raises(ValueError, match="expected activations of the module .*got 'own'"):
        work_out(Network(network.W, network.b, [own, own]), X, Y, SQUARED_ERROR, ETA)
    solution = work_out(network, X, Y, SQUARED_ERROR, ETA)
    with pytest.raises(KeyError, match="expected one of z"):
        check_steps(solution, {"delta_2": [[1]]})
    with pytest.raises(TypeError, match=r"z\^1: expected numbers of shape \(n_1, m\), got 'x'"):
        check_steps(solution, {"z^1": "x"})
    with pytest.raises(ValueError, match=r"z\^1: expected finite numbers"):
        check_steps(solution, {"z^1": [[np.nan]]})
    with pytest.raises(TypeError, match="solution: expected what work_out returns"):
        check_steps("x", {})


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_the_right_numbers_rounded_are_right(loss):
    for seed in range(20):
        solution = work_out(*case(seed, loss), loss, ETA)
        answers = {step.name: np.round(np.asarray(step.value, float), 3) for step in solution.steps}
        found = check_steps(solution, answers, digits=3)
        assert found.name is None, found.text
        assert found.text == f"All {len(solution.steps)} are right."


def planted(cases=30):
    """(solution, name of a step, sentence, its wrong numbers) for each mistake that shows."""
    for seed in range(cases):
        for loss in LOSSES.values():
            solution = work_out(*case(seed, loss), loss, ETA)
            for step in solution.steps:
                for sentence, wrong in candidates(solution, step.name, digits=5):
                    yield solution, step.name, sentence, wrong


def test_each_mistake_is_found_by_its_name():
    count, found = {}, {}
    for solution, name, sentence, wrong in planted():
        right = {
            step.name: step.value
            for step in solution.steps[: [s.name for s in solution.steps].index(name)]
        }
        finding = check_steps(solution, right | {name: np.round(wrong, 5)}, digits=5)
        key = (kind_of(name, solution.numbers.L)[0], sentence)
        count[key] = count.get(key, 0) + 1
        hit = finding.name == name and sentence in finding.mistakes
        found[key] = found.get(key, 0) + hit
    assert count == found
    everything = {(kind, sentence) for kind, of_kind in MISTAKES.items() for sentence in of_kind}
    assert everything - set(count) == set(), "every mistake shows in some network"
    assert len(everything) >= 25


def test_what_two_mistakes_would_both_explain_is_said():
    # z^1 = a^1 = 2, z^2 = a^2 = 6, delta^2 = 6 - 1 = 5, dL/dW^2 = 5 * 2 = 10, so W^2 goes from 3 to
    # 3 - 0.1 * 10 = 2, which is W^1. Right is delta^1 = 3 * 5 = 15; with either weight it is 10.
    network = Network([None, [[2.0]], [[3.0]]], [None, [[0.0]], [[0.0]]], ["relu", "relu"])
    solution = work_out(network, [[1.0]], [[1.0]], SQUARED_ERROR, 0.1)
    finding = check_steps(solution, {"delta^1": [[10.0]], "delta^2": [[5.0]]})
    assert finding.checked == ("delta^2",) and finding.name == "delta^1"
    assert len(finding.mistakes) == 2 and "(2 mistakes give these numbers)" in finding.text
    assert "the weights of this layer" in finding.text and "moved already" in finding.text


def test_only_the_first_wrong_number_is_named():
    solution = work_out(worked_by_hand(), [[1]], [[0.25]], SQUARED_ERROR, 0.1)
    finding = check_steps(solution, {"dL/dW^1": [[9], [9]], "z^1": [[3], [1]], "loss": 1 / 32})
    assert finding.name == "z^1" and finding.place == (2, 1) and finding.mistakes == ()
    assert "Look at the step again: each unit multiplies" in finding.text


def test_a_wrong_shape_is_said_with_its_mistake():
    network = Network([None, [[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]], [None, [[1.0], [2.0]]], ["tanh"])
    solution = work_out(network, [[1], [2], [3]], [[1], [0]], SQUARED_ERROR, 0.1)
    finding = check_steps(solution, {"dL/dW^1": solution["dL/dW^1"].value.T})
    assert "expected shape (2, 3), got (3, 2). That is its transpose" in finding.text


def table_of_mistakes(cases=1000):
    """Print, for each mistake, how often it is found by its name in so many planted cases.

    also: how often another mistake is named beside it, as one that gives the same numbers
    else: how often only others are named, or none
    """
    count, also, other = {}, {}, {}
    for seed in itertools.count():
        for loss in LOSSES.values():
            solution = work_out(*case(seed, loss), loss, ETA)
            before = {}
            for step in solution.steps:
                kind = kind_of(step.name, solution.numbers.L)[0]
                for sentence, wrong in candidates(solution, step.name, digits=5):
                    key = (kind, sentence)
                    if count.get(key, 0) == cases:
                        continue
                    answers = before | {step.name: np.round(wrong, 5)}
                    named = check_steps(solution, answers, digits=5).mistakes
                    count[key] = count.get(key, 0) + 1
                    also[key] = also.get(key, 0) + (sentence in named and len(named) > 1)
                    other[key] = other.get(key, 0) + (sentence not in named)
                before[step.name] = step.value
        if len(count) == sum(map(len, MISTAKES.values())) and min(count.values()) == cases:
            break
    print(f"{'step':<9} {'planted':>7} {'found':>6} {'also':>5} {'else':>5}  mistake")
    for kind, of_kind in MISTAKES.items():
        for sentence in of_kind:
            key = (kind, sentence)
            found = count[key] - other[key]
            print(
                f"{kind:<9} {count[key]:>7} {found:>6} {also[key]:>5} {other[key]:>5}  {sentence}"
            )
    print(f"{len(count)} mistakes, {sum(count.values())} cases, {sum(other.values())} missed")


if __name__ == "__main__":
    table_of_mistakes()
