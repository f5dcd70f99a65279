"""What a learner types, read and written: the fields of the form, tables of weights, the address."""

import base64
import binascii
import re
from dataclasses import asdict, fields
from urllib.parse import parse_qsl, quote

import numpy as np

from backprop.experiments.plane import checked_points
from backprop.experiments.playground import CHOICES, DATA, Settings, checked_hidden, network_of

BEGINS = "#play&"  # what comes after is a state of the playground
MENUS = {"data": (*DATA, "function", "own"), **CHOICES}
DIGITS = 4  # of each number in the address


def sizes_in(text):
    """(8, 4) from "8, 4"; nothing is no hidden layer."""
    words = re.split(r"[,\s]+", text.strip()) if text.strip() else []
    for word in words:
        if not re.fullmatch(r"-?\d{1,9}", word):
            raise ValueError(f"hidden layers: expected whole numbers such as 8, 8, got {word!r}")
    return tuple(int(word) for word in words)


def read(name, written):
    """The value of a field of `Settings` as it was typed. Raises ValueError that names the field."""
    if not isinstance(written, str):
        return tuple(written) if name == "hidden" else written
    if name == "hidden":
        return checked_hidden(sizes_in(written))
    if name == "function":
        return written
    if name in MENUS:
        if written not in MENUS[name]:
            raise ValueError(f"{name}: expected one of {', '.join(MENUS[name])}, got {written!r}")
        return written
    whole = name in ("batch_size", "seed")
    least = {"learning_rate": 0, "batch_size": 1, "seed": 0}[name]
    wanted = {
        "learning_rate": "a number greater than 0",
        "batch_size": "a whole number of at least 1",
        "seed": "a whole number of at least 0",
    }[name]
    try:
        value = int(written) if whole else float(written.replace(",", "."))
        good = value >= least if whole else 0 < value < np.inf
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{name}: expected {wanted}, got {written!r}")
    return value


def settings_in(form):
    """The `Settings` in a form {field: what was typed}; what is missing is as it is by itself."""
    known = {field.name for field in fields(Settings)}
    return Settings(
        **{name: read(name, written) for name, written in form.items() if name in known}
    )


def form_of(settings):
    """What stands in the form for these settings."""
    form = asdict(settings)
    return form | {
        "hidden": ", ".join(map(str, settings.hidden)),
        "learning_rate": f"{settings.learning_rate:g}",
        "batch_size": str(settings.batch_size),
        "seed": str(settings.seed),
    }


def tables_of(network):
    """The parameters of each layer as text: a row for each unit, its weights, then | and its bias."""
    return [
        "\n".join(
            f"{' '.join(f'{weight:.5g}' for weight in row)} | {bias:.5g}"
            for row, bias in zip(network.W[l], network.b[l][:, 0])
        )
        for l in range(1, network.L + 1)
    ]


def network_in(tables, sizes):
    """The network of these sizes in such tables. Raises ValueError that names layer and row."""
    W, b = [], []
    if len(tables) != len(sizes) - 1:
        raise ValueError(f"first weights: expected {len(sizes) - 1} tables, got {len(tables)}")
    for l, (table, n_below, n) in enumerate(zip(tables, sizes, sizes[1:]), start=1):
        rows = [
            re.split(r"[,;|\s]+", line.strip(" |,;\t"))
            for line in table.splitlines()
            if line.strip()
        ]
        if len(rows) != n:
            raise ValueError(f"W^{l}: expected {n} rows, one for each unit, got {len(rows)}")
        for number, row in enumerate(rows, start=1):
            what = f"W^{l}, row {number}"
            if len(row) != n_below + 1:
                raise ValueError(
                    f"{what}: expected {n_below} weights and a bias, got {len(row)} numbers"
                )
            for word in row:
                try:
                    good = np.isfinite(float(word))
                except ValueError:
                    good = False
                if not good:
                    raise ValueError(f"{what}: expected finite numbers, got {word!r}")
        numbers = np.array(rows, dtype=np.float64)
        W.append(numbers[:, :-1])
        b.append(numbers[:, -1:])
    return network_of(W, b)


def address_of(settings, points=None, network=None):
    """The part of an address that holds the settings, the learner's own points, the parameters."""
    form = form_of(settings)
    if settings.data != "function":
        del form["function"]
    parts = form | {"hidden": form["hidden"].replace(" ", "")}
    if points is not None and settings.data == "own":
        X, labels = points
        parts["points"] = ";".join(
            f"{x1:.{DIGITS}g},{x2:.{DIGITS}g},{label}" for (x1, x2), label in zip(X.T, labels)
        )
    if network is not None:
        numbers = [
            array.ravel() for l in range(1, network.L + 1) for array in (network.W[l], network.b[l])
        ]
        data = np.concatenate(numbers).astype("<f4").tobytes()
        parts["weights"] = base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
    return BEGINS + "&".join(
        f"{name}={quote(text, safe=',;.-*+()')}" for name, text in parts.items()
    )


def state_in(address):
    """What an address holds: (settings, points or None, network or None, what is wrong with it)."""
    good, wrong, points, network = {}, [], None, None
    given = dict(
        parse_qsl(address.removeprefix(BEGINS).replace("+", "%2B"), keep_blank_values=True)
    )
    tried = {"points": given.pop("points", None), "weights": given.pop("weights", None)}
    known = {field.name for field in fields(Settings)}
    for name, written in given.items():
        try:
            if name not in known:
                raise ValueError(f"{name}: expected one of {', '.join(sorted(known))}")
            good[name] = read(name, written)
        except ValueError as error:
            wrong.append(str(error))
    if tried["points"] is not None:
        try:
            rows = [tuple(map(float, row.split(","))) for row in tried["points"].split(";")]
            if any(len(row) != 3 for row in rows):
                raise ValueError("points: expected x1,x2,class for each")
            points = checked_points(rows)
        except (ValueError, OverflowError) as error:
            text = str(error)
            wrong.append(text if text.startswith("points:") else f"points: {text}")
    if good.get("data") == "own" and points is None:
        del good["data"]
        wrong.append("points: expected some for the data own, got none")
    settings = Settings(**good)
    if tried["weights"] is not None:
        classes = 2 if points is None else max(2, int(points[1].max()) + 1)
        outputs = classes if classes > 2 or settings.loss == "softmax_cross_entropy" else 1
        try:
            network = _network_in_base64(tried["weights"], (2, *settings.hidden, outputs))
        except ValueError as error:
            wrong.append(str(error))
    return settings, points, network, wrong


def _network_in_base64(text, sizes):
    needed = sum(n * (n_below + 1) for n_below, n in zip(sizes, sizes[1:]))
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        numbers = np.frombuffer(data, "<f4").astype(np.float64)
    except (ValueError, binascii.Error):
        numbers = np.array([])
    if len(numbers) != needed or not np.isfinite(numbers).all():
        raise ValueError(
            f"weights: expected {needed} finite numbers for the sizes {'-'.join(map(str, sizes))}, "
            f"got {len(numbers)}"
        )
    W, b = [], []
    for n_below, n in zip(sizes, sizes[1:]):
        W.append(numbers[: n * n_below].reshape(n, n_below))
        b.append(numbers[n * n_below : n * (n_below + 1)].reshape(n, 1))
        numbers = numbers[n * (n_below + 1) :]
    return network_of(W, b)
