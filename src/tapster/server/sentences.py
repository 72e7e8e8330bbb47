"""The sentences the page may be told, read out of the code that says them.

`python -m tapster.server.sentences` prints them; web/src/lib/words/sentences.json is its output,
and what every language of the page but English has to know. A value within a sentence is a place
such as `{{latency}}`.

A sentence is whatever comes to a field in `SPOKEN`: of an error, a check, a notice, a setting. It
is followed back from there through the functions, names and tables it is made of; what comes to
a place, and is words as well, is a sentence of its own.
"""

import ast
import re
import sys
from itertools import product
from pathlib import Path

import msgspec

import tapster
from tapster.server.readings import (
    Function,
    Reading,
    Scope,
    bindings,
    default_of,
    name_of,
    parameters_of,
    returns_of,
)

# The fields by which words of ours travel to a page.
SPOKEN = frozenset(
    {
        "absent",
        "detail",
        "group",
        "meaning",
        "message",
        "note",
        "outcome",
        "refused",
        "retired",
        "title",
        "why",
    }
)
# And those of one class, whose name means something else at others.
_SPOKEN_OF = frozenset(
    {("Noticed", "text"), ("Imported", "notes"), ("Notices", "to"), ("set", "label")}
)
# What is called the same in every language, or not shown.
_NAMES = frozenset({("HttpSource", "title"), ("Problem", "title")})

# What is read in a terminal or a log, or by programs, before or beside any page.
_UNHEARD = (
    "cli/",
    "app/config.py",
    "app/settings_page.py",
    "dialects/openai_chat/messages_read.py",
    "dialects/openai_chat/parts.py",
    "dialects/openai_chat/requested.py",
    "dialects/openai_text/serve.py",
    "engine/package.py",
    "gateway/aim.py",
    "gateway/harm.py",
    "server/api_page.py",
    "server/hosts.py",
    "server/openapi_page.py",
    "server/sentences.py",
    "server/serving.py",
    "server/v1.py",
    "sources/_table.py",
    "store/migrations/",
    "vault/ledger.py",
)

# Methods of a text that leave it words.
_OF_TEXT = frozenset({"format", "join", "lower", "removesuffix", "rstrip", "strip"})
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_PLACE = re.compile(r"\{\{(\w+?)(?:#(\d+))?\}\}")
# Two letters in a row.
_WORD = re.compile(r"[^\W\d_]{2}")
# Several words or one with a capital, on one line; neither an identifier nor a command.
_SAID = re.compile(r"(?!tapster )(?:.* .*|[A-Z].*[a-z].*)\Z")


