"""The verbs of the directory of clients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from notifyhub.verbs.calls import as_arguments
from notifyhub.verbs.erasures import ErasureVerbs
from notifyhub.verbs.files import Table, Target

if TYPE_CHECKING:
    from notifyhub import answers

Texts = str | Sequence[str] | None


class ClientVerbs(ErasureVerbs, ABC):
    """Managing clients."""

    async def create(
        self,
        phone: str | int,
        *,
        operator_code: str | None = None,
        tags: Sequence[str] = (),
        timezone: str | None = None,
        addresses: Mapping[str, str | int] | None = None,
        attributes: Mapping[str, Any] | None = None,
        opted_out: Sequence[str] | bool = (),
    ) -> answers.Client:
        """Add a client to the directory.

        phone          7XXXXXXXXXX, or another way of writing it
        operator_code  default: digits 2 to 4 of the phone
        timezone       IANA name, or an offset such as +03:00; default: the setting `default_timezone`
        addresses      by channel; WhatsApp and the gateway use the phone if none is given
        attributes     anything else, as JSON
        opted_out      channels on which nothing may be sent; True: all

        Raises InvalidRequest with everything that is wrong, Conflict if a client has this phone already.
        """
        given = {
            "phone": phone,
            "operator_code": operator_code,
            "tags": tags if isinstance(tags, str) else list(tags),
            "timezone": timezone,
            "addresses": dict(addresses or {}),
            "attributes": dict(attributes or {}),
            "opted_out": opted_out if isinstance(opted_out, bool | str) else list(opted_out),
        }
        with as_arguments():
            return await self.create_as(given)

    @abstractmethod
    async def create_as(self, asked: Mapping[str, Any]) -> answers.Client:
        """Add a client given as the members of `POST /api/v1/clients`."""

    @abstractmethod
    async def get(self, id_: int) -> answers.Client:
        """A client. Raises NotFound."""

    @abstractmethod
    async def list(
        self,
        /,
        before: answers.Client | int | None = None,
        limit: int = 100,
        order: Literal["newest", "oldest"] = "newest",
        **filters: Texts,
    ) -> list[answers.Client]:
        """The first clients, or those after the one that was `before`.

        filters: `phone`, `operator_code`, `tag`, `timezone` (one value or several alternatives), and `search`: part of
        a phone, an address or an attribute, or a whole tag. Raises InvalidRequest.
        """

    async def count(self, audience: Mapping[str, Any] | None = None, /) -> answers.AudienceCount:
        """How many clients an audience has now: a filter as in `mailings.create`; None: all clients.

        A million clients take about a second. Raises InvalidRequest.
        """
        with as_arguments():
            return await self.count_as({} if audience is None else {"audience": dict(audience)})

    @abstractmethod
    async def count_as(self, asked: Mapping[str, Any]) -> answers.AudienceCount:
        """Count an audience given as the members of `POST /api/v1/clients/count`."""

    @abstractmethod
    async def import_(
        self,
        file: Table,
        *,
        dry_run: bool = False,
        format: Literal["csv", "jsonl"] | None = None,
        encoding: str | None = None,
        separator: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> answers.Import:
        """Add clients from a table, or change those whose phone is in the directory.

        file       CSV with a head, or JSON Lines: a path, a binary file that can be sought, or its bytes
        dry_run    check everything, store nothing
        progress   called now and then with the number of bytes read

        Of a client who is there, what a row gives is changed. Of `addresses` and `attributes` that is what has a column
        or a member: an empty cell or null removes it, the others stay.
        Format, encoding and separator are recognised if they are not given. Rows that are wrong are left out and named
        in the result. Raises InvalidRequest if it is no table of clients at all.
        """

    @abstractmethod
    async def export(
        self,
        file: Target,
        /,
        *,
        format: Literal["csv", "jsonl"] | None = None,
        excel: bool = False,
        progress: Callable[[int], None] | None = None,
        **filters: Texts,
    ) -> int:
        """Write clients as a table that `import_` takes, in the order in which they were added. Returns how many.

        file      a path, or a binary file
        format    default: by the name of the file, JSON Lines for .jsonl and .ndjson, else CSV
        excel     CSV that a double click opens as a table: with a byte order mark, separated by semicolons
        progress  called now and then with the number of clients written
        filters   as of `list`

        Clients are read in slices, so one that is changed meanwhile is written as it was before or after. Raises
        InvalidRequest, also if the file cannot be opened, and what the file raises.
        """

    async def update(self, id_: int, /, **members: Any) -> answers.Client:
        """Change a client: the arguments of `create`; those left out stay as they are, None restores the default.

        Raises InvalidRequest, NotFound, and Conflict if another client has the phone.
        """
        with as_arguments():
            return await self.update_as(id_, members)

    @abstractmethod
    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Client:
        """Change a client as the members of `PATCH /api/v1/clients/{id}` say."""

    @abstractmethod
    async def delete(self, id_: int) -> answers.DeletedClient:
        """Delete a client. What has not been sent is cancelled; the history stays, without addresses.

        Raises NotFound.
        """
