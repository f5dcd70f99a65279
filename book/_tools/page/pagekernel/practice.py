"""What the practice pages call. Arguments and results are what JSON can say; faults are the module's own
errors, which name the argument."""

from __future__ import annotations

import numpy as np

from backprop.losses import LOSSES
from backprop.network import Network
from backprop.practice import DERIVATIONS, SKILLS, check_steps, work_out
from backprop.practice import problem as make_problem

# What a drawn parameter may be: no zero and no one, so that no slip stays hidden.
DRAWN = [-2, -1.5, -1.2, -0.8, -0.6, -0.5, -0.4, -0.3, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.5, 2]


def solved(W, b, activations, loss, X, Y, rate, digits):
    """The `Solution` of a network that comes as lists, layer 1 first."""
    arrays = [[None, *(np.array(each, dtype=float) for each in of)] for of in (W, b)]
    network = Network(*arrays, [None, *activations])
    X, Y = np.array(X, dtype=float), np.array(Y, dtype=float)
    return work_out(network, X, Y, LOSSES[loss], rate, digits=digits)


def worked(**values) -> dict:
    """All steps of a training step, and the whole as text and as LaTeX."""
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
        "latex": solution.latex(),
        "text": str(solution),
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
    """A problem as the page has it: what is chosen is known by its place among the options."""
    made = make_problem(skill, seed, level).as_dict()
    wrong = made["wrong"]
    for place, field in enumerate(made["fields"]):
        del field["options_alt"]
        if field["kind"] == "choice":
            options = field["options"]
            field["answer"] = options.index(field["answer"])
            for one in wrong:
                if one["field"] == place:
                    one["value"] = options.index(one["value"])
    kept = ("skill", "seed", "level", "text", "fields", "wrong", "solution")
    return {name: made[name] for name in kept}


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


METHODS = {"worked": worked, "checked": checked, "drawn": drawn, "problem": problem}
