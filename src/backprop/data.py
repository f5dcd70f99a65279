"""Data to train on.

Examples are columns: X is (n_0, m), and classes are one-hot columns Y (K, m).
"""

import gzip
import math
import os
import re
import zlib
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from backprop._check import check_count, check_dtype, check_size
from backprop._expects import RNG, Rule, expects, real

MNIST_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
MNIST_NAME = re.compile(  # as they are, as some unpackers name them, and as a second download
    r"(?P<set>train|t10k)-(?P<what>images|labels)[-.]idx(?P<rank>[13])-ubyte"
    r"( ?\(\d+\))?(\.gz)?( ?\(\d+\))?",
    re.IGNORECASE,
)
MOST_ITEMS = 100_000  # of an IDX file; MNIST and its relatives have 60,000 and 10,000


class Split(NamedTuple):
    """Examples to train on, and examples kept apart to test with.

    X_train is (n_0, m_train), Y_train is (K, m_train) and one-hot; the test part likewise.
    """

    X_train: np.ndarray
    Y_train: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray


def one_hot(labels, classes, *, dtype=np.float64):
    """Return Y (classes, m): column i is 1 in row `labels[i]` and 0 elsewhere.

    `labels` holds m integers from 0 to classes - 1. Raises TypeError for labels that are not
    integers, ValueError for labels that are not a vector or lie out of range.
    """
    classes = check_count("classes", classes)
    labels = _check_labels(labels, classes)
    check_size("classes", classes * labels.size)
    Y = np.zeros((classes, labels.size), dtype=check_dtype(dtype))
    Y[labels, np.arange(labels.size)] = 1
    return Y


def _points(name, m, known):
    m = check_count(name, m)
    check_size(name, 2 * m)
    return m


DRAWN = {"m": Rule("whole number >= 1", _points), "rng": RNG}


@expects(**DRAWN)
def xor(m, *, rng):
    """Draw m of the points (0,0), (0,1), (1,0), (1,1); the target is 1 where the two differ.

    Returns X (2, m) and Y (1, m), for one output unit. Used in chapters 5 and 12.
    """
    X = rng.integers(0, 2, size=(2, m))
    Y = X[:1] ^ X[1:]  # (1, m)
    return X.astype(np.float64), Y.astype(np.float64)


@expects(**DRAWN, noise=real(least=0))
def moons(m, *, rng, noise=0.1):
    """Draw m points from two interleaved half circles of radius 1.

    Class 0 is the upper half about (-0.5, -0.25), class 1 the lower half about (0.5, 0.25).
    `noise` is the standard deviation added to each coordinate. Returns X (2, m) and one-hot
    Y (2, m), the classes balanced to within one. Used in chapters 9 and 12.
    """
    t = rng.uniform(0, np.pi, m)
    return _two_arms(np.stack([np.cos(t) - 0.5, np.sin(t) - 0.25]), noise, rng)


@expects(**DRAWN, noise=real(least=0), turns=real(above=0))
def spirals(m, *, rng, noise=0.05, turns=1.5):
    """Draw m points from two spiral arms that wind around the origin.

    A point of class 0 at the fraction s of its arm, 0.1 <= s <= 1, has radius 1.5 s and angle
    2 pi turns s; class 1 is the same arm turned by half a circle. `noise` is the standard
    deviation added to each coordinate. Returns X (2, m) and one-hot Y (2, m), the classes
    balanced to within one. Used in chapters 6 and 12.
    """
    s = np.sqrt(rng.uniform(0.1**2, 1, m))  # the root spreads the points evenly along the arm
    angle = 2 * np.pi * turns * s
    return _two_arms(1.5 * s * np.stack([np.cos(angle), np.sin(angle)]), noise, rng)


def _two_arms(curve, noise, rng):
    """Leave half of the points (class 0), reflect half in the origin (class 1), add noise."""
    m = curve.shape[1]
    labels = rng.permutation(np.arange(m) % 2)
    X = (1 - 2 * labels) * curve + rng.normal(0, noise, size=curve.shape)  # (2, m)
    return X, one_hot(labels, 2)


