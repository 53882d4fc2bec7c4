"""Files in messages: uploaded, named by an earlier file_id, or by an address, which the emulator does not fetch."""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notifyhub.emulator.shared.files import Files, StoredFile
from notifyhub.emulator.shared.forms import OCTETS, Upload
from notifyhub.emulator.shared.strictness import Strictness
from notifyhub.emulator.shared.wire import Answer
from notifyhub.emulator.telegram.answers import Refused, bad
from notifyhub.emulator.telegram.fields import ATTACHED, Fields

MEGABYTE = 1 << 20
WRONG_FILE = "wrong file identifier/HTTP URL specified"
DOWNLOAD_LIMIT = 20 * MEGABYTE
FILE_ID = re.compile(r"[A-Za-z0-9_-]{20,255}")
ADDRESS = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its parameter and key in a message, the beginning of its ids, its folder and most bytes."""

    name: str
    prefix: str
    folder: str
    media_type: str
    captioned: bool = True
    most_bytes: int = 50 * MEGABYTE

    @property
    def called(self) -> str:
        """The name used in errors."""
        return self.name.replace("_", " ")


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("photo", "AgAC", "photos", "image/jpeg", most_bytes=10 * MEGABYTE),
        Kind("document", "BQAC", "documents", OCTETS),
        Kind("video", "BAAC", "videos", "video/mp4"),
        Kind("audio", "CQAC", "music", "audio/mpeg"),
        Kind("voice", "AwAC", "voice", "audio/ogg"),
        Kind("animation", "CgAC", "animations", "video/mp4"),
        Kind("video_note", "DQAC", "video_notes", "video/mp4", captioned=False),
        Kind("sticker", "CAAC", "stickers", "image/webp", captioned=False),
    )
}


class Media:
    """Stores uploads and describes them in messages."""

    def __init__(self, files: Files, strictness: Strictness) -> None:
        self._files = files
        self._strictness = strictness

    def check(self, bot_id: int, fields: Fields, kind: Kind, name: str) -> None:
        """Raise `Refused` unless there is a usable file in the parameter `name`.

        Lenient: a file_id that this emulator never gave is one that the bot has from the real Telegram.
        """
        upload = fields.upload(name)
        if upload is not None and not upload.data:
            raise bad("file must be non-empty")
        if upload is not None and len(upload.data) > kind.most_bytes:
            raise Refused(413, "Request Entity Too Large")
        text = fields.text(name)
        if upload is None and (not text or text.startswith(ATTACHED)):
            raise bad(f"there is no {kind.called} in the request")
        if upload is None and not (FILE_ID.fullmatch(text) or ADDRESS.fullmatch(text)):
            raise bad(WRONG_FILE)
        strict = upload is None and self._strictness.telegram.known_files_only and not ADDRESS.fullmatch(text)
        if strict and self._files.get(text, str(bot_id)) is None:
            raise bad(WRONG_FILE)

    def content(self, bot_id: int, fields: Fields, kind: Kind, name: str) -> dict[str, Any]:
        """The file as part of a message. After `check`."""
        upload = fields.upload(name)
        if upload is not None:
            return _DESCRIBED[kind.name](fields, self._put(bot_id, kind, upload))
        text = fields.text(name)
        known = self._files.get(text, str(bot_id))
        file = known or StoredFile(_new_id(kind) if "/" in text else text, str(bot_id), "", kind.media_type, b"")
        return _DESCRIBED[kind.name](fields, file)

    def find(self, bot_id: int, file_id: str) -> StoredFile:
        """The file of getFile. Raises `Refused`."""
        if not file_id:
            raise bad("file_id not specified")
        file = self._files.get(file_id, str(bot_id))
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(file) > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        return file

    def download(self, bot_id: int, path: str) -> Answer:
        """The bytes behind a `file_path`."""
        file_id = path.rpartition("/")[2].partition(".")[0]
        file = self._files.get(file_id, str(bot_id))
        if file is None:
            return Refused(404, "Not Found").answer()
        return Answer(status=200, body=file.data, content_type=OCTETS.encode())

    def _put(self, bot_id: int, kind: Kind, upload: Upload) -> StoredFile:
        given = upload.content_type if upload.content_type != OCTETS else None
        media_type = given or mimetypes.guess_type(upload.name)[0] or kind.media_type
        return self._files.put(
            upload.data, owner=str(bot_id), name=upload.name, content_type=media_type, file_id=_new_id(kind)
        )


def described(file: StoredFile) -> dict[str, Any]:
    """A file as getFile gives it; `file_path` leads to its bytes."""
    kind = next((kind for kind in KINDS.values() if file.id.startswith(kind.prefix)), KINDS["document"])
    ending = mimetypes.guess_extension(file.content_type) or ""
    return _base(file) | {"file_path": f"{kind.folder}/{file.id}{ending}"}


def _new_id(kind: Kind) -> str:
    return f"{kind.prefix}AgI{secrets.token_urlsafe(36)}"


def _base(file: StoredFile) -> dict[str, Any]:
    base: dict[str, Any] = {"file_id": file.id, "file_unique_id": f"AQAD{file.id[-12:]}"}
    return base | {"file_size": len(file)} if file.data else base


def _named(file: StoredFile) -> dict[str, Any]:
    name = {"file_name": file.name} if file.name else {}
    return _base(file) | name | {"mime_type": file.content_type}


def _photo(_: Fields, file: StoredFile) -> dict[str, Any]:
    return {"photo": [_base(file) | {"width": 90, "height": 90}]}


def _document(_: Fields, file: StoredFile) -> dict[str, Any]:
    return {"document": _named(file)}


def _moving(fields: Fields, file: StoredFile) -> dict[str, Any]:
    size = {name: fields.number(name, 90) for name in ("width", "height")}
    return _named(file) | size | {"duration": fields.number("duration")}


def _video(fields: Fields, file: StoredFile) -> dict[str, Any]:
    return {"video": _moving(fields, file)}


def _animation(fields: Fields, file: StoredFile) -> dict[str, Any]:
    # An animation is also a document, for clients that are older than animations.
    return {"animation": _moving(fields, file), "document": _named(file)}


def _audio(fields: Fields, file: StoredFile) -> dict[str, Any]:
    about = {name: fields[name] for name in ("performer", "title") if fields.text(name)}
    return {"audio": _named(file) | {"duration": fields.number("duration")} | about}


def _voice(fields: Fields, file: StoredFile) -> dict[str, Any]:
    voice = _base(file) | {"duration": fields.number("duration"), "mime_type": file.content_type}
    return {"voice": voice}


def _video_note(fields: Fields, file: StoredFile) -> dict[str, Any]:
    return {"video_note": _base(file) | {"length": fields.number("length", 240), "duration": fields.number("duration")}}


def _sticker(fields: Fields, file: StoredFile) -> dict[str, Any]:
    emoji = {"emoji": fields["emoji"]} if fields.text("emoji") else {}
    about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": _base(file) | about | emoji}


_DESCRIBED: dict[str, Callable[[Fields, StoredFile], dict[str, Any]]] = {
    "photo": _photo,
    "document": _document,
    "video": _video,
    "audio": _audio,
    "voice": _voice,
    "animation": _animation,
    "video_note": _video_note,
    "sticker": _sticker,
}
