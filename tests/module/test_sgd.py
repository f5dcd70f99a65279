"""Gradient descent: one step by hand, mini-batches, training, divergence, what is refused."""

import re

import numpy as np
import pytest
from helpers import (
    DTYPES,
    arrays_of,
    assert_close,
    autograd_gradients,
    bytes_of,
    frozen,
    module_gradients,
    problem,
    rng,
)

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    IDENTITY,
    LOSSES,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    Activation,
    DivergenceError,
    Gradients,
    History,
    Loss,
    Network,
    init_network,
    minibatches,
    predict,
    sgd_step,
    train,
)
from backprop._advice import refuse_other_slope
from backprop.data import digits, xor
from backprop.examples import worked_example

pytestmark = pytest.mark.filterwarnings("error")

OUTPUT = {SQUARED_ERROR: "tanh", BINARY_CROSS_ENTROPY: "sigmoid", SOFTMAX_CROSS_ENTROPY: "identity"}
SETTINGS = {"learning_rate": 0.1, "epochs": 3, "batch_size": 2}


def run(network, X, Y, loss=SQUARED_ERROR, *, seed=0, **changes):
    return train(network, X, Y, loss, rng=rng(seed), **SETTINGS | changes)


def one_unit(w=1.0, b=0.0, activation="identity", dtype=np.float64):
    return Network([None, np.array([[w]], dtype)], [None, np.array([[b]], dtype)], activation)


# One step


def test_a_step_by_hand():
    network = Network(
        [None, [[0.5, -0.3], [0.7, 0.9]], [[1.1, -0.7]]],
        [None, [[0.1], [-0.5]], [[0.3]]],
        "tanh",
    )
    grads = Gradients(
        [None, np.array([[0.2, -0.4], [0.6, 0.0]]), np.array([[-1.0, 3.0]])],
        [None, np.array([[0.8], [-0.2]]), np.array([[0.5]])],
    )
    sgd_step(network, grads, 0.5)
    # W^1:  .5 - .5 x .2 = .4    -.3 + .5 x .4 = -.1    .7 - .5 x .6 = .4    .9 - 0 = .9
    # b^1:  .1 - .5 x .8 = -.3   -.5 + .5 x .2 = -.4
    # W^2: 1.1 + .5 x 1 = 1.6    -.7 - .5 x 3 = -2.2
    # b^2:  .3 - .5 x .5 = .05
    assert_close(
        [network.W[1:], network.b[1:]],
        [[np.array([[0.4, -0.1], [0.4, 0.9]]), np.array([[1.6, -2.2]])],
         [np.array([[-0.3], [-0.4]]), np.array([[0.05]])]],
    )  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_step_changes_the_same_arrays_and_returns_none(dtype):
    network, X, Y = problem(dtype=dtype)
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    arrays, before, of_grads = arrays_of(network), bytes_of(network), bytes_of(grads)
    assert sgd_step(network, grads, 0.1) is None
    assert all(now is then for now, then in zip(arrays_of(network), arrays, strict=True))
    assert not set(bytes_of(network)) & set(before)
    assert bytes_of(grads) == of_grads
    assert {array.dtype for array in arrays_of(network)} == {np.dtype(dtype)}


def test_float64_gradients_leave_float32_parameters_float32():
    network, X, Y = problem(dtype=np.float32)
    grads = module_gradients(network.astype(np.float64), X, Y, SQUARED_ERROR)
    sgd_step(network, grads, np.float64(0.1))
    assert {array.dtype for array in arrays_of(network)} == {np.dtype(np.float32)}


def test_a_step_goes_downhill():
    network, X, Y = problem()
    before = SQUARED_ERROR.value(predict(network, X), Y)
    sgd_step(network, module_gradients(network, X, Y, SQUARED_ERROR), 0.01)
    assert SQUARED_ERROR.value(predict(network, X), Y) < before


@pytest.mark.parametrize(
    ("learning_rate", "error", "message"),
    [
        (0, ValueError, "learning_rate: expected a number greater than 0, got 0"),
        (-1, ValueError, "learning_rate: .*greater than 0, got -1"),
        (np.nan, ValueError, "learning_rate: expected a finite number, got nan"),
        (np.inf, ValueError, "learning_rate: expected a finite number, got inf"),
        (10**400, ValueError, "^learning_rate: expected a finite number, got inf$"),
        ("a", TypeError, "learning_rate: expected a number, got 'a'"),
        (True, TypeError, "learning_rate: expected a number, got True"),
        (None, TypeError, "learning_rate: expected a number, got None"),
    ],
)
def test_a_learning_rate_that_is_refused_changes_nothing(learning_rate, error, message):
    network, X, Y = problem()
    grads, before = module_gradients(network, X, Y, SQUARED_ERROR), bytes_of(network)
    with pytest.raises(error, match=message):
        sgd_step(network, grads, learning_rate)
    generator = rng()
    state = generator.bit_generator.state
    with pytest.raises(error, match=message):
        train(
            network,
            X,
            Y,
            SQUARED_ERROR,
            rng=generator,
            **SETTINGS | {"learning_rate": learning_rate},
        )
    assert bytes_of(network) == before
    assert generator.bit_generator.state == state


