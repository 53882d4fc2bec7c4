"""A whole template as steps of a run: text, output, `if`, `for` and `set`. Every other tag is forbidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import nodes

from notifyhub.rendering.compiler import forbid, guard
from notifyhub.rendering.escaping import ESCAPERS, Escape, Safe
from notifyhub.rendering.expressions import compiler_of
from notifyhub.rendering.faults import Stop, Unusable, shown
from notifyhub.rendering.run import UNSET, Run, Step, Value
from notifyhub.rendering.scope import Reads, Scope
from notifyhub.rendering.syntax import tree_of
from notifyhub.rendering.values import items_of, needed, text_of

_TAGS: dict[type[nodes.Node], str] = {
    nodes.AssignBlock: "set with a body",
    nodes.With: "with",
    nodes.Macro: "macro",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.Scope: "autoescape",
}


def steps_of(source: str, escape: Escape) -> tuple[Sequence[Step], int, Reads]:
    """The steps of a template, how many slots they need, and what they read. Raises Stop."""
    compiler = _Statements(source, escape)
    steps = compiler.body(tree_of(source).body)
    return steps, compiler.expressions.slots, compiler.expressions.reads


class _Statements:
    def __init__(self, source: str, escape: Escape) -> None:
        self.escape = ESCAPERS[escape]
        self.expressions = compiler_of(source, self.escape)

    def body(self, statements: Sequence[nodes.Node]) -> Sequence[Step]:
        steps: list[Step] = []
        for node in statements:
            if isinstance(node, nodes.Output):
                steps += [self._output(child) for child in node.nodes]
            else:
                steps.append(self._statement(node))
        return steps

    def _statement(self, node: nodes.Node) -> Step:
        kind = _KINDS.get(type(node))
        if kind is None:
            forbid(f'must not use the tag "{_TAGS.get(type(node), type(node).__name__.lower())}"', _place(node))
        self.expressions.enter(node.lineno)
        step = kind(self, node)
        self.expressions.leave()
        return step

    def _output(self, node: nodes.Expr) -> Step:
        at = node.lineno
        if isinstance(node, nodes.TemplateData):
            text = node.data
            return lambda run: run.write(text, at)
        value, escape = self.expressions.compile(node), self.escape

        def write(run: Run) -> None:
            found = value(run)
            if type(found) is str:
                run.write(escape(found), at)
            else:
                run.write(_written(found, escape, at), at)

        return write

    def _set(self, node: nodes.Assign) -> Step:
        value = self.expressions.compile(node.node)
        number = self._target(node.target)

        def assign(run: Run) -> None:
            run.slots[number] = value(run)

        return assign

    def _target(self, node: nodes.Node) -> int:
        """The slot for a name that is set."""
        if not isinstance(node, nodes.Name):
            forbid("must not set anything but a simple name", _place(node))
        expressions = self.expressions
        if node.name == "loop":
            forbid('must not set "loop"', node.lineno)
        expressions.allow(node.name, node.lineno)
        number = expressions.scope.set(node.name, expressions.slots)
        expressions.slots = max(expressions.slots, number + 1)
        return number

    def _if(self, node: nodes.If) -> Step:
        """What every branch sets is certain afterwards; the rest may come from outside as well."""
        scope = self.expressions.scope
        before = set(scope.certain)
        branches: list[tuple[Value, Sequence[Step]]] = []
        after: list[set[str]] = []
        for branch in (node, *node.elif_):
            branches.append((self.expressions.compile(branch.test), self.body(branch.body)))
            after.append(set(scope.certain))
            scope.certain = set(before)
        otherwise = self.body(node.else_)
        scope.certain = set.intersection(scope.certain, *after)

        def choose(run: Run) -> None:
            chosen = next((steps for test, steps in branches if needed(test(run))), otherwise)
            for step in chosen:
                step(run)

        return choose

    def _for(self, node: nodes.For) -> Step:
        if node.recursive:
            forbid("must not use a recursive loop", node.lineno)
        expressions = self.expressions
        items, at = expressions.compile(node.iter), node.iter.lineno
        outer, first = expressions.scope, expressions.slots
        turn = expressions.slots = first + 1
        expressions.scope = inner = Scope(outer)
        bind = self._binding(node.target)
        test = expressions.compile(node.test) if node.test is not None else None
        inner.loop = turn - 1
        steps = self.body(node.body)
        expressions.scope = outer
        empty, counts = [UNSET] * (expressions.slots - first), inner.turns
        before = set(outer.certain)
        otherwise = self.body(node.else_)
        outer.certain = before

        def loop(run: Run) -> None:
            found = guard(lambda: items_of(needed(items(run))), "a loop", at)
            if test is not None:
                found = [item for item in found if _chosen(run, item, bind, test, at)]
            for index, item in enumerate(found):
                run.step(at)
                run.slots[first : first + len(empty)] = empty
                bind(run, item)
                if counts:
                    run.slots[first] = (index, len(found))
                for step in steps:
                    step(run)
            for step in () if found else otherwise:
                step(run)

        return loop

    def _binding(self, target: nodes.Node) -> Callable[[Run, Any], None]:
        """How an item of a loop gets its name, or its names."""
        if not isinstance(target, nodes.Tuple):
            number = self._target(target)
            return lambda run, item: run.slots.__setitem__(number, item)
        numbers, at = [self._target(name) for name in target.items], _place(target)

        def bind(run: Run, item: Any) -> None:
            if not isinstance(item, list | tuple) or len(item) != len(numbers):
                raise Stop("value", f"a loop cannot share {shown(item)} among {len(numbers)} names", at)
            for number, part in zip(numbers, item, strict=True):
                run.slots[number] = part

        return bind


def _place(node: nodes.Node) -> int:
    """Where a node begins: of a list without brackets jinja2 says where its last item does."""
    inner = next(node.iter_child_nodes(), None) if isinstance(node, nodes.Tuple | nodes.Scope) else None
    return node.lineno if inner is None else inner.lineno


def _chosen(run: Run, item: Any, bind: Callable[[Run, Any], None], test: Value, at: int) -> bool:
    run.step(at)
    bind(run, item)
    return bool(needed(test(run)))


def _written(value: Any, escape: Callable[[str], str], at: int) -> str:
    if type(value) is Safe:
        return str(value)
    try:
        return escape(text_of(needed(value)))
    except Unusable as error:
        raise Stop(error.code, f"the value {error}", at) from None


_KINDS: dict[type[nodes.Node], Callable[[_Statements, Any], Step]] = {
    nodes.If: _Statements._if,
    nodes.For: _Statements._for,
    nodes.Assign: _Statements._set,
}
