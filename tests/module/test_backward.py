"""The backward pass: numbers by hand, three independent checks of every case, what is refused."""

import numpy as np
import pytest
from helpers import (
    DTYPES,
    all_cases,
    arrays_of,
    assert_close,
    autograd_gradients,
    bytes_of,
    case_id,
    central_differences,
    frozen,
    module_gradients,
    problem,
)

from backprop import (
    ACTIVATIONS,
    BINARY_CROSS_ENTROPY,
    IDENTITY,
    LOSSES,
    RELU,
    SIGMOID,
    SOFTMAX_CROSS_ENTROPY,
    SQUARED_ERROR,
    TANH,
    Gradients,
    Loss,
    Network,
    Trace,
    check_gradients,
    forward,
    gradients,
    hidden_delta,
    output_delta,
)
from backprop.backward import backward
from backprop.examples import worked_example

every_case = pytest.mark.parametrize(("loss", "activations"), list(all_cases()), ids=case_id)

# By hand


def test_worked_example_of_one_column_by_hand():
    network, X, Y = worked_example()
    trace = forward(network, X[:, :1])
    delta = backward(network, trace, Y[:, :1], SQUARED_ERROR)
    # .7404424 - 0 = .7404424; slope .7404424 x .2595576 = .1921875; product .1423037
    assert delta[3] == pytest.approx(np.array([[0.1423037]]), abs=1e-7)
    # 1.1 x .1423037 =  .1565341, slope 1 - .6230653^2 = .6117896 ->  .0957659
    # -.9 x .1423037 = -.1280734, slope 1 - .0698859^2 = .9951160 -> -.1274478
    assert delta[2] == pytest.approx(np.array([[0.0957659], [-0.1274478]]), abs=1e-7)
    #  .9 x .0957659 - .5 x (-.1274478) =  .0861893 + .0637239 =  .1499133, on
    # -.7 x .0957659 + 1.3 x (-.1274478) = -.0670362 - .1656822 = -.2327184, on
    #  .3 x .0957659 +  .7 x (-.1274478) =  .0287298 - .0892135 = -.0604837, off: 0
    assert delta[1] == pytest.approx(np.array([[0.1499133], [-0.2327184], [0]]), abs=1e-7)
    grads = gradients(trace, delta)
    # delta^3 times a^2 = (.6230653, -.0698859)
    assert grads.W[3] == pytest.approx(np.array([[0.0886645, -0.0099450]]), abs=1e-7)
    # delta^2 times a^1 = (1, .1, 0)
    expected = [[0.0957659, 0.0095766, 0], [-0.1274478, -0.0127448, 0]]
    assert grads.W[2] == pytest.approx(np.array(expected), abs=1e-7)
    # delta^1 times x = (1.5, -.5)
    expected = [[0.2248699, -0.0749566], [-0.3490775, 0.1163592], [0, 0]]
    assert grads.W[1] == pytest.approx(np.array(expected), abs=1e-7)
    for l in (1, 2, 3):
        np.testing.assert_array_equal(grads.b[l], delta[l])