def last_replaced(kind, value):
    """Turn good Gradients into ones whose last W or b is `value`, or value(the good one)."""

    def change(grads):
        lists = {"W": list(grads.W), "b": list(grads.b)}
        lists[kind][-1] = value(lists[kind][-1]) if callable(value) else value
        return Gradients(**lists)

    return change


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (last_replaced("W", lambda W: W.T), ValueError,
         r"grads.W\[2\]: expected shape \(n_2, n_1\) = \(2, 3\), got \(3, 2\)"),
        (last_replaced("b", lambda b: b[:, 0]), ValueError, r"grads.b\[2\]: .* matrix \(n_2, 1\)"),
        (last_replaced("b", lambda b: np.hstack([b, b])), ValueError,
         r"grads.b\[2\]: .*= \(2, 1\), got \(2, 2\)"),
        (last_replaced("W", lambda W: W * np.nan), ValueError, r"grads.W\[2\]: .*finite.*nan"),
        (last_replaced("b", lambda b: b + np.inf), ValueError, r"grads.b\[2\]: .*finite.*inf"),
        (last_replaced("b", None), TypeError, r"grads.b\[2\]: expected real numbers"),
        (lambda g: Gradients(g.W[:-1], g.b), ValueError,
         r"grads.W: expected a list \[None, dL/dW\^1, ..., dL/dW\^2\], got \[NoneType, ndarray\]$"),
        (lambda g: Gradients(g.W, [*g.b, g.b[1]]), ValueError,
         r"grads.b: expected .*, ..., dL/db\^2\], got \[NoneType, ndarray, ndarray, ndarray\]$"),
        (lambda g: Gradients(g.W, g.b[1]), TypeError, "grads.b: expected a list.*got ndarray"),
        (lambda g: (g.W, g.b), TypeError, "grads: expected the Gradients .*got tuple"),
    ],
)  # fmt: skip
def test_gradients_that_are_refused_change_nothing(change, error, message):
    network, X, Y = problem()
    grads, before = module_gradients(network, X, Y, SQUARED_ERROR), bytes_of(network)
    with pytest.raises(error, match=message):
        sgd_step(network, change(grads), 0.1)
    assert bytes_of(network) == before
    with pytest.raises(TypeError, match="network: expected a Network, got list"):
        sgd_step([network], grads, 0.1)


def test_read_only_parameters_are_refused_and_an_overflowing_step_does_not_warn():
    network, X, Y = problem()
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    network.b[2].flags.writeable = False
    before = bytes_of(network)
    message = r"^network.b\[2\]: expected an array to write to, got a read-only one"
    with pytest.raises(ValueError, match=message):
        sgd_step(network, grads, 0.1)
    with pytest.raises(ValueError, match=message):
        run(network, X, Y)
    assert bytes_of(network) == before
    unit = one_unit()
    sgd_step(unit, Gradients([None, np.array([[1e300]])], [None, np.array([[0.0]])]), 1e300)
    assert unit.W[1] == -np.inf
    # -inf + inf
    sgd_step(unit, Gradients([None, np.array([[-1e300]])], [None, np.array([[0.0]])]), 1e300)
    assert np.isnan(unit.W[1])


def test_a_step_too_small_for_the_dtype_raises_nothing():
    unit = one_unit()
    with np.errstate(all="raise"):
        sgd_step(unit, Gradients([None, [[1e-200]]], [None, [[0.0]]]), 1e-200)
    assert unit.W[1] == 1


# Mini-batches


def numbered(m):
    """X (2, m) and Y (1, m) whose columns tell which example they are."""
    i = np.arange(m, dtype=float)
    return np.stack([i, -i]), 100 + i[None]


@pytest.mark.parametrize(
    ("m", "batch_size", "sizes"),
    [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (5, 1, [1] * 5), (5, 5, [5]), (5, 9, [5]), (1, 1, [1])],
)
def test_every_example_comes_once_and_the_columns_stay_paired(m, batch_size, sizes):
    X, Y = frozen(*numbered(m))
    batches = list(minibatches(X, Y, batch_size, rng=rng()))
    assert [(x.shape, y.shape) for x, y in batches] == [((2, k), (1, k)) for k in sizes]
    x, y = (np.hstack(part) for part in zip(*batches, strict=True))
    assert sorted(x[0]) == list(range(m))
    np.testing.assert_array_equal(x[1], -x[0])
    np.testing.assert_array_equal(y[0], x[0] + 100)


def order_of(generator, m=50):
    return np.hstack([x[0] for x, _ in minibatches(*numbered(m), 8, rng=generator)]).tolist()


def test_the_order_is_new_each_call_and_the_same_for_the_same_seed():
    generator = rng(3)
    first, second = order_of(generator), order_of(generator)
    assert first != second
    assert list(range(50)) not in (first, second)
    again = rng(3)
    assert (order_of(again), order_of(again)) == (first, second)
    assert order_of(rng(4)) != first


def test_each_example_is_as_likely_to_come_first():
    generator = rng()
    firsts = [next(minibatches(*numbered(4), 1, rng=generator))[0][0, 0] for _ in range(2000)]
    counts = np.bincount(np.array(firsts, dtype=int), minlength=4)
    # 500 expected each, standard deviation sqrt(2000 x .25 x .75) = 19.4
    assert np.abs(counts - 500).max() < 5 * 19.4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lies", ["by row", "by column", "apart"])
