"""The chapters' name for `backprop.experiments.cost`, and for its command."""

from backprop.experiments.cost import *

if __name__ == "__main__":
    main()
