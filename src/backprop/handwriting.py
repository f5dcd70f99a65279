"""The chapters' name for `backprop.experiments.handwriting`, and for its command."""

from backprop.experiments.handwriting import *

if __name__ == "__main__":
    main()
