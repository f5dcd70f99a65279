"""The chapters' name for circuits as mathematics and circuits drawn."""

from backprop.experiments.circuits import *
from backprop.figures.circuits import *
