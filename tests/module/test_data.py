"""The data of chapter 5: what is in it, and what is refused."""

import gzip
import hashlib
import json
import os
import re
import struct
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from backprop import data

# The digits of optdigits.tes by class, and how the stored split divides them.
COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
TEST_COUNTS = [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]

GENERATORS = [data.xor, data.moons, data.spirals]


def rng(seed=0):
    return np.random.default_rng(seed)


# one_hot


def test_one_hot_by_hand():
    Y = data.one_hot([2, 0, 1, 2], 3)
    assert Y.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]]
    assert Y.dtype == np.float64
    assert data.one_hot(np.array([1], dtype=np.uint8), 2, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("labels", "classes", "error", "message"),
    [
        (
            [0.0, 1.0],
            2,
            TypeError,
            r"labels: expected integers, got float64; use np.asarray\(labels\).astype\(int\)$",
        ),
        ([0.5, 1.0], 2, TypeError, "labels: expected integers, got float64$"),
        (
            [True, False],
            2,
            TypeError,
            r"labels: expected integers, got bool; use np.asarray\(labels\).astype\(int\)$",
        ),
        ([0, 3], 3, ValueError, "labels: expected 0 to 2, got 3$"),
        (
            [1, 3],
            3,
            ValueError,
            r"labels: expected 0 to 2, got 3; if these start at 1, use np.asarray\(labels\) - 1$",
        ),
        ([0, -1], 3, ValueError, "labels: expected 0 to 2, got -1"),
        ([[0, 1]], 2, ValueError, r"labels: expected shape \(m,\).*got \(1, 2\)"),
        (1, 2, ValueError, r"labels: expected shape \(m,\).*got \(\)"),
        ([], 2, ValueError, r"m at least 1, got \(0,\)"),
        ([[0], [0, 1]], 2, ValueError, "labels: expected .* rows of different lengths"),
        ([0], 0, ValueError, "classes: expected at least 1, got 0"),
        ([0], 2.0, TypeError, "classes: expected a whole number, got 2.0"),
    ],
)
def test_one_hot_refuses(labels, classes, error, message):
    with pytest.raises(error, match=message):
        data.one_hot(labels, classes)


# The drawn sets


@pytest.mark.parametrize("generate", GENERATORS)
def test_drawn_sets_are_decided_by_the_seed(generate):
    X, Y = generate(50, rng=rng(7))
    X_again, Y_again = generate(50, rng=rng(7))
    X_other, _ = generate(50, rng=rng(8))
    assert X.tobytes() == X_again.tobytes() and Y.tobytes() == Y_again.tobytes()
    assert not np.array_equal(X, X_other)
    assert X.dtype == Y.dtype == np.float64


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize(
    ("m", "error", "message"),
    [
        (0, ValueError, "m: expected at least 1, got 0"),
        (-3, ValueError, "m: expected at least 1, got -3"),
        (2.0, TypeError, "m: expected a whole number, got 2.0"),
        (True, TypeError, "m: expected a whole number, got True"),
        ("9", TypeError, "m: expected a whole number, got '9'"),
    ],
)
def test_drawn_sets_refuse_m(generate, m, error, message):
    with pytest.raises(error, match=message):
        generate(m, rng=rng())


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize("wrong", [0, None, np.random, np.random.RandomState(0)])
def test_drawn_sets_refuse_another_rng(generate, wrong):
    message = r"rng: expected a numpy\.random\.Generator such as .*default_rng\(0\), got "
    with pytest.raises(TypeError, match=message + type(wrong).__name__):
        generate(10, rng=wrong)


@pytest.mark.parametrize("generate", [data.moons, data.spirals])
@pytest.mark.parametrize(
    ("noise", "error"),
    [(-0.1, ValueError), (np.nan, ValueError), (np.inf, ValueError), ("0", TypeError)],
)
def test_noise_is_refused_before_anything_is_drawn(generate, noise, error):
    used = rng()
    with pytest.raises(error, match="noise: expected a (finite )?number"):
        generate(10, rng=used, noise=noise)
    assert used.random() == rng().random()


@pytest.mark.parametrize(
    ("turns", "error"),
    [(0, ValueError), (-1, ValueError), (np.inf, ValueError), (True, TypeError)],
)
def test_turns_are_refused(turns, error):
    with pytest.raises(error, match="turns: expected a (finite )?number"):
        data.spirals(10, rng=rng(), turns=turns)


