"""webhook create, list, show, update, rotate, test, posts, replay, retry, delete."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from notifyhub_cli.output import AsJson, Exit, leave, show_json, show_table, told_in_one_line
from notifyhub_cli.target import reading

if TYPE_CHECKING:
    from notifyhub import answers

LOOK_AGAIN_S = 0.2
app = typer.Typer(
    help="""Have events posted to URLs of yours, signed as Standard Webhooks describe.

    \b
    Examples:
      notifyhub webhook create https://shop.example/hooks --event "delivery.*" --event person.wrote
      notifyhub webhook test 1
      notifyhub webhook posts 1 --state dead
      notifyhub webhook replay 1 --since 2026-11-28T09:00Z
    """,
    no_args_is_help=True,
)
Id = Annotated[int, typer.Argument(metavar="ID", help="From `notifyhub webhook list`.")]
Events = Annotated[
    list[str] | None,
    typer.Option("--event", help='A type such as delivery.failed, or a pattern such as "mailing.*"; may be repeated.'),
]
Channel = Annotated[
    list[str] | None, typer.Option(help="Only events about this channel; may be repeated [default: all].")
]
Mailing = Annotated[int | None, typer.Option(help="Only events about this mailing [default: all].")]


@app.command()
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="A public https:// URL.")],
    event: Events = None,
    channel: Channel = None,
    mailing: Mailing = None,
    description: Annotated[str | None, typer.Option(help="A note for people.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have events posted to a URL. The secret that signs the posts is shown once.

    \b
    Examples:
      notifyhub webhook create https://shop.example/hooks
      notifyhub webhook create https://shop.example/hooks --event delivery.failed --channel telegram
    """
    with told_in_one_line(), reading() as hub:
        made = hub.webhooks.create(url, event or ["*"], channels=channel, mailing_id=mailing, description=description)
    if as_json:
        show_json(made)
    else:
        typer.echo(f"webhook {made.id}")
        typer.echo(made.secret)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all webhooks.

    \b
    Example:
      notifyhub webhook list
    """
    with told_in_one_line(), reading() as hub:
        found = hub.webhooks.list()
    if as_json:
        show_json(found)
    else:
        _show_all(found)


@app.command()
def show(id_: Id, as_json: AsJson = False) -> None:
    """Show a webhook.

    \b
    Example:
      notifyhub webhook show 1 --json
    """
    with told_in_one_line(), reading() as hub:
        _show(hub.webhooks.get(id_), as_json)


@app.command()
def update(
    id_: Id,
    url: Annotated[str | None, typer.Option(help="The new URL.")] = None,
    event: Events = None,
    channel: Channel = None,
    mailing: Mailing = None,
    description: Annotated[str | None, typer.Option(help="A note for people.")] = None,
    enable: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Post to it, or post nothing until it is enabled again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change, enable or disable a webhook. Options that are not given change nothing.

    \b
    Examples:
      notifyhub webhook update 1 --event "delivery.*" --event "mailing.*"
      notifyhub webhook update 1 --disable
    """
    given = {
        "url": url,
        "events": event,
        "channels": channel,
        "mailing_id": mailing,
        "description": description,
        "enabled": enable,
    }
    with told_in_one_line(), reading() as hub:
        changed = hub.webhooks.update(id_, **{name: value for name, value in given.items() if value is not None})
        _show(changed, as_json)


@app.command()
def rotate(id_: Id, as_json: AsJson = False) -> None:
    """Make a new secret, which is shown once. The former one signs too for a day.

    \b
    Example:
      notifyhub webhook rotate 1
    """
    with told_in_one_line(), reading() as hub:
        changed = hub.webhooks.rotate(id_)
    if as_json:
        show_json(changed)
    else:
        typer.echo(changed.secret)


