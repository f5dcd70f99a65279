"""What a cell needs: found from the names that it uses, binds and changes in place.

`names_of` reads one cell; `providers` goes through a notebook and says for each cell which earlier
cell gives it each name. A change in place counts as a use and a new definition, so that whoever
uses the name later needs the cell that changed it. A random generator's every draw changes it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

# Methods that leave their object as it is. Any other method of a learner's object may change it.
PURE_METHODS = frozenset(
    re.findall(
        r"\w+",
        """
        all any argmax argmin argsort astype clip copy cumprod cumsum diagonal dot flatten item
        max mean min nonzero prod ravel repeat reshape round searchsorted squeeze std sum
        swapaxes take tobytes tolist trace transpose var view n_parameters count endswith find
        format index isdigit join lower lstrip partition replace rstrip split splitlines
        startswith strip title upper get items keys values f df value delta derivative
        per_example accuracies grad gradients describe mean_loss
        """,
    )
)
# Functions of the module that change what they are given: the positions and names of those arguments.
CHANGES = {
    "train": (0, "network", "rng"),
    "sgd_step": (0, "network"),
    "minibatches": ("rng",),
    "init_network": ("rng",),
    "shuffle": (0,),
    "setattr": (0,),
    "next": (0,),
    "fill_diagonal": (0,),
    "copyto": (0,),
}
# Functions of modules that change how all later cells work.
SETTINGS = frozenset({"set_printoptions", "seterr", "use", "update", "simplefilter", "seed"})
GENERATORS = frozenset({"rng", "generator"})


@dataclass
class Names:
    """The names of a cell's outermost level."""

    uses: set[str] = field(default_factory=set)  # read before the cell binds them itself
    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)  # changed in place
    imports: set[str] = field(default_factory=set)
    # function: the names that its body reads when it is called, and the arguments that it changes
    late: dict[str, set[str]] = field(default_factory=dict)
    spoils: dict[str, tuple] = field(default_factory=dict)
    shares: dict[str, set[str]] = field(default_factory=dict)  # name: whose parts it may be


