"""The expressions that templates may have, and how each becomes a function of a run. Everything else is forbidden."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import nodes

from notifyhub.rendering import calling, operations, reading
from notifyhub.rendering.compiler import Compiler, Kind
from notifyhub.rendering.escaping import Escaper

KINDS: Mapping[type[nodes.Node], Kind] = {
    nodes.Const: operations.const,
    nodes.List: operations.list_,
    nodes.Tuple: operations.list_,
    nodes.Dict: operations.dict_,
    nodes.Name: reading.variable,
    nodes.Getattr: reading.chain,
    nodes.Getitem: reading.chain,
    nodes.Add: operations.plus,
    nodes.Sub: operations.arithmetic,
    nodes.Mul: operations.arithmetic,
    nodes.Div: operations.arithmetic,
    nodes.FloorDiv: operations.arithmetic,
    nodes.Mod: operations.arithmetic,
    nodes.Neg: operations.sign,
    nodes.Pos: operations.sign,
    nodes.Concat: operations.concat,
    nodes.Compare: operations.compare,
    nodes.And: operations.and_,
    nodes.Or: operations.or_,
    nodes.Not: operations.not_,
    nodes.CondExpr: operations.choice,
    nodes.Filter: calling.filter_,
    nodes.Test: calling.test,
    nodes.Call: calling.forbidden,
}


def compiler_of(source: str, escape: Escaper) -> Compiler:
    """What compiles the expressions of one template."""
    return Compiler(source, escape, KINDS)
