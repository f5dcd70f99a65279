"""Deep copies, pickles and pools of processes give back what works as the first did."""

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from helpers import arrays_of, bytes_of, module_gradients, problem

from backprop import (
    ACTIVATIONS,
    LOSSES,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    DivergenceError,
    Loss,
    check_gradients,
    data,
    forward,
    init_network,
    load,
    predict,
    save,
    train,
)
from backprop._outputs import check_output
from backprop.autodiff import Value, in_order
from backprop.backward import backward
from backprop.experiments.circuits import ADD, MULTIPLY, SQUARED_ERROR_GATE, activation_gate
from backprop.experiments.faults import FAULTS
from backprop.experiments.playground import Experiment, Settings
from backprop.explore import Control
from backprop.losses import formulas

WAYS = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    **{
        f"pickle {protocol}": lambda thing, p=protocol: pickle.loads(pickle.dumps(thing, p))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def bump(z):
    return np.exp(-(z**2))


def bump_df(z):
    return -2 * z * np.exp(-(z**2))


def fourth(a, Y):
    return np.sum((a - Y) ** 4) / a.shape[1]


def fourth_grad(a, Y):
    return 4 * (a - Y) ** 3 / a.shape[1]


OWN = Activation("bump", bump, bump_df, kinks=(3.0,))
OWN_LOSS = Loss("fourth", fourth, fourth_grad)
SAME_AS_TANH = Activation("tanh", TANH.f, TANH.df)
SAME_AS_SQUARED = Loss("squared_error", SQUARED_ERROR.value, SQUARED_ERROR.grad)


def settings(**others):
    return {"learning_rate": 0.1, "epochs": 3, "batch_size": 2} | others


def diverged():
    network, X, Y = problem(activations=("relu", "identity"), m=5)
    with pytest.raises(DivergenceError) as caught:
        train(network, X, Y, SQUARED_ERROR, rng=np.random.default_rng(0),
              **settings(learning_rate=1e9, epochs=30))  # fmt: skip
    return caught.value


def report():
    return check_gradients(*problem(), SQUARED_ERROR)


def history():
    network, X, Y = problem(m=5)
    return train(network, X, Y, SQUARED_ERROR, rng=np.random.default_rng(0), **settings())


EQUAL = [
    *ACTIVATIONS.values(), *LOSSES.values(), OWN, OWN_LOSS, SAME_AS_TANH, SAME_AS_SQUARED,
    *FAULTS.values(), report(), report().rows[0], history(), Settings(),
    Control("rate", "rate", (1, 2, 3), start=2, kind="play"),
]  # fmt: skip


@every_way
@pytest.mark.parametrize("thing", EQUAL, ids=repr)
def test_what_can_be_compared_comes_back_equal(thing, way):
    assert way(thing) == thing
    assert repr(way(thing)) == repr(thing)


def test_what_is_equal_has_one_hash_and_works_everywhere():
    assert SAME_AS_TANH is not TANH and SAME_AS_TANH == TANH
    assert len({TANH, SAME_AS_TANH}) == len({SQUARED_ERROR, SAME_AS_SQUARED}) == 1
    assert Activation("bump", bump, bump_df, kinks=(3.0,)) == OWN
    assert len({OWN, pickle.loads(pickle.dumps(OWN))}) == 1
    assert Activation("bump", bump, bump) != OWN
    assert formulas(SAME_AS_SQUARED) == formulas(SQUARED_ERROR)
    cross = LOSSES["softmax_cross_entropy"]
    for output in (SIGMOID, Activation("sigmoid", SIGMOID.f, SIGMOID.df)):
        for loss in (cross, Loss(cross.name, cross.value, cross.grad)):
            with pytest.raises(ValueError, match="takes logits"):
                check_output(loss, output, 3)


@every_way
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_modules_own_come_back_themselves(way, name):
    assert way(ACTIVATIONS[name]) is ACTIVATIONS[name]
    for loss in LOSSES.values():
        assert way(loss) is loss
        assert way(loss.value)(np.ones((1, 1)), np.ones((1, 1))) == loss.value([[1.0]], [[1.0]])


def used(network, X, Y, loss, tmp_path):
    """What the course does with a network, as numbers."""
    result = [predict(network, X), *arrays_of(module_gradients(network, X, Y, loss))]
    assert check_gradients(network, X, Y, loss)
    history = train(network, X, Y, loss, rng=np.random.default_rng(0), **settings())
    if OWN not in network.activations:
        save(network, tmp_path / "net.npz")
        result += arrays_of(load(tmp_path / "net.npz"))
    return [*result, np.array(history.loss)]


@every_way
@pytest.mark.parametrize("loss", [*LOSSES.values(), OWN_LOSS, SAME_AS_SQUARED], ids=repr)
@pytest.mark.parametrize("hidden", ["tanh", "leaky_relu", OWN, SAME_AS_TANH], ids=repr)
def test_a_network_works_everywhere(loss, hidden, way, tmp_path):
    output = {"softmax_cross_entropy": "identity"}.get(loss.name, "sigmoid")
    network, X, Y = problem(activations=(hidden, output), seed=1)
    Y = np.eye(2)[:, np.arange(X.shape[1]) % 2]
    same = network.copy() if way is copy.copy else network
    expected = used(network.copy(), X, Y, loss, tmp_path)
    came = used(way(same), *way((X, Y)), way(loss), tmp_path)
    assert [a.tobytes() for a in came] == [a.tobytes() for a in expected]


@pytest.mark.parametrize("way", [WAYS["deepcopy"], WAYS["pickle 2"]])
def test_a_copy_shares_no_number_with_the_first(way):
    network, X, Y = problem()
    for first in (network, forward(network, X), module_gradients(network, X, Y, SQUARED_ERROR)):
        second = way(first)
        assert type(second) is type(first)
        for one, two in zip(arrays_of(first), arrays_of(second), strict=True):
            assert one.tobytes() == two.tobytes() and not np.shares_memory(one, two)
            assert one.dtype == two.dtype
    trace = way(forward(network, X))
    delta = backward(network, trace, Y, SQUARED_ERROR)
    assert (
        delta[1].tobytes() == backward(network, forward(network, X), Y, SQUARED_ERROR)[1].tobytes()
    )


@every_way
def test_an_error_keeps_what_it_says_and_has(way):
    first = diverged()
    second = way(first)
    assert (type(second), str(second)) == (DivergenceError, str(first))
    assert (second.epoch, second.learning_rate) == (first.epoch, first.learning_rate)
    assert second.history == first.history
    before = DivergenceError(0, 0.1, history())
    assert str(way(before)) == str(before)
    assert str(way(DivergenceError(2, 0.1, history(), " A hint."))).endswith(" A hint.")


def one_run(learning_rate):
    network, X, Y = problem(activations=("relu", "identity"), m=5)
    return train(network, X, Y, SQUARED_ERROR, rng=np.random.default_rng(0),
                 **settings(learning_rate=learning_rate, epochs=30))  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_sweep_in_a_pool_of_processes_survives_a_run_that_diverges():
    rates = 0.01, 1e9, 0.1
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(one_run, rate) for rate in rates]
        assert isinstance(runs[1].exception(), DivergenceError)
        assert str(runs[1].exception()) == str(diverged())
        assert [runs[k].result() for k in (0, 2)] == [one_run(0.01), one_run(0.1)]
        network, X, Y = problem()
        things = [OWN_LOSS, SQUARED_ERROR, OWN, history(), report()]
        assert pool.submit(copy.copy, things).result() == things
        came = pool.submit(check_gradients, network, X, Y, SQUARED_ERROR).result()
        assert came == report()
    diverges = pytest.raises(DivergenceError, match=r"learning_rate=1e\+09")
    with get_context("spawn").Pool(1) as pool, diverges:
        pool.apply_async(one_run, (1e9,)).get()