def base_of(node: ast.expr) -> str | None:
    """The name at the root of `a.b[c].d`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.NamedExpr)):
        node = node.target if isinstance(node, ast.NamedExpr) else node.value
    return node.id if isinstance(node, ast.Name) else None


def parts_of(node: ast.expr) -> set[str]:
    """The names whose very objects a value may be or hold: not those it is computed from."""
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Starred)):
        name = base_of(node)
        return {name} if name else set()
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return set().union(*map(parts_of, node.elts))
    if isinstance(node, ast.Dict):
        return set().union(*map(parts_of, node.values))
    if isinstance(node, ast.IfExp):
        return parts_of(node.body) | parts_of(node.orelse)
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else base_of(node.func)
        given = set().union(*map(parts_of, node.args), *(parts_of(k.value) for k in node.keywords))
        # Network(network.W, ...) keeps what it is given; zip(...), items() hand it on.
        if name and (name[0].isupper() or name in {"zip", "enumerate", "reversed", "sorted"}):
            return given
        if name in {"items", "values"} and isinstance(node.func, ast.Attribute):
            return parts_of(node.func.value)
    return set()


def bound_by(target: ast.AST) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


class Reader(ast.NodeVisitor):
    """Goes through a cell in the order in which it runs."""

    def __init__(self, known: dict[str, tuple] | None = None):
        self.names = Names()
        self.bound: set[str] = set()  # at this point, for certain
        self.local: list[set[str]] = []  # of the comprehensions and lambdas around
        self.loads: set[str] = set()
        self.known = dict(known or {})  # function: the arguments that it changes

    # What is read and bound

    def use(self, name: str) -> None:
        if name not in self.bound and not any(name in names for names in self.local):
            self.names.uses.add(name)

    def bind(self, name: str) -> None:
        self.names.binds.add(name)
        self.bound.add(name)

    def change(self, name: str | None) -> None:
        if name and not any(name in names for names in self.local):
            self.use(name)
            self.names.changes.add(name)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.loads.add(node.id)
            self.use(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id)
            self.names.shares.pop(node.id, None)

    def store(self, target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            self.visit(target)
            self.change(base_of(target))
            return
        pairs = [(target, value)]
        if isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                if not isinstance(part, ast.Name):
                    self.store(part, None)
            same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            pairs = zip(target.elts, value.elts if same else [value] * len(target.elts))
        found = [(base_of(one), parts_of(of) if of else set()) for one, of in pairs]
        for name, parts in found:
            if name:
                self.bind(name)
                self.names.shares[name] = parts - {name}

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.store(target, node.value)
        if isinstance(node.value, ast.Lambda) and isinstance(node.targets[0], ast.Name):
            self.function(node.targets[0].id, node.value)

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)
            self.store(node.target, node.value)

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        self.store(node.target, node.value)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        name = base_of(node.target)
        if isinstance(node.target, ast.Name):
            self.change(name)
            self.names.binds.add(name)
            self.bound.add(name)
        else:
            self.visit(node.target)
            self.change(name)

    def visit_Delete(self, node):
        for target in node.targets:
            self.change(base_of(target))

    def visit_Import(self, node):
        for alias in node.names:
            name = (alias.asname or alias.name).split(".")[0]
            self.bind(name)
            self.names.imports.add(name)

    visit_ImportFrom = visit_Import

    def visit_Subscript(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "Out":
            self.use(f"_{ast.unparse(node.slice)}")

    # Functions

    def function(self, name: str, node) -> None:
        arguments = node.args
        order = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        every = {*order, *(a.arg for a in arguments.kwonlyargs)}
        every |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a}
        inner = Reader(self.known)
        inner.bound = set(every)
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            inner.visit(statement)
        names = inner.names
        own = names.binds | every  # a name that a body binds is its own in all of it
        self.names.late[name] = (names.uses | set().union(*names.late.values(), set())) - own
        spoiled = set(names.changes)
        for inner_name, parts in names.shares.items():  # W = network.W; W[1] += ...
            if inner_name in names.changes:
                spoiled |= parts
        self.names.changes |= spoiled - own
        mine = [position for position, one in enumerate(order) if one in spoiled]
        self.names.spoils[name] = self.known[name] = (
            *mine,
            *(one for one in every if one in spoiled),
        )

    def visit_FunctionDef(self, node):
        for part in (
            *node.decorator_list,
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ):
            self.visit(part)
        self.function(node.name, node)
        self.bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        for part in (*node.decorator_list, *node.bases):
            self.visit(part)
        inner = Reader(self.known)
        for statement in node.body:
            inner.visit(statement)
        names = inner.names
        self.names.late[node.name] = names.uses | set().union(*names.late.values(), set())
        self.bind(node.name)

    def visit_Lambda(self, node):
        arguments = node.args
        for part in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self.visit(part)
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        every += tuple(filter(None, (arguments.vararg, arguments.kwarg)))
        self.local.append({a.arg for a in every})
        self.visit(node.body)
        self.local.pop()

    def comprehension(self, node):
        self.visit(node.generators[0].iter)
        self.local.append(set().union(*(bound_by(one.target) for one in node.generators)))
        for position, one in enumerate(node.generators):
            if position:
                self.visit(one.iter)
            for condition in one.ifs:
                self.visit(condition)
        for part in ("elt", "key", "value"):
            if hasattr(node, part):
                self.visit(getattr(node, part))
        self.local.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = comprehension

    # What changes its arguments

    def visit_Call(self, node):
        self.generic_visit(node)
        name = None
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            base = base_of(node.func.value)
            if base and self.may_change(base, name):
                self.change(base)
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        spoiled = self.known.get(name) or CHANGES.get(name, ())
        for position, argument in enumerate(node.args):
            if position in spoiled or base_of(argument) in GENERATORS:
                self.change(base_of(argument))
        for keyword in node.keywords:
            if keyword.arg in spoiled or base_of(keyword.value) in GENERATORS:
                self.change(base_of(keyword.value))

    def may_change(self, base: str, method: str) -> bool:
        if base in self.names.imports or base in MODULES:
            return method in SETTINGS
        return method not in PURE_METHODS and not base.isupper()

    # What may not run

    def visit_If(self, node):
        self.visit(node.test)
        before = set(self.bound)
        ends = []
        for branch in (node.body, node.orelse):
            self.bound = set(before)
            for statement in branch:
                self.visit(statement)
            ends.append(self.bound)
        self.bound = ends[0] & ends[1]
        for name in sorted((ends[0] ^ ends[1]) - before):  # it may have kept its old value
            self.use(name)

    def visit_For(self, node):
        self.visit(node.iter)
        self.store(node.target, node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_With(self, node):
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars:
                self.store(item.optional_vars, None)
        for statement in node.body:
            self.visit(statement)

    def visit_ExceptHandler(self, node):
        if node.type:
            self.visit(node.type)
        had = node.name in self.bound
        if node.name:
            self.bound.add(node.name)
        for statement in node.body:
            self.visit(statement)
        if node.name and not had:
            self.bound.discard(node.name)


MODULES = frozenset({"np", "plt", "mpl", "math", "os", "sys", "itertools", "functools", "inspect"})


def names_of(source: str, known: dict[str, tuple] | None = None) -> Names:
    """The names of a cell; raises SyntaxError. `known`: functions of before, and what they change."""
    reader = Reader(known)
    reader.visit(ast.parse(source))
    names = reader.names
    for name in names.late.keys() & reader.loads:  # a function that is called in its own cell
        names.uses |= names.late[name] - names.binds
    return names


def providers(cells: list[Names]) -> tuple[list[dict[str, int]], list[set[str]]]:
    """For each cell {name: the cell before that gives it}, and the names that it writes."""
    writer: dict[str, int] = {}
    late: dict[str, set[str]] = {}
    shares: dict[str, set[str]] = {}  # symmetric: names that may be parts of one another
    found, written = [], []
    for index, names in enumerate(cells):
        uses, todo = set(), list(names.uses)
        while todo:  # a function that was defined before reads its names now
            name = todo.pop()
            if name not in uses:
                uses.add(name)
                todo.extend(late.get(name, ()))
        found.append({name: writer[name] for name in sorted(uses) if name in writer})
        for name in names.binds:
            for other in shares.pop(name, ()):
                shares[other].discard(name)
            late.pop(name, None)
        late.update(names.late)
        for name, parts in names.shares.items():
            for other in parts - names.imports:
                shares.setdefault(name, set()).add(other)
                shares.setdefault(other, set()).add(name)
        changed, todo = set(), list(names.changes)
        while todo:
            name = todo.pop()
            if name not in changed:
                changed.add(name)
                todo.extend(shares.get(name, ()))
        written.append(names.binds | changed | {f"_{index + 1}"})  # its last value
        for name in written[-1]:
            writer[name] = index
    return found, written


def read(sources: list[str]) -> list[Names]:
    """The names of a notebook's cells. One with a syntax error has none."""
    known: dict[str, tuple] = {}
    found = []
    for source in sources:
        try:
            names = names_of(source, known)
        except SyntaxError:
            names = Names()
        known |= names.spoils
        found.append(names)
    return found


def closure(edges: list[dict[str, int]], index: int) -> list[int]:
    """All cells that cell `index` needs, in order, without itself."""
    found, todo = set(), [index]
    while todo:
        for other in edges[todo.pop()].values():
            if other not in found:
                found.add(other)
                todo.append(other)
    return sorted(found)


def needs(sources: list[str]) -> list[list[int]]:
    """For each cell the cells that must have run before it."""
    edges, _ = providers(read(sources))
    return [closure(edges, index) for index in range(len(sources))]