def test_however_the_data_lies_the_examples_of_a_batch_lie_together(lies, dtype):
    X, Y = rng().normal(size=(5, 14)).astype(dtype), rng(1).normal(size=(2, 14)).astype(dtype)
    X, Y = {
        "by row": (X, Y), "by column": map(np.asfortranarray, (X, Y)), "apart": (X[::2], Y[:, ::-1])
    }[lies]  # fmt: skip
    order, start = rng().permutation(14), 0
    for x, y in minibatches(X, Y, 4, rng=rng()):
        chosen = order[start : start + 4]
        for part, whole in ((x, X), (y, Y)):
            assert part.tobytes() == whole[:, chosen].tobytes()
            assert part.dtype == dtype and part.flags.f_contiguous and part.flags.writeable
            assert not np.shares_memory(part, whole)
        start += 4


def test_a_batch_is_a_copy():
    X, Y = numbered(4)
    for x, y in minibatches(X, Y, 4, rng=rng()):
        x += 1
        y += 1
    np.testing.assert_array_equal(np.vstack([X, Y]), np.vstack(numbered(4)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_batches_keep_the_dtype(dtype):
    X, Y = (array.astype(dtype) for array in numbered(3))
    x, y = next(minibatches(X, Y, 2, rng=rng()))
    assert x.dtype == y.dtype == dtype


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X": np.ones(4)}, ValueError, r"^X: expected a matrix \(n_0, m\)"),
        ({"X": np.full((2, 4), np.nan)}, ValueError, "^X: expected finite"),
        ({"Y": np.ones((1, 5))}, ValueError, r"^Y: expected shape \(n_L, m\) = .*got \(1, 5\)"),
        ({"Y": np.ones((4, 1))}, ValueError, r"Y: .*did you mean Y.T"),
        ({"batch_size": 0}, ValueError, "batch_size: expected at least 1, got 0"),
        ({"batch_size": -1}, ValueError, "batch_size: expected at least 1, got -1"),
        ({"batch_size": 2.0}, TypeError, "batch_size: expected a whole number, got 2.0"),
        ({"batch_size": True}, TypeError, "batch_size: expected a whole number, got True"),
        ({"rng": 0}, TypeError, "rng: expected a numpy.random.Generator .*got int"),
        ({"rng": np.random.RandomState(0)}, TypeError, "rng: .*got RandomState"),
    ],
)
def test_minibatches_refuses_at_the_call_before_rng_is_used(change, error, message):
    X, Y = numbered(4)
    arguments = {"X": X, "Y": Y, "batch_size": 2, "rng": rng()} | change
    state = rng().bit_generator.state
    with pytest.raises(error, match=message):
        minibatches(**arguments)
    if "rng" not in change:
        assert arguments["rng"].bit_generator.state == state


# Training


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
@pytest.mark.parametrize("batch_size", [1, 3, 7, 10])  # 3 doesn't divide 7, 10 is more than all
def test_history_holds_the_loss_over_all_examples_after_each_epoch(loss, batch_size):
    network, X, Y = problem(loss, ("tanh", OUTPUT[loss]), m=7)
    _, X_val, Y_val = problem(loss, ("tanh", OUTPUT[loss]), m=5, seed=1)
    initial = loss.value(predict(network, X), Y)
    seen = []

    def callback(epoch, trained, history):
        assert trained is network
        seen.append(
            (epoch, loss.value(predict(network, X), Y), loss.value(predict(network, X_val), Y_val))
        )
        assert (len(history.loss), len(history.val_loss)) == (epoch, epoch)

    history = run(
        network, X, Y, loss, epochs=4, batch_size=batch_size,
        X_val=X_val, Y_val=Y_val, callback=callback,
    )  # fmt: skip
    assert isinstance(history, History)
    assert [epoch for epoch, *_ in seen] == [1, 2, 3, 4]
    assert history.initial_loss == pytest.approx(initial, rel=1e-12)
    assert history.loss == pytest.approx([value for _, value, _ in seen], rel=1e-12)
    assert history.val_loss == pytest.approx([value for *_, value in seen], rel=1e-12)
    assert len(set(history.loss)) == 4
    assert {type(value) for value in [*history.loss, *history.val_loss]} == {float}


def test_without_validation_examples_there_is_no_val_loss():
    history = run(*problem())
    assert history.val_loss is None
    assert len(history.loss) == 3


def test_history_prints_in_a_line():
    assert repr(History(0.5, [0.3, 0.25, 0.125])) == "History(3 epochs, loss first 0.5, last 0.125)"
    assert repr(History(0.5)) == "History(0 epochs, loss first 0.5)"


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
@pytest.mark.parametrize("batch_size", [4, 100])
def test_an_epoch_of_one_batch_is_one_step(loss, batch_size):
    network, X, Y = problem(loss, ("tanh", OUTPUT[loss]))
    slopes = autograd_gradients(network, X, Y, loss)
    expected = [p - 0.3 * slope for p, slope in zip(arrays_of(network), arrays_of(slopes))]
    run(network, X, Y, loss, learning_rate=0.3, epochs=1, batch_size=batch_size)
    assert_close(network, [expected, []])


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_training_is_a_step_for_each_batch(batch_size):
    network, X, Y = problem(m=7)
    by_hand, generator = network.copy(), rng(5)
    for _ in range(3):
        for x, y in minibatches(X, Y, batch_size, rng=generator):
            sgd_step(by_hand, module_gradients(by_hand, x, y, SQUARED_ERROR), 0.1)
    run(network, X, Y, seed=5, batch_size=batch_size)
    assert_close(network, by_hand)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_same_seed_trains_the_same_network(dtype):
    network, X, Y = problem(m=9, dtype=dtype)
    copies = [network.copy() for _ in range(3)]
    first, same, other = (run(copy, X, Y, seed=s) for copy, s in zip(copies, (1, 1, 2)))
    assert first.loss == same.loss != other.loss
    assert bytes_of(copies[0]) == bytes_of(copies[1]) != bytes_of(copies[2])


