"""A playground for a running notebook: train a small network on points in the plane, and watch.

    pictures    what is seen of the training, as figures and in words
    form        the fields, the buttons and the run in the background

The training itself, without any widget, is `backprop.experiments.playground`. `play()` shows it:
alive where there is a kernel, as one picture on the page.

May import: explore, figures, experiments. It computes nothing.
"""

from backprop.experiments.playground import Experiment, Settings
from backprop.playground.form import Playground, play

__all__ = ["Experiment", "Playground", "Settings", "play"]