def test_xor_is_the_truth_table():
    X, Y = data.xor(1000, rng=rng())
    assert X.shape == (2, 1000) and Y.shape == (1, 1000)
    table = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
    drawn = [(tuple(x), y) for x, y in zip(X.T.tolist(), Y[0].tolist(), strict=True)]
    assert all(table[point] == target for point, target in drawn)
    points = [point for point, _ in drawn]
    assert all(200 < points.count(point) < 300 for point in table)  # about 250 of each


@pytest.mark.parametrize("generate", [data.moons, data.spirals])
@pytest.mark.parametrize("m", [1, 100, 101])
def test_classes_are_balanced_and_shuffled(generate, m):
    X, Y = generate(m, rng=rng())
    assert X.shape == Y.shape == (2, m)
    assert np.array_equal(Y.sum(axis=0), np.ones(m))
    assert set(np.unique(Y)) <= {0, 1}
    assert Y.sum(axis=1).tolist() == [m - m // 2, m // 2]
    if m > 1:
        labels = Y.argmax(axis=0)
        assert 30 < np.count_nonzero(np.diff(labels)) < 70  # neither sorted nor alternating


def test_moons_without_noise_lie_on_their_half_circles():
    X, Y = data.moons(200, rng=rng(), noise=0)
    upper, lower = X[:, Y[0] == 1], X[:, Y[1] == 1]
    assert np.allclose(np.hypot(upper[0] + 0.5, upper[1] + 0.25), 1)
    assert np.allclose(np.hypot(lower[0] - 0.5, lower[1] - 0.25), 1)
    assert upper[1].min() > -0.25 and lower[1].max() < 0.25
    assert upper[0].min() < -1.4 and upper[0].max() > 0.4  # the whole half circle
    assert np.abs(X[0]).max() <= 1.5 and np.abs(X[1]).max() <= 0.75


@pytest.mark.parametrize("turns", [0.5, 1.5, 3])
def test_spirals_without_noise_lie_on_their_arms(turns):
    X, Y = data.spirals(200, rng=rng(), noise=0, turns=turns)
    radius = np.hypot(*X)
    assert 0.15 <= radius.min() < 0.5 and 1.4 < radius.max() <= 1.5
    turned = np.where(Y[1] == 1, np.pi, 0)
    angle = 2 * np.pi * turns * radius / 1.5 + turned
    assert np.allclose(X, radius * np.stack([np.cos(angle), np.sin(angle)]))


@pytest.mark.parametrize("generate", [data.moons, data.spirals])
def test_noise_is_the_standard_deviation(generate):
    clean, Y = generate(4000, rng=rng(), noise=0)
    noisy, Y_noisy = generate(4000, rng=rng(), noise=0.2)
    assert np.array_equal(Y, Y_noisy)
    assert (noisy - clean).std() == pytest.approx(0.2, rel=0.05)
    assert (noisy - clean).mean() == pytest.approx(0, abs=0.01)


# The digits


def test_digits_are_1797_in_a_stratified_split():
    split = data.digits()
    assert isinstance(split, data.Split)
    X_train, Y_train, X_test, Y_test = split
    assert X_train.shape == (64, 1437) and Y_train.shape == (10, 1437)
    assert X_test.shape == (64, 360) and Y_test.shape == (10, 360)
    assert 1437 + 360 == sum(COUNTS) == 1797
    assert Y_test.sum(axis=1).tolist() == TEST_COUNTS
    assert (Y_train.sum(axis=1) + Y_test.sum(axis=1)).tolist() == COUNTS
    for X, Y in ((X_train, Y_train), (X_test, Y_test)):
        assert X.dtype == Y.dtype == np.float64
        assert X.min() == 0 and X.max() == 1
        assert np.array_equal(X * 16, np.round(X * 16))
        assert np.array_equal(np.sort(Y, axis=0)[-2:, :].sum(axis=0), np.ones(Y.shape[1]))


def test_no_digit_is_in_both_parts():
    split = data.digits()
    train = {column.tobytes() for column in split.X_train.T}
    test = {column.tobytes() for column in split.X_test.T}
    assert len(train) + len(test) == 1797  # no two images of the 1,797 are the same
    assert not train & test


def test_first_test_digit_is_an_upright_zero():
    split = data.digits()
    image = (split.X_test[:, 0] * 16).reshape(8, 8)
    assert split.Y_test[:, 0].argmax() == 0
    assert image[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert image[7].tolist() == [0, 0, 6, 13, 10, 0, 0, 0]


def test_digits_file_is_scikit_learns_and_names_its_source():
    path = data.files("backprop") / "digits.npz"
    with np.load(path, allow_pickle=False) as stored:
        fields = {name: stored[name] for name in stored}
    # The digests of digits.csv.gz (pixels, labels; bytes, row by row), and of the split.
    for name, digest in (
        ("pixels", "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"),
        ("labels", "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"),
        ("in_test", "96da02a2922b4ab14d548d599f7c0aa21d417f6702d9c6a245fbdcf5f0451291"),
    ):
        assert hashlib.sha256(fields[name].tobytes()).hexdigest() == digest, name
    assert "Alpaydin and C. Kaynak (1998)" in str(fields["authors"])
    assert "10.24432/C50P49" in str(fields["source"])
    assert str(fields["licence"]).startswith("CC BY 4.0")
    assert path.stat().st_size < 50_000


def test_digits_are_fresh_arrays_of_the_dtype_asked_for():
    first = data.digits(dtype="float32")
    assert {array.dtype for array in first} == {np.dtype(np.float32)}
    first.X_train[:] = 9
    assert data.digits(dtype="float32").X_train.max() == 1


@pytest.mark.parametrize(
    ("dtype", "error"),
    [(np.int64, ValueError), (np.float16, ValueError), (None, ValueError), ("number", TypeError)],
)
def test_other_dtypes_are_refused(dtype, error, tmp_path):
    calls = [data.digits, partial(data.one_hot, [0], 1), partial(data.mnist, tmp_path)]
    for call in calls:
        with pytest.raises(error, match="dtype: expected float32 or float64, got"):
            call(dtype=dtype)


# MNIST, from small files of the same form

IMAGES = np.arange(3 * 784).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([5, 0, 9], dtype=np.uint8)
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = data.MNIST_FILES


def idx(magic, array, m=None):
    shape = (len(array) if m is None else m, *array.shape[1:])
    return struct.pack(f">{1 + len(shape)}I", magic, *shape) + array.tobytes()


@pytest.fixture(params=["", ".gz"], ids=["plain", "gz"])
def folder(request, tmp_path):
    """Three images to train on and two to test with; `.put(name, content)` replaces a file."""

    class Folder:
        path = tmp_path

        def put(self, name, content):
            target = tmp_path / (name + request.param)
            target.write_bytes(gzip.compress(content, 1) if request.param else content)
            return target

    made = Folder()
    made.put(TRAIN_IMAGES, idx(2051, IMAGES))
    made.put(TRAIN_LABELS, idx(2049, LABELS))
    made.put(TEST_IMAGES, idx(2051, IMAGES[1:]))
    made.put(TEST_LABELS, idx(2049, LABELS[1:]))
    return made


def test_mnist_reads_columns(folder):
    split = data.mnist(folder.path)
    assert split.X_train.shape == (784, 3) and split.X_test.shape == (784, 2)
    assert split.Y_train.shape == (10, 3) and split.Y_test.shape == (10, 2)
    # Byte k of the file is k mod 256, so pixel 5 of image 1 is 789 mod 256 = 21.
    assert split.X_train[5, 1] == 21 / 255
    assert split.X_train[255, 0] == 1 and split.X_train[256, 0] == 0
    assert np.array_equal(split.X_test, split.X_train[:, 1:])
    assert split.Y_train.argmax(axis=0).tolist() == [5, 0, 9]
    assert split.Y_test.argmax(axis=0).tolist() == [0, 9]
    assert {array.dtype for array in split} == {np.dtype(np.float64)}
    assert {array.dtype for array in data.mnist(str(folder.path), dtype=np.float32)} == {
        np.dtype(np.float32)
    }


def test_mnist_accepts_gzip_content_under_a_plain_name_and_prefers_the_plain_name(folder):
    (folder.path / TEST_LABELS).write_bytes(gzip.compress(idx(2049, LABELS[:2])))
    (folder.path / (TEST_LABELS + ".gz")).write_bytes(b"not read")
    assert data.mnist(folder.path).Y_test.argmax(axis=0).tolist() == [5, 0]


def test_mnist_names_all_missing_files_and_the_folder(folder):
    for name in (TRAIN_LABELS, TEST_IMAGES):
        for path in folder.path.glob(name + "*"):
            path.unlink()
    with pytest.raises(FileNotFoundError) as caught:
        data.mnist(folder.path)
    message = str(caught.value)
    assert str(folder.path) in message
    there = sorted(path.name for path in folder.path.iterdir())
    assert message.endswith(
        f"did not find {TRAIN_LABELS}, {TEST_IMAGES}; there is {', '.join(there)}"
    )


OTHER_NAMES = {
    "a dot": lambda name: name.replace("-idx", ".idx"),
    "torchvision": lambda name: f"MNIST/raw/{name}",
    "raw": lambda name: f"raw/{name}",
    "a second download": lambda name: f"{name} (1)",
    "a folder each": lambda name: f"{name}/{name.replace('-idx', '.idx')}",
    "capitals": lambda name: name.upper(),
}


@pytest.mark.parametrize("rename", OTHER_NAMES.values(), ids=OTHER_NAMES)
@pytest.mark.parametrize("zipped", ["", ".gz"])
def test_mnist_takes_the_common_names(tmp_path, rename, zipped):
    for name, content in zip(data.MNIST_FILES, (idx(2051, IMAGES), idx(2049, LABELS)) * 2):
        path = tmp_path / (rename(name) + zipped)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if zipped else content)
    assert data.mnist(tmp_path).Y_test.argmax(axis=0).tolist() == [5, 0, 9]
    # beside them, a file under its own name is the one that is read
    if not (tmp_path / TEST_LABELS).is_dir():
        (tmp_path / TEST_LABELS).write_bytes(idx(2049, LABELS[::-1]))
        assert data.mnist(tmp_path).Y_test.argmax(axis=0).tolist() == [9, 0, 5]


def test_mnist_says_what_is_there_instead(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is nothing$"):
        data.mnist(tmp_path)
    for k in range(10):
        (tmp_path / f"{k}.png").write_bytes(b"")
    (tmp_path / "0").mkdir()
    with pytest.raises(FileNotFoundError, match=r"there is 0.png, 0/, 1.png, .*6.png and 3 more$"):
        data.mnist(tmp_path)
    with pytest.raises(FileNotFoundError, match="got a file: name the folder that it is in$"):
        data.mnist(tmp_path / "0.png")


def test_mnist_finds_a_folder_below_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "digits").mkdir()
    with pytest.raises(FileNotFoundError, match="there is nothing"):
        data.mnist("~/digits")


def test_mnist_without_its_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.*" + ", ".join(data.MNIST_FILES)):
        data.mnist(tmp_path / "nowhere")
    with pytest.raises(TypeError, match="folder: expected a path, got NoneType"):
        data.mnist(None)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (TRAIN_IMAGES, b"", "expected a header of 16 bytes, got 0 bytes"),
        (TEST_LABELS, idx(2049, LABELS)[:7], "expected a header of 8 bytes, got 7 bytes"),
        (
            TRAIN_IMAGES,
            idx(2049, IMAGES),
            "expected the magic number 2051, got 2049, which is for labels",
        ),
        (
            TRAIN_LABELS,
            idx(2051, LABELS),
            "expected the magic number 2049, got 2051, which is for images",
        ),
        (TRAIN_IMAGES, idx(7, IMAGES), "expected the magic number 2051, got 7"),
        (
            TRAIN_IMAGES,
            b"<html><head><title>403</title>",
            "expected MNIST data, got a web page; .*",
        ),
        (
            TRAIN_LABELS,
            b"\xef\xbb\xbf\n <!DOCTYPE html>",
            "expected MNIST data, got a web page; .*",
        ),
        (TEST_LABELS, b"<html></html>", "expected MNIST data, got a web page; .* again .*"),
        (TEST_LABELS, b"<p>", "expected MNIST data, got a web page; .*"),
        (
            TEST_IMAGES,
            b"Not Found",
            "expected MNIST data, got a text that begins with 'Not Found'.*",
        ),
        (TEST_IMAGES, b'{"message": "Moved"}', "expected MNIST data, got a text that begins .*"),
        (
            TEST_IMAGES,
            b"PK\x03\x04" + bytes(60),
            "expected MNIST data, got a zip archive; unpack it first",
        ),
        (
            TEST_IMAGES,
            gzip.compress(gzip.compress(b"", mtime=0), mtime=0),
            "expected MNIST data, got a file that was gzipped twice; .*",
        ),
        (
            TRAIN_IMAGES,
            idx(2051, IMAGES.reshape(3, 14, 56)),
            r"expected items of shape \(28, 28\), got \(14, 56\)",
        ),
        (TRAIN_IMAGES, idx(2051, IMAGES[:0]), "expected at least 1 item, got 0"),
        (TRAIN_IMAGES, idx(2051, IMAGES)[:-1], "expected 2352 bytes for 3 items, got 2351"),
        (TRAIN_IMAGES, idx(2051, IMAGES) + b"x", "expected 2352 bytes for 3 items, got more"),
        (TEST_LABELS, idx(2049, LABELS, m=4), "expected 4 bytes for 4 items, got 3"),
        (TEST_LABELS, idx(2049, LABELS, m=2), "expected 2 bytes for 2 items, got more"),
        (TRAIN_LABELS, idx(2049, LABELS + 1), "expected labels from 0 to 9, got 10"),
    ],
)
def test_mnist_refuses_a_wrong_file_and_names_it(folder, name, content, message):
    path = folder.put(name, content)
    with pytest.raises(ValueError, match=f"{re.escape(str(path))}: {message}$"):
        data.mnist(folder.path)


