"""Python sources, read for what is called, returned and bound in them; none of it is run."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """One file, and from which others the names it imports are."""

    file: str
    tree: ast.Module
    imports: dict[str, str]


class Scope(NamedTuple):
    """Where an expression stands: its module, and the functions around it from the outside in."""

    module: Module
    functions: tuple[Function, ...] = ()

    def inside(self, function: Function) -> "Scope":
        """Return the scope in `function`, which stands here."""
        return self._replace(functions=(*self.functions, function))

    def outwards(self) -> Iterator[tuple[Function, "Scope"]]:
        """Yield the functions around, from the inside out, each with the scope in it."""
        for depth in range(len(self.functions), 0, -1):
            yield self.functions[depth - 1], self._replace(functions=self.functions[:depth])


class Reading:
    """What stands in sources: calls, functions and properties by name, fields by class."""

    def __init__(self, files: dict[str, str]) -> None:
        self.calls: dict[str, list[tuple[ast.Call, Scope]]] = {}
        self.properties: dict[str, list[tuple[Function, Scope]]] = {}
        self.fields: list[tuple[str, list[str]]] = []
        self._modules = {file: _module(file, text) for file, text in files.items()}
        self._functions: dict[str, list[tuple[Function, Scope]]] = {}
        self._classes: dict[str, list[ast.ClassDef]] = {}
        self._owners: dict[Function, str] = {}
        for module in self._modules.values():
            self._read(module.tree, Scope(module))
        for name, classes in self._classes.items():
            self.fields += [(name, self._fields_of(each)) for each in classes]

    def called(self, name: str, scope: Scope) -> list[tuple[Function, Scope]]:
        """Return the functions a call of `name` may mean: the module's own, else the only one."""
        found = self._functions.get(name, [])
        own = [each for each in found if each[1].module is scope.module]
        return own or (found if len(found) == 1 and not name.startswith("_") else [])

    def home(self, name: str, module: Module) -> Module | None:
        """Return the module in which a name that is global in `module` was bound."""
        return self._modules.get(module.imports[name]) if name in module.imports else module

    def owner(self, method: Function) -> str:
        """Return the name of the class whose method this is."""
        return self._owners[method]

    def _read(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            match child:
                case ast.Call():
                    self.calls.setdefault(name_of(child.func), []).append((child, scope))
                case ast.ClassDef(name=name, body=body):
                    self._classes.setdefault(name, []).append(child)
                    self._owners |= {each: name for each in body if isinstance(each, Function)}
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    marks = {name_of(mark) for mark in child.decorator_list}
                    kind = self.properties if "property" in marks else self._functions
                    kind.setdefault(name, []).append((child, scope))
                    inner = scope.inside(child)
            self._read(child, inner)

    def _fields_of(self, node: ast.ClassDef) -> list[str]:
        """Return what the class is made with, in order, with what it inherits."""
        own: list[str] = []
        for each in node.body:
            match each:
                case ast.FunctionDef(name="__init__"):
                    return parameters_of(each)
                case ast.AnnAssign(target=ast.Name(id=field)):
                    own.append(field)
        bases = [base for each in node.bases for base in self._classes.get(name_of(each), [])[:1]]
        return [*(field for base in bases for field in self._fields_of(base)), *own]


def name_of(function: ast.expr) -> str:
    """Return the last name of what is called."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return name_of(value)
        case _:
            return ""


def parameters_of(function: Function) -> list[str]:
    """Return the names of its parameters in order, without `self`."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each.arg for each in every if each.arg not in {"self", "cls"}]


def default_of(function: Function, parameter: str) -> ast.expr | None:
    """Return what a parameter is where nothing is given for it."""
    arguments = function.args
    placed = [*arguments.posonlyargs, *arguments.args]
    with_default = placed[len(placed) - len(arguments.defaults) :]
    named = [*with_default, *arguments.kwonlyargs]
    defaults = [*arguments.defaults, *arguments.kw_defaults]
    return next(
        (each for at, each in zip(named, defaults, strict=True) if at.arg == parameter), None
    )


def returns_of(function: Function) -> list[ast.expr]:
    """Return what it may return."""
    nodes = _own_nodes(function)
    return [node.value for node in nodes if isinstance(node, ast.Return) and node.value]


def bindings(
    name: str, within: Function | ast.Module, place: int | None
) -> list[tuple[ast.expr, int | None]]:
    """Return what is bound to `name`, and at which place of that it stands.

    `place` is the place that is wanted of what is bound to the name whole.
    """
    found: list[tuple[ast.expr, int | None]] = []
    for node in within.body if isinstance(within, ast.Module) else _own_nodes(within):
        for target, value in _bound(node):
            match target:
                case ast.Name(id=bound) if bound == name:
                    found.append((value, place))
                case ast.Tuple(elts=elements):
                    for at, element in enumerate(elements):
                        if isinstance(element, ast.Name) and element.id == name:
                            found.append((value, at))
    return found


def _bound(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            return [(target, value) for target in targets]
        case ast.For(target=target, iter=value) | ast.AnnAssign(target=target, value=value) if (
            value
        ):
            return [(target, value)]
        case ast.AugAssign(target=target, value=value):
            return [(target, value)]
        case ast.NamedExpr(target=target, value=value):
            return [(target, value)]
        case _:
            return []


@cache
def _own_nodes(function: Function) -> tuple[ast.AST, ...]:
    """Return what stands in a function, but not in a function inside it."""
    found: list[ast.AST] = [*function.body]
    for node in found:
        if not isinstance(node, Function):
            found += ast.iter_child_nodes(node)
    return tuple(found)


def _module(file: str, text: str) -> Module:
    tree = ast.parse(text)
    imports = {
        alias.asname or alias.name: f"{node.module.removeprefix('tapster.').replace('.', '/')}.py"
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tapster.")
        for alias in node.names
        if node.module
    }
    return Module(file, tree, imports)
