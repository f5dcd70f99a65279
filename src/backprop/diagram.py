"""The chapters' name for `backprop.figures.diagram`."""

from backprop.figures.diagram import *