@pytest.mark.parametrize("way", [WAYS["deepcopy"], WAYS["pickle 5"]])
def test_gates_data_and_experiments(way):
    for gate in (ADD, MULTIPLY, SQUARED_ERROR_GATE):
        assert way(gate) == gate
    gate = activation_gate(SIGMOID)
    assert (way(gate).f(0.5), way(gate).df(0.5)) == (gate.f(0.5), gate.df(0.5))
    digits = data.digits(dtype=np.float32)
    assert type(way(digits)) is data.Split
    assert all(np.array_equal(one, two) for one, two in zip(way(digits), digits))
    one, two = way(Experiment(Settings())), Experiment(Settings())
    for each in (one, two):
        each.step()
    assert bytes_of(one.network) == bytes_of(two.network)


@pytest.mark.parametrize("length", [0, 1, 49, 50, 51, 3000])
@pytest.mark.parametrize("way", ["deepcopy", "pickle 2", "pickle 5"])
def test_a_graph_of_values_of_any_depth(way, length):
    v = w = middle = Value(0.5)
    for k in range(length):
        w = w.tanh() + v if k % 3 else w * 1.001
        middle = w if 2 * k < length else middle
    w.backward()
    V, M, W = WAYS[way]((v, middle, w))
    assert len(in_order(W)) == len(in_order(w))
    assert (V.grad, M.grad, W.data) == (v.grad, middle.grad, w.data)
    V.grad = M.grad = 0.0
    W.backward()
    assert (V.grad, M.grad) == (v.grad, middle.grad)


def test_values_in_arrays():
    u = np.vectorize(Value, otypes=[object])(np.arange(6.0).reshape(2, 3))
    total = ((u @ u.T) ** 2).sum()
    total.backward()
    for way in (WAYS["deepcopy"], WAYS["pickle 5"]):
        U, T = way((u, total))
        T.backward()
        assert [x.grad for x in U.flat] == [x.grad for x in u.flat]


def test_a_network_of_lambdas_is_deep_copied_and_its_pickle_names_the_lambda():
    own = Activation("own", lambda z: z**2, lambda z: 2 * z)
    network = init_network((2, 3, 1), (own, "identity"), rng=np.random.default_rng(0))
    assert copy.deepcopy(network).activations == network.activations
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(network)
    assert "not as lambdas" in Activation.__doc__
