"""The equations of chapter 8: multiplications counted by products that count, shards, tangents."""

import numpy as np
from helpers import arrays_of, module_gradients, problem

from backprop import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, forward, gradients, init_network
from backprop.autodiff import Value
from backprop.backward import backward
from backprop.circuits import ADD, MULTIPLY
from backprop.cost import Cost, multiplications, nudged, numbers_kept, parameters
from backprop.experiments.cheap_gradient import at_random, operations, polynomial, product
from backprop.experiments.checkpoints import (
    plain_checkpoints,
    recursive_checkpoints,
    whole_trace,
)
from backprop.experiments.circuits import input_names
from equations import checks, close, equal


class Counting(np.ndarray):
    """An array whose matrix products are counted."""

    total = 0

    def __matmul__(self, other):
        Counting.total += self.shape[0] * self.shape[1] * other.shape[1]
        return np.asarray(self) @ np.asarray(other)


def counted(work, *arguments):
    Counting.total = 0
    work(*arguments)
    return Counting.total


def forward_products(network, X):
    """The forward pass with counted products; returns what the backward pass needs."""
    z, a = [None], [X]
    for l in range(1, network.L + 1):
        z.append(network.W[l].view(Counting) @ a[l - 1] + network.b[l])
        a.append(network.activations[l].f(z[l]))
    return z, a


def backward_products(network, z, a, Y):
    L, delta = network.L, SQUARED_ERROR.grad(a[-1], Y) * network.activations[-1].df(z[-1])
    for l in range(L, 0, -1):
        delta.view(Counting) @ a[l - 1].T
        if l > 1:
            delta = network.W[l].T.view(Counting) @ delta * network.activations[l - 1].df(z[l - 1])


@checks("eq-cost-forward", "eq-cost-backward", "eq-cost-backprop", "eq-cost-nudging")
def products_counted():
    for sizes in ((3, 5, 4, 2), (6, 1), (2, 7, 7)):
        network = init_network(sizes, "tanh", rng=np.random.default_rng(0))
        X, Y = np.ones((sizes[0], 4)), np.zeros((sizes[-1], 4))
        z, a = forward_products(network, X)
        m, layers = 4, list(zip(sizes, sizes[1:]))
        one_way = counted(forward_products, network, X)
        other_way = counted(backward_products, network, z, a, Y)
        equal(one_way, m * sum(n * below for below, n in layers))
        equal(other_way, one_way + m * sum(n * below for below, n in layers[1:]))
        equal(one_way + other_way, 3 * one_way - m * sizes[1] * sizes[0])
        bill = multiplications(sizes, m)
        made = [one_way, other_way, one_way + other_way]
        equal([bill.forward, bill.backward, bill.backprop], made)
        P = network.n_parameters
        equal(parameters(sizes), P)
        equal(bill.nudging, (P + 1) * one_way)
        assert nudged(network, X, Y, SQUARED_ERROR).shape == (P,)
        assert isinstance(bill, Cost)


@checks("eq-cheap-gradient")
def gradients_of_any_program():
    """Five times the operations, never more, and the gradient is right."""
    rng = np.random.default_rng(7)
    programs = [(n, product(n)) for n in (2, 3, 30)]
    programs += [(n, at_random(n, 3 * n + 5, rng)) for n in range(2, 20)]
    for n, program in [*programs, (12, polynomial(12))]:
        inputs = {f"x{k}": float(rng.uniform(0.5, 1.2)) for k in range(1, n + 1)}
        if "t" in input_names(program(ADD, MULTIPLY)):
            inputs["t"] = 0.7
        alone, both, slopes = operations(program, inputs)
        assert alone == len(program(ADD, MULTIPLY))
        equal(both, 5 * alone)
        numbers = {name: Value(number) for name, number in inputs.items()}
        wires = dict(numbers)
        for name, (gate, first, second) in program(ADD, MULTIPLY).items():
            u, v = wires[first], wires[second]
            wires[name] = u + v if gate is ADD else u * v
        wires[name].backward()
        close([slopes[name] for name in inputs], [v.grad for v in numbers.values()], rtol=1e-12)


