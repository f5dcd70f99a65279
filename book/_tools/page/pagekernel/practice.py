"""What the practice pages call. Arguments and results are what JSON can say; faults are the module's own
errors, which name the argument."""

from __future__ import annotations

import numpy as np

from backprop.losses import LOSSES
from backprop.network import Network
from backprop.practice import DERIVATIONS, SKILLS, check_steps, work_out
from backprop.practice import problem as make_problem
from backprop.practice.exam import examination

# What a drawn parameter may be: no zero and no one, so that no slip stays hidden.
DRAWN = [-2, -1.5, -1.2, -0.8, -0.6, -0.5, -0.4, -0.3, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.5, 2]


def solved(W, b, activations, loss, X, Y, rate, digits):
    """The `Solution` of a network that comes as lists, layer 1 first."""
    arrays = [[None, *(np.array(each, dtype=float) for each in of)] for of in (W, b)]
    network = Network(*arrays, [None, *activations])
    X, Y = np.array(X, dtype=float), np.array(Y, dtype=float)
    return work_out(network, X, Y, LOSSES[loss], rate, digits=digits)


def given(W, b, activations, loss, X, Y, rate, digits) -> dict[str, list]:
    """What a network and its batch are made of, by the names that NumPy's text has: "W1", "b1", ..."""
    named = {}
    for l, (weights, biases) in enumerate(zip(W, b), 1):
        named |= {f"W{l}": weights, f"b{l}": biases}
    return {**named, "X": X, "Y": Y}


def given_as_text(**values) -> str:
    """The given network as lines of Python: the form's field for pasting takes them too."""
    sizes = [len(values["X"]), *(len(rows) for rows in values["W"])]
    units = "-".join(map(str, sizes))
    activations = ", ".join(name.replace("_", " ") for name in values["activations"])
    rows = [f"{name} = np.array({rows!r})" for name, rows in given(**values).items()]
    head = f"Given: a network {units} with {activations}; loss: {values['loss'].replace('_', ' ')}"
    return "\n".join([head, *rows, f"eta = {values['rate']!r}"])


def given_as_latex(**values) -> str:
    def bold(name):
        letter, layer = name[0], name[1:]
        return rf"\mathbf{{{letter}}}" + (f"^{layer}" if layer else "")

    def matrix(rows):
        body = r" \\ ".join(" & ".join(f"{number:.12g}" for number in row) for row in rows)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"

    shown = [rf"{bold(name)} &= {matrix(rows)} \\" for name, rows in given(**values).items()]
    activations = ", ".join(name.replace("_", " ") for name in values["activations"])
    head = f"Given: activations {activations}; loss: {values['loss'].replace('_', ' ')}."
    rate = rf"\eta &= {values['rate']!r}"
    return "\n".join([head, r"\[", r"\begin{aligned}", *shown, rate, r"\end{aligned}", r"\]"])


def worked(**values) -> dict:
    """All steps of a training step, and the whole as text and as LaTeX, after what is given."""
    solution = solved(**values)
    return {
        "steps": [
            {
                "name": step.name,
                "tex": solution.display(step),
                "why": step.why,
                "shape": step.shape,
                "rows": np.atleast_2d(np.asarray(step.value, dtype=float)).shape[0],
                "columns": np.atleast_2d(np.asarray(step.value, dtype=float)).shape[1],
            }
            for step in solution.steps
        ],
        "latex": f"{given_as_latex(**values)}\n\n{solution.latex()}",
        "text": f"{given_as_text(**values)}\n\n{solution}",
    }


def checked(values: dict, answers: dict, digits: int) -> dict:
    """What is first wrong in a reader's own numbers: {name of a step: rows}."""
    finding = check_steps(solved(**values), answers, digits=digits)
    return {"name": finding.name, "right": finding.checked, "text": finding.text}


def drawn(sizes: list[int], loss: str, examples: int, seed: int) -> dict:
    """Parameters, inputs and targets, drawn by a seed."""
    rng = np.random.default_rng(seed)

    def numbers(*shape):
        return rng.choice(DRAWN, size=shape).tolist()

    layers = list(zip(sizes, sizes[1:]))
    values = {
        "W": [numbers(n, n_below) for n_below, n in layers],
        "b": [numbers(n, 1) for _, n in layers],
        "X": numbers(sizes[0], examples),
    }
    K = sizes[-1]
    if loss == "softmax_cross_entropy":
        Y = np.eye(K)[:, rng.integers(K, size=examples)]
    elif loss == "binary_cross_entropy":
        Y = rng.integers(2, size=(K, examples))
    else:
        Y = rng.choice([-1, 0, 0.5, 1], size=(K, examples))
    return {**values, "Y": Y.tolist()}


def problem(skill: str, seed: int, level: int) -> dict:
    return for_page(make_problem(skill, seed, level))


def for_page(problem) -> dict:
    """A problem as the page has it: numbers in one list, row by row; what is chosen is known by its
    place among the options."""
    made = problem.as_dict()

    def value(field, given):
        if field["kind"] == "choice":
            return field["options"].index(given)
        if field["kind"] == "order":
            return given
        numbers = [float(entry) for entry in np.array(given).flat]
        return [int(number) if number.is_integer() else number for number in numbers]

    for wrong in made["wrong"]:
        wrong["value"] = value(made["fields"][wrong["field"]], wrong["value"])
    for field in made["fields"]:
        field["answer"] = value(field, field["answer"])
        del field["options_alt"]
        if not field["options"]:
            del field["options"]
    kept = ("skill", "seed", "level", "text", "fields", "wrong", "solution")
    return {name: made[name] for name in kept}


def exam(seed: int) -> dict:
    """A final examination; the derivation as `Order` has it."""
    made = examination(seed)
    parts = [
        {"title": part.title, "minutes": part.minutes, "problem": for_page(part.problem)}
        for part in made.parts
    ]
    return {"seed": made.seed, "minutes": made.minutes, "parts": parts}


def derivations() -> list[dict]:
    """All derivations; the lines of each in one list, the wrong ones last."""
    made = []
    for derivation in DERIVATIONS.values():
        whole = derivation.as_dict()
        gaps = [
            {
                "tex": gap["tex"],
                "choices": [
                    {"tex": tex, "alt": alt, "why": reason}
                    for tex, alt, reason in zip(gap["options"], gap["options_alt"], gap["reasons"])
                ],
                "answer": gap["options"].index(gap["right"]),
            }
            for gap in whole["gaps"]
        ]
        made.append(
            {name: whole[name] for name in ("key", "title", "chapter")}
            | {"lines": whole["lines"] + whole["wrong"], "right": len(whole["lines"]), "gaps": gaps}
        )
    return made


def skills() -> list[dict]:
    return [skill.as_dict() for skill in SKILLS.values()]


METHODS = {"worked": worked, "checked": checked, "drawn": drawn, "problem": problem, "exam": exam}