def test_mnist_refuses_more_labels_than_images(folder):
    folder.put(TRAIN_LABELS, idx(2049, np.arange(5, dtype=np.uint8)))
    with pytest.raises(
        ValueError,
        match=f"{TRAIN_IMAGES}.* and .*{TRAIN_LABELS}.*: .* got 3 images and 5 labels",
    ):
        data.mnist(folder.path)


def test_mnist_header_that_claims_too_much_takes_no_memory(folder):
    folder.put(TRAIN_IMAGES, idx(2051, IMAGES, m=2**32 - 1))  # 3.4 million million bytes
    with pytest.raises(ValueError, match="expected at most 100,000 items, got 4,294,967,295$"):
        data.mnist(folder.path)
    folder.put(TRAIN_IMAGES, idx(2051, IMAGES, m=100_000))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="expected 78400000 bytes .* got 2352$"):
            data.mnist(folder.path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_mnist_reads_no_further_than_the_header_promises(tmp_path):
    zeros = gzip.compress(idx(2051, IMAGES) + bytes(50 * 2**20), 1)  # small packed, 50 MB unpacked
    for name in data.MNIST_FILES:
        (tmp_path / name).write_bytes(zeros)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="expected 2352 bytes for 3 items, got more"):
            data.mnist(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def flipped(content, at):
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


PACKED = gzip.compress(idx(2051, IMAGES), mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        PACKED[:-20],  # cut
        flipped(PACKED, -5 % len(PACKED)),  # its checksum is of other bytes
        flipped(PACKED, 2),  # no compression method of gzip
        flipped(PACKED, 10),  # no deflate stream
        PACKED + b"x" * 20,  # something after its end
        PACKED[:5],  # cut in its own header
    ],
    ids=["cut", "checksum", "method", "stream", "tail", "header"],
)
def test_mnist_refuses_a_damaged_gzip_file(tmp_path, content):
    for name in data.MNIST_FILES:
        (tmp_path / (name + ".gz")).write_bytes(content)
    with pytest.raises(ValueError, match=f"{TRAIN_IMAGES}.gz: expected a whole gzip file, got a "):
        data.mnist(tmp_path)


