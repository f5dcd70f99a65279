"""The network and its forward pass: numbers by hand, shapes, first weights, what is refused."""

import warnings

import numpy as np
import pytest
from helpers import DTYPES, SIZES, arrays_of, bytes_of, frozen, problem, reference_loss, rng

from backprop import (
    ACTIVATIONS,
    RELU,
    SQUARED_ERROR,
    TANH,
    Activation,
    Loss,
    Network,
    Trace,
    forward,
    init_network,
    predict,
    train,
)
from backprop._check import MOST, check_matrix, check_size
from backprop.backward import backward
from backprop.examples import worked_example

# The forward pass


def test_worked_example_by_hand():
    network, X, _ = worked_example()
    trace = forward(network, X)
    # x_1 = (1.5, -0.5):            x_2 = (-0.3, 1.1):
    #  .75 + .15 + .1 =  1.0         -.15 - .33 + .1 = -.38
    # 1.05 - .45 - .5 =  0.1         -.21 + .99 - .5 =  .28
    # -1.65 - .15 + .3 = -1.5         .33 + .33 + .3 =  .96
    np.testing.assert_allclose(trace.z[1], [[1.0, -0.38], [0.1, 0.28], [-1.5, 0.96]], atol=1e-15)
    np.testing.assert_allclose(trace.a[1], [[1.0, 0.0], [0.1, 0.28], [0.0, 0.96]], atol=1e-15)
    #  .9 - .07 + 0 - .1 =  .73      0 - .196 + .288 - .1 = -.008
    # -.5 + .13 + 0 + .3 = -.07      0 + .364 + .672 + .3 = 1.336
    np.testing.assert_allclose(trace.z[2], [[0.73, -0.008], [-0.07, 1.336]], atol=1e-15)
    np.testing.assert_allclose(
        trace.a[2],
        [[0.6230653496, -0.0079998293], [-0.0698858903, 0.8707081408]],  # tanh of those
        atol=1e-10,
    )
    # 1.1 x .6230653496 - .9 x (-.0698858903) + .3 = 1.0482691858
    # 1.1 x (-.0079998293) - .9 x .8707081408 + .3 = -.4924371390
    np.testing.assert_allclose(trace.z[3], [[1.0482691858, -0.4924371390]], atol=1e-10)
    np.testing.assert_allclose(trace.a[3], [[0.7404423969, 0.3793196083]], atol=1e-10)  # sigmoid
    np.testing.assert_array_equal(predict(network, X), trace.a[3])


def test_one_unit_by_hand():
    # z = 2 x 0.5 + (-3) x 0.25 + 0.75 = 1, and the identity leaves it
    network = Network([None, [[2, -3]]], [None, [[0.75]]], ["identity"])
    assert predict(network, [[0.5], [0.25]]).tolist() == [[1.0]]


