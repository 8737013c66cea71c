"""C2PA manifests: who signed a file, with what it says to have been made, and whether the signature verifies."""

from __future__ import annotations

import json
import re
from typing import IO, Any

from detectors.errors import UnreadableMedia
from detectors.media.sniff import with_article
from detectors.provenance.claims import DAMAGE, MAX_METADATA_BYTES, Found, one_line

_C2PA_TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp", "WAV sound": "audio/wav", "FLAC sound": "audio/flac",
    "MP3 sound": "audio/mpeg", "M4A sound": "audio/mp4", "MP4 video": "video/mp4", "AVI video": "video/avi",
}  # fmt: skip
# By default the library would fetch manifests from an address in the file: that tells a stranger who looks at it.
_C2PA_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def read_manifests(source: IO[bytes], kind: str, found: Found) -> None:
    """Adds what the manifests of an open file say, and a note on what the signature is worth."""
    if kind not in _C2PA_TYPES:
        found.note(f"C2PA manifests are not looked for in {with_article(kind)}.")
        return
    try:
        store = _manifest_store(source, _C2PA_TYPES[kind])
        if store is not None:
            _manifest_claims(json.loads(store), found)
    except UnreadableMedia as error:
        found.note(str(error))
    except DAMAGE:
        found.note("A C2PA manifest is in the file, but it is not laid out as it should be.")


def _manifest_store(source: IO[bytes], mime_type: str) -> str | None:
    """The manifests of an open file and whether they verify, as JSON; None: there are none.

    Raises:
        UnreadableMedia: they cannot be read; the message is a sentence for the reader.
    """
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError) as error:  # the last two: its library is missing or does not load
        raise UnreadableMedia(
            "C2PA manifests were not looked for: the package c2pa-python is not installed."
        ) from error
    try:
        source.seek(0)
        with (
            c2pa.Context.from_dict(_C2PA_OFFLINE) as context,
            c2pa.Reader(mime_type, source, context=context) as reader,
        ):
            store = reader.json()
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        if str(error).startswith("Remote"):
            raise UnreadableMedia(
                "The file points to a C2PA manifest on the net, which was not fetched; nothing is fetched from here."
            ) from error
        raise UnreadableMedia(
            "Whether a C2PA manifest is in the file could not be told: the place where it would stand is damaged."
        ) from error
    if len(store) > MAX_METADATA_BYTES:
        raise UnreadableMedia(f"The C2PA manifests are larger than {MAX_METADATA_BYTES >> 20} MB and were not read.")
    return store


def _manifest_claims(store: dict[str, Any], found: Found) -> None:
    _note_validity(store, found)
    active = store["manifests"][store["active_manifest"]]
    tools = active.get("claim_generator_info") or [{"name": active.get("claim_generator") or ""}]
    for tool in tools:
        found.add("C2PA", "made with", f"{tool['name']} {tool.get('version') or ''}")
    found.add("C2PA", "signed by", (active.get("signature_info") or {}).get("issuer") or "")
    for assertion in active.get("assertions", []):
        if assertion["label"].startswith("c2pa.actions"):
            for action in assertion["data"]["actions"]:
                agent = action.get("softwareAgent") or ""
                agent = agent.get("name") or "" if isinstance(agent, dict) else agent
                what = action["action"].removeprefix("c2pa.")
                found.add("C2PA", "action", f"{what} with {agent}" if agent else what)
    for label, manifest in store["manifests"].items():
        # A generated picture that was then edited says so only in the manifest of the picture it was made from.
        name = "digital source type" if label == store["active_manifest"] else "digital source type of an ingredient"
        for value in re.findall(r'igitalSourceType": "([^"]{1,300})"', json.dumps(manifest.get("assertions", []))):
            found.source_type("C2PA", name, value)


def _note_validity(store: dict[str, Any], found: Found) -> None:
    """Says in words what the signature is worth, unless all of it is in order."""
    state = store.get("validation_state")
    if state == "Valid":
        found.note(
            "The C2PA manifest is unaltered and its signature verifies, but no list of trusted signers is kept here: who "
            "signed it is the file's own word."
        )
    elif state != "Trusted":
        codes = [one_line(str(status["code"])) for status in store.get("validation_status") or []]
        if any(code.startswith("assertion.") and code.endswith("ash.mismatch") for code in codes):
            why = "the file was changed after it was signed, or the manifest was taken from another file"
        else:
            why = ", ".join(code for code in codes[:3] if code != "signingCredential.untrusted") or "no reason is given"
        found.note(f"A C2PA manifest is in the file, but it does not verify: {why}. What it says proves nothing.")
