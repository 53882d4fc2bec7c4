"""Literals and operators in the tree."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes

from notifyhub.rendering.compiler import Compiler, forbid, guard
from notifyhub.rendering.faults import Stop, Unusable, shown
from notifyhub.rendering.operators import ARITHMETIC, COMPARISONS, Binary, adding, joined
from notifyhub.rendering.run import Run, Value
from notifyhub.rendering.values import bounded, is_single, needed, plain_number, sendable


def const(compiler: Compiler, node: nodes.Const) -> Value:
    constant = node.value
    if constant is None:
        forbid('must not use none: ask whether a variable "is defined"', node.lineno)
    if isinstance(constant, str):
        # Escapes such as "\\ud800" write what no source may contain itself.
        guard(lambda: sendable(constant), "the text", node.lineno)
    elif not isinstance(constant, bool):
        guard(lambda: bounded(constant), "the number", node.lineno)
    return lambda run: constant


def list_(compiler: Compiler, node: nodes.List | nodes.Tuple) -> Value:
    parts = [_single(compiler, part) for part in node.items]
    return lambda run: [part(run) for part in parts]


def dict_(compiler: Compiler, node: nodes.Dict) -> Value:
    pairs = [(_single(compiler, pair.key), _single(compiler, pair.value)) for pair in node.items]
    return lambda run: {key(run): value(run) for key, value in pairs}


def _single(compiler: Compiler, node: nodes.Expr) -> Value:
    """A member of a list in the template: lists of lists of lists could hold more than memory does."""
    value, at = compiler.compile(node), node.lineno

    def single(run: Run) -> Any:
        found = needed(value(run))
        if not is_single(found):
            raise Stop("value", f"a list in a template can only hold texts and numbers, not {shown(found)}", at)
        return found

    return single


def arithmetic(compiler: Compiler, node: nodes.BinExpr) -> Value:
    return _binary(compiler, node, node.operator, ARITHMETIC[node.operator])


def plus(compiler: Compiler, node: nodes.Add) -> Value:
    return _binary(compiler, node, "+", adding(compiler.escape))


def _binary(compiler: Compiler, node: nodes.BinExpr, sign: str, compute: Binary) -> Value:
    left, right, at = compiler.compile(node.left), compiler.compile(node.right), node.left.lineno

    def operate(run: Run) -> Any:
        run.check(at)
        a, b = needed(left(run)), needed(right(run))
        try:
            return run.made(compute(a, b), at)
        except Unusable as error:
            raise Stop(error.code, f'"{sign}" {error}', at) from None

    return operate


def sign(compiler: Compiler, node: nodes.Neg | nodes.Pos) -> Value:
    value, at = compiler.compile(node.node), node.node.lineno
    factor = -1 if isinstance(node, nodes.Neg) else 1
    return lambda run: factor * guard(lambda: plain_number(needed(value(run))), f'"{node.operator}"', at)


def concat(compiler: Compiler, node: nodes.Concat) -> Value:
    parts, escape, at = [compiler.compile(part) for part in node.nodes], compiler.escape, node.lineno

    def concat(run: Run) -> str:
        run.check(at)
        found = [needed(part(run)) for part in parts]
        text: str = run.made(guard(lambda: joined(found, escape), '"~"', at), at)
        return text

    return concat


def compare(compiler: Compiler, node: nodes.Compare) -> Value:
    first, at = compiler.compile(node.expr), node.expr.lineno
    rest = [(COMPARISONS[operand.op], compiler.compile(operand.expr)) for operand in node.ops]

    def compare(run: Run) -> bool:
        run.check(at)
        left = needed(first(run))
        for operate, value in rest:
            right = needed(value(run))
            if not _compared(operate, left, right, at):
                return False
            left = right
        return True

    return compare


def and_(compiler: Compiler, node: nodes.And) -> Value:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    return lambda run: right(run) if (found := needed(left(run))) else found


def or_(compiler: Compiler, node: nodes.Or) -> Value:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    return lambda run: needed(left(run)) or right(run)


def not_(compiler: Compiler, node: nodes.Not) -> Value:
    value = compiler.compile(node.node)
    return lambda run: not needed(value(run))


def choice(compiler: Compiler, node: nodes.CondExpr) -> Value:
    test, chosen = compiler.compile(node.test), compiler.compile(node.expr1)
    other = compiler.compile(node.expr2) if node.expr2 is not None else lambda run: ""
    return lambda run: chosen(run) if needed(test(run)) else other(run)


def _compared(operate: Binary, left: Any, right: Any, at: int) -> bool:
    try:
        return bool(operate(left, right))
    except Unusable as error:
        raise Stop(error.code, str(error), at) from None