@checks("eq-checkpoints")
def layers_kept_and_computed():
    """Counted, for depths of all kinds; the gradient is the module's to the last bit."""
    rng = np.random.default_rng(8)
    for L in (1, 2, 3, 8, 13, 32):
        network = init_network((4,) * (L + 1), "tanh", rng=rng)
        X, Y = rng.normal(size=(2, 4, 6))
        expected = arrays_of(module_gradients(network, X, Y, SQUARED_ERROR))
        whole = whole_trace(network, X, Y, SQUARED_ERROR)
        equal([whole.kept, whole.computed], [L + 1, L])
        half_way = recursive_checkpoints(network, X, Y, SQUARED_ERROR)
        if (levels := L.bit_length() - 1) and 2**levels == L:
            equal(half_way.kept, levels + 2)
            equal(half_way.computed, L + L * levels / 2)
        runs = [whole, half_way]
        for every in (1, 2, 4, 5):
            runs.append(plain_checkpoints(network, X, Y, SQUARED_ERROR, every))
            assert L <= runs[-1].computed <= 2 * L
            if L % every == 0:
                equal(runs[-1].kept, L // every + every)
                equal(runs[-1].computed, 2 * L - every)
        for run in runs:
            for one, two in zip(arrays_of(run.grads), expected, strict=True):
                assert np.array_equal(one, two)


@checks("eq-memory")
def numbers_in_the_trace():
    for sizes, m in (((3, 5, 4, 2), 6), ((6, 1), 1)):
        network = init_network(sizes, "tanh", rng=np.random.default_rng(0))
        trace = forward(network, np.ones((sizes[0], m)))
        kept = sum(array.size for array in arrays_of(trace))
        equal(kept, m * (sizes[0] + 2 * sum(sizes[1:])))
        equal(numbers_kept(sizes, m), kept)


@checks("eq-shard-loss", "eq-shard-gradient")
def shards_weighted_by_size():
    network, X, Y = problem(SOFTMAX_CROSS_ENTROPY, ("tanh", "relu", "identity"), m=12)
    whole = module_gradients(network, X, Y, SOFTMAX_CROSS_ENTROPY)
    value, total = 0, [np.zeros_like(array) for array in arrays_of(whole)]
    for start, stop in ((0, 5), (5, 6), (6, 12)):
        share = (stop - start) / 12
        part = X[:, start:stop], Y[:, start:stop]
        value += share * SOFTMAX_CROSS_ENTROPY.value(forward(network, part[0]).a[-1], part[1])
        for array, of_shard in zip(
            total, arrays_of(module_gradients(network, *part, SOFTMAX_CROSS_ENTROPY))
        ):
            array += share * of_shard
    close(value, SOFTMAX_CROSS_ENTROPY.value(forward(network, X).a[-1], Y))
    for array, expected in zip(total, arrays_of(whole)):
        close(array, expected, atol=1e-14)


@checks("eq-forward-mode")
def tangents_along_a_direction():
    """Every z-dot and a-dot against central differences, and the loss's slope against the gradient."""
    network, X, Y = problem(activations=("tanh", "sigmoid", "tanh"))
    rng = np.random.default_rng(3)
    V = [None, *(rng.normal(size=W.shape) for W in network.W[1:])]
    c = [None, *(rng.normal(size=b.shape) for b in network.b[1:])]

    def moved(h):
        other = network.copy()
        for l in range(1, network.L + 1):
            other.W[l] += h * V[l]
            other.b[l] += h * c[l]
        return forward(other, X)

    up, down, trace = moved(1e-6), moved(-1e-6), moved(0)
    a_dot = np.zeros_like(X)
    for l in range(1, network.L + 1):
        z_dot = V[l] @ trace.a[l - 1] + network.W[l] @ a_dot + c[l]
        a_dot = network.activations[l].df(trace.z[l]) * z_dot
        close(z_dot, (up.z[l] - down.z[l]) / 2e-6, atol=1e-8)
        close(a_dot, (up.a[l] - down.a[l]) / 2e-6, atol=1e-8)
    grads = gradients(trace, backward(network, trace, Y, SQUARED_ERROR))
    along = sum(np.sum(g * v) for g, v in zip(arrays_of(grads), [*V[1:], *c[1:]]))
    close(np.sum(SQUARED_ERROR.grad(trace.a[-1], Y) * a_dot), along)