def test_validation_callback_and_bar_do_not_change_the_training():
    network, X, Y = problem(m=6)
    plain, watched = network.copy(), network.copy()
    run(plain, X, Y)
    run(watched, X, Y, X_val=X[:, :2], Y_val=Y[:, :2], callback=lambda *_: None, progress=True)
    assert bytes_of(plain) == bytes_of(watched)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_arrays_and_examples_are_kept(dtype):
    network, X, Y = problem(dtype=dtype)
    X, Y, X_val, Y_val = frozen(X, Y, X, Y)
    before, arrays = [part.tobytes() for part in (X, Y, X_val, Y_val)], arrays_of(network)
    run(network, X.astype(np.float64), Y)
    run(network, X, Y, X_val=X_val, Y_val=Y_val)
    assert [part.tobytes() for part in (X, Y, X_val, Y_val)] == before
    assert {array.dtype for array in arrays_of(network)} == {np.dtype(dtype)}
    assert all(now is then for now, then in zip(arrays_of(network), arrays, strict=True))


def test_a_loss_of_your_own():
    own = Loss("mine", lambda a, Y: np.sum((a - Y) ** 2) / 2 / a.shape[1],
               lambda a, Y: (a - Y) / a.shape[1])  # fmt: skip
    network, X, Y = problem()
    other = network.copy()
    assert run(network, X, Y, own).loss == pytest.approx(run(other, X, Y).loss, rel=1e-12)
    assert_close(network, other)


def test_functions_of_your_own_never_see_an_empty_batch():
    seen = set()

    def grad(a, Y):
        seen.add(a.shape[1])
        return (a - Y) / np.abs(a - Y).max()

    own = Loss("own", SQUARED_ERROR.value, grad)
    run(one_unit(), np.ones((1, 5)), np.zeros((1, 5)), own)
    assert min(seen) == 1


def test_the_bar_is_drawn_on_stderr_only_when_asked(capsys):
    network, X, Y = problem()
    run(network, X, Y)
    assert capsys.readouterr() == ("", "")
    run(network, X, Y, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err and re.search(r"\d(epoch/s|s/epoch)\b", err)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda n: n.W.__setitem__(1, np.ones((2, 2))),
            ValueError,
            r"network.W\[1\]: expected shape",
        ),
        (lambda n: n.W.append(n.W[1]), ValueError, "network.W: expected a list"),
        (lambda n: n.b.__setitem__(1, None), TypeError, r"network.b\[1\]: expected a float32 or"),
        (
            lambda n: n.W.__setitem__(1, n.W[1].astype("f4")),
            ValueError,
            "network: expected float64",
        ),
        (
            lambda n: n.W[2].setflags(write=False),
            ValueError,
            r"network.W\[2\]: expected an array to",
        ),
        (
            lambda n: n.activations.__setitem__(1, ACTIVATIONS["relu"]),
            ValueError,
            "network.activations: expected",
        ),
    ],
)
def test_a_callback_that_makes_another_network_is_told(change, error, message):
    with pytest.raises(error, match=f"^{message}") as caught:
        run(*problem(), callback=lambda epoch, network, history: change(network))
    assert len(caught.value.history.loss) == 1


def test_a_loss_of_your_own_cannot_write_into_the_targets():
    network, X, Y = problem()
    before = bytes_of(network), Y.copy()
    for part in ("value", "grad"):
        own = {"value": SQUARED_ERROR.value, "grad": SQUARED_ERROR.grad}
        own[part] = lambda a, Y: (Y.__isub__(a) ** 2).sum()
        with pytest.raises(
            ValueError, match=rf"^loss 'own': {part}\(a, Y\): expected its arguments"
        ):
            run(network, X, Y, loss=Loss("own", **own))
        assert bytes_of(network) == before[0]
        np.testing.assert_array_equal(Y, before[1])


def test_a_callback_that_raises_leaves_usable_parameters():
    network, X, Y = problem()
    expected = network.copy()
    run(expected, X, Y, epochs=2)

    def callback(epoch, network, history):
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(network, X, Y, callback=callback)
    assert bytes_of(network) == bytes_of(expected)
    run(network, X, Y)