class _Ear:
    """Hears every sentence in the code that was read, each piece of it once."""

    def __init__(self, read: Reading) -> None:
        self.sentences: set[str] = set()
        self._read = read
        self._heard: set[tuple[int, int | None]] = set()
        self._listened: set[tuple[str, str, int, str | None]] = set()
        self._values: dict[str, int] = {}

    def listen(self) -> None:
        """Hear what is given to any field that is spoken."""
        for name, fields in self._read.fields:
            for place, field in enumerate(fields):
                if _is_spoken(name, field):
                    self._listen_at(name, field, place)
        for name, calls in self._read.calls.items():
            for call, scope in calls:
                for keyword in call.keywords:
                    if _is_spoken(name, keyword.arg or ""):
                        self._hear(keyword.value, scope)
                if name == "append" and ast.unparse(call.func) == "notes.append":
                    self._hear(call.args[0], scope)
        # So a reader of JSON is told what it refuses.
        self._listen_at("ValueError", "", 0)

    def _listen_at(self, name: str, field: str, place: int, file: str | None = None) -> None:
        """Hear what is given for `field`, at `place`, wherever `name` is called (in `file`)."""
        asked = (name, field, place, file)
        if asked in self._listened:
            return
        self._listened.add(asked)
        for call, scope in self._read.calls.get(name, []):
            if file in {None, scope.module.file}:
                named = [keyword.value for keyword in call.keywords if keyword.arg == field]
                for said in named or call.args[place : place + 1]:
                    self._hear(said, scope)

    def _hear(self, said: ast.expr, scope: Scope, place: int | None = None) -> None:
        """Hear all that `said` may be; of a tuple, what stands at `place`."""
        if (id(said), place) in self._heard:
            return
        self._heard.add((id(said), place))
        for sentence in self._written(said, scope):
            self._keep(sentence.strip())
        match said:
            case ast.Name(id=name):
                self._hear_name(name, scope, place)
            case ast.Attribute(attr=name):
                for function, outside in self._read.properties.get(name, []):
                    self._hear_returned(function, outside, place)
            case ast.Subscript(value=value) | ast.Await(value=value):
                self._hear(value, scope, place)
            case ast.NamedExpr(value=value) | ast.Starred(value=value):
                self._hear(value, scope, place)
            case ast.BinOp(left=value, op=ast.Mult()):
                self._hear(value, scope, place)
            case ast.GeneratorExp(elt=each) | ast.ListComp(elt=each):
                self._hear(each, scope, place)
            case ast.IfExp(body=one, orelse=other):
                self._hear(one, scope, place)
                self._hear(other, scope, place)
            case ast.BoolOp(values=values) | ast.Dict(values=values):
                for value in values:
                    self._hear(value, scope, place)
            case ast.Tuple(elts=values) | ast.List(elts=values):
                rows = all(isinstance(value, ast.Tuple) for value in values)
                for value in values if rows or place is None else values[place : place + 1]:
                    self._hear(value, scope, place if rows else None)
            case ast.Call(func=function):
                for called, outside in self._read.called(name_of(function), scope):
                    self._hear_returned(called, outside, place)
                match function:
                    case ast.Attribute(attr="join") | ast.Name(id="str" | "tuple"):
                        self._hear(said.args[0], scope)
                    case ast.Attribute(value=value, attr=method) if method in _OF_TEXT:
                        self._hear(value, scope)

    def _hear_returned(self, function: Function, outside: Scope, place: int | None) -> None:
        for value in returns_of(function):
            self._hear(value, outside.inside(function), place)

    def _hear_name(self, name: str, scope: Scope, place: int | None) -> None:
        """Hear what the name is bound to: in the functions around it, or in its module."""
        for function, around in scope.outwards():
            bound = bindings(name, function, place)
            for value, at in bound:
                self._hear(value, around, at)
            parameters = parameters_of(function)
            if name in parameters:
                called = (
                    self._read.owner(function) if function.name == "__init__" else function.name
                )
                file = scope.module.file if called.startswith("_") else None
                self._listen_at(called, name, parameters.index(name), file)
                if default := default_of(function, name):
                    self._hear(default, around)
            if bound or name in parameters:
                return
        if module := self._read.home(name, scope.module):
            for value, at in bindings(name, module.tree, place):
                self._hear(value, Scope(module), at)

    def _written(self, said: ast.expr, scope: Scope) -> list[str]:
        """Return the sentences that `said` itself spells out."""
        match said:
            case ast.Constant(value=str(text)):
                return [_FIELD.sub(r"{{\1}}", text)]
            case ast.JoinedStr(values=parts):
                return self._joined(parts, scope)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], scope)
            case _:
                return []

    def _joined(self, parts: list[ast.expr], scope: Scope) -> list[str]:
        return ["".join(each) for each in product(*(self._spelt(part, scope) for part in parts))]

    def _spelt(self, part: ast.expr, scope: Scope) -> list[str]:
        """Return what a part of a sentence may be: its words, or the place for a value."""
        if isinstance(part, ast.FormattedValue):
            part = part.value
        match part:
            case ast.IfExp(body=one, orelse=other) if _is_spelt_out(one) and _is_spelt_out(other):
                return [*self._spelt(one, scope), *self._spelt(other, scope)]
            case _ if _is_spelt_out(part):
                return self._written(part, scope)
            case _:
                self._hear(part, scope)
                number = self._values.setdefault(ast.unparse(part), len(self._values))
                return [f"{{{{{_noun(part)}#{number}}}}}"]

    def _keep(self, sentence: str) -> None:
        if _WORD.search(_PLACE.sub("", sentence)) and _SAID.match(sentence):
            self.sentences.add(_with_places_told_apart(sentence))


def _is_spoken(name: str, field: str) -> bool:
    """Whether words of ours are given as `field` to the class or function `name`."""
    return (field in SPOKEN and (name, field) not in _NAMES) or (name, field) in _SPOKEN_OF


def _is_spelt_out(part: ast.expr) -> bool:
    match part:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_spelt_out(left) or _is_spelt_out(right)
        case _:
            return False


def _noun(part: ast.expr) -> str:
    """Return what a place is named for: the last name of what is put there."""
    match part:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(args=[first, *_]) if not _is_spelt_out(first):
            return _noun(first)
        case ast.Call(func=ast.Attribute(value=whose)):
            return _noun(whose)
        case ast.Call(func=function):
            return _noun(function)
    inner = (child for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr))
    return next((noun for noun in map(_noun, inner) if noun != "value"), "value")


def _with_places_told_apart(sentence: str) -> str:
    """Return `sentence` with a number at the name of a place where another value has it."""
    numbers: dict[str, list[str]] = {}

    def named(place: re.Match[str]) -> str:
        noun, value = place[1], place[2] or ""
        values = numbers.setdefault(noun, [])
        if value not in values:
            values.append(value)
        at = values.index(value)
        return f"{{{{{noun}{at + 1 if at else ''}}}}}"

    return _PLACE.sub(named, sentence)


def sentences_in(files: dict[str, str]) -> list[str]:
    """Return every sentence in the sources `files`, sorted."""
    ear = _Ear(Reading(files))
    ear.listen()
    return sorted(ear.sentences)


def render_sentences() -> str:
    """Return every sentence of the package, as JSON."""
    package = Path(tapster.__file__).parent
    files = {
        name: file.read_text(encoding="utf-8")
        for file in sorted(package.rglob("*.py"))
        if not (name := file.relative_to(package).as_posix()).startswith(_UNHEARD)
    }
    return msgspec.json.format(msgspec.json.encode(sentences_in(files))).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_sentences())