def digits(*, dtype=np.float64):
    """Return 1,797 handwritten digits, 8 x 8 pixels each, as a Split of 1,437 and 360.

    X is (64, m), a column the rows of its image one after the other, 0 for paper and 1 for ink;
    Y is (10, m). The split is stored with the data: drawn once at random within each class, so
    both parts come from the same 13 writers. `dtype` is float64 or float32. Used from chapter 5 on.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49, the part optdigits.tes as
    scikit-learn ships it. Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/.
    """
    dtype = check_dtype(dtype)
    with (files(__package__) / "digits.npz").open("rb") as file, np.load(file) as stored:
        pixels, labels, in_test = stored["pixels"], stored["labels"], stored["in_test"]
    parts = []
    for part in (~in_test, in_test):
        parts += [_columns(pixels[part], 16, dtype), one_hot(labels[part], 10, dtype=dtype)]
    return Split(*parts)


def mnist(folder, *, dtype=np.float64):
    """Read the handwritten digits of MNIST, 28 x 28 pixels each, from its four IDX files.

    `folder` holds the files named in `MNIST_FILES`, each plain or gzipped (then with `.gz` after
    the name), itself or in `MNIST/raw`, where torchvision puts them; chapter 11 says where to get
    them. X is (784, m), 0 for paper and 1 for ink; Y is (10, m). `dtype` is float64 or float32; at
    float64 the 70,000 images take 440 MB. Raises FileNotFoundError that names the missing files and
    what is there, ValueError for a file that is cut, damaged or something else.
    """
    dtype = check_dtype(dtype)
    paths = _find_files(folder)
    parts = []
    for images_path, labels_path in (paths[:2], paths[2:]):
        images = _read_idx(images_path, magic=2051, item=(28, 28))
        labels = _read_idx(labels_path, magic=2049, item=())
        if len(images) != len(labels):
            raise ValueError(
                f"{images_path} and {labels_path}: expected as many labels as images, "
                f"got {len(images)} images and {len(labels)} labels"
            )
        if labels.max() > 9:
            raise ValueError(f"{labels_path}: expected labels from 0 to 9, got {labels.max()}")
        pixels = images.reshape(len(images), 784)
        parts += [_columns(pixels, 255, dtype), one_hot(labels, 10, dtype=dtype)]
    return Split(*parts)


def _columns(pixels, full, dtype):
    """Turn rows of bytes (m, n_0), `full` for ink, into columns (n_0, m) from 0 to 1."""
    return np.divide(pixels.T, full, dtype=dtype)  # (n_0, m)


def _find_files(folder):
    if not isinstance(folder, str | os.PathLike):
        raise TypeError(f"folder: expected a path, got {type(folder).__name__}")
    root = Path(folder).expanduser()
    if not root.is_dir():
        what = "a file: name the folder that it is in" if root.exists() else "no such folder"
        raise FileNotFoundError(
            f"folder {str(folder)!r}: expected a folder with {', '.join(MNIST_FILES)}, got {what}"
        )
    found = {}
    for path in _candidates(root):
        parts = MNIST_NAME.fullmatch(path.name)
        if parts and path.is_file():
            name = f"{parts['set']}-{parts['what']}-idx{parts['rank']}-ubyte".lower()
            found.setdefault(name, path)
    missing = [name for name in MNIST_FILES if name not in found]
    if missing:
        there = sorted(f"{path.name}/" if path.is_dir() else path.name for path in root.iterdir())
        more = f" and {len(there) - 8} more" if len(there) > 8 else ""
        raise FileNotFoundError(
            f"folder {str(folder)!r}: expected the four MNIST files, plain or .gz, "
            f"did not find {', '.join(missing)}; there is {', '.join(there[:8]) or 'nothing'}{more}"
        )
    return [found[name] for name in MNIST_FILES]