def test_a_bias_is_added_to_every_column_of_its_own_row():
    network = Network([None, np.zeros((2, 1))], [None, [[1.0], [-2.0]]], ["identity"])
    np.testing.assert_array_equal(predict(network, np.zeros((1, 3))), [[1, 1, 1], [-2, -2, -2]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_trace_has_the_shapes_of_the_article(dtype):
    network, X, _ = problem(activations=("relu", "tanh", "sigmoid", "identity"), m=6, dtype=dtype)
    trace = forward(network, X)
    assert isinstance(trace, Trace)
    assert trace.z[0] is None
    assert [z.shape for z in trace.z[1:]] == [(n, 6) for n in SIZES[1:]]
    assert [a.shape for a in trace.a] == [(n, 6) for n in SIZES]
    np.testing.assert_array_equal(trace.a[0], X)
    assert {array.dtype for array in arrays_of(trace)} == {np.dtype(dtype)}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_agrees_with_a_second_implementation(activation):
    network, X, Y = problem(activations=(activation, activation, activation))
    pairs = list(zip(network.W[1:], network.b[1:], strict=True))
    expected = reference_loss(pairs, network, X, Y, SQUARED_ERROR)
    assert SQUARED_ERROR.value(predict(network, X), Y) == pytest.approx(expected, rel=1e-12)


def test_columns_do_not_mix():
    network, X, _ = problem(activations=("tanh", "relu", "sigmoid"), m=5)
    together = predict(network, X)
    alone = np.hstack([predict(network, X[:, [i]]) for i in range(5)])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    order = [3, 0, 4, 1, 2]
    np.testing.assert_allclose(predict(network, X[:, order]), together[:, order], rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_forward_changes_neither_X_nor_the_network(dtype):
    network, X, _ = problem(dtype=dtype)
    (X,) = frozen(X)
    before = X.tobytes(), bytes_of(network)
    predict(network, X)
    trace = forward(network, X)
    assert (X.tobytes(), bytes_of(network)) == before
    owned = [*network.W[1:], *network.b[1:], X]
    assert not any(np.shares_memory(a, own) for a in trace.a[1:] + trace.z[1:] for own in owned)
    assert not any(np.shares_memory(a, z) for a, z in zip(trace.a[1:], trace.z[1:], strict=True))


def test_X_is_converted_to_the_dtype_of_the_network():
    network, X, _ = problem(dtype=np.float32)
    wide = X.astype(np.float64)
    assert predict(network, wide).dtype == np.float32
    np.testing.assert_array_equal(predict(network, wide), predict(network, X))
    whole = np.ones(X.shape, dtype=int)
    np.testing.assert_array_equal(
        predict(network, whole), predict(network, whole.astype(np.float32))
    )
    np.testing.assert_array_equal(predict(network, whole.tolist()), predict(network, whole))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_warning_at_z_of_1e4(name, dtype):
    network = init_network((2, 3, 1), (name, name), rng=rng(), dtype=dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(predict(network, [[1e4, -1e4], [3e4, -5e3]])).all()


def test_numbers_too_large_show_as_inf_without_a_warning():
    network = Network([None, [[1e200]]], [None, [[0.0]]], ["identity"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(predict(network, [[1e200, -1e200]]), [[np.inf, -np.inf]])


@pytest.mark.parametrize(("x", "output"), [(1e200, np.nan), (1e-200, 0.0)])
def test_a_difference_of_infinities_and_numbers_too_small_raise_nothing(x, output):
    # z^1 = (1e200 x, -1e200 x), z^2 = their sum; 1e-200 x 1e-200 is too small for float64
    W = [[x], [-x]]
    network = Network([None, W, [[1.0, 1.0]]], [None, [[0.0]] * 2, [[0.0]]], "identity")
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(predict(network, [[x]]), [[output]])


# Network


def test_a_network_knows_its_sizes():
    network = init_network((4, 3, 2), ["relu", "identity"], rng=rng())
    assert network.L == 2
    assert network.sizes == (4, 3, 2)
    assert network.n_parameters == 3 * 4 + 3 + 2 * 3 + 2
    assert network.dtype == np.float64
    assert network.W[0] is network.b[0] is network.activations[0] is None
    assert repr(network) == "Network(4-3-2, relu-identity, 23 parameters, float64)"


def test_a_network_owns_its_parameters():
    W, b = np.ones((1, 2)), np.zeros((1, 1))
    handed_in = [None, W], [None, b]
    network = Network(*handed_in, ["tanh"])
    network.W[1][:] = 5
    network.b[1][:] = 5
    network.W.append("more")
    assert W.tolist() == [[1, 1]]
    assert b.tolist() == [[0]]
    assert [len(of_layers) for of_layers in handed_in] == [2, 2]
    W[:] = 9
    assert network.W[1].tolist() == [[5, 5]]


def test_a_network_of_read_only_parameters_can_be_trained():
    network = Network([None, *frozen(np.ones((1, 2)))], [None, *frozen(np.ones((1, 1)))], ["tanh"])
    assert network.W[1].flags.writeable
    assert network.b[1].flags.writeable


def test_activations_by_name_or_object_with_or_without_the_leading_none():
    W, b = [None, np.ones((2, 3)), np.ones((1, 2))], [None, np.ones((2, 1)), np.ones((1, 1))]
    own = Activation("cube", lambda z: z**3, lambda z: 3 * z**2)
    for given in (["tanh", own], [None, TANH, own], ("tanh", own)):
        assert Network(W, b, given).activations == [None, TANH, own]
    for given in ("relu", RELU):
        assert Network(W, b, given).activations == [None, RELU, RELU]
    np.testing.assert_array_equal(predict(Network(W, b, own), np.ones((3, 1))), [[129.0**3]])


def test_lists_and_whole_numbers_become_float64():
    network = Network([None, [[1, 2]]], [None, [[3]]], ["identity"])
    assert {array.dtype for array in arrays_of(network)} == {np.dtype(np.float64)}


def test_a_copy_is_trained_apart():
    network, _, _ = problem()
    before = bytes_of(network)
    copy = network.copy()
    assert bytes_of(copy) == before
    assert copy.activations == network.activations
    for array in arrays_of(copy):
        array += 1
    assert bytes_of(network) == before


def test_astype_rounds_a_copy():
    network, _, _ = problem()
    before = bytes_of(network)
    narrow = network.astype(np.float32)
    assert narrow.dtype == np.float32
    for wide, rounded in zip(arrays_of(network), arrays_of(narrow), strict=True):
        np.testing.assert_array_equal(rounded, wide.astype(np.float32))
    same = network.astype("float64")
    assert not any(map(np.shares_memory, arrays_of(same), arrays_of(network)))
    assert bytes_of(same) == bytes_of(network) == before


def test_astype_refuses_what_does_not_fit_without_a_warning():
    network = Network([None, [[1e300]]], [None, [[0.0]]], ["tanh"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=r"W\[1\]: expected finite float32 numbers, got inf"):
            network.astype(np.float32)


# init_network


@pytest.mark.parametrize("scheme", ["glorot_uniform", "he_normal"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_first_weights_have_the_shapes_and_zero_biases(scheme, dtype):
    network = init_network(SIZES, "tanh", rng=rng(), scheme=scheme, dtype=dtype)
    assert [W.shape for W in network.W[1:]] == [(5, 3), (4, 5), (3, 4), (2, 3)]
    assert [b.shape for b in network.b[1:]] == [(5, 1), (4, 1), (3, 1), (2, 1)]
    assert all((b == 0).all() for b in network.b[1:])
    assert {array.dtype for array in arrays_of(network)} == {np.dtype(dtype)}


def test_glorot_uniform_fills_its_interval():
    # limit sqrt(6 / (200 + 100)) = sqrt(0.02) = 0.141421; variance limit^2 / 3 = 0.0066667
    W = init_network((200, 100), "tanh", rng=rng()).W[1]
    assert np.abs(W).max() < 0.1414214
    assert W.max() > 0.1413
    assert W.min() < -0.1413
    assert W.mean() == pytest.approx(0, abs=0.003)
    assert W.var() == pytest.approx(0.02 / 3, rel=0.03)


def test_he_normal_has_its_spread():
    # standard deviation sqrt(2 / 200) = 0.1; about 4.6 % of a normal lie beyond two of them
    W = init_network((200, 100), "relu", rng=rng(), scheme="he_normal").W[1]
    assert W.mean() == pytest.approx(0, abs=0.003)
    assert W.std() == pytest.approx(0.1, rel=0.03)
    assert np.mean(np.abs(W) > 0.2) == pytest.approx(0.0455, abs=0.006)


@pytest.mark.parametrize("scheme", ["glorot_uniform", "he_normal"])
def test_the_same_seed_gives_the_same_network_and_float32_is_float64_rounded(scheme):
    def draw(seed, dtype=np.float64):
        return init_network((3, 4, 2), "tanh", rng=rng(seed), scheme=scheme, dtype=dtype)

    assert bytes_of(draw(7)) == bytes_of(draw(7))
    assert bytes_of(draw(7)) != bytes_of(draw(8))
    assert bytes_of(draw(7, np.float32)) == bytes_of(draw(7).astype(np.float32))


def test_global_randomness_is_neither_used_nor_changed():
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002
    init_network((3, 4), "tanh", rng=rng())
    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002


@pytest.mark.parametrize("sizes", [(3, 2), [3, 2], np.array([3, 2]), {3: 0, 2: 0}.keys()])
def test_sizes_may_be_any_sequence_of_whole_numbers(sizes):
    assert init_network(sizes, "tanh", rng=rng()).sizes == (3, 2)


# Refusals

W1, B1 = np.ones((2, 3)), np.zeros((2, 1))
W2, B2 = np.ones((1, 2)), np.zeros((1, 1))


@pytest.mark.parametrize(
    ("W", "b", "activations", "error", "message"),
    [
        (W1, [None, B1], "tanh", TypeError, r"W: expected a list \[None, W\^1, ...\], got ndarray"),
        ([W1], [None, B1], "tanh", ValueError, r"W: expected a list .* with index 0 None"),
        ([W1, W2], [None, B1], "tanh", ValueError, "W: .* with index 0 None"),
        ([None], [None], "tanh", ValueError, "W: expected a list"),
        ([None, W1], B1, "tanh", TypeError, r"b: expected a list \[None, b\^1\], got ndarray"),
        ([None, W1], [None, B1, B2], "tanh", ValueError,
         r"b: expected a list \[None, b\^1\], got \[NoneType, ndarray, ndarray\]$"),
        ([None, W1], [None, B1[:, 0]], "tanh", ValueError, r"b\[1\]: expected a matrix \(n_1, 1\)"),
        ([None, W1], [None, B1.T], "tanh", ValueError, r"b\[1\]: .* = \(2, 1\), got \(1, 2\)"),
        ([None, W1], [None, B2], "tanh", ValueError, r"b\[1\]: .* = \(2, 1\), got \(1, 1\)"),
        ([None, W1, W2.T], [None, B1, B2], "tanh", ValueError,
         r"W\[2\]: expected shape \(n_2, n_1\) = .*, got \(2, 1\)"),
        ([None, W1, W1], [None, B1, B1], "tanh", ValueError, r"W\[2\]: .*got \(2, 3\)"),
        ([None, W1.astype(np.float32)], [None, B1], "tanh", ValueError,
         "W, b: expected one dtype throughout, got float32 and float64"),
        ([None, W1 * np.nan], [None, B1], "tanh", ValueError, r"W\[1\]: expected finite .*got nan"),
        ([None, W1], [None, B1 + np.inf], "tanh", ValueError, r"b\[1\]: .*got inf at \[0, 0\]"),
        ([None, W1 > 0], [None, B1], "tanh", TypeError, r"W\[1\]: expected real .*dtype bool"),
        ([None, [[1], [1, 2]]], [None, B1], "tanh", ValueError, r"W\[1\]: .*unequal length"),
        ([None, W1], [None, B1], "Tanh", ValueError,
         r"activations\[1\]: expected one of identity, .*tanh or your own Activation, got 'Tanh'"),
        ([None, W1], [None, B1], [np.tanh], TypeError, r"activations\[1\]: .*got <ufunc 'tanh'>"),
        ([None, W1], [None, B1], ["tanh", "tanh"], ValueError,
         r"activations: expected 1, one for each of the layers 1..1, got 2"),
        ([None, W1], [None, B1], [], ValueError, "activations: expected 1, .*got 0"),
        ([None, W1], [None, B1], [None], ValueError, "activations: expected 1, .*got 0"),
        ([None, W1], [None, B1], np.tanh, TypeError, "activations: expected a list.*got ufunc"),
    ],
)  # fmt: skip
def test_network_refuses(W, b, activations, error, message):
    with pytest.raises(error, match=message):
        Network(W, b, activations)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"sizes": "3-2"}, TypeError, r"sizes: expected \(n_0, n_1, ..., n_L\), got '3-2'"),
        ({"sizes": 3}, TypeError, r"sizes: expected \(n_0, n_1, ..., n_L\), got 3"),
        ({"sizes": (3,)}, ValueError, r"sizes: expected at least \(n_0, n_1\), got \(3,\)"),
        ({"sizes": ()}, ValueError, "sizes: expected at least"),
        ({"sizes": (3, 0)}, ValueError, r"sizes\[1\]: expected at least 1, got 0"),
        ({"sizes": (3, -2)}, ValueError, r"sizes\[1\]: expected at least 1, got -2"),
        ({"sizes": (3.0, 2)}, TypeError, r"sizes\[0\]: expected a whole number, got 3.0"),
        ({"sizes": (3, True)}, TypeError, r"sizes\[1\]: expected a whole number, got True"),
        ({"activations": "zigzag"}, ValueError, r"activations\[1\]: .*got 'zigzag'"),
        ({"activations": ["tanh", "tanh"]}, ValueError, "activations: expected 1, .*got 2"),
        ({"activations": 3}, TypeError, "activations: expected a list, one a layer, got int"),
        ({"activations": [3]}, TypeError, r"activations\[1\]: expected one of .*got 3"),
        ({"rng": 0}, TypeError,
         r"^rng: expected a numpy.random.Generator such as np.random.default_rng\(0\), got int$"),
        # 2^20 (3 + 1) + 2^20 (2^20 + 1) = 2^22 + 2^40 + 2^20
        ({"sizes": (3, 2**20, 2**20)}, ValueError,
         "^sizes: expected at most 268,435,456 numbers in all, got 1,099,516,870,656$"),
        ({"rng": None}, TypeError, "rng: .*default_rng.*got NoneType"),
        ({"rng": np.random}, TypeError, "rng: .*got module"),
        ({"scheme": "glorot"}, ValueError, "scheme: expected one of glorot_uniform, he_normal"),
        ({"scheme": []}, ValueError, r"scheme: expected one of .*got \[\]"),
        ({"dtype": np.float16}, ValueError, "dtype: expected float32 or float64"),
        ({"dtype": int}, ValueError, "dtype: expected float32 or float64, got <class 'int'>"),
        ({"dtype": None}, ValueError, "dtype: expected float32 or float64, got None"),
        ({"dtype": "big"}, TypeError, "dtype: expected float32 or float64, got 'big'"),
    ],
)  # fmt: skip
def test_init_network_refuses_and_leaves_the_generator_as_it_was(change, error, message):
    generator = rng(3)
    arguments = {"sizes": (3, 2), "activations": "tanh", "rng": generator} | change
    with pytest.raises(error, match=message):
        init_network(arguments.pop("sizes"), arguments.pop("activations"), **arguments)
    assert generator.bit_generator.state == rng(3).bit_generator.state


@pytest.mark.parametrize("entry_point", [forward, predict])
@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ones((2, 4)), ValueError, r"X: expected shape \(n_0, m\) = \(3, m\), got \(2, 4\)"),
        (
            np.ones((4, 3)),
            ValueError,
            r"got \(4, 3\): 4 inputs, 3 examples; examples are columns: did you mean X.T\?",
        ),
        (np.ones(3), ValueError, r"X: .*got 1 dimension"),
        (np.ones((3, 0)), ValueError, r"X: expected at least one row and column, got .*\(3, 0\)"),
        (np.ones((1, 3, 4)), ValueError, "X: .*got 3 dimension"),
        ([[1], [2], [3, 4]], ValueError, "X: .*got rows of unequal length"),
        (None, TypeError, r"X: expected real numbers \(n_0, m\), got dtype object"),
        ([["a"], ["b"], ["c"]], TypeError, "X: expected real numbers .*got dtype <U1"),
        (np.ones((3, 1), complex), TypeError, "X: .*got dtype complex128"),
        (np.ones((3, 1), np.longdouble), TypeError, "X: .*got dtype (longdouble|float128)"),
        (np.ma.masked_less(np.ones((3, 2)), 0), TypeError, "X: expected a plain array"),
        ([[1], [2], [np.nan]], ValueError, r"X: expected finite .*got nan at \[2, 0\]"),
        (np.full((3, 2), -np.inf), ValueError, r"X: expected finite .*got -inf at \[0, 0\]"),
    ],
)
def test_forward_and_predict_refuse_other_inputs(entry_point, X, error, message):
    network, _, _ = problem(activations=("tanh", "tanh", "tanh", "tanh"))
    with pytest.raises(error, match=message):
        entry_point(network, X)


def test_an_input_too_large_for_float32_is_refused_without_a_warning():
    network = init_network((1, 1), "tanh", rng=rng(), dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=r"X: expected finite float32 numbers, got inf"):
            predict(network, [[1e300]])


def _replace(name, l, array):
    def spoil(network):
        getattr(network, name)[l] = array

    return spoil


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (_replace("W", 1, None), TypeError, r"network.W\[1\]: expected a float32 or float64 array"),
        (_replace("W", 1, [[1.0]]), TypeError, r"network.W\[1\]: .* array of shape \(n_1, n_0\)"),
        (_replace("W", 1, np.ones((4, 3), int)), TypeError, r"network.W\[1\]: expected a float32"),
        (_replace("b", 2, np.ones(2)), TypeError, r"network.b\[2\]: .*\(n_2, 1\), got array"),
        (_replace("W", 2, np.ones((2, 9))), ValueError,
         r"network.W\[2\]: expected shape \(n_2, n_1\) = \(n_2, 3\), got \(2, 9\)$"),
        (_replace("b", 1, np.ones((1, 1))), ValueError,
         r"network.b\[1\]: expected shape \(n_1, 1\) = \(3, 1\), got \(1, 1\)"),
        (_replace("b", 2, np.ones((2, 1), np.float32)), ValueError,
         "network: expected float64 throughout, layer 2 differs"),
    ],
)  # fmt: skip
def test_parameters_replaced_by_others_that_do_not_fit_are_refused(spoil, error, message):
    network, X, _ = problem()
    spoil(network)
    with pytest.raises(error, match=message):
        forward(network, X)


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"W": np.ones((3, 4))}, TypeError,
         "network.W: expected a list [None, W^1, ...], got ndarray"),
        ({"b": [np.ones((3, 1))] * 3}, ValueError,
         "network.b: expected a list [None, b^1, ..., b^2] with index 0 None, "
         "got [ndarray, ndarray, ndarray]"),
        ({"b": [None, np.ones((3, 1))]}, ValueError,
         "network.b: expected a list [None, b^1, ..., b^2], got [NoneType, ndarray]"),
        ({"activations": [None, TANH, TANH, TANH]}, ValueError,
         "network.activations: expected a list [None, sigma^1, ..., sigma^2], "
         "got [NoneType, Activation, Activation, Activation]"),
        ({"activations": (None, TANH, RELU)}, TypeError,
         "network.activations: expected a list [None, sigma^1, ..., sigma^2], got tuple"),
        ({"activations": "tanh"}, TypeError,
         "network.activations: expected a list [None, sigma^1, ..., sigma^2], got str"),
        ({"activations": [None, TANH, "relu"]}, TypeError,
         "network.activations[2]: expected an Activation such as ACTIVATIONS['tanh'], got 'relu'"),
    ],
)  # fmt: skip
def test_a_network_whose_lists_were_replaced_is_refused_by_name(parts, error, message):
    network, X, _ = problem()
    for name, part in parts.items():
        setattr(network, name, part)
    with pytest.raises(error) as caught:
        forward(network, X)
    assert str(caught.value) == message


