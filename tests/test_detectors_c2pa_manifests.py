"""C2PA manifests in pictures and videos: whole, damaged, signed by a made-up authority, and on the net."""

import datetime as dt
import json
import sys

import pytest
from drawn_clips import numbered, write_video
from PIL import Image

from detectors.provenance import Claim, c2pa_manifests, read_provenance

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def picture(path):
    Image.new("RGB", (48, 32), (90, 120, 150)).save(path)
    return path


def test_a_format_that_holds_no_manifests_says_so(tmp_path):
    path = write_video(tmp_path / "a.mkv", map(numbered, range(3)))
    assert "C2PA manifests are not looked for in a WebM or Matroska video." in read_provenance(path).notes


def test_without_the_package_a_note_says_that_manifests_were_not_looked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    said = read_provenance(picture(tmp_path / "a.jpg"))
    assert said.notes == ("C2PA manifests were not looked for: the package c2pa-python is not installed.",)


def store_of(state, codes=(), **more):
    manifest = {"claim_generator_info": [{"name": "ChatGPT"}], "signature_info": {"issuer": "OpenAI OpCo, LLC"}, **more}
    status = [{"code": code} for code in codes]
    return {
        "active_manifest": "m",
        "manifests": {"m": manifest},
        "validation_state": state,
        "validation_status": status,
    }


def read_store(tmp_path, monkeypatch, store):
    text = store if isinstance(store, str) else json.dumps(store)
    monkeypatch.setattr(c2pa_manifests, "_manifest_store", lambda source, mime_type: text)
    return read_provenance(picture(tmp_path / "a.jpg"))


def test_a_trusted_manifest_needs_no_note(tmp_path, monkeypatch):
    said = read_store(tmp_path, monkeypatch, store_of("Trusted"))
    assert said.claims == (
        Claim("C2PA", "made with", "ChatGPT", "generator"),
        Claim("C2PA", "signed by", "OpenAI OpCo, LLC", "generator"),
    )
    assert said.notes == ()


def test_a_signature_that_does_not_verify_gives_its_codes(tmp_path, monkeypatch):
    said = read_store(
        tmp_path, monkeypatch, store_of("Invalid", ["signingCredential.untrusted", "claimSignature.mismatch"])
    )
    assert said.notes == (
        "A C2PA manifest is in the file, but it does not verify: claimSignature.mismatch. What it says proves nothing.",
    )


def test_the_generated_picture_behind_an_edited_one_is_told(tmp_path, monkeypatch):
    action = {"action": "c2pa.created", "digitalSourceType": TRAINED}
    store = store_of("Trusted", claim_generator_info=[{"name": "Photoshop"}])
    store["manifests"]["older"] = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}]}
    said = read_store(tmp_path, monkeypatch, store)
    assert said.claims[-1] == Claim(
        "C2PA", "digital source type of an ingredient", "trainedAlgorithmicMedia", "generator"
    )


@pytest.mark.parametrize(
    "store",
    ["{", "[]", "null", "{}", "[" * 100_000, {"active_manifest": [], "manifests": {}}, {"active_manifest": "m", "manifests": {"m": {"assertions": [3]}}}],
)  # fmt: skip
def test_a_manifest_of_any_other_layout_gives_a_note(tmp_path, monkeypatch, store):
    said = read_store(tmp_path, monkeypatch, store)
    assert "A C2PA manifest is in the file, but it is not laid out as it should be." in said.notes


@pytest.fixture(scope="module")
def sign():
    """A function that signs a file as a generator would, with a certificate of a made-up authority."""
    c2pa = pytest.importorskip("c2pa")
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)

    def certificate(common_name, subject_key, is_root):
        names = [
            x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Test Signers"), x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
            for name in (common_name, "Root")
        ]  # fmt: skip
        use = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False
        )  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(names[0])
            .issuer_name(names[1])
            .public_key(subject_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_root, None), True)
            .add_extension(x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, **use), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(subject_key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
        )
        if not is_root:
            made = made.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        return made.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    chain = certificate("Jane Roe", key, False) + certificate("Root", root_key, True)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    action = {
        "action": "c2pa.created",
        "softwareAgent": {"name": "Adobe Firefly"},
        "digitalSourceType": TRAINED,
    }
    manifest = {
        "claim_generator_info": [{"name": "Adobe_Firefly", "version": "1.2"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }

    def sign_file(path, mime_type, remote=False):
        signed = path.with_name(f"signed_{path.name}")
        with (
            c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, pem, None)) as signer,
            c2pa.Context() as context,
            c2pa.Builder(json.dumps(manifest), context=context) as builder,
            path.open("rb") as source,
            signed.open("w+b") as target,
        ):
            if remote:
                builder.set_no_embed()
                builder.set_remote_url("http://127.0.0.1:9/a.c2pa")
            builder.sign(signer, mime_type, source, target)
        return signed

    return sign_file


@pytest.mark.parametrize(
    ("name", "mime_type"), [("a.jpg", "image/jpeg"), ("a.png", "image/png"), ("a.webp", "image/webp"), ("a.mp4", "video/mp4")]
)  # fmt: skip
def test_a_signed_file_tells_who_made_it_and_that_the_signer_is_not_known(tmp_path, sign, name, mime_type):
    path = tmp_path / name
    if name.endswith("mp4"):
        write_video(path, map(numbered, range(3)))
    else:
        picture(path)
    said = read_provenance(sign(path, mime_type))
    assert [c for c in said.claims if c.source == "C2PA"] == [
        Claim("C2PA", "made with", "Adobe_Firefly 1.2", "generator"),
        Claim("C2PA", "signed by", "Test Signers", ""),
        Claim("C2PA", "action", "created with Adobe Firefly", "generator"),
        Claim("C2PA", "digital source type", "trainedAlgorithmicMedia", "generator"),
    ]
    assert len(said.notes) == 1 and "no list of trusted signers is kept here" in said.notes[0]
    assert "Roe" not in repr(said)


def test_a_file_that_was_changed_after_signing_does_not_verify(tmp_path, sign):
    path = sign(picture(tmp_path / "a.jpg"), "image/jpeg")
    data = bytearray(path.read_bytes())
    data[-20] ^= 0x55
    path.write_bytes(data)
    said = read_provenance(path)
    assert "it does not verify: the file was changed after it was signed" in said.notes[0]
    assert any(c.points_to == "generator" for c in said.claims)


def test_a_manifest_on_the_net_is_not_fetched(tmp_path, sign):
    said = read_provenance(sign(picture(tmp_path / "a.jpg"), "image/jpeg", remote=True))
    assert "which was not fetched" in said.notes[0]