def test_worked_example_of_two_columns_by_hand():
    network, X, Y = worked_example()
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    # Column 1 as above, halved as m = 2. Column 2:
    # .3793196 - 1 = -.6206804; slope .3793196 x .6206804 = .2354362; product -.1461307; half
    assert delta[3] == pytest.approx(np.array([[0.0711519, -0.0730653]]), abs=1e-7)
    # 1.1 x (-.0730653) = -.0803719, slope 1 - .0079998^2 = .9999360 -> -.0803667
    # -.9 x (-.0730653) =  .0657588, slope 1 - .8707081^2 = .2418673 ->  .0159049
    expected = [[0.0478830, -0.0803667], [-0.0637239, 0.0159049]]
    assert delta[2] == pytest.approx(np.array(expected), abs=1e-7)
    # unit 1 off: 0
    # -.7 x (-.0803667) + 1.3 x .0159049 =  .0562567 + .0206764 =  .0769331
    #  .3 x (-.0803667) +  .7 x .0159049 = -.0241100 + .0111334 = -.0129766
    expected = [[0.0749566, 0], [-0.1163592, 0.0769331], [0, -0.0129766]]
    assert delta[1] == pytest.approx(np.array(expected), abs=1e-7)
    grads = gradients(trace, delta)
    #  .0711519 x .6230653 - .0730653 x (-.0079998) =  .0443323 + .0005845 =  .0449168
    # .0711519 x (-.0698859) - .0730653 x .8707081 = -.0049725 - .0636186 = -.0685911
    assert grads.W[3] == pytest.approx(np.array([[0.0449168, -0.0685911]]), abs=1e-7)
    #  .0749566 x 1.5 = .1124350                            .0749566 x (-.5) = -.0374783
    # -.1163592 x 1.5 + .0769331 x (-.3) = -.1976187    .0581796 + .0769331 x 1.1 = .1428060
    # -.0129766 x (-.3) = .0038930                         -.0129766 x 1.1 = -.0142742
    expected = [[0.1124350, -0.0374783], [-0.1976187, 0.1428060], [0.0038930, -0.0142742]]
    assert grads.W[1] == pytest.approx(np.array(expected), abs=1e-7)
    # the sums along the rows: .0711519 - .0730653; .0478830 - .0803667; -.0637239 + .0159049; ...
    assert grads.b[3] == pytest.approx(np.array([[-0.0019135]]), abs=1e-7)
    assert grads.b[2] == pytest.approx(np.array([[-0.0324838], [-0.0478190]]), abs=1e-7)
    expected = [[0.0749566], [-0.0394261], [-0.0129766]]
    assert grads.b[1] == pytest.approx(np.array(expected), abs=1e-7)


def test_output_delta_by_hand():
    # relu passes the slope where z > 0 and nothing where z <= 0
    delta = output_delta([[3.0, -2.0], [0.5, 7.0]], [[1.0, 4.0], [-1.0, 0.0]], RELU)
    assert delta.tolist() == [[3, -2], [0, 0]]
    # at z = 0: sigmoid' = .5 x .5 = .25, tanh' = 1
    assert output_delta([[8]], [[0]], SIGMOID).tolist() == [[2]]
    assert output_delta([[8]], [[0]], TANH).tolist() == [[8]]


def test_hidden_delta_by_hand():
    # W^T delta = (1 x 5 + 3 x 7, 2 x 5 + 4 x 7) = (26, 38); the second unit is off
    W_next, delta_next = [[1, 2], [3, 4]], [[5], [7]]
    assert hidden_delta(W_next, delta_next, [[0.1], [-0.1]], RELU).tolist() == [[26], [0]]
    assert hidden_delta(W_next, delta_next, [[0.1], [-0.1]], IDENTITY).tolist() == [[26], [38]]


def test_gradients_by_hand():
    # m = 2: dW = (5, 7) x (1, 3; 2, 4) = (5 + 21, 10 + 28) with x_1 = (1, 2), x_2 = (3, 4);
    # db = 5 + 7: the sum, not the mean
    X = np.array([[1.0, 3.0], [2.0, 4.0]])
    trace = Trace([None, np.zeros((1, 2))], [X, np.zeros((1, 2))])
    grads = gradients(trace, [None, np.array([[5.0, 7.0]])])
    assert isinstance(grads, Gradients)
    assert grads.W[0] is None and grads.b[0] is None
    assert grads.W[1].tolist() == [[26, 38]]
    assert grads.b[1].tolist() == [[12]]


@pytest.mark.parametrize(
    ("loss", "output", "residual"),
    [
        (BINARY_CROSS_ENTROPY, "sigmoid", lambda z: 1 / (1 + np.exp(-z))),
        (SOFTMAX_CROSS_ENTROPY, "identity", lambda z: np.exp(z) / np.exp(z).sum(axis=0)),
    ],
    ids=["sigmoid", "softmax"],
)
def test_output_delta_of_the_cross_entropies_is_probability_minus_target(loss, output, residual):
    network, X, Y = problem(loss, ("tanh", output), m=4)
    trace = forward(network, X)
    delta = backward(network, trace, Y, loss)
    np.testing.assert_allclose(delta[2], (residual(trace.z[2]) - Y) / 4, rtol=1e-10, atol=1e-13)