# name: SHA-256 of the file as the two sources of chapter 11 have it, and unpacked
SUMS = {
    TRAIN_IMAGES: ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                   "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    TRAIN_LABELS: ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                   "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    TEST_IMAGES: ("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    TEST_LABELS: ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                  "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}  # fmt: skip


def test_chapter_11_names_two_sources_and_what_the_files_are():
    chapter = Path(__file__).parents[2] / "book" / "11-reading-mnist.ipynb"
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    sources = re.findall(r"^https://(\S+)/mnist/$", text, re.MULTILINE)
    assert sources == ["ossci-datasets.s3.amazonaws.com", "storage.googleapis.com/cvdf-datasets"]
    sums = {
        name: number for number, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.MULTILINE)
    }
    zipped = {f"{name}.gz": one for name, (one, _) in SUMS.items()}
    assert sums == zipped | {name: other for name, (_, other) in SUMS.items()}


if "BACKPROP_MNIST" in os.environ:

    def test_the_real_mnist():
        split = data.mnist(os.environ["BACKPROP_MNIST"], dtype=np.float32)
        assert split.X_train.shape == (784, 60_000) and split.X_test.shape == (784, 10_000)
        assert split.Y_train.sum(axis=1).tolist() == [
            *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
        ]
        assert split.Y_test.sum(axis=1).tolist() == [
            *(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
        ]
        assert split.Y_train[:, :5].argmax(axis=0).tolist() == [5, 0, 4, 1, 9]
        assert split.X_train.min() == 0 and split.X_train.max() == 1
        for name, path in zip(SUMS, data._find_files(os.environ["BACKPROP_MNIST"]), strict=True):
            content = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
            assert hashlib.sha256(content).hexdigest() == SUMS[name][1]
