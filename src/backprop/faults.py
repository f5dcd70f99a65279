"""The chapters' name for `backprop.experiments.faults`."""

from backprop.experiments.faults import *