# Every activation, loss and depth


def test_the_cases_leave_none_out():
    cases = set(all_cases())
    assert {(loss, len(activations)) for loss, activations in cases} == {
        (loss, depth) for loss in LOSSES.values() for depth in (1, 2, 3, 4)
    }
    for depth in (2, 3, 4):
        for loss in LOSSES.values():
            hidden = {acts[0] for of, acts in cases if of is loss and len(acts) == depth}
            assert hidden == set(ACTIVATIONS)
    squared = {(acts[0], acts[-1]) for loss, acts in cases if loss is SQUARED_ERROR}
    assert squared == {(hidden, output) for hidden in ACTIVATIONS for output in ACTIVATIONS}


@every_case
def test_against_the_gradient_check(loss, activations):
    network, X, Y = problem(loss, activations, seed=1)
    report = check_gradients(network, X, Y, loss)
    assert report, report
    assert sum(row.compared for row in report.rows) == network.n_parameters


@every_case
def test_against_central_differences_written_apart(loss, activations):
    network, X, Y = problem(loss, activations, seed=1)
    actual = module_gradients(network, X, Y, loss)
    assert_close(actual, central_differences(network, X, Y, loss), rtol=1e-5, atol=1e-9)


@every_case
def test_against_autograd(loss, activations):
    network, X, Y = problem(loss, activations, seed=1)
    actual = module_gradients(network, X, Y, loss)
    assert_close(actual, autograd_gradients(network, X, Y, loss), rtol=1e-9, atol=1e-12)


@every_case
def test_by_the_two_equations_in_turn(loss, activations):
    network, X, Y = problem(loss, activations)
    L, sigma = network.L, network.activations
    trace = forward(network, X)
    delta = backward(network, trace, Y, loss)
    by_hand = output_delta(loss.grad(trace.a[L], Y), trace.z[L], sigma[L])
    np.testing.assert_array_equal(delta[L], by_hand)
    for l in range(L - 1, 0, -1):
        by_hand = hidden_delta(network.W[l + 1], by_hand, trace.z[l], sigma[l])
        np.testing.assert_array_equal(delta[l], by_hand)


@every_case
def test_batched_equals_looped(loss, activations):
    m = 5
    network, X, Y = problem(loss, activations, m=m)
    trace = forward(network, X)
    delta = backward(network, trace, Y, loss)
    sums = [np.zeros_like(array) for array in arrays_of(network)]
    for j in range(m):
        x, y = X[:, [j]], Y[:, [j]]
        trace_j = forward(network, x)
        delta_j = backward(network, trace_j, y, loss)
        for l in range(1, network.L + 1):
            np.testing.assert_allclose(delta[l][:, [j]], delta_j[l] / m, rtol=1e-9, atol=1e-14)
        for total, array in zip(sums, arrays_of(gradients(trace_j, delta_j)), strict=True):
            total += array
    means = [total / m for total in sums]
    assert_close(gradients(trace, delta), [means], rtol=1e-9, atol=1e-14)


@every_case
def test_the_order_of_the_columns_does_not_matter(loss, activations):
    network, X, Y = problem(loss, activations, m=5)
    order = [3, 0, 4, 1, 2]
    delta = backward(network, forward(network, X), Y, loss)
    turned = backward(network, forward(network, X[:, order]), Y[:, order], loss)
    for l in range(1, network.L + 1):
        np.testing.assert_allclose(turned[l], delta[l][:, order], rtol=1e-9, atol=1e-14)
    assert_close(
        module_gradients(network, X[:, order], Y[:, order], loss),
        module_gradients(network, X, Y, loss),
        rtol=1e-9,
        atol=1e-13,
    )


@every_case
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_and_dtype_are_those_of_the_parameters(loss, activations, dtype):
    network, X, Y = problem(loss, activations, m=4, dtype=dtype)
    trace = forward(network, X)
    delta = backward(network, trace, Y, loss)
    grads = gradients(trace, delta)
    assert delta[0] is grads.W[0] is grads.b[0] is None
    assert [d.shape for d in delta[1:]] == [(n, 4) for n in network.sizes[1:]]
    assert [g.shape for g in arrays_of(grads)] == [p.shape for p in arrays_of(network)]
    assert {array.dtype for array in [*delta[1:], *arrays_of(grads)]} == {np.dtype(dtype)}


