"""What the site shows behind each numbered equation: its test, and the figures that it gives now.

    PYTHONPATH=tests python -m equations.proofs

prints {label: {"file", "function", "code", "figures"} or {"reason"}} as JSON. The build runs it beside
the reading of the pages and keeps what it says by a hash of the tests and the module.
"""

import ast
import inspect
import json
import sys
from pathlib import Path

import numpy as np

import equations


def code_of(function):
    """The check, after what it uses of its file: helpers, fixed numbers."""
    module = sys.modules[function.__module__]
    source = inspect.getsource(module)
    parts = {}
    for node in ast.parse(source).body:
        names = [node.name] if hasattr(node, "name") else []
        if isinstance(node, ast.Assign):
            names = [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        parts |= dict.fromkeys(names, node)
    wanted, waiting = [], [function.__name__]
    while waiting:
        node = parts.get(waiting.pop())
        if node is not None and node not in wanted:
            wanted.append(node)
            waiting += [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]
    lines = source.splitlines()
    pieces = []
    for node in sorted(wanted, key=lambda node: node.lineno):
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        whole = isinstance(node, ast.FunctionDef | ast.ClassDef)
        pieces.append("\n" * whole + "\n".join(lines[start - 1 : node.end_lineno]))
    return "\n".join(pieces).strip("\n")


def statement(file, line):
    """The source of the call that stands at a line."""
    source = Path(file).read_text(encoding="utf-8")
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and node.lineno <= line <= node.end_lineno
    ]
    call = min(calls, key=lambda node: node.end_lineno - node.lineno)
    return " ".join(ast.get_source_segment(source, call).split())


def figures(function):
    """For each line that compares: how many numbers, the first of both sides, how far they are apart."""
    equations.COMPARED.clear()
    function()
    by_line = {}
    for each in equations.COMPARED:
        by_line.setdefault((each.file, each.line), []).append((each.one, each.other))
    return [
        {
            "line": statement(*place),
            "first": [f"{side.flat[0]:.6g}" for side in pairs[0]],
            "numbers": sum(one.size for one, _ in pairs),
            "apart": f"{max(np.max(np.abs(one - other), initial=0) for one, other in pairs):.1g}",
        }
        for place, pairs in sorted(by_line.items())
    ]


def proofs():
    modules = equations.chapter_modules().values()
    found = {
        label: {"reason": reason}
        for module in modules
        for label, reason in getattr(module, "NOT_CHECKED", {}).items()
    }
    shown = {}
    for label, function in equations.CHECKS.items():
        if function not in shown:
            shown[function] = {
                "file": f"tests/equations/{Path(inspect.getfile(function)).name}",
                "function": function.__name__,
                "code": code_of(function),
                "figures": figures(function),
            }
        found[label] = shown[function]
    return found


if __name__ == "__main__":
    json.dump(proofs(), sys.stdout)
