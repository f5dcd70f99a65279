"""Save a network to one `.npz` file and load it again, without pickle."""

import math
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from backprop._expects import Rule, expects
from backprop.activations import ACTIVATIONS
from backprop.network import Network

FORMAT = "backprop network 1"


def _file_name(name, path, known):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{name}: expected a file name, got {path!r}")
    path = Path(path)
    if not path.name:
        raise ValueError(f"{name}: expected a file name, got {str(path)!r}")
    return path


PATH = Rule("file name", _file_name)


@expects(network=Network, path=PATH)
def save(network, path):
    """Write the network's parameters and the names of its activations to `path`.

    The file is exactly `path`; it replaces an older one only when it is complete. Raises
    ValueError for parameters that are not finite, and for an activation that is not in
    `ACTIVATIONS`: a file holds numbers, not code.
    """
    network = network.copy()
    names = [activation.name for activation in network.activations[1:]]
    for l, activation in enumerate(network.activations[1:], start=1):
        if ACTIVATIONS.get(activation.name) != activation:
            raise ValueError(
                f"network.activations[{l}]: expected one of {', '.join(ACTIVATIONS)}, got your own "
                f"{activation.name!r}; a file holds numbers, not code: np.savez(path, "
                "*network.W[1:], *network.b[1:]) keeps those"
            )
    arrays = {"format": np.array(FORMAT), "activations": np.array(names)}
    for l in range(1, network.L + 1):
        arrays[f"W{l}"], arrays[f"b{l}"] = network.W[l], network.b[l]

    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            np.savez(file, **arrays)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@expects(path=PATH, returns=Network)
def load(path):
    """Read a network that `save` wrote. Raises FileNotFoundError, or ValueError for another file.

    A file holds numbers and names, and no code is run. A header's claim takes no memory: it is
    compared with the bytes that are there, and what is compressed, as `save` never does, is refused.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > path.stat().st_size:
                raise ValueError("it claims more bytes than it has")
            if str(_read(archive, "format")) != FORMAT:
                raise ValueError("its format entry is another one")
            names = [str(name) for name in _read(archive, "activations")]
            layers = range(1, len(names) + 1)
            W = [None, *(_read(archive, f"W{l}") for l in layers)]
            b = [None, *(_read(archive, f"b{l}") for l in layers)]
            return Network(W, b, names)
    except FileNotFoundError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        EOFError,
        OSError,
        MemoryError,
        RuntimeError,
        NotImplementedError,
        SyntaxError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(f"path: expected a file written by save, got {path}: {error}") from error


def _read(archive, name):
    """One array of the archive, once its header fits the bytes that follow."""
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    with archive.open(entry) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} has a header of another version")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.hasobject:
            raise ValueError(f"{name} holds objects, not numbers")
        if math.prod(shape) * dtype.itemsize != entry.file_size - file.tell():
            raise ValueError(f"{name} claims the shape {shape}, and has other bytes")
    with archive.open(entry) as file:
        return np.lib.format.read_array(file, allow_pickle=False)