class Stop(Exception):
    """What a callback of a learner may raise."""


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Stop("enough"), SystemExit(1)])
@pytest.mark.parametrize("epoch", [1, 3])
def test_what_ends_a_run_early_brings_the_history_so_far(epoch, error):
    network, X, Y = problem(m=7)
    expected = network.copy()
    history = run(expected, X, Y, epochs=epoch, X_val=X, Y_val=Y)

    def callback(now, network, history):
        if now == epoch:
            raise error

    with pytest.raises(type(error)) as caught:
        run(network, X, Y, epochs=9, callback=callback, X_val=X, Y_val=Y)
    assert caught.value is error
    assert caught.value.history == history
    assert bytes_of(network) == bytes_of(expected)


class Closed(Exception):
    """An error that takes no history."""

    history = property(lambda self: "mine")


def test_an_error_that_takes_no_history_comes_out_as_it_is():
    def callback(epoch, network, history):
        raise Closed

    with pytest.raises(Closed) as caught:
        run(*problem(), callback=callback)
    assert caught.value.history == "mine"


class Interrupting:
    """An activation's function that is interrupted at its n-th call."""

    def __init__(self, n):
        self.left, self.seen = n, 0

    def __call__(self, z):
        self.seen += 1
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return np.tanh(z)


def test_an_interrupt_within_a_step_leaves_the_parameters_of_the_last_whole_step():
    def interrupted(n):
        f = Interrupting(n)
        network, X, Y = problem(m=6)
        network.activations[1] = Activation("slow", f, lambda z: 1 - np.tanh(z) ** 2)
        try:
            history = run(network, X, Y, epochs=4, batch_size=2)
        except KeyboardInterrupt as error:
            history = error.history
        return network, history, f.seen

    plain, X, Y = problem(m=6)
    steps, losses, generator = [bytes_of(plain)], [], rng()
    whole = run(plain.copy(), X, Y, epochs=4, batch_size=2)
    for _ in range(4):
        for x, y in minibatches(X, Y, 2, rng=generator):
            sgd_step(plain, module_gradients(plain, x, y, SQUARED_ERROR), 0.1)
            steps.append([array.copy() for array in arrays_of(plain)])
        losses.append(SQUARED_ERROR.value(predict(plain, X), Y))
    steps[0] = arrays_of(problem(m=6)[0])

    _, _, calls = interrupted(10**9)
    before_training = calls - 4 * (3 + 1)  # three steps and one measurement an epoch
    reached = set()
    for n in range(before_training + 1, calls + 1):
        network, history, _ = interrupted(n)
        at = [
            i
            for i, step in enumerate(steps)
            if all(np.allclose(p, q, rtol=1e-12) for p, q in zip(arrays_of(network), step))
        ]
        assert len(at) == 1, n
        reached |= set(at)
        assert history.loss == pytest.approx(whole.loss[: len(history.loss)])
        assert len(history.loss) == (n - before_training - 1) // 4
    assert reached == set(range(13))
    assert whole.loss == pytest.approx(losses)


def test_an_interrupt_says_where_the_history_is():
    network, X, Y = problem()

    def callback(epoch, network, history):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        run(network, X, Y, callback=callback)
    assert str(caught.value) == (
        "stopped in epoch 1 of 3; the network keeps what it has learned, and the losses so far are "
        "in the attribute `history` of this error (in a notebook: sys.last_value.history)"
    )

    def with_a_word(epoch, network, history):
        raise KeyboardInterrupt("mine")

    with pytest.raises(KeyboardInterrupt, match="^mine$"):
        run(network, X, Y, callback=with_a_word)


# Divergence


def test_divergence_by_hand():
    # x = 1, y = 0, z = w + b, loss z^2 / 2, both slopes z; from w = 1, b = 0 with eta = 1e100:
    # epoch 1: w = 1 - 1e100, b = -1e100, so z = -2e100 and the loss 2e200
    # epoch 2: z is about 4e200, and its square too large for float64
    network = one_unit()
    with pytest.raises(DivergenceError) as caught:
        run(network, [[1.0]], [[0.0]], learning_rate=1e100, epochs=5)
    error = caught.value
    assert (error.epoch, error.learning_rate) == (2, 1e100)
    assert error.history.loss == pytest.approx([2e200])
    assert error.history.initial_loss == 0.5
    assert (network.W[1].item(), network.b[1].item()) == (-1e100, -1e100)
    for part in ("epoch 2", "learning_rate=1e+100", "Try a smaller learning rate", "1e+99"):
        assert part in str(error)
    assert isinstance(error, FloatingPointError)


def test_a_divergence_says_what_to_try():
    history = History(0.5)
    assert str(DivergenceError(2, 0.5, history)) == (
        "the loss is not finite in epoch 2 with learning_rate=0.5. Try a smaller learning rate, "
        "such as 0.05, or inputs and first weights of a smaller scale. The network keeps the "
        "parameters of the last step whose loss was finite."
    )
    assert str(DivergenceError(0, 0.5, history)) == (
        "the loss is not finite in epoch 0, before the first step: expected inputs and first "
        "weights of a smaller scale (learning_rate=0.5 has not been used)"
    )


def test_divergence_within_an_epoch():
    # the same three steps in one epoch of three examples, one a step
    network = one_unit()
    with pytest.raises(DivergenceError, match="epoch 1 with") as caught:
        run(network, np.ones((1, 3)), np.zeros((1, 3)), learning_rate=1e100, batch_size=1)
    assert caught.value.history.loss == []
    assert (network.W[1].item(), network.b[1].item()) == (-1e100, -1e100)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
