"""Save a network to one `.npz` file and load it again, without pickle."""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from backprop.activations import ACTIVATIONS
from backprop.network import Network, check_network

FORMAT = "backprop network 1"


def save(network, path):
    """Write the network's parameters and the names of its activations to `path`.

    The file is exactly `path`; it replaces an older one only when it is complete. Raises
    ValueError for parameters that are not finite, and for an activation that is not in
    `ACTIVATIONS`: a file holds numbers, not code.
    """
    network = check_network(network).copy()
    path = _check_path(path)
    names = [activation.name for activation in network.activations[1:]]
    for l, activation in enumerate(network.activations[1:], start=1):
        if ACTIVATIONS.get(activation.name) is not activation:
            raise ValueError(
                f"network.activations[{l}]: expected one of {', '.join(ACTIVATIONS)}, "
                f"got {activation.name!r}; a file holds numbers, not code"
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


def load(path):
    """Read a network that `save` wrote. Raises FileNotFoundError, or ValueError for another file."""
    path = _check_path(path)
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            if "format" not in file or str(file["format"]) != FORMAT:
                raise ValueError("its format entry is missing or another one")
            names = [str(name) for name in file["activations"]]
            layers = range(1, len(names) + 1)
            W = [None, *(file[f"W{l}"] for l in layers)]
            b = [None, *(file[f"b{l}"] for l in layers)]
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
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(f"path: expected a file written by save, got {path}: {error}") from error


def _check_path(path):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path: expected a file name, got {path!r}")
    path = Path(path)
    if not path.name:
        raise ValueError(f"path: expected a file name, got {str(path)!r}")
    return path
