"""A playground for a running notebook: train a small network on points in the plane, and watch.

    experiment  the training, without any widget: data, network, and one step after the other,
                made of the functions of chapters 1 to 5
    pictures    what is seen of it, as figures and in words
    form        the fields, the buttons and the run in the background

`play()` shows it: alive where there is a kernel, as one picture on the page.
"""

from backprop.playground.experiment import Experiment, Settings
from backprop.playground.form import Playground, play

__all__ = ["Experiment", "Playground", "Settings", "play"]