def _candidates(root):
    """The files that may be MNIST's, the better names first, plain before zipped."""
    named = [path for path in sorted(root.iterdir()) if MNIST_NAME.fullmatch(path.name)]
    folders = [root / name for name in ("raw", "MNIST/raw", "mnist")] + named  # unpacked one by one
    for folder in (root, *filter(Path.is_dir, folders)):
        yield from sorted(folder.iterdir(), key=_rank)


def _rank(path):
    return path.name.removesuffix(".gz") not in MNIST_FILES, path.suffix == ".gz", path.name


def _read_idx(path, *, magic, item):
    """Read one IDX file of bytes: magic, m and the item's shape as 32-bit integers, the items.

    Returns (m, *item) bytes. Reads in pieces, so a header's false claim takes no memory.
    """
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    header_size = 4 * (2 + len(item))
    try:
        with (gzip.open if zipped else open)(path, "rb") as file:
            header = file.read(header_size)
            _refuse_other_kinds(path, header)
            if len(header) < header_size:
                raise ValueError(
                    f"{path}: expected a header of {header_size} bytes, got {len(header)} bytes"
                )
            got_magic, m, *got_item = (int(n) for n in np.frombuffer(header, dtype=">u4"))
            if got_magic != magic:
                known = {2049: ", which is for labels", 2051: ", which is for images"}
                raise ValueError(
                    f"{path}: expected the magic number {magic}, got {got_magic}"
                    f"{known.get(got_magic, '')}"
                )
            if tuple(got_item) != item:
                raise ValueError(f"{path}: expected items of shape {item}, got {tuple(got_item)}")
            if m == 0:
                raise ValueError(f"{path}: expected at least 1 item, got 0")
            if m > MOST_ITEMS:
                raise ValueError(f"{path}: expected at most {MOST_ITEMS:,} items, got {m:,}")
            size = m * math.prod(item)
            body = bytearray()
            while piece := file.read(min(2**20, size + 1 - len(body))):
                body += piece
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{path}: expected a whole gzip file, got a damaged one: {error}"
        ) from error
    if len(body) != size:
        got = f"{len(body)}" if len(body) < size else "more"
        raise ValueError(f"{path}: expected {size} bytes for {m} items, got {got}")
    return np.frombuffer(body, dtype=np.uint8).reshape(m, *item)


def _refuse_other_kinds(path, header):
    """Say what a file is that is no IDX file, by its first bytes."""
    if header.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        what = "a web page; its download went wrong: get it again (chapter 11 names two sources)"
    elif header.startswith(b"PK"):
        what = "a zip archive; unpack it first"
    elif header.startswith(b"\x1f\x8b"):
        what = "a file that was gzipped twice; unpack it once"
    elif header and all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in header):
        what = f"a text that begins with {header.decode()!r}; get it again (chapter 11 names two sources)"
    else:
        return
    raise ValueError(f"{path}: expected MNIST data, got {what}")


def _check_labels(labels, classes):
    try:
        labels = np.asarray(labels)
    except ValueError as error:
        raise ValueError("labels: expected shape (m,), got rows of different lengths") from error
    if labels.ndim != 1 or labels.size == 0:
        hint = (
            "; use np.ravel(labels)"
            if labels.size and max(labels.shape, default=0) == labels.size
            else ""
        )
        hint *= labels.ndim > 1
        raise ValueError(f"labels: expected shape (m,) with m at least 1, got {labels.shape}{hint}")
    if labels.dtype.kind not in "iu":
        whole = labels.dtype.kind in "bf" and (labels == labels.astype(float).round()).all()
        hint = "; use np.asarray(labels).astype(int)" if whole else ""
        raise TypeError(f"labels: expected integers, got {labels.dtype}{hint}")
    if labels.min() < 0 or labels.max() >= classes:
        outside = labels.min() if labels.min() < 0 else labels.max()
        from_1 = labels.min() >= 1 and labels.max() == classes
        hint = "; if these start at 1, use np.asarray(labels) - 1" if from_1 else ""
        raise ValueError(f"labels: expected 0 to {classes - 1}, got {outside}{hint}")
    return labels