@pytest.mark.parametrize("learning_rate", [1e3, 1e20, 1e39, 1e200, 1.7e308])
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_no_learning_rate_leaves_parameters_that_are_not_finite(
    batch_size, hidden, loss, learning_rate, dtype
):
    network, X, Y = problem(loss, (hidden, OUTPUT[loss]), m=5, dtype=dtype)
    try:
        history = run(
            network, X, Y, loss, learning_rate=learning_rate, epochs=8, batch_size=batch_size
        )
        epochs = 8
    except DivergenceError as error:
        history, epochs = error.history, error.epoch - 1
    assert len(history.loss) == epochs
    assert np.isfinite(history.loss).all()
    assert all(np.isfinite(array).all() for array in arrays_of(network))
    if batch_size == 5:  # the loss of the last finite step is that of all examples
        assert np.isfinite(loss.value(predict(network, X), Y))


@pytest.mark.parametrize(("dtype", "learning_rate"), [(np.float32, 1e39), (np.float64, 1e308)])
def test_a_saturated_sigmoid_does_not_hide_an_infinite_weight(dtype, learning_rate):
    # the weight overflows, the sigmoid of +-inf is 0 or 1, and the loss is finite
    network = one_unit(0.5, activation="sigmoid", dtype=dtype)
    before = bytes_of(network)
    X, Y = np.array([[4.0, -4, 2]]), np.array([[9.0, -80, 9]])
    with pytest.raises(DivergenceError):
        run(network, X, Y, learning_rate=learning_rate, batch_size=3)
    assert bytes_of(network) == before


def test_one_hot_targets_and_squared_error_on_logits_diverge_with_a_hint():
    network, X, _ = problem(activations=("relu", "identity"))
    one_hot = np.eye(2)[:, [0, 1, 1, 0]]
    hint = "For one-hot targets and an identity output, SOFTMAX_CROSS_ENTROPY is the loss that fits"
    with pytest.raises(DivergenceError, match=rf"finite\. {hint}\.$"):
        run(network.copy(), X, one_hot, learning_rate=1e100, epochs=20)
    for Y in (one_hot * 2, one_hot - 1, one_hot[[0, 0]]):
        with pytest.raises(DivergenceError, match="finite\\.$"):
            run(network.copy(), X, Y, learning_rate=1e100, epochs=20)
    one_output, X, _ = problem(activations=("relu", "identity"))
    one_output = Network([None, network.W[1], [[1.0] * 3]], [None, network.b[1], [[0.0]]], "relu")
    one_output.activations[-1] = IDENTITY
    for Y in (one_hot[:1], np.ones((1, 4))):
        with pytest.raises(DivergenceError, match="finite\\.$"):
            run(one_output, X, Y, learning_rate=1e100, epochs=20)


@pytest.mark.parametrize("output", ["tanh", "relu", "leaky_relu", "identity"])
def test_binary_cross_entropy_wants_a_sigmoid(output):
    network, X, Y = problem(BINARY_CROSS_ENTROPY, ("tanh", output))
    before = bytes_of(network)
    with pytest.raises(
        ValueError,
        match=rf"^loss: BINARY_CROSS_ENTROPY takes the log.* {output} output can leave \[0, 1\]; .*'sigmoid'",
    ):
        run(network, X, Y, BINARY_CROSS_ENTROPY)
    assert bytes_of(network) == before


@pytest.mark.parametrize(("output", "K", "most"), [("sigmoid", 2, "0.73"), ("tanh", 3, "0.79")])
def test_softmax_cross_entropy_wants_logits(output, K, most):
    # e / (e + 1) = 0.731 and e^2 / (e^2 + 2) = 0.787
    network = init_network((4, 3, K), ("tanh", output), rng=rng())
    with pytest.raises(
        ValueError, match=f"a {output} .* below {most} for {K} classes; .*'identity'"
    ):
        run(network, np.ones((4, 2)), np.eye(K)[:, :2], SOFTMAX_CROSS_ENTROPY)


OWN_RELU = Activation("rectifier", lambda z: np.maximum(z, 0), lambda z: z > 0)
SOFTPLUS = Activation("softplus", lambda z: np.logaddexp(0, z), ACTIVATIONS["sigmoid"].f)
COOLER = Activation("cooler", lambda z: 2 * z, lambda z: 2)


@pytest.mark.parametrize("output", ["relu", "leaky_relu", OWN_RELU, SOFTPLUS], ids=str)
def test_what_flattens_logits_is_refused_and_the_identity_learns(output):
    network, X, Y = problem(SOFTMAX_CROSS_ENTROPY, ("tanh", output))
    before, name = bytes_of(network), getattr(output, "name", output)
    message = f"^loss: SOFTMAX.*takes logits.* a {name} before it.*output layer the 'identity'"
    with pytest.raises(ValueError, match=message):
        run(network, X, Y, SOFTMAX_CROSS_ENTROPY)
    assert bytes_of(network) == before
    for better in ("identity", COOLER):
        network.activations[-1] = Network(network.W, network.b, ["tanh", better]).activations[-1]
        history = run(network, X, Y, SOFTMAX_CROSS_ENTROPY)
        assert history.loss[-1] < history.initial_loss