# What is kept, what is converted


@every_case
def test_nothing_handed_in_is_changed(loss, activations):
    network, X, Y = problem(loss, activations)
    X, Y = frozen(X, Y)
    trace = forward(network, X)
    trace = Trace([None, *frozen(*trace.z[1:])], frozen(*trace.a))
    network.W, network.b = [None, *frozen(*network.W[1:])], [None, *frozen(*network.b[1:])]
    before = bytes_of(network, trace, [[X, Y]])
    delta = backward(network, trace, Y, loss)
    delta = [None, *frozen(*delta[1:])]
    kept = bytes_of([delta])
    grads = gradients(trace, delta)
    assert bytes_of(network, trace, [[X, Y]]) == before
    assert bytes_of([delta]) == kept
    owned = [*arrays_of(network), *arrays_of(trace), Y, *delta[1:]]
    assert not any(np.shares_memory(g, array) for g in arrays_of(grads) for array in owned)


def test_delta_shares_no_memory_with_the_trace_or_the_targets():
    network, X, Y = problem(SQUARED_ERROR, ("identity", "identity"), m=1)
    trace = forward(network, X)
    delta = backward(network, trace, Y, SQUARED_ERROR)
    owned = [*arrays_of(trace), *arrays_of(network), Y]
    assert not any(np.shares_memory(d, array) for d in delta[1:] for array in owned)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_two_equations_keep_the_dtype(activation, dtype):
    square = np.eye(2, dtype=dtype)
    assert output_delta(square, square, activation).dtype == dtype
    assert hidden_delta(square, square, square, activation).dtype == dtype


def test_targets_are_converted_to_the_dtype_of_the_network():
    network, X, Y = problem(dtype=np.float32)
    trace = forward(network, X)
    wide = backward(network, trace, Y.astype(np.float64), SQUARED_ERROR)
    assert {d.dtype for d in wide[1:]} == {np.dtype(np.float32)}
    assert bytes_of([wide]) == bytes_of([backward(network, trace, Y, SQUARED_ERROR)])
    assert bytes_of([wide]) == bytes_of([backward(network, trace, Y.tolist(), SQUARED_ERROR)])


def test_backward_adds_no_mean_of_its_own():
    network, X, Y = problem(m=4)
    summed = Loss("sum", lambda a, Y: np.sum((a - Y) ** 2) / 2, lambda a, Y: a - Y)
    actual = module_gradients(network, X, Y, summed)
    mean = module_gradients(network, X, Y, SQUARED_ERROR)
    assert_close(actual, [[4 * array for array in arrays_of(mean)]])


def test_float32_agrees_with_float64():
    network, X, Y = problem(SQUARED_ERROR, ("tanh", "sigmoid", "tanh", "sigmoid"), dtype=np.float32)
    wide = network.astype(np.float64)
    exact = module_gradients(wide, X.astype(np.float64), Y.astype(np.float64), SQUARED_ERROR)
    actual = module_gradients(network, X, Y, SQUARED_ERROR)
    assert_close(actual, exact, rtol=1e-4, atol=1e-7)


# Refusals


def _arguments(**change):
    network, X, Y = problem(m=4)  # 4-3-2
    trace = forward(network, X)
    return {"network": network, "trace": trace, "Y": Y, "loss": SQUARED_ERROR} | change


