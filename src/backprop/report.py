"""What came of it: of training, the losses, or that they are no longer finite; of a gradient check,
right, wrong, or not to be judged here and what to do about it.
"""

from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

AT_KINK, TOO_SMALL = "at a kink", "0 or lost in rounding"
REMEDIES = {
    AT_KINK: "add small random numbers to X, or draw the biases at random",
    TOO_SMALL: "other inputs, larger weights, or without relu step=0.01, tol=0.001",
}

HTML = """\
<table class="gradient-report">
<thead><tr>
<th>verdict<br>gradient</th><th>worst entry<br>rel. error</th><th>formula<br>difference</th>
</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p>{conclusion}</p>"""


@dataclass
class History:
    """What `train` measured.

    initial_loss: the loss over all of X before the first step
    loss:         the loss over all of X after each epoch
    val_loss:     the same over X_val, or None where there was none
    """

    initial_loss: float
    loss: list = field(default_factory=list)
    val_loss: list | None = None

    def __repr__(self):
        last = f", last {self.loss[-1]:.6g}" if self.loss else ""
        return f"History({len(self.loss)} epochs, loss first {self.initial_loss:.6g}{last})"


class DivergenceError(FloatingPointError):
    """The loss is no longer a finite number.

    epoch, learning_rate: where it happened
    history:              the epochs before
    The network holds the parameters of the last step whose loss was finite.
    """

    def __init__(self, epoch, learning_rate, history, hint=""):
        self.epoch, self.learning_rate, self.history = epoch, learning_rate, history
        self._parts = epoch, learning_rate, history, hint
        if epoch == 0:
            super().__init__(
                "the loss is not finite in epoch 0, before the first step: expected inputs and first weights "
                f"of a smaller scale (learning_rate={learning_rate:g} has not been used)"
            )
            return
        super().__init__(
            f"the loss is not finite in epoch {epoch} with learning_rate={learning_rate:g}. "
            f"Try a smaller learning rate, such as {learning_rate / 10:g}, or inputs and first "
            "weights of a smaller scale. The network keeps the parameters of the last step whose "
            f"loss was finite.{hint}"
        )

    def __reduce__(self):  # for pickle: a pool of processes sends an error back to where it began
        return type(self), self._parts, self.__dict__


def keep_losses(error, history, epoch, epochs):
    """Give what ended the training early the losses so far; an interruption also says so."""
    with suppress(AttributeError):
        error.history = history
    if isinstance(error, KeyboardInterrupt) and not error.args:
        error.args = (
            f"stopped in epoch {epoch} of {epochs}; the network keeps what it has learned, and "
            "the losses so far are in the attribute `history` of this error "
            "(in a notebook: sys.last_value.history)",
        )


@dataclass(frozen=True)
class ParameterCheck:
    """How one parameter array's gradient compares.

    name:       "W" or "b"; layer: its l; shape: its shape
    error:      the largest relative error over the entries that could be judged
    worst:      the index of that entry (of several within 0.1 %, the one with the largest numbers)
    formula, difference: the two numbers there
    wrong:      how many entries are wrong; at_kink, too_small: how many can't be judged, and why
    """

    name: str
    layer: int
    shape: tuple
    error: float
    worst: tuple | None
    formula: float
    difference: float
    wrong: int
    at_kink: int
    too_small: int

    @property
    def unjudged(self):
        """{why: how many entries can't be judged}"""
        counts = {AT_KINK: self.at_kink, TOO_SMALL: self.too_small}
        return {why: count for why, count in counts.items() if count}

    @property
    def _where(self):
        return f"{self.name}[{self.layer}]{list(self.worst)}"

    @property
    def _notes(self):
        size = np.prod(self.shape)
        return [f"{count} of {size} can't be judged: {why}" for why, count in self.unjudged.items()]

    @property
    def compared(self):
        """How many entries could be judged."""
        return int(np.prod(self.shape)) - self.at_kink - self.too_small

    @property
    def verdict(self):
        """ "ok", "WRONG", or "unsure" where nothing is wrong and some can't be judged"""
        return "WRONG" if self.wrong else "unsure" if self.unjudged else "ok"


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`: truthy if every entry is right, and prints as a table.

    rows:      a `ParameterCheck` for each W^l and b^l
    max_error: the largest relative error of all
    verdict:   "passed"; "FAILED" if an entry is wrong; "UNSURE" if none is, and some can't be judged
    """

    rows: tuple
    tol: float

    @property
    def max_error(self):
        return max(row.error for row in self.rows)

    @property
    def verdict(self):
        verdicts = {row.verdict for row in self.rows}
        return "FAILED" if "WRONG" in verdicts else "UNSURE" if "unsure" in verdicts else "passed"

    @property
    def passed(self):
        return self.verdict == "passed"

    def __bool__(self):
        return self.passed

    @property
    def _conclusion(self):
        lines = [
            f"{self.verdict}: largest relative error {self.max_error:.1e}, allowed {self.tol:.0e}"
        ]
        for why, remedy in REMEDIES.items():
            if any(why in row.unjudged for row in self.rows):
                lines.append(f"{why}: {remedy}")
        return lines

    def __str__(self):
        lines = [
            f"{'':<7}{'gradient':<9}{'rel. error':>11}   "
            f"{'worst entry':<13}{'formula':>15}{'difference':>15}"
        ]
        for row in self.rows:
            line = f"{row.verdict:<7}{f'd{row.name}^{row.layer}':<9}"
            if row.worst is None:
                line += "nothing to compare"
            else:
                line += (
                    f"{row.error:>11.1e}   {row._where:<13}"
                    f"{row.formula:>15.8g}{row.difference:>15.8g}"
                )
            lines += [line, *(f"{'':<7}{note}" for note in row._notes)]
        return "\n".join([*lines, *self._conclusion])

    __repr__ = __str__

    def _repr_html_(self):
        """The same for a notebook, as narrow as a phone: the two numbers one below the other."""
        rows = []
        for row in self.rows:
            verdict = row.verdict if row.verdict == "ok" else f"<strong>{row.verdict}</strong>"
            cells = f"<td>{verdict}<br>d{row.name}^{row.layer}</td>"
            if row.worst is None:
                cells += '<td colspan="2">nothing to compare</td>'
            else:
                cells += (
                    f"<td>{row._where}<br>{row.error:.1e}</td>"
                    f"<td>{row.formula:.8g}<br>{row.difference:.8g}</td>"
                )
            rows += [cells, *(f'<td colspan="3">{note}</td>' for note in row._notes)]
        return HTML.format(
            rows="\n".join(f"<tr>{cells}</tr>" for cells in rows),
            conclusion="<br>".join(self._conclusion),
        )
