"""Save and load: bit for bit, one file exactly where asked, and nothing else taken for a network."""

import copy
import io
import os
import tracemalloc
import zipfile

import numpy as np
import pytest
from helpers import DTYPES, bytes_of, problem

from backprop import ACTIVATIONS, RELU, Activation, Network, load, predict, save, storage


@pytest.fixture
def saved(tmp_path):
    """A network and the file it was saved to."""
    network, _, _ = problem(activations=("relu", "tanh", "sigmoid"))
    save(network, tmp_path / "net.npz")
    return network, tmp_path / "net.npz"


def entries(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


# Round trip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_network_comes_back_bit_for_bit(tmp_path, dtype, depth):
    names = ("relu", "leaky_relu", "sigmoid", "tanh")[:depth]
    network, X, _ = problem(activations=names, dtype=dtype)
    tiny = np.finfo(dtype).smallest_subnormal
    network.W[1][0, :2] = tiny, -0.0
    before = bytes_of(network)
    assert save(network, tmp_path / "net.npz") is None
    back = load(tmp_path / "net.npz")
    assert isinstance(back, Network)
    assert bytes_of(back) == bytes_of(network) == before
    assert back.activations == network.activations
    assert back.dtype == dtype
    np.testing.assert_array_equal(predict(back, X), predict(network, X))


def test_every_activation_of_the_table_comes_back(tmp_path):
    for name, activation in ACTIVATIONS.items():
        save(Network([None, [[0.5]]], [None, [[0.25]]], name), tmp_path / "net")
        assert load(tmp_path / "net").activations == [None, activation]


def test_what_comes_back_can_be_trained(saved):
    network, path = saved
    back = load(path)
    for array in back.W[1:] + back.b[1:]:
        array += 1
    assert bytes_of(load(path)) == bytes_of(network)


@pytest.mark.parametrize("name", ["net", "net.npz", "net.model", "my net.1"])
@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_the_file_is_exactly_path(tmp_path, name, kind):
    network, _, _ = problem()
    save(network, kind(tmp_path / name))
    assert os.listdir(tmp_path) == [name]
    assert bytes_of(load(kind(tmp_path / name))) == bytes_of(network)


def test_saving_again_replaces_the_file(saved):
    _, path = saved
    other, _, _ = problem(activations=("tanh",), seed=1)
    save(other, path)
    assert bytes_of(load(path)) == bytes_of(other)
    assert os.listdir(path.parent) == ["net.npz"]


def test_the_file_holds_no_pickle(saved):
    _, path = saved
    assert all(array.dtype.kind in "fU" for array in entries(path).values())


# What save refuses leaves the old file as it was


def refused(path, network, error, message):
    before = path.read_bytes()
    with pytest.raises(error, match=message):
        save(network, path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("name", ["cube", "relu"])  # a known name with a function of its own too
def test_save_refuses_an_activation_of_your_own(saved, name):
    own = Activation(name, lambda z: z**3, lambda z: 3 * z**2)
    network = Network([None, [[1.0]], [[1.0]]], [None, [[0.0]], [[0.0]]], [RELU, own])
    refused(
        saved[1], network, ValueError,
        rf"network.activations\[2\]: expected one of sigmoid, .*got your own '{name}'; .*not code",
    )  # fmt: skip


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_save_refuses_parameters_that_are_not_finite(saved, bad):
    network, path = saved
    network.b[-1][0] = bad
    refused(path, network, ValueError, rf"b\[3\]: expected finite float64 numbers, got {bad}")


def test_save_refuses_what_is_no_network(saved):
    refused(saved[1], "net", TypeError, "network: expected a Network, got str")


@pytest.mark.parametrize("step", ["savez", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_save_that_breaks_off_leaves_the_old_file_and_no_part(saved, monkeypatch, step, error):
    network, path = saved

    def breaks(file, *_, **__):
        if step == "savez":
            file.write(b"half of it")
        raise error

    monkeypatch.setattr(storage.np if step == "savez" else storage.os, step, breaks)
    refused(path, network, type(error), "disk full|")


def test_save_into_a_folder_that_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        save(problem()[0], tmp_path / "missing" / "net.npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        (3, TypeError, "path: expected a file name, got 3"),
        (None, TypeError, "path: expected a file name, got None"),
        (b"net.npz", TypeError, "path: expected a file name, got b'net.npz'"),
        ("", ValueError, "path: expected a file name, got"),
    ],
)
def test_a_path_that_is_none(path, error, message):
    with pytest.raises(error, match=message):
        save(problem()[0], path)
    with pytest.raises(error, match=message):
        load(path)


# What load refuses


def test_load_of_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing.npz"):
        load(tmp_path / "missing.npz")


def no_network(path, detail=""):
    with pytest.raises(ValueError, match="path: expected a file written by save, got") as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert detail in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_load_refuses_other_files(tmp_path, content):
    path = tmp_path / "net.npz"
    path.write_bytes(content)
    no_network(path)


def test_load_refuses_a_folder_and_a_single_array(tmp_path):
    no_network(tmp_path)
    np.save(tmp_path / "array.npy", np.ones(3))
    no_network(tmp_path / "array.npy")


def test_load_refuses_an_npz_of_something_else(tmp_path):
    path = tmp_path / "net.npz"
    np.savez(path, W1=np.ones((1, 1)), b1=np.ones((1, 1)), activations=np.array(["relu"]))
    no_network(path, "format")


def test_load_refuses_a_file_cut_anywhere(saved):
    _, path = saved
    whole = path.read_bytes()
    for size in range(0, len(whole), 61):
        path.write_bytes(whole[:size])
        no_network(path)


def test_load_refuses_a_flipped_byte_in_the_numbers(saved):
    network, path = saved
    whole = bytearray(path.read_bytes())
    where = whole.find(network.W[1].tobytes())
    assert where > 0
    whole[where] ^= 1
    path.write_bytes(whole)
    no_network(path)


class Trap:
    """Unpickling it would make the file `sprung`."""

    def __init__(self, sprung):
        self.sprung = sprung

    def __reduce__(self):
        return os.mkdir, (str(self.sprung),)


@pytest.mark.parametrize("name", ["format", "activations", "W1", "b2"])
def test_load_never_unpickles(saved, name):
    _, path = saved
    sprung = path.with_name("sprung")
    np.savez(path, **entries(path) | {name: np.array([Trap(sprung)], dtype=object)})
    no_network(path, f"{name} holds objects, not numbers")
    assert not sprung.exists()
    with np.load(path, allow_pickle=True) as file:
        file[name]
    assert sprung.exists()  # so the trap works


def with_header(array, shape):
    """The bytes of a .npy file whose header claims another shape."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": array.dtype.str, "fortran_order": False, "shape": shape}
    )
    return file.getvalue() + array.tobytes()


def written(path, files, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.npy", content)


def memory_taken(function, *arguments):
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(10**12, 1), (10**9, 1000), (4, 6), (-4, -5), (2**40, 2**40)])
@pytest.mark.parametrize("name", ["W1", "b2"])
def test_a_header_that_claims_too_much_takes_no_memory(saved, name, shape):
    _, path = saved
    files = {key: with_header(array, array.shape) for key, array in entries(path).items()}
    written(path, files)
    load(path)  # so it is the claim that is refused
    written(path, files | {name: with_header(np.ones(1), shape)})
    assert memory_taken(no_network, path, name) < 2**20


def test_a_file_that_unpacks_to_far_more_takes_no_memory(saved):
    _, path = saved
    files = {key: with_header(array, array.shape) for key, array in entries(path).items()}
    zeros = np.zeros((2**22, 5))  # 160 MB that pack to 160 kB
    written(path, files | {"W1": with_header(zeros, zeros.shape)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2**20
    assert memory_taken(no_network, path, "more bytes than it has") < 2**20


def test_what_is_compressed_is_refused(saved):
    _, path = saved
    rng_bytes = np.random.default_rng(0).normal(size=(4, 5))  # noise does not shrink
    files = {key: with_header(array, array.shape) for key, array in entries(path).items()}
    written(path, files | {"W1": with_header(rng_bytes, rng_bytes.shape)})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("padding.txt", b"")
    load(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            kind = zipfile.ZIP_DEFLATED if name == "b1" else zipfile.ZIP_STORED
            archive.writestr(f"{name}.npy", content, kind)
    no_network(path, "b1 is compressed")


def test_entries_that_share_their_bytes_do_not_add_up(saved):
    # two entries of the directory that point to the same bytes, so the sum is more than the file
    _, path = saved
    with zipfile.ZipFile(path, "a") as archive:
        large = max(archive.infolist(), key=lambda entry: entry.file_size)
        for i in range(200):
            again = copy.copy(large)
            again.filename = f"again{i}.npy"
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive._didModify = True
    no_network(path, "more bytes than it has")


@pytest.mark.parametrize("name", ["format", "activations", "W1", "b1", "W2", "b2", "W3", "b3"])
def test_load_refuses_a_file_in_which_something_is_missing(saved, name):
    _, path = saved
    arrays = entries(path)
    del arrays[name]
    np.savez(path, **arrays)
    no_network(path, name)


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"format": np.array("backprop network 2")}, "format"),
        ({"activations": np.array(["relu", "tanh", "zigzag"])}, "activations[3]"),
        ({"activations": np.array([], dtype=str)}, "W"),
        ({"activations": np.array("relu")}, ""),
        ({"W2": np.ones((2, 2))}, "W[2]"),
        ({"b3": np.full((2, 1), np.nan)}, "b[3]"),
        ({"W1": np.ones((4, 5), np.float32)}, "dtype"),
    ],
)
def test_load_refuses_entries_that_do_not_make_a_network(saved, change, detail):
    _, path = saved
    np.savez(path, **entries(path) | change)
    no_network(path, detail)
