"""All tables of the store, found by the names of the modules that describe them."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from peewee import Model

from notifyhub import store


@lru_cache(1)
def every_model() -> tuple[type[Model], ...]:
    """The models of all modules `models` and `*_models`, in the order of their tables' names."""
    names = sorted(module.name for module in iter_modules(store.__path__) if module.name.endswith("models"))
    found = [model for name in names for model in import_module(f"{store.__name__}.{name}").MODELS]
    return tuple(sorted(found, key=lambda model: str(model._meta.table_name)))