@app.command("test")
def post_test(
    id_: Id,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the answer.", min=0, max=3600)] = 20.0,
    as_json: AsJson = False,
) -> None:
    """Post a test event, and show the answer. A process that delivers must be running.

    \b
    Example:
      notifyhub webhook test 1
    """
    with told_in_one_line(), reading() as hub:
        post = hub.webhooks.test(id_)
        ends = time.monotonic() + wait
        while not post.tries and time.monotonic() < ends:
            time.sleep(LOOK_AGAIN_S)
            (post,) = hub.webhooks.posts(id_, before=post.id + 1, limit=1)
    if as_json:
        show_json(post)
    elif post.tries:
        _show_posts([post])
    if not post.tries:
        leave(Exit.TIMED_OUT, f"nobody has posted it within {wait:g} s: is `notifyhub serve` or `worker` running?")
    if post.state != "posted":
        raise typer.Exit(Exit.FAILED)


@app.command()
def posts(
    id_: Id,
    state: Annotated[str | None, typer.Option(help="waiting, posting, posted or dead.")] = None,
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100_000)] = 20,
    as_json: AsJson = False,
) -> None:
    """List the events for a webhook with the last answer to each, newest first.

    \b
    Example:
      notifyhub webhook posts 1 --state dead
    """
    with told_in_one_line(), reading() as hub:
        found = hub.webhooks.posts(id_, state=state, limit=limit)
    if as_json:
        show_json(found)
    else:
        _show_posts(found)


@app.command()
def replay(
    id_: Id,
    event_id: Annotated[str | None, typer.Option("--id", help="Only this event.")] = None,
    since: Annotated[str | None, typer.Option(help="All from this time on: ISO 8601 with an offset.")] = None,
    until: Annotated[str | None, typer.Option(help="With --since: before this time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Post events once more, with the same ids: one, or all that the webhook wants from a time on.

    \b
    Examples:
      notifyhub webhook replay 1 --since 2026-11-28T09:00Z
      notifyhub webhook replay 1 --id 01a1fdc9-524d-7b3c-9d2f-7a0000000011
    """
    with told_in_one_line(), reading() as hub:
        _show_again(hub.webhooks.replay(id_, event_id, since=since, until=until), as_json)


@app.command()
def retry(id_: Id, as_json: AsJson = False) -> None:
    """Try at once what was given up, and what waits for its next try.

    \b
    Example:
      notifyhub webhook retry 1
    """
    with told_in_one_line(), reading() as hub:
        _show_again(hub.webhooks.retry(id_), as_json)


@app.command()
def delete(id_: Id, as_json: AsJson = False) -> None:
    """Delete a webhook, and what is still to be posted to it.

    \b
    Example:
      notifyhub webhook delete 1
    """
    with told_in_one_line(), reading() as hub:
        done = hub.webhooks.delete(id_)
    if as_json:
        show_json(done)
    else:
        typer.echo(f"deleted webhook {done.id}; {done.dropped:,} events were still to be posted to it")


def _show(webhook: answers.Webhook, as_json: bool) -> None:
    if as_json:
        show_json(webhook)
    else:
        _show_all([webhook])


def _show_all(found: list[answers.Webhook]) -> None:
    rows = [
        (
            w.id,
            w.url,
            " ".join(w.events),
            " ".join(w.channels or ()),
            w.mailing_id,
            "enabled" if w.enabled else f"disabled: {w.disabled_reason}",
            w.failing_since,
            w.description,
        )
        for w in found
    ]
    show_table(("id", "url", "events", "channels", "mailing", "state", "failing since", "description"), rows)


def _show_posts(found: list[answers.Post]) -> None:
    rows = []
    for post in found:
        last = post.tries[-1] if post.tries else None
        told = (None,) * 3 if last is None else (last.status, f"{last.duration_ms} ms", last.error or last.answer[:60])
        rows.append((post.id, post.event_type, post.event_id, post.state, len(post.tries), *told, post.due_at))
    show_table(("id", "event", "event id", "state", "tries", "status", "took", "answer", "next try"), rows)


def _show_again(done: answers.Reposted, as_json: bool) -> None:
    if as_json:
        show_json(done)
    else:
        typer.echo(f"{done.posts:,} events are posted to webhook {done.id} once more")
