"""Filters and tests in the tree. Nothing else can be called."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from jinja2 import nodes

from notifyhub.rendering.calls import FILTERS, Callee, filter_named, test_named
from notifyhub.rendering.compiler import Compiler, forbid
from notifyhub.rendering.faults import NOTHING, Missing, Stop, Unusable
from notifyhub.rendering.run import Run, Value

_IS = re.compile(r"is\s+(?:not\s+)?")


def filter_(compiler: Compiler, node: nodes.Filter) -> Value:
    if node.node is None:
        forbid("must not use a filter without a value", node.lineno)
    return _called(compiler, node, filter_named(node.name, node.lineno), f'filter "{node.name}"')


def test(compiler: Compiler, node: nodes.Test) -> Value:
    # Its node stands where "is" does.
    found = _IS.match(compiler.source, node.lineno)
    return _called(compiler, node, test_named(node.name, found.end() if found else node.lineno), f'test "{node.name}"')


def _called(compiler: Compiler, node: nodes.Filter | nodes.Test, callee: Callee, what: str) -> Value:
    at, escape = node.lineno, compiler.escape
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        forbid('must not use "*"', at)
    assert node.node is not None
    value = compiler.compile(node.node)
    args = [compiler.compile(arg) for arg in node.args]
    named = [(str(keyword.key), compiler.compile(keyword.value)) for keyword in node.kwargs]
    callee.check_arguments(len(args), [name for name, _ in named], what, at)
    call, lenient = callee.call, callee.lenient

    def apply(run: Run) -> Any:
        run.check(at)
        found = value(run)
        given = [arg(run) for arg in args]
        by_name = {name: arg(run) for name, arg in named}
        if not lenient:
            for needs in (found, *given, *by_name.values()):
                if type(needs) is Missing:
                    raise needs.stop()
        try:
            result = run.made(call(run.context, escape, found, *given, **by_name), at)
        except Unusable as error:
            raise Stop(error.code, f"{what} {error}", at) from None
        # `first` of a list may be null, which counts as missing.
        return Missing(None, at, f"{what} found nothing") if result is None or result is NOTHING else result

    return apply


def forbidden(compiler: Compiler, node: nodes.Call) -> NoReturn:
    name, at = _callee(node.node)
    hint = "" if name is None else f' "{name}"'
    tail = (name or "").rpartition(".")[2]
    instead = f": write | {tail}" if "." in (name or "") else ""
    forbid(f"must not call{hint}{instead if tail in FILTERS else ''}; there are filters for what is needed", at)


def _callee(node: nodes.Node) -> tuple[str | None, int]:
    names: list[str] = []
    while isinstance(node, nodes.Getattr):
        names.insert(0, node.attr)
        node = node.node
    return (".".join([node.name, *names]) if isinstance(node, nodes.Name) else None), node.lineno
