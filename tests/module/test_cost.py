"""The bills of chapter 8, its kept measurement, and its explorable."""

import json
import warnings
from datetime import date

import matplotlib.pyplot as plt
import numpy as np
import pytest
from helpers import module_gradients, problem

from backprop import SQUARED_ERROR, init_network
from backprop.experiments import cost
from backprop.explorables import cost as page
from backprop.explore import grid


def test_the_bill_of_the_worked_network_by_hand():
    bill = cost.multiplications((2, 3, 2, 1))
    assert (bill.forward, bill.deltas, bill.gradients) == (14, 8, 14)
    assert (bill.backward, bill.backprop, bill.nudging) == (22, 36, 294)
    assert cost.parameters((2, 3, 2, 1)) == 20
    assert cost.numbers_kept((2, 3, 2, 1)) == 14
    assert cost.multiplications((2, 3, 2, 1), 5).backprop == 5 * 36


@pytest.mark.parametrize("sizes", [(4, 3), (5, 1, 5), (7, 6, 5, 4)])
def test_parameters_are_those_of_the_network(sizes):
    network = init_network(sizes, "tanh", rng=np.random.default_rng(0))
    assert cost.parameters(sizes) == network.n_parameters


@pytest.mark.parametrize(
    ("sizes", "error"), [((3,), ValueError), ((3, 0), ValueError), ((3, 2.5), TypeError)]
)
@pytest.mark.parametrize("function", [cost.multiplications, cost.parameters, cost.numbers_kept])
def test_sizes_that_are_none_are_refused(function, sizes, error):
    with pytest.raises(error, match="sizes"):
        function(sizes)


@pytest.mark.parametrize("function", [cost.multiplications, cost.numbers_kept])
def test_a_batch_that_is_none_is_refused(function):
    with pytest.raises(ValueError, match="m: expected at least 1, got 0"):
        function((3, 2), 0)


def test_nudging_finds_the_gradient_and_leaves_the_network_as_it_was():
    network, X, Y = problem()
    before = [array.copy() for array in network.W[1:] + network.b[1:]]
    slopes = cost.nudged(network, X, Y, SQUARED_ERROR)
    grads = module_gradients(network, X, Y, SQUARED_ERROR)
    expected = np.concatenate([array.ravel() for array in grads.W[1:] + grads.b[1:]])
    np.testing.assert_allclose(slopes, expected, atol=1e-5)
    for array, kept in zip(network.W[1:] + network.b[1:], before):
        np.testing.assert_array_equal(array, kept)


def test_a_measurement_has_a_time_for_each():
    row = cost.measure(2, 1, np.random.default_rng(0))
    assert row["sizes"] == [2, 2, 2] and row["parameters"] == 12
    assert all(row[name] > 0 for name in ("forward", "backprop", "nudging"))


def test_measuring_writes_what_is_read_back(tmp_path, monkeypatch, capsys):
    rows = iter([{"sizes": [2, 2, 2]}, {"sizes": [3, 3, 3]}])
    monkeypatch.setattr(cost, "measure", lambda *arguments: next(rows))
    monkeypatch.setattr(cost, "WIDTHS", (2, 3))
    monkeypatch.setattr(cost, "__file__", str(tmp_path / "cost.py"))
    cost.main()
    result = json.loads((tmp_path / cost.RESULT).read_text(encoding="utf-8"))
    assert [row["sizes"] for row in result["rows"]] == [[2, 2, 2], [3, 3, 3]]
    assert result.keys() == cost.measured().keys()
    assert "[2, 2, 2]" in capsys.readouterr().out


class TestTheKeptMeasurement:
    """What chapter 8 says about the times is what the file says."""

    kept = cost.measured()
    rows = kept["rows"]

    def test_it_says_when_and_on_what(self):
        date.fromisoformat(self.kept["date"])
        assert self.kept["command"] == "python -m backprop.cost"
        assert self.kept["m"] == cost.M == 64

    def test_its_networks_are_those_of_the_rule(self):
        assert [tuple(row["sizes"]) for row in self.rows] == [(n,) * 3 for n in cost.WIDTHS]
        assert [row["parameters"] for row in self.rows] == [
            cost.parameters(row["sizes"]) for row in self.rows
        ]

    def test_nudging_falls_behind_in_proportion_to_the_parameters(self):
        ratios = {row["parameters"]: row["nudging"] / row["backprop"] for row in self.rows}
        assert all(0.2 < ratio / P < 0.8 for P, ratio in ratios.items())
        assert 900 < ratios[2112] < 1100  # "a thousand times"
        assert 30_000 < ratios[131_584] < 40_000  # "over thirty thousand times"

    def test_backprop_takes_two_to_four_forward_passes(self):
        ratios = [row["backprop"] / row["forward"] for row in self.rows]
        assert round(min(ratios)) == 2 and round(max(ratios)) == 4

    def test_small_networks_take_about_the_same(self):
        first, *_, last = self.rows
        assert self.rows[1]["forward"] < 3 * first["forward"]
        assert last["forward"] > 10 * first["forward"]


class TestTheExplorable:
    def test_its_bars_are_the_rule(self):
        counts = {name: count for name, count, _ in page.state(30, 4, 8)}
        bill = cost.multiplications((30,) * 5, 8)
        assert counts["forward pass"] == bill.forward
        assert counts["backpropagation"] == bill.backprop
        assert counts["nudging"] == bill.nudging
        assert counts["parameters"] == cost.parameters((30,) * 5)
        assert counts["kept by the trace"] == cost.numbers_kept((30,) * 5, 8)

    @pytest.mark.parametrize(
        ("count", "text"),
        [(32, "32"), (4096, "4,096"), (123456, "1.2 × 10⁵"), (4e17, "4.0 × 10¹⁷")],
    )
    def test_counts_are_short(self, count, text):
        assert page.short(count) == text

    def test_every_frame_has_one_size_and_its_numbers(self):
        sizes = set()
        for values in [*grid(page.CONTROLS), {"width": 617, "layers": 50, "m": 256}]:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                fig = page.draw(**values)
                fig.canvas.draw()
            sizes.add(tuple(fig.get_size_inches()))
            (ax,) = fig.axes
            texts = [text.get_text() for text in ax.texts]
            for name, count, _ in page.state(**values):
                assert f"{name}: {page.short(count)}" in texts
                assert page.POWERS[0] <= np.log10(count) < page.POWERS[1]
            assert all(text.get_fontsize() >= 12 for text in ax.texts)
            plt.close(fig)
        assert len(sizes) == 1

    def test_words(self):
        assert page.describe(100, 5, 1) == (
            "5 layers of 100 units, 1 example: backpropagation costs 2.80 forward passes, nudging "
            "1.8 × 10⁴ times as much. The trace keeps 0.022 numbers for each parameter."
        )
        assert "32 examples" in page.describe(100, 5, 32)

    def test_the_widget_has_its_name(self):
        assert "explorable-cost" in page.explorable(page=False)._dom_classes
