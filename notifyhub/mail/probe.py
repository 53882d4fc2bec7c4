"""Is the mail server there, and does it let us in?"""

from __future__ import annotations

import asyncio

from notifyhub.mail.account import MailAccount
from notifyhub.mail.connection import MailConnection
from notifyhub.mail.replies import Unreachable


def probe(account: MailAccount, timeout_s: float) -> None:
    """Connect, encrypt and log in, but send nothing. Blocks for up to `timeout_s` seconds.

    Raises NotHandedOver, which says why it would not work, or SettingsError.
    """
    asyncio.run(_probed(account, timeout_s))


async def _probed(account: MailAccount, timeout_s: float) -> None:
    connection = MailConnection(account, account.trust())
    try:
        async with asyncio.timeout(timeout_s):
            await connection.open()
    except TimeoutError:
        raise Unreachable(f"no answer within {timeout_s:g} s") from None
    finally:
        connection.close()
