"""key create, list, revoke."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run


def test_create_prints_the_key_and_nothing_else(run: Run) -> None:
    ended = run("key", "create", "--name", "shop", "--scope", "send")

    assert ended.code == 0
    assert ended.out.startswith("nh_")
    assert len(ended.out.split()) == 1


def test_create_as_json_holds_the_key(run: Run) -> None:
    made = run("key", "create", "--name", "N", "--scope", "admin", "--json").json

    assert made["key"].startswith("nh_")
    assert (made["id"], made["name"], made["scopes"]) == (1, "N", ["admin"])


def test_list_never_holds_a_key(run: Run) -> None:
    made = run("key", "create", "--name", "shop", "--scope", "send", "--scope", "read", "--json").json

    listed = run("key", "list", "--json")

    assert [(key["name"], key["scopes"]) for key in listed.json] == [("shop", ["send", "read"])]
    assert made["key"] not in listed.out
    assert made["key"] not in run("key", "list").out


def test_a_revoked_key_is_listed_as_such_and_cannot_be_revoked_again(run: Run) -> None:
    run("key", "create", "--name", "shop", "--scope", "send")

    assert run("key", "revoke", "1").out == "revoked key 1\n"
    assert "revoked_at" in run("key", "list", "--json").json[0]
    again = run("key", "revoke", "1")
    assert (again.code, again.complaint) == (3, "there is no live key 1")


@pytest.mark.parametrize("id_", ["9", "0", "99999999999999999999999"])
def test_a_key_that_is_not_there_ends_with_3(run: Run, id_: str) -> None:
    ended = run("key", "revoke", id_)

    assert (ended.code, ended.complaint) == (3, f"there is no live key {id_}")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--name", "", "--scope", "send"], "--name: must not be empty"),
        (["--name", "a\nb", "--scope", "send"], "--name: takes at most 255 characters"),
        (["--name", "shop", "--scope", "all"], "--scope: there is no 'all'; there are send, read, metrics, admin"),
        (["--name", "shop"], "Missing option '--scope'"),
        (["--scope", "send"], "Missing option '--name'"),
    ],
)
def test_a_wrong_key_is_not_made(run: Run, arguments: list[str], reason: str) -> None:
    ended = run("key", "create", *arguments)

    assert ended.code == 2
    assert ended.complaint.startswith(reason)
    assert run("key", "list", "--json").json == []


def test_a_key_may_have_an_end_and_a_limit_of_its_own(run: Run) -> None:
    options = ("--expires-at", "2126-12-01T10:00:00+03:00", "--rate-limit", "60")

    made = run("key", "create", "--name", "audit", "--scope", "read", *options, "--json").json

    assert (made["expires_at"], made["rate_limit"]) == ("2126-12-01T07:00:00Z", 60)
    assert "2126-12-01 07:00:00Z" in run("key", "list").out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--expires-at", "2020-01-01T00:00Z"], "--expires-at: is in the past"),
        (["--expires-at", "tomorrow"], "--expires-at: must be a date and time in ISO 8601"),
        (["--rate-limit", "0"], "--rate-limit: must be at least 1"),
    ],
)
def test_a_wrong_end_or_limit_is_told(run: Run, options: list[str], reason: str) -> None:
    ended = run("key", "create", "--name", "audit", "--scope", "read", *options)

    assert ended.code == 2
    assert ended.complaint.startswith(reason)


def test_serving_without_keys_is_refused_where_others_could_connect(run: Run) -> None:
    ended = run("serve", "--host", "0.0.0.0", "--port", "0", auth="none")

    assert ended.code == 2
    assert ended.complaint.startswith(
        "NOTIFYHUB_AUTH: none is allowed only on a loopback address, and 0.0.0.0 is not one"
    )
