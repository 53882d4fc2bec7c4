"""docs/problems.md, made of the table of which the service makes its pages under /problems/.

`make docs` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path

from notifyhub_api.kind import Kind
from notifyhub_api.kinds import KINDS

TARGET = Path(__file__).parents[1] / "docs" / "problems.md"
HEAD = """# Problems

Made by `make docs`. What the REST service refuses it answers with a problem document
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`:

| member | |
| --- | --- |
| `type` | the kind of problem, one of those below, as a reference to be resolved against the address of the service |
| `title` | the phrase of the status |
| `status` | the HTTP status once more |
| `detail` | what was wrong this time, for people |
| `errors` | where it can be said: each thing that is wrong, with its `path`, a `code` for programs and a `message` |

Followed, `type` leads to the paragraph below in the service itself: `GET /problems/invalid-request`, with no key and no
network; `/problems/` lists them all. Compare with it in programs. These names are stable: one that was released is
never changed and never used for anything else, but new ones may come. A program that meets one that it does not know
should go by `status`.

| `type` | status | meaning |
| --- | --- | --- |"""


def document() -> str:
    """All of it."""
    rows = [f"| [`{kind.type}`](#{kind.name}) | {kind.status} | {kind.means} |" for kind in KINDS]
    return "\n\n".join(["\n".join([HEAD, *rows]), *map(_section, KINDS)]) + "\n"


def _section(kind: Kind) -> str:
    example = f"```json\n{json.dumps(kind.example, indent=2)}\n```"
    return "\n\n".join([f"## {kind.name}", f"{kind.status} {kind.title}. {kind.means}", kind.advice, example])


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