def _other_trace():
    network, X, _ = problem(activations=("tanh", "tanh", "tanh"))
    return forward(network, X)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": [1]}, TypeError, "network: expected a Network, got list"),
        ({"trace": np.ones((2, 4))}, TypeError,
         r"trace: expected the Trace that forward\(network, X\) returns, got ndarray"),
        ({"trace": ([None], [None])}, TypeError, "trace: expected the Trace .*got tuple"),
        ({"trace": _other_trace()}, ValueError,
         r"trace: expected layers of \(4, 3, 2\) units as in the network, got \(5, 4, 3, 2\)"),
        ({"loss": "squared_error"}, TypeError,
         "loss: expected a Loss such as SQUARED_ERROR, got 'squared_error'"),
        ({"loss": SQUARED_ERROR.grad}, TypeError, "loss: expected a Loss .*got <function"),
        ({"loss": None}, TypeError, "loss: expected a Loss .*got None"),
        ({"Y": np.ones((2, 3))}, ValueError,
         r"Y: expected shape \(n_L, m\) = \(2, 4\), got \(2, 3\)"),
        ({"Y": np.ones((1, 4))}, ValueError, r"Y: expected shape .*\(2, 4\), got \(1, 4\)"),
        ({"Y": np.ones((4, 2))}, ValueError,
         r"Y: .*got \(4, 2\): 4 outputs, 2 examples; examples are columns: did you mean Y.T\?"),
        ({"Y": np.ones(4)}, ValueError, r"Y: expected a matrix \(n_L, m\), got 1 dimension"),
        ({"Y": np.full((2, 4), np.nan)}, ValueError,
         r"Y: expected finite float64 numbers, got nan at \[0, 0\]"),
        ({"Y": np.ones((2, 4), bool)}, TypeError, "Y: expected real numbers .*got dtype bool"),
        ({"loss": BINARY_CROSS_ENTROPY, "Y": np.full((2, 4), 1.5)}, ValueError,
         r"Y: expected probabilities in \[0, 1\], got 1.5"),
        ({"loss": SOFTMAX_CROSS_ENTROPY, "Y": np.full((2, 4), 0.25)}, ValueError,
         "Y: expected columns that each sum to 1.*got a column that sums to 0.5"),
    ],
)  # fmt: skip
def test_backward_refuses(change, error, message):
    arguments = _arguments(**change)
    with pytest.raises(error, match=message):
        backward(**arguments)


def test_backward_refuses_an_output_layer_that_gives_no_probabilities():
    network = Network([None, [[2.0]]], [None, [[0.0]]], "identity")
    trace = forward(network, [[1.0]])
    with pytest.raises(ValueError, match=r"a: expected probab.*got 2; give .* a sigmoid"):
        backward(network, trace, [[1.0]], BINARY_CROSS_ENTROPY)


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"z": "none"}, TypeError,
         "trace.z: expected a list [None, z^1, ..., z^2], as `forward` returns it, got str"),
        ({"a": [1]}, ValueError,
         "trace.a: expected a list [X, a^1, ...], as `forward` returns it, got [int]"),
        ({"z": [None, np.ones((3, 4))]}, ValueError,
         "trace.z: expected a list [None, z^1, ..., z^2], as `forward` returns it, "
         "got [NoneType, ndarray]"),
        ({"a": [np.ones((4, 4)), np.ones((3, 5)), np.ones((2, 4))]}, ValueError,
         "trace.a[1]: expected shape (n_1, m) = (n_1, 4), got (3, 5)"),
        ({"a": [np.ones((4, 4)), np.ones((3, 4)), np.ones((1, 2, 4))]}, ValueError,
         "trace.a[2]: expected a matrix (n_2, m), got 3 dimension(s), shape (1, 2, 4)"),
        ({"z": [None, np.ones((3, 4)), np.ones((1, 4))]}, ValueError,
         "trace.z[2]: expected shape (n_2, m) = (2, 4), got (1, 4)"),
        ({"z": [None, np.ones((3, 4)), np.ones((2, 5))]}, ValueError,
         "trace.z[2]: expected shape (n_2, m) = (2, 4), got (2, 5)"),
    ],
)  # fmt: skip
def test_a_trace_whose_parts_were_replaced_is_refused_by_name(parts, error, message):
    arguments = _arguments()
    with pytest.raises(error) as caught:
        backward(**arguments | {"trace": arguments["trace"]._replace(**parts)})
    assert str(caught.value) == message


