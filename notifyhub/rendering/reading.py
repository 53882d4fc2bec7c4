"""Variables in the tree: names, attributes and items, and what may be asked of a loop."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import nodes

from notifyhub.rendering import access
from notifyhub.rendering.compiler import Compiler, forbid
from notifyhub.rendering.run import Value
from notifyhub.rendering.scope import Scope


def variable(compiler: Compiler, node: nodes.Name) -> Value:
    return _read(compiler, node, [node.name])


def _read(compiler: Compiler, node: nodes.Name, path: list[str]) -> Value:
    """A name; `path` is what of it is read if it comes from outside."""
    compiler.allow(node.name, node.lineno)
    certain, holders = False, []
    for number, certain in compiler.scope.holders(node.name):  # noqa: B007
        holders.append(number)
    value: Value | None = None
    if not certain:
        compiler.reads.add(path, node.lineno)
        value = access.variable(node.name, node.lineno)
    for number in reversed(holders):
        value = access.slot(number, node.name, node.lineno, value)
    assert value is not None
    return value


def chain(compiler: Compiler, node: nodes.Getattr | nodes.Getitem) -> Value:
    """A chain such as `attributes.city`, from its root."""
    links: list[nodes.Getattr | nodes.Getitem] = []
    root: nodes.Node = node
    while isinstance(root, nodes.Getattr | nodes.Getitem):
        links.insert(0, root)
        compiler.enter(root.lineno)
        root = root.node
    for _ in links:
        compiler.leave()
    keys = [_key(link) for link in links]
    if isinstance(root, nodes.Name) and root.name == "loop" and (loop := compiler.scope.innermost_loop):
        return _turn(compiler, loop, keys, root.lineno)
    fixed = _fixed(compiler, links, keys)
    path = root.name if isinstance(root, nodes.Name) else "…"
    value = _read(compiler, root, [path, *fixed]) if isinstance(root, nodes.Name) else compiler.compile(root)
    for link, key in zip(links, keys, strict=True):
        if key is None:
            value = _item(compiler, link, value, path, root.lineno)
            path += "[…]"
        else:
            path += f".{key}" if isinstance(key, str) else f"[{key}]"
            value = access.key(value, key, path, root.lineno)
    return value


def _fixed(compiler: Compiler, links: Sequence[nodes.Node], keys: Sequence[str | int | None]) -> Sequence[str]:
    """The keys of a path that can be known beforehand."""
    fixed = []
    for link, key in zip(links, keys, strict=True):
        if isinstance(key, str) and key.startswith("_"):
            compiler.allow(key, compiler.source.find(key, link.lineno))
    for key in keys:
        if not isinstance(key, str):
            break
        fixed.append(key)
    return fixed


def _turn(compiler: Compiler, loop: Scope, keys: Sequence[str | int | None], at: int) -> Value:
    [wanted, *more] = keys
    if more or wanted not in access.TURNS:
        forbid(f"must not use this of a loop: there are {', '.join(access.TURNS)}", at)
    loop.turns = True
    assert loop.loop is not None
    return access.turn(loop.loop, str(wanted))


def _item(compiler: Compiler, link: nodes.Node, value: Value, path: str, at: int) -> Value:
    assert isinstance(link, nodes.Getitem)
    wanted = link.arg
    if not isinstance(wanted, nodes.Slice):
        return access.item(value, compiler.compile(wanted), path, at)
    if wanted.step is not None:
        forbid("must not use steps in brackets", wanted.lineno)
    first, end = (None if bound is None else compiler.compile(bound) for bound in (wanted.start, wanted.stop))
    return access.part(value, first, end, at)


def _key(link: nodes.Getattr | nodes.Getitem) -> str | int | None:
    """The key that a link of a chain names, if it is in writing."""
    if isinstance(link, nodes.Getattr):
        return str(link.attr)
    arg = link.arg
    return arg.value if isinstance(arg, nodes.Const) and type(arg.value) in (str, int) else None
