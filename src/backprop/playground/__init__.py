"""A playground: train a small network on points in the plane, and watch, set and share all of it.

    wording     what a learner types, and the address that holds it all; both ways
    frames      numbers in bytes, and in words
    widget      the widget: settings and commands in, numbers out, the run in the background
    still       what the page shows before any Python: a prepared run that moves
    playground.js, playground.css   what a browser draws of the numbers

The training itself, without any widget, is `backprop.experiments.playground`. `play()` shows it.

May import: explore, figures, experiments. It computes nothing.
"""

from backprop.experiments.playground import Experiment, Settings
from backprop.playground.widget import Playground, play

__all__ = ["Experiment", "Playground", "Settings", "play"]
