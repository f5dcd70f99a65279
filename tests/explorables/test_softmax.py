"""The explorable of chapter 6: its numbers are the module's, its frames alike, any value will do."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop import softmax
from backprop.exercises.checkers import gradient_of
from backprop.explorables import softmax as page
from backprop.explore import grid


def loss_by_hand(logits, T, target):
    p = np.exp(logits / T) / np.exp(logits / T).sum()
    return -np.log(p[target - 1])


@pytest.mark.parametrize(("logit", "T", "target"), [(1.3, 1.0, 2), (-4.0, 0.5, 1), (2.2, 3.0, 2)])
def test_delta_is_the_slope_of_the_loss_by_the_logits(logit, T, target):
    z, p, loss, delta = page.state(logit, T, target)
    logits = np.array([logit, 0.4, -0.7])
    np.testing.assert_allclose(z, logits / T)
    np.testing.assert_allclose(p, softmax(logits / T))
    np.testing.assert_allclose(loss, loss_by_hand(logits, T, target))
    slopes = gradient_of(loss_by_hand)(logits, T, target)
    np.testing.assert_allclose(delta, slopes, atol=1e-8)
    assert abs(delta.sum()) < 1e-12


def test_every_frame_has_one_size_and_its_numbers(monkeypatch):
    sizes = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in [*grid(page.CONTROLS), {"logit": 3.33, "temperature": 0.71, "target": 1}]:
            fig = page.draw(**values)
            sizes.add(tuple(fig.get_size_inches()))
            fig.canvas.draw()
            texts = [text.get_text() for ax in fig.axes for text in ax.texts]
            _, p, loss, _ = page.state(**values)
            assert any(f"{loss:.4f}" in text for text in texts)
            words = page.describe(**values)
            assert f"{loss:.4f}" in words
            assert all(f"{value:.3f}" in texts and f"{value:.3f}" in words for value in p)
            assert all(text.get_fontsize() >= 12 for ax in fig.axes for text in ax.texts)
            plt.close(fig)
    assert len(sizes) == 1


def test_nothing_is_cut_off():
    for values in grid(page.CONTROLS):
        fig = page.draw(**values)
        fig.canvas.draw()
        width, height = fig.canvas.get_width_height()
        for part in (*fig.axes[0].texts, *fig.axes[0].patches):
            box = part.get_window_extent()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        plt.close(fig)


def test_the_widget_has_its_name():
    assert "explorable-softmax" in page.explorable(page=False)._dom_classes