def test_numbers_too_large_for_the_dtype_show_in_the_gradients():
    # z = a = 1e200 x 1e200 = inf, and so is a - 0
    network = Network([None, [[1e200]]], [None, [[0.0]]], "identity")
    grads = module_gradients(network, [[1e200]], [[0.0]], SQUARED_ERROR)
    assert (grads.W[1], grads.b[1]) == (np.inf, np.inf)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"trace": [None]}, TypeError, "trace: expected the Trace .*got list"),
        ({"delta": np.ones((2, 4))}, TypeError,
         r"delta: expected a list \[None, delta\^1, ..., delta\^2\], .*got ndarray"),
        ({"delta": None}, TypeError, "delta: expected a list .*got NoneType"),
        ({"delta": [None, np.ones((3, 4))]}, ValueError,
         r"delta: expected a list .*got \[NoneType, ndarray\]"),
        ({"delta": [np.ones((3, 4)), np.ones((3, 4)), np.ones((2, 4))]}, ValueError,
         r"delta: .*got \[ndarray, ndarray, ndarray\]"),
        ({"delta": [None, np.ones((3, 4)), np.ones((2, 3))]}, ValueError,
         r"delta\[2\]: expected shape \(n_2, m\) = \(2, 4\), got \(2, 3\)"),
        ({"delta": [None, np.ones((2, 4)), np.ones((2, 4))]}, ValueError,
         r"delta\[1\]: expected shape \(n_1, m\) = \(3, 4\), got \(2, 4\)"),
        ({"delta": [None, None, np.ones((2, 4))]}, TypeError,
         r"delta\[1\]: expected real numbers \(n_1, m\), got dtype object"),
    ],
)  # fmt: skip
def test_gradients_refuses(change, error, message):
    network, X, Y = problem(m=4)
    trace = forward(network, X)
    arguments = {"trace": trace, "delta": backward(network, trace, Y, SQUARED_ERROR)} | change
    with pytest.raises(error, match=message):
        gradients(**arguments)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"activation": "tanh"}, TypeError,
         "activation: expected an Activation such as SIGMOID, got 'tanh'"),
        ({"activation": np.tanh}, TypeError, "activation: .*got <ufunc 'tanh'>"),
        ({"z": np.ones(3)}, ValueError, r"z: expected a matrix \(n_L, m\), got 1 dimension"),
        ({"z": np.ones((2, 3), complex)}, TypeError, "z: expected real .*got dtype complex128"),
        ({"dloss_da": np.ones((2, 4))}, ValueError,
         r"dloss_da: expected shape \(n_L, m\) = \(2, 3\), got \(2, 4\)"),
        ({"dloss_da": np.ones((2, 1))}, ValueError, r"dloss_da: .*\(2, 3\), got \(2, 1\)"),
        ({"dloss_da": None}, TypeError, "dloss_da: expected real numbers .*got dtype object"),
    ],
)  # fmt: skip
def test_output_delta_refuses(change, error, message):
    arguments = {"dloss_da": np.ones((2, 3)), "z": np.ones((2, 3)), "activation": TANH} | change
    with pytest.raises(error, match=message):
        output_delta(**arguments)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"activation": None}, TypeError, "activation: expected an Activation .*got None"),
        ({"z": [[1], [1, 2]]}, ValueError, r"z: expected a matrix \(n_l, m\), .*unequal length"),
        ({"W_next": np.ones((3, 2))}, ValueError,
         r"W_next: expected shape \(n_{l\+1}, n_l\) = .*3\), got \(3, 2\)"),
        ({"W_next": np.ones(3)}, ValueError, r"W_next: expected a matrix \(n_{l\+1}, n_l\)"),
        ({"delta_next": np.ones((3, 5))}, ValueError,
         r"delta_next: expected shape \(n_{l\+1}, m\) = \(2, 5\), got \(3, 5\)"),
        ({"delta_next": np.ones((2, 1))}, ValueError, r"delta_next: .*\(2, 5\), got \(2, 1\)"),
        ({"delta_next": "x"}, TypeError, "delta_next: expected real numbers .*got dtype <U1"),
    ],
)  # fmt: skip
def test_hidden_delta_refuses(change, error, message):
    arguments = {
        "W_next": np.ones((2, 3)),
        "delta_next": np.ones((2, 5)),
        "z": np.ones((3, 5)),
        "activation": TANH,
    } | change
    with pytest.raises(error, match=message):
        hidden_delta(**arguments)
