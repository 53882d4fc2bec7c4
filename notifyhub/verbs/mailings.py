"""The verbs of mailings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from notifyhub.verbs.calls import Channels, To, as_arguments, as_asked, people

if TYPE_CHECKING:
    from notifyhub import answers

Moment = datetime | str | None

_PREVIEWED = {"name", "text", "channels", "audience", "reach", "send_window", "deduplicate", "options"}
_OF_TEMPLATES = {"template", "template_version", "language", "variables"}


class MailingVerbs(ABC):
    """Managing mailings."""

    async def create(
        self,
        /,
        name: str,
        text: str | None = None,
        channels: Channels = (),
        *,
        template: str | None = None,
        variables: Mapping[str, Any] | None = None,
        language: str | None = None,
        audience: Mapping[str, Any] | None = None,
        starts_at: Moment = None,
        ends_at: Moment = None,
        send_window: Mapping[str, Any] | None = None,
        reach: Literal["first", "all"] = "first",
        draft: bool = False,
        **options: Any,
    ) -> answers.Mailing:
        """Create a mailing. It starts by itself at `starts_at`, or at once.

        channels     in the order of preference, or a chain as in `Hub.send`
        template     instead of `text`: the name of a template that each client's text is made from; the mailing keeps
                     the version that is the newest now
        variables    values for the template, besides what each client brings
        language     of the template's variant for clients without the attribute `language`
        audience     a filter such as `{"operator_code": ["903", "905"], "tag": "vip"}`; default: all clients
        send_window  local hours of each client, such as `{"from": "09:00", "to": "21:00"}`
        reach        `first`: the first channel on which a client can be reached; `all`: each of them
        draft        store it only, until it is started

        `options` are the other members of `POST /api/v1/mailings`: `priority`, `rate`, `deduplicate` and so on.
        Raises InvalidRequest with everything that is wrong.
        """
        words: dict[str, Any] = {"text": text, "template": template, "variables": variables, "language": language}
        given: dict[str, Any] = {
            "name": name,
            **{member: value for member, value in words.items() if value is not None},
            "channels": channels if isinstance(channels, str) else as_asked(channels),
            "audience": {} if audience is None else _plain(audience),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "send_window": _plain(send_window),
            "reach": reach,
            "draft": draft,
            **options,
        }
        with as_arguments():
            return await self.create_as(given)

    @abstractmethod
    async def create_as(self, asked: Mapping[str, Any]) -> answers.Mailing:
        """Create a mailing given as the members of `POST /api/v1/mailings`."""

    async def preview(self, id_: int, /) -> answers.Preview:
        """What a stored mailing would do if it started now, or at its start. Raises NotFound."""
        mailing = await self.get(id_)
        said = {"text"} if mailing.template is None else _OF_TEMPLATES
        members = mailing.model_dump(include=_PREVIEWED - {"text"} | said, exclude_none=True, by_alias=True)
        members["starts_at"] = mailing.starts_at
        if mailing.ends_at is not None:
            members["ends_at"] = mailing.ends_at
        with as_arguments():
            return await self.preview_as(members)

    @abstractmethod
    async def preview_as(self, asked: Mapping[str, Any]) -> answers.Preview:
        """What a mailing given as the members of `POST /api/v1/mailings` would do; `name` may be left out.

        Every client of the audience is looked at, so a million take some 20 seconds, and with a template a minute or
        more. Raises InvalidRequest.
        """

    @abstractmethod
    async def get(self, id_: int) -> answers.Mailing:
        """A mailing with its counts. Raises NotFound."""

    @abstractmethod
    async def list(
        self,
        /,
        before: answers.Mailing | int | None = None,
        limit: int = 100,
        status: str | Sequence[str] | None = None,
        order: Literal["newest", "oldest"] = "newest",
        search: str | None = None,
    ) -> list[answers.Mailing]:
        """The first mailings, or those after the one that was `before`.

        `status`: in one of these states. `search`: those whose name, text or reference contains it, in capital or small
        letters. Raises InvalidRequest.
        """

    async def update(self, id_: int, /, **members: Any) -> answers.Mailing:
        """Change a mailing: the members of `create`; those left out stay as they are, None restores the default.

        Before it starts everything can be changed; afterwards only `name`, `ends_at`, `priority`, `rate`, `reference`
        and `metadata`; when it has ended, nothing. Raises InvalidRequest, NotFound, Conflict.
        """
        with as_arguments():
            if "channels" in members:
                members["channels"] = as_asked(members["channels"])
            return await self.update_as(id_, members)

    @abstractmethod
    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Mailing:
        """Change a mailing as the members of `PATCH /api/v1/mailings/{id}` say."""

    async def test(self, id_: int, /, *, clients: Sequence[int] = (), to: To = ()) -> answers.Message:
        """Send the text of a mailing that has not ended to up to 10 people: to see it before everybody else does.

        clients  ids of clients
        to       others, by channel and address as in `send`: `{"telegram": "1067000"}`, or a list of such mappings

        Each gets it on the channels on which the mailing would reach them. It is an ordinary message whose metadata
        are `{"test_of_mailing": id}`. It may be repeated, is no part of the mailing and its statistics, and does not
        keep the mailing from reaching the same people. Raises InvalidRequest, NotFound, Conflict.
        """
        given = {"clients": list(clients), "recipients": people(to)}
        with as_arguments(to):
            return await self.test_as(id_, {name: value for name, value in given.items() if value != []})

    @abstractmethod
    async def test_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Message:
        """Test a mailing as the members of `POST /api/v1/mailings/{id}/test` say."""

    @abstractmethod
    async def start(self, id_: int) -> answers.Mailing:
        """Start a mailing now; a draft with a later `starts_at` is scheduled for it. Raises NotFound, Conflict."""

    @abstractmethod
    async def pause(self, id_: int) -> answers.Mailing:
        """Stop a running mailing until it is resumed. Raises NotFound, Conflict."""

    @abstractmethod
    async def resume(self, id_: int) -> answers.Mailing:
        """Let a paused mailing go on. Raises NotFound, Conflict."""

    @abstractmethod
    async def cancel(self, id_: int) -> answers.CancelledMailing:
        """Cancel a mailing: what has not been sent will not be. Raises NotFound, Conflict if it has ended."""

    @abstractmethod
    async def retry_failed(self, id_: int) -> answers.RetriedMailing:
        """Send again to those for whom it failed, with all attempts available; a finished mailing runs again.

        Raises NotFound, Conflict if it has not started, or was cancelled or is over.
        """

    @abstractmethod
    async def stats(self, id_: int) -> answers.MailingStatistics:
        """The deliveries of a mailing, counted. Raises NotFound."""

    @abstractmethod
    async def delete(self, id_: int) -> answers.CancelledMailing:
        """Cancel a mailing if it has not ended, and hide it; its deliveries stay in statistics. Raises NotFound."""


def _plain(given: Any) -> Any:
    """Any mapping as a dictionary; what is none is left to the check."""
    return dict(given) if isinstance(given, Mapping) else given
