"""How fast `train` is, beside what one might use instead: prints a table and writes JSON.

    python tests/benchmarks/speed.py --mnist FOLDER

All run interleaved in this one process, on the same examples in the same order from the same first
weights; before anything is timed, a few steps of each must end at the same weights. Each time is
divided by that of the bare matrix products of a step, run directly before and after it, and the
table shows medians of these ratios, so that another load on the machine touches both sides.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from peers import PEERS, Products, Work, competitors

from backprop import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR, init_network
from backprop.data import digits, mnist

RESULTS = Path(__file__).parent / "results"
STEPS_COMPARED = 3
PAUSE = 0.1  # seconds in which the threads of the one before stop waiting for more work
WIDTHS = (32, 64, 128, 256, 512, 1024, 2048)
EXAMPLES = (640, 1280, 2560, 5120, 10240)


def classifier(data, sizes, batch_size, m, dtype):
    network = init_network(
        sizes, ("sigmoid", "identity"), rng=np.random.default_rng(0), dtype=dtype
    )
    X, Y = (part[:, :m].astype(dtype) for part in (data.X_train, data.Y_train))
    return Work(network, X, Y, SOFTMAX_CROSS_ENTROPY, batch_size)


def widget(dtype):
    rng = np.random.default_rng(0)
    network = init_network((2, 16, 16, 1), ("tanh", "tanh", "identity"), rng=rng, dtype=dtype)
    X = rng.normal(size=(2, 100)).astype(dtype)
    return Work(network, X, X[:1] * X[1:], SQUARED_ERROR, 100)


def workloads(data):
    """(name, Work, epochs a measurement, peers)"""
    pixels = len(data.X_train)
    name = f"{'MNIST' if pixels == 784 else 'digits'} {pixels}-128-10"
    sizes, m = (pixels, 128, 10), data.X_train.shape[1]
    everyone = tuple(PEERS)
    for dtype in (np.float32, np.float64):
        bits = np.dtype(dtype).name
        for k, steps in ((32, 200), (1, 1000)):
            work = classifier(data, sizes, k, min(m // k, steps) * k, dtype)
            yield f"{name}, batch {k}, {bits}", work, 1, everyone
        work = classifier(data, sizes, 1000, 1000, dtype)
        yield f"one gradient of 1,000 examples, {bits}", work, 10, everyone
        yield f"2-16-16-1 on 100 points, {bits}", widget(dtype), 300, everyone
        for n in (512, 1024):
            work = classifier(data, (pixels, n, 10), 128, min(m // 128, 20) * 128, dtype)
            yield f"{pixels}-{n}-10, batch 128, {bits}", work, 1, ("backprop", "pytorch", "jax")


def compare(work, names):
    """Let each take a few steps from the same weights; the largest difference, or an error."""
    steps = min(STEPS_COMPARED * work.batch_size, work.m)
    work = work.part(steps)
    order = np.random.default_rng(1).permutation(steps)
    everyone = competitors(work, names)
    start = [p.copy() for p in everyone[0].parameters()]
    differences = {}
    for one in everyone:
        one.run(order)
        differences[one.name] = max(
            np.abs(ours - theirs).max()
            for ours, theirs in zip(everyone[0].parameters(), one.parameters(), strict=True)
        )
    moved = max(np.abs(p - q).max() for p, q in zip(everyone[0].parameters(), start))
    worst = max(differences.values())
    if not worst < 1e-3 * moved:
        raise SystemExit(f"not the same update: {differences}, moved {moved}")
    return {"moved": float(moved), "differences": {n: float(d) for n, d in differences.items()}}


def timed(run, order, epochs):
    start = time.perf_counter()
    run(order, epochs)
    return time.perf_counter() - start


def timed_at_rest(products, order, epochs):
    """The time of the bare products after a pause and a few steps to warm up."""
    time.sleep(PAUSE)
    products.run(order[: 5 * products.work.batch_size])
    return timed(products.run, order, epochs)


def measure(work, epochs, names, rounds):
    """{name: {ratios, microseconds}}: time a step in units of the bare products beside it."""
    everyone, products = competitors(work, names), Products(work)
    order = np.random.default_rng(2).permutation(work.m)
    steps = -(-work.m // work.batch_size)
    results = {one.name: {"ratios": [], "microseconds": []} for one in (products, *everyone)}
    part = {}
    for one in (products, *everyone):  # to warm up, and to see which are too slow for a whole epoch
        spent = timed(one.run, order, 1)
        few = max(1, int(steps * min(1, 0.5 / spent)))
        part[one.name] = order if few == steps else order[: few * work.batch_size]
        chosen = order if isinstance(one, PEERS["backprop"]) else part[one.name]
        one.run(chosen, epochs if len(chosen) == work.m else 1)  # JAX compiles for each length
    for round_ in range(rounds):
        for one in everyone[round_ % len(everyone) :] + everyone[: round_ % len(everyone)]:
            chosen = part[one.name]
            if isinstance(one, PEERS["backprop"]):
                chosen = order  # its epoch is always a whole one
            n = -(-len(chosen) // work.batch_size)
            repeats = epochs if len(chosen) == work.m else 1
            before = timed_at_rest(products, chosen, repeats)
            spent = timed(one.run, chosen, repeats)
            after = timed_at_rest(products, chosen, repeats)
            results[one.name]["ratios"].append(2 * spent / (before + after))
            results[one.name]["microseconds"].append(1e6 * spent / n / repeats)
            results[products.name]["microseconds"].append(1e6 * before / n / repeats)
            results[products.name]["ratios"].append(1.0)
    return results


def summary(results):
    return {
        name: {
            "ratio": statistics.median(of["ratios"]),
            "quartiles": [float(q) for q in np.quantile(of["ratios"], (0.25, 0.75))],
            "microseconds_a_step": statistics.median(of["microseconds"]),
        }
        for name, of in results.items()
    }


def show(title, rows):
    print(f"\n{title}")
    for name, row in sorted(rows.items(), key=lambda item: item[1]["ratio"]):
        low, high = row["quartiles"]
        print(
            f"  {name:<22}{row['ratio']:>9.2f}   ({low:.2f} to {high:.2f})"
            f"{row['microseconds_a_step']:>14,.1f} us a step",
            flush=True,
        )


def growth(data, rounds):
    """Time of an epoch against the width and against the number of examples, ours and bare."""
    pixels, rows = len(data.X_train), []
    names = ("backprop", "pytorch", "jax")
    for n in WIDTHS:
        work = classifier(data, (pixels, n, 10), 128, 1280, np.float32)
        rows.append({"grows": "width", "width": n, "m": work.m, **_epoch(work, names, rounds)})
    for m in EXAMPLES:
        if m <= data.X_train.shape[1]:
            work = classifier(data, (pixels, 128, 10), 128, m, np.float32)
            rows.append({"grows": "m", "width": 128, "m": m, **_epoch(work, names, rounds)})
    return rows


def _epoch(work, names, rounds):
    rows, steps = summary(measure(work, 1, names, rounds)), work.m // work.batch_size
    milliseconds = {name: row["microseconds_a_step"] * steps / 1e3 for name, row in rows.items()}
    return {"milliseconds": milliseconds, "ratio": {n: row["ratio"] for n, row in rows.items()}}


def plot_growth(rows, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from backprop.plotting import PALETTE

    fig, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
    for ax, key, label in ((axes[0], "width", "width n of 784-n-10"), (axes[1], "m", "examples m")):
        kept = [row for row in rows if row["grows"] == key]
        for (name, colour), marker in zip(zip(kept[0]["milliseconds"], PALETTE), "os^Dv"):
            points = sorted((row[key], row["milliseconds"][name]) for row in kept)
            ax.plot(*zip(*points), marker=marker, color=colour, label=name)
        ax.set(xscale="log", yscale="log", xlabel=label)
    axes[0].set_ylabel("milliseconds an epoch")
    axes[0].legend()
    fig.savefig(path, dpi=150)


def versions():
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in ("numpy", "torch", "jax", "jaxlib", "scikit-learn"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", metavar="FOLDER", help="MNIST's four IDX files; else the digits")
    parser.add_argument("--rounds", type=int, default=15, help="measurements of each (15)")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--no-growth", action="store_true", help="leave the growth of cost out")
    options = parser.parse_args(arguments)

    data = mnist(options.mnist, dtype=np.float32) if options.mnist else digits(dtype=np.float32)
    report = {"versions": versions(), "cores": os.cpu_count(), "load": os.getloadavg()}
    print(", ".join(f"{k} {v}" for k, v in report["versions"].items()))
    print(f"{report['cores']} cores, load {report['load'][0]:.1f}; ratios to the bare products")
    report["workloads"] = {}
    for title, work, epochs, names in workloads(data):
        if options.only not in title:
            continue
        same = compare(work, names)
        rows = summary(measure(work, epochs, names, options.rounds))
        report["workloads"][title] = {"rows": rows, "same_update": same}
        show(title, rows)
    RESULTS.mkdir(exist_ok=True)
    if not options.no_growth:
        report["growth"] = growth(data, max(3, options.rounds // 3))
        plot_growth(report["growth"], RESULTS / "growth.png")
        print("\nTime of an epoch in milliseconds, float32, batch 128")
        for row in report["growth"]:
            times = ", ".join(f"{n} {t:.1f}" for n, t in row["milliseconds"].items())
            print(f"  width {row['width']:>5}, {row['m']:>6} examples: {times}")
    (RESULTS / "speed.json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nload at the end {os.getloadavg()[0]:.1f}; written to {RESULTS}", file=sys.stderr)


if __name__ == "__main__":
    main()
