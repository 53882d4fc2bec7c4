"""Media: upload, URL lookup, download, deletion."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlencode

from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.shared.files import Files, StoredFile
from notifyhub.emulator.shared.wire import DIGITS, Answer, Tokens, html
from notifyhub.emulator.whatsapp.asking import Ask
from notifyhub.emulator.whatsapp.errors import AUTH, UPLOAD_FAILED, Envelope, Fault, invalid, ok, required, success

DOWNLOADS = "whatsapp_business"
ADDRESS_LIVES_S = 300
UNIX_DIGITS = 12
MEGABYTE = 1 << 20
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Media type → the most bytes, as in "Supported media types".
TYPES = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"), 16 * MEGABYTE),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MEGABYTE),
    **dict.fromkeys(("video/3gpp", "video/mp4"), 16 * MEGABYTE),
    "image/webp": 500 * 1024,
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        100 * MEGABYTE,
    ),
}


class Media:
    """The media of all numbers, in the emulator's file store."""

    def __init__(self, files: Files, envelope: Envelope, tokens: Tokens) -> None:
        self._files = files
        self._envelope = envelope
        self._tokens = tokens

    def upload(self, ask: Ask) -> Answer:
        if ask.fields.get("messaging_product") != "whatsapp":
            return self._envelope.fault(required("messaging_product"))
        upload = ask.form.upload("file")
        if upload is None:
            return self._envelope.fault(required("file"))
        kind = str(ask.fields.get("type") or upload.content_type).partition(";")[0].strip().lower()
        fault = _fault(kind, len(upload.data))
        if fault:
            return self._envelope.fault(fault)
        media_id = str(self._tokens.next())
        owner = inbox_of(ask.token)
        self._files.put(upload.data, owner=owner, name=upload.name, content_type=kind, file_id=media_id)
        return ok({"id": media_id})

    def find(self, media_id: str, token: str) -> StoredFile | None:
        return self._files.get(media_id, inbox_of(token))

    def look_up(self, ask: Ask, file: StoredFile) -> Answer:
        return ok(
            {
                "messaging_product": "whatsapp",
                "url": ask.call.url(_download_path(file)),
                "mime_type": file.content_type,
                "sha256": hashlib.sha256(file.data).hexdigest(),
                "file_size": len(file.data),
                "id": file.id,
            }
        )

    def download(self, ask: Ask) -> Answer:
        """The bytes, only for the token that uploaded them; URLs expire after five minutes."""
        if not ask.token:
            return self._envelope.fault(Fault(AUTH))
        file = self.find(str(ask.fields.get("mid")), ask.token)
        if file is None or not _is_fresh(str(ask.fields.get("ext"))):
            return html(404, "404 Not Found")
        return Answer(status=200, body=file.data, content_type=file.content_type.encode())

    def delete(self, file: StoredFile) -> Answer:
        self._files.drop(file.id)
        return success()


def _is_fresh(ext: str) -> bool:
    return DIGITS.fullmatch(ext) is not None and len(ext) <= UNIX_DIGITS and int(ext) >= time.time()


def _download_path(file: StoredFile) -> str:
    ext = int(time.time()) + ADDRESS_LIVES_S
    return f"{DOWNLOADS}/attachments/?" + urlencode({"mid": file.id, "ext": ext, "hash": file.id[::-1]})


def _fault(kind: str, size_bytes: int) -> Fault | None:
    if kind not in TYPES:
        known = ", ".join(TYPES)
        return invalid(
            f"Param file must be a file with one of the following types: {known}. Received file of type '{kind}'."
        )
    if not 0 < size_bytes <= TYPES[kind]:
        return Fault(UPLOAD_FAILED, details=f"Files of the type {kind} have 1 to {TYPES[kind]} bytes.")
    return None