def test_one_name_for_all_layers_is_the_outputs_too():
    network = init_network((64, 32, 10), "relu", rng=rng())
    X, Y = digits()[:2]
    with pytest.raises(ValueError, match="one name for all layers is the output's too"):
        run(network, X, Y, SOFTMAX_CROSS_ENTROPY)


@pytest.mark.parametrize(
    ("f", "df"),
    [
        (np.tanh, lambda z: 1 - np.tanh(z)),
        (np.square, lambda z: z),
        (np.sin, lambda z: -np.cos(z)),
        (lambda z: np.maximum(z, 0), np.ones_like),
        (SOFTPLUS.f, lambda z: SOFTPLUS.df(z) * (1 - SOFTPLUS.df(z))),
        (ACTIVATIONS["sigmoid"].f, lambda a: a * (1 - a)),
    ],
)
def test_a_df_that_is_not_the_derivative_is_refused_before_training(f, df):
    network, X, Y = problem()
    network.activations[1] = Activation("own", f, df)
    before = bytes_of(network)
    message = r"^network.activations\[1\]: expected a df that is the derivative of f, but at z = "
    with pytest.raises(ValueError, match=message):
        run(network, X, Y)
    assert bytes_of(network) == before


RIGHT_ONES = {
    "softplus": (SOFTPLUS.f, SOFTPLUS.df),
    "sin": (np.sin, np.cos),
    "square": (np.square, lambda z: 2 * z),
    "step": (lambda z: z > 0, np.zeros_like),
    "abs": (np.abs, np.sign),
    "clip": (lambda z: np.clip(z, 0, 6), lambda z: (z > 0) & (z < 6)),
    "log": (np.log, lambda z: 1 / z),
    "steep": (lambda z: np.tanh(100 * z), lambda z: 100 / np.cosh(100 * z) ** 2),
    "single": (lambda z: np.tanh(np.float32(z)), lambda z: 1 - np.tanh(z) ** 2),
    "a number": (lambda z: 1, lambda z: 0),
    "tiny": (lambda z: 1e-6 * z, lambda z: 1e-6),
    "round": (np.round, np.zeros_like),
    "saw": (lambda z: z % 1, np.ones_like),
    "raises": (lambda z: 1 / 0, np.ones_like),
}


@pytest.mark.parametrize("name", RIGHT_ONES)
def test_a_right_df_is_never_refused(name):
    refuse_other_slope(Activation(name, *RIGHT_ONES[name]), "own")


def test_an_output_of_your_own_that_leaves_0_to_1_is_refused_at_that_step():
    half = Activation("half", lambda z: z / 2 + 0.5, lambda z: np.full_like(z, 0.5))
    network = one_unit(0.1, activation=half)
    X, Y = np.array([[1.0, -1.0]]), np.array([[1.0, 0.0]])
    seen = []
    with pytest.raises(ValueError, match=r"a: expected probabilities in \[0, 1\], got") as caught:
        run(
            network, X, Y, BINARY_CROSS_ENTROPY, learning_rate=0.5, epochs=50,
            callback=lambda epoch, *_: seen.append(epoch),
        )  # fmt: skip
    assert 1 <= len(seen) < 50
    assert caught.value.history.loss[-1] < caught.value.history.initial_loss
    assert np.isfinite(network.W[1]).all()
    # as long as it stays inside it trains
    network = one_unit(0.1, activation=half)
    assert len(run(network, X, Y, BINARY_CROSS_ENTROPY, learning_rate=0.01).loss) == 3


@pytest.mark.parametrize("labels", [[0, 1, 1, 0], [[0, 1, 1, 0]], [[0], [1], [1], [0]]])
def test_labels_where_one_hot_columns_are_wanted(labels):
    network, X, _ = problem()
    with pytest.raises(ValueError, match=r"^Y: .*Are these labels\?.*one_hot\(.*labels.*, 2\)"):
        run(network, X, labels)
    others = [[0, 1, 2, 0], [0.5, 1, 1, 0], [0, 1, 1], [-1, 0, 1, 0], [[0, 1], [1]]]
    for x, Y in [*((X, Y) for Y in others), (X[:, :1], 0)]:
        with pytest.raises(ValueError, match="^Y: ") as caught:
            run(network, x, Y)
        assert "labels" not in str(caught.value)


def test_one_output_wants_no_one_hot():
    with pytest.raises(ValueError, match="^Y: .*shape") as caught:
        run(one_unit(), [[1.0, 2.0]], [0, 0])
    assert "labels" not in str(caught.value)


def test_a_loss_that_is_not_finite_at_the_start_changes_nothing():
    network = one_unit(1e300)
    before, generator = bytes_of(network), rng()
    state = generator.bit_generator.state
    with pytest.raises(DivergenceError, match="epoch 0") as caught:
        train(network, [[1e5]], [[0.0]], SQUARED_ERROR, rng=generator, **SETTINGS)
    assert caught.value.history.loss == []
    assert bytes_of(network) == before
    assert generator.bit_generator.state == state


# Refusals

