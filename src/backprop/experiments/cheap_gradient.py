"""How many operations a program of + and x takes, and how many with its gradient (chapter 8).

A program is a circuit. It is run forward and backward as in chapter 3, by numbers that count.
"""

from backprop._expects import FUNCTION, RNG, expects, whole
from backprop.experiments.circuits import Gate, circuit_derivatives, circuit_values


class Counted(float):
    """A number that enters each addition and multiplication it takes part in into a list, `ledger`."""

    def __new__(cls, value, ledger):
        made = super().__new__(cls, value)
        made.ledger = ledger
        return made

    def _entered(self, sign, value):
        self.ledger.append(sign)
        return Counted(value, self.ledger)

    def __add__(self, other):
        return self._entered("+", float(self) + float(other))

    def __mul__(self, other):
        return self._entered("*", float(self) * float(other))

    __radd__, __rmul__ = __add__, __mul__


@expects(program=FUNCTION)
def operations(program, inputs):
    """Operations of the program alone, of program and gradient, and the gradient: {input: number}.

    program: a circuit of the gates that it is handed, program(plus, times) -> circuit
    inputs:  {name: number}
    """
    ledger = []

    def counted(*numbers):
        return tuple(Counted(number, ledger) for number in numbers)

    plus = Gate("+", lambda u, v: Counted(u, ledger) + v, lambda u, v: counted(1.0, 1.0), 2)
    times = Gate("\u00d7", lambda u, v: Counted(u, ledger) * v, lambda u, v: counted(v, u), 2)
    circuit = program(plus, times)
    values = circuit_values(circuit, inputs)
    alone = len(ledger)
    derivatives = circuit_derivatives(circuit, values)
    return alone, len(ledger), {name: float(derivatives[name]) for name in inputs}


@expects(n=whole(2))
def product(n):
    """x1 x2 ... xn, one factor after the other."""

    def program(plus, times):
        circuit = {"p2": (times, "x1", "x2")}
        for k in range(3, n + 1):
            circuit[f"p{k}"] = (times, f"p{k - 1}", f"x{k}")
        return circuit

    return program


@expects(n=whole(2))
def polynomial(n):
    """x1 + x2 t + x3 t^2 + ... by Horner's rule: n - 1 times round a loop, with t in every round."""

    def program(plus, times):
        circuit, last = {}, f"x{n}"
        for k in range(n - 1, 0, -1):
            circuit[f"q{k}"] = (times, last, "t")
            circuit[f"s{k}"] = (plus, f"q{k}", f"x{k}")
            last = f"s{k}"
        return circuit

    return program


@expects(n=whole(), gates=whole(), rng=RNG)
def at_random(n, gates, rng):
    """`gates` additions and multiplications of what is there, all n inputs among them."""
    names = [f"x{k}" for k in range(1, n + 1)]
    steps = []
    for k in range(gates):
        first = f"g{k - 1}" if k else names[0]
        second = names[k + 1] if k + 1 < n else names[rng.integers(len(names))]
        steps.append((f"g{k}", bool(rng.integers(2)), first, second))
        names.append(f"g{k}")

    def program(plus, times):
        return {
            name: (plus if adds else times, first, second) for name, adds, first, second in steps
        }

    return program
