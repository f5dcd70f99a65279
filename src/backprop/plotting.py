"""The chapters' name for `backprop.figures.plotting`."""

from backprop.figures.plotting import *