@pytest.mark.parametrize("l", [1, 2, 3])
@pytest.mark.parametrize(("name", "index"), [("W", (1, 1)), ("b", (1, 0))])
def test_a_parameter_that_is_not_finite_is_named_in_every_layer(name, index, l):
    network, _, _ = problem(activations=("tanh", "tanh", "tanh"))
    to_train = train.rules["network"]
    assert to_train("network", network, {}) is network
    getattr(network, name)[l][index] = np.nan
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        to_train("network", network, {})
    message = f"network.{name}[{l}]: expected finite float64 numbers, got nan at {list(index)}"
    assert str(caught.value) == message


def test_a_loss_of_your_own_sees_targets_in_the_dtype_of_the_network():
    seen = set()

    def grad(a, Y):
        seen.add(Y.dtype)
        return a - Y

    network, X, Y = problem(dtype=np.float32)
    own = Loss("own", SQUARED_ERROR.value, grad)
    backward(network, forward(network, X), Y.astype(np.float64), own)
    assert seen == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("value", "sizes", "message"),
    [
        (1.0, {}, "expected a matrix (n_0, m), got 0 dimension(s), shape ()"),
        ([1.0, 2.0], {}, "expected a matrix (n_0, m), got 1 dimension(s), shape (2,); "
         "use np.reshape(X, (1, -1)) for a row, (-1, 1) for a column"),
        ([1.0, 2.0], {"rows": 1}, "expected a matrix (n_0, m), got 1 dimension(s), shape (2,); "
         "use np.reshape(X, (1, -1))"),
        ([1.0, 2.0], {"rows": 2}, "expected a matrix (n_0, m), got 1 dimension(s), shape (2,); "
         "use np.reshape(X, (-1, 1))"),
        ([1.0, 2.0], {"rows": 3}, "expected a matrix (n_0, m), got 1 dimension(s), shape (2,)"),
        ([1.0, 2.0], {"rows": 2, "columns": 3},
         "expected a matrix (n_0, m), got 1 dimension(s), shape (2,)"),
        (np.ones((5, 2, 3)), {"rows": 6}, "expected a matrix (n_0, m), got 3 dimension(s), shape "
         "(5, 2, 3); examples are columns: use np.reshape(X, (5, -1)).T"),
        (np.ones((1, 2, 3)), {}, "expected a matrix (n_0, m), got 3 dimension(s), shape (1, 2, 3)"),
        (np.ones((2, 1)), {"rows": 1}, "expected shape (n_0, m) = (1, m), got (2, 1): "
         "2 inputs, 1 example; examples are columns: did you mean X.T?"),
        (np.ones((2, 5)), {"rows": 3}, "expected shape (n_0, m) = (3, m), got (2, 5)"),
        (np.ones((4, 3)), {"shape": "(n_l, m)", "rows": 3},
         "expected shape (n_l, m) = (3, m), got (4, 3); examples are columns: did you mean X.T?"),
        (np.ones((2, 3)), {"shape": "(n_2, n_1)", "rows": 3, "columns": 2},
         "expected shape (n_2, n_1) = (3, 2), got (2, 3); did you mean X.T?"),
        (np.ones((2, 3)), {"shape": "(n_2, n_1)", "columns": 4},
         "expected shape (n_2, n_1) = (n_2, 4), got (2, 3)"),
    ],
)  # fmt: skip
def test_a_matrix_of_another_shape_is_refused_with_what_may_have_been_meant(value, sizes, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        check_matrix("X", value, **{"shape": "(n_0, m)"} | sizes)
    assert str(caught.value) == f"X: {message}"


def test_the_limit_of_a_size_is_allowed():
    check_size("m", MOST)
    with pytest.raises(ValueError, match="^m: expected at most 268,435,456 .*, got 268,435,457$"):
        check_size("m", MOST + 1)


@pytest.mark.parametrize("entry_point", [forward, predict])
def test_what_is_no_network_is_refused(entry_point):
    with pytest.raises(TypeError, match="network: expected a Network, got list"):
        entry_point([np.ones((1, 1))], np.ones((1, 1)))
