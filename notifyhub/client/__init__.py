"""A client of a notifyhub service: the verbs of `Hub`, over HTTP.

    from notifyhub.client import Client

    with Client("http://127.0.0.1:8000", key="nh_…") as hub:
        hub.send("Hello", to={"telegram": "1067000"})

Importing it starts nothing and needs none of the service's packages.
"""

from notifyhub.client.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]