SUMMED = Loss("summed", lambda a, Y: np.sum((a - Y) ** 2) / 2, lambda a, Y: a - Y)
M = 4  # what problem() makes: X (4, M) and Y (2, M) for a network of sizes (4, 3, 2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": "net"}, TypeError, "network: expected a Network, got str"),
        ({"X": np.ones(4)}, ValueError, r"X: expected a matrix \(n_0, m\)"),
        ({"X": np.ones((3, M))}, ValueError, r"X: expected shape \(n_0, m\) = \(4, m\), got"),
        ({"X": np.full((4, M), np.inf)}, ValueError, "X: expected finite float64 numbers, got inf"),
        ({"X": np.ones((4, 0))}, ValueError, "X: expected at least one row and column"),
        ({"Y": np.ones((2, M + 1))}, ValueError, r"Y: expected shape \(n_L, m\) = \(2, 4\), got"),
        ({"Y": np.ones((1, M))}, ValueError, r"Y: .*got \(1, 4\)"),
        ({"Y": np.full((2, M), np.nan)}, ValueError, "Y: expected finite"),
        ({"Y": [["a"] * M] * 2}, TypeError, "Y: expected real numbers"),
        ({"loss": "squared_error"}, TypeError, "loss: expected a Loss .*got 'squared_error'"),
        ({"loss": SOFTMAX_CROSS_ENTROPY}, ValueError,
         "loss: SOFTMAX_CROSS_ENTROPY takes logits .* sigmoid before it .* below 0.73 for 2 classes; "
         "give the output layer the 'identity'"),
        ({"loss": BINARY_CROSS_ENTROPY}, ValueError, "Y: expected probabilities"),
        ({"epochs": 0}, ValueError, "epochs: expected at least 1, got 0"),
        ({"epochs": 2.0}, TypeError, "epochs: expected a whole number, got 2.0"),
        ({"epochs": True}, TypeError, "epochs: expected a whole number, got True"),
        ({"batch_size": 0}, ValueError, "batch_size: expected at least 1, got 0"),
        ({"batch_size": "2"}, TypeError, "batch_size: expected a whole number, got '2'"),
        ({"rng": 0}, TypeError, "rng: expected a numpy.random.Generator .*got int"),
        ({"X_val": np.ones((4, 2))}, ValueError, "^X_val, Y_val: expected both or neither$"),
        ({"Y_val": np.ones((2, 2))}, ValueError, "^X_val, Y_val: expected both or neither$"),
        ({"X_val": np.ones((4, 2)), "Y_val": np.full((2, 1), 0.5), "loss": SUMMED}, ValueError,
         r"^Y_val: expected shape \(n_L, m_val\) = \(2, 2\), got \(2, 1\)$"),
        ({"X_val": np.ones((3, 2)), "Y_val": np.ones((2, 2))}, ValueError, r"X_val: .*got \(3, 2\)"),
        ({"X_val": np.ones((4, 2)), "Y_val": np.ones((2, 3))}, ValueError, r"Y_val: .*got \(2, 3\)"),
        ({"callback": 3}, TypeError, "callback: expected a function, got 3"),
    ],
)  # fmt: skip
def test_train_refuses_with_nothing_changed(change, error, message):
    network, X, Y = problem()
    before, generator = bytes_of(network), rng()
    state = generator.bit_generator.state
    arguments = {"network": network, "X": X, "Y": Y, "loss": SQUARED_ERROR, "rng": generator}
    with pytest.raises(error, match=message):
        train(**arguments | SETTINGS | change)
    assert bytes_of(network) == before
    assert generator.bit_generator.state == state


def test_validation_targets_that_the_loss_cannot_take_are_refused_before_training():
    network, X, Y = problem(SOFTMAX_CROSS_ENTROPY, ("tanh", "identity"))
    before = bytes_of(network)
    with pytest.raises(ValueError, match="Y_val: expected columns that each sum to 1"):
        run(network, X, Y, SOFTMAX_CROSS_ENTROPY, X_val=X, Y_val=Y * 0.5)
    assert bytes_of(network) == before


# It learns


def test_the_worked_example_can_be_learned():
    network, X, Y = worked_example()
    history = run(network, X, Y, BINARY_CROSS_ENTROPY, learning_rate=0.5, epochs=200, batch_size=1)
    assert history.loss[-1] < 0.01 < history.initial_loss


def test_xor_as_in_the_article():
    generator = rng(1)
    network = init_network((2, 4, 4, 1), "sigmoid", rng=generator)
    X, Y = xor(1000, rng=generator)
    train(network, X, Y, SQUARED_ERROR, learning_rate=0.3, epochs=30, batch_size=1, rng=generator)
    outputs = predict(network, [[0, 0, 1, 1], [0, 1, 0, 1]])
    np.testing.assert_array_equal(np.round(outputs), [[0, 1, 1, 0]])
    np.testing.assert_allclose(outputs, [[0, 1, 1, 0]], atol=0.1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_digits_reach_95_percent_on_the_test_part(dtype):
    data = digits(dtype=dtype)
    network = init_network((64, 32, 10), ("relu", "identity"), rng=rng(0), dtype=dtype)
    history = run(
        network, data.X_train, data.Y_train, SOFTMAX_CROSS_ENTROPY,
        learning_rate=0.3, epochs=20, batch_size=32,
    )  # fmt: skip
    chosen = predict(network, data.X_test).argmax(axis=0)
    assert np.mean(chosen == data.Y_test.argmax(axis=0)) >= 0.95
    assert history.loss[-1] < 0.1 < history.initial_loss
