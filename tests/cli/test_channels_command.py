"""channels."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_channels_shows_how_each_is(run_here: Run) -> None:
    run_here("send", "Hi", "--to", "telegram=1", "--wait", "20")

    shown = run_here("channels").out.splitlines()

    assert [line.split()[:2] for line in shown[1:]] == [
        [name, "emulated"] for name in ("telegram", "viber", "whatsapp", "gateway")
    ]
    assert " ok " in shown[1]
    assert run_here("channels", "--json").json[0]["health"]["outcomes"] == {"sent": 1}
