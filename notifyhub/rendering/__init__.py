"""Texts with variables: jinja2's language within bounds. Knows nothing of the store, of mailings or of HTTP.

docs/templates.md tells of the language. jinja2 reads a template, and the tree is turned into functions: nothing is ever
compiled to Python, and what is not in the tables of `statements` and `expressions` cannot be run.
"""

from notifyhub.rendering.compiled import Compiled, compiled
from notifyhub.rendering.escaping import Escape
from notifyhub.rendering.faults import TemplateFault
from notifyhub.rendering.run import Context

__all__ = ["Compiled", "Context", "Escape", "TemplateFault", "compiled"]
