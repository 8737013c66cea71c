"""What pictures, sounds and videos say of their own origin, and what damage does to it."""

import json
import random
import struct
import zlib

import av
import numpy as np
import pytest
from drawn_clips import numbered, write_video
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from detectors.provenance import Claim, pictures, read_provenance
from detectors.provenance.claims import MAX_CLAIMS, MAX_VALUE_CHARS, one_line

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
A1111 = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
COMFYUI = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 1}}})


def packet(attributes):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description ' + attributes + "/></rdf:RDF></x:xmpmeta>"
    ).encode()


def picture(path, **how):
    Image.new("RGB", (48, 32), (90, 120, 150)).save(path, **how)
    return path


def png_with(path, **texts):
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return picture(path, pnginfo=info)


def exif_of(tags, gps=None):
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    if gps:
        exif.get_ifd(0x8825).update(gps)
    return exif


def claims_of(path, source=None):
    return [c for c in read_provenance(path).claims if source in (None, c.source)]


def value_of(path, name):
    return next(c for c in read_provenance(path).claims if c.name == name)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_picture_without_metadata_claims_nothing_and_notes_nothing(tmp_path, suffix):
    pytest.importorskip("c2pa")
    said = read_provenance(picture(tmp_path / f"plain.{suffix}"))
    assert (said.claims, said.notes) == ((), ())


def test_parameters_of_automatic1111_point_to_a_generator(tmp_path):
    claim = value_of(png_with(tmp_path / "a.png", parameters=A1111), "generation parameters")
    assert (claim.source, claim.points_to) == ("PNG text", "generator")
    assert claim.value == " ".join(A1111.split())


@pytest.mark.parametrize("add", ["tEXt", "zTXt", "iTXt", "packed iTXt"])
def test_every_kind_of_png_text_is_read(tmp_path, add):
    info = PngInfo()
    if "iTXt" in add:
        info.add_itxt("parameters", A1111, zip="packed" in add)
    else:
        info.add_text("parameters", A1111, zip=add == "zTXt")
    assert value_of(picture(tmp_path / "a.png", pnginfo=info), "generation parameters").points_to == "generator"


def test_png_text_after_the_pixels_is_read(tmp_path):
    data = picture(tmp_path / "a.png").read_bytes()
    at = data.rindex(b"IEND") - 4
    late = tmp_path / "late.png"
    late.write_bytes(data[:at] + chunk(b"tEXt", b"Software\x00Midjourney") + data[at:])
    assert claims_of(late) == [Claim("PNG text", "software", "Midjourney", "generator")]


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le"])
def test_parameters_in_the_user_comment_of_exif_are_found(tmp_path, suffix, encoding):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\x00" + A1111.encode(encoding)
    claim = value_of(picture(tmp_path / f"a.{suffix}", exif=exif), "generation parameters")
    assert claim == Claim("EXIF", "generation parameters", " ".join(A1111.split()), "generator")


def test_prompt_and_workflow_of_comfyui_point_to_a_generator(tmp_path):
    path = png_with(tmp_path / "a.png", prompt=COMFYUI, workflow=json.dumps({"last_node_id": 9, "nodes": []}))
    assert [c.points_to for c in claims_of(path)] == ["generator", "generator"]


def test_comfyui_in_the_camera_tags_of_a_webp_is_no_camera(tmp_path):
    exif = exif_of({0x0110: f"prompt:{COMFYUI}", 0x010F: 'workflow:{"last_node_id": 9}'})
    (claim,) = claims_of(picture(tmp_path / "a.webp", exif=exif))
    assert (claim.name, claim.points_to) == ("generation parameters", "generator")


def test_a_png_key_that_other_programs_share_proves_no_generator(tmp_path):
    (claim,) = claims_of(png_with(tmp_path / "a.png", parameters="exposure 3 s, binning 2"))
    assert claim.points_to == ""


def test_make_and_model_point_to_a_camera_and_the_artist_is_left_out(tmp_path):
    exif = exif_of({0x010F: "Canon", 0x0110: "Canon EOS R5", 0x013B: "Jane Roe", 0x8298: "Jane Roe"})
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 10:00:00"
    said = read_provenance(picture(tmp_path / "a.jpg", exif=exif))
    assert said.claims == (
        Claim("EXIF", "camera", "Canon EOS R5", "camera"),
        Claim("EXIF", "taken", "2024:05:01 10:00:00", ""),
    )
    assert "Roe" not in repr(said)


def test_a_make_that_the_model_does_not_repeat_is_put_before_it(tmp_path):
    path = picture(tmp_path / "a.png", exif=exif_of({0x010F: "Apple", 0x0110: "iPhone 15"}))
    assert value_of(path, "camera").value == "Apple iPhone 15"


def test_a_make_alone_is_no_camera(tmp_path):
    assert value_of(picture(tmp_path / "a.jpg", exif=exif_of({0x010F: "Canon"})), "camera").points_to == ""


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_coordinates_are_announced_but_not_told(tmp_path, suffix):
    exif = exif_of({0x0112: 1}, gps={1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    said = read_provenance(picture(tmp_path / f"a.{suffix}", exif=exif))
    assert said.claims == (Claim("EXIF", "place", "GPS coordinates are in the file", ""),)
    assert not any(number in repr(said) for number in ("48", "51", "29", "17", "40"))


def test_a_gps_block_without_coordinates_is_no_place(tmp_path):
    assert claims_of(picture(tmp_path / "a.jpg", exif=exif_of({}, gps={0: b"\x02\x03\x00\x00"}))) == []


@pytest.mark.parametrize(
    ("software", "points_to"),
    [
        ("Adobe Photoshop 25.0 (Windows)", "editor"),
        ("GIMP 2.10.36", "editor"),
        ("Adobe Firefly", "generator"),
        ("Adobe_Firefly", "generator"),
        ("NovelAI", "generator"),
        ("DALL-E 3", "generator"),
        ("Lavf61.7.100", ""),
        ("HDR+ 1.0.5", ""),
        ("Canvas 5", ""),
        ("Editor de imagen", ""),
    ],
)
def test_software_points_to_what_it_is_known_as(tmp_path, software, points_to):
    path = picture(tmp_path / "a.jpg", exif=exif_of({0x0131: software}))
    assert claims_of(path) == [Claim("EXIF", "software", software, points_to)]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize(
    ("kind", "points_to"),
    [
        ("trainedAlgorithmicMedia", "generator"),
        ("compositeWithTrainedAlgorithmicMedia", "generator"),
        ("digitalCapture", ""),
    ],
)
def test_the_digital_source_type_is_read_from_xmp(tmp_path, suffix, kind, points_to):
    path = tmp_path / f"a.{suffix}"
    xmp = packet(f'Iptc4xmpExt:DigitalSourceType="{IPTC}{kind}" xmp:CreatorTool="Adobe Photoshop 25.0"')
    if suffix == "png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        picture(path, pnginfo=info)
    else:
        picture(path, xmp=xmp)
    assert claims_of(path) == [
        Claim("XMP", "digital source type", kind, points_to),
        Claim("XMP", "software", "Adobe Photoshop 25.0", "editor"),
    ]


@pytest.mark.parametrize(
    "form",
    [
        "<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="{}"/>',
        "<Iptc4xmpExt:digitalsourcetype>\n {} \n</Iptc4xmpExt:digitalsourcetype>",
    ],
)
def test_an_xmp_field_may_be_an_element(tmp_path, form):
    path = picture(tmp_path / "a.jpg", xmp=form.format(IPTC + "trainedAlgorithmicMedia").encode())
    assert claims_of(path) == [Claim("XMP", "digital source type", "trainedAlgorithmicMedia", "generator")]


def test_a_credit_is_told_only_where_it_names_a_tool(tmp_path):
    google = picture(tmp_path / "a.jpg", xmp=packet('photoshop:Credit="Made with Google AI"'))
    person = picture(tmp_path / "b.jpg", xmp=packet('photoshop:Credit="Jane Roe"'))
    assert claims_of(google) == [Claim("XMP", "made with", "Made with Google AI", "generator")]
    assert claims_of(person) == []


def test_of_a_comment_only_the_words_that_name_a_tool_are_told(tmp_path):
    path = picture(tmp_path / "a.jpg", comment="Jane Roe, created with GIMP at home")
    assert claims_of(path) == [Claim("EXIF", "made with", "created with GIMP", "editor")]


def test_a_comment_that_only_mentions_a_generator_claims_nothing(tmp_path):
    assert claims_of(png_with(tmp_path / "a.png", Comment="Sora and Gemini on the runway", Author="Jane Roe")) == []


def test_midjourney_is_known_by_its_job(tmp_path):
    job = "Job ID: 0f8fad5b-d9cb-469f-a165-70867728950e"
    path = png_with(tmp_path / "a.png", Description=f"a fox --v 6 {job}", Author="somebody")
    assert claims_of(path) == [Claim("PNG text", "made with", job, "generator")]


def test_absurdly_long_text_is_cut(tmp_path):
    claim = value_of(png_with(tmp_path / "a.png", Software="GIMP " + "x" * 900_000), "software")
    assert len(claim.value) == MAX_VALUE_CHARS and claim.value.startswith("GIMP x") and claim.value.endswith("…")


def test_control_and_direction_characters_are_removed(tmp_path):
    info = PngInfo()
    info.add_itxt("Software", "a\x1b[31mb\r\nc\x07 \u202egpj\u200b\x7f")
    assert value_of(picture(tmp_path / "a.png", pnginfo=info), "software").value == "a[31mb c gpj"
    assert one_line(" \x00\n ") == ""


@pytest.mark.parametrize("value", ["", "two\nlines", "x" * 501])
def test_a_claim_is_checked_where_it_is_born(value):
    with pytest.raises(ValueError, match="one line of 1 to 500 printable characters"):
        Claim("EXIF", "software", value)


@pytest.mark.parametrize(
    "block",
    [b"", b"II", b"nonsense", b"II*\x00\xff\xff\xff\xff", b"MM\x00*\x00\x00\x00\x08\xff\xff", b"II*\x00\x08\x00\x00\x00\x09\x00"],
)  # fmt: skip
def test_malformed_exif_gives_a_note_and_the_rest_is_read(tmp_path, block):
    path = picture(tmp_path / "a.jpg", exif=b"Exif\x00\x00" + block, comment="Created with GIMP")
    said = read_provenance(path)
    assert [c.value for c in said.claims] == ["Created with GIMP"]
    assert "A block of metadata (EXIF) is damaged; what it says may be incomplete." in said.notes


def test_tags_that_all_point_at_one_large_block_are_not_copied(tmp_path):
    size = 3 << 20
    tags = b"".join(struct.pack("<HHII", 1000 + i, 7, size, 0) for i in range(60_000))
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 60_000) + tags + bytes(4)
    path = picture(tmp_path / "a.png", exif=b"Exif\x00\x00" + tiff.ljust(size, b"\x00"))
    assert claims_of(path) == []


def test_text_that_inflates_without_end_is_cut(tmp_path):
    bomb = b"Software\x00\x00" + zlib.compress(b"A" * (64 << 20), 9)
    data = picture(tmp_path / "a.png").read_bytes()
    path = tmp_path / "b.png"
    path.write_bytes(data[:33] + chunk(b"zTXt", bomb) + data[33:])
    assert value_of(path, "software").value == "A" * 499 + "…"


def test_no_more_than_the_limit_of_metadata_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_METADATA_BYTES", 3000)
    monkeypatch.setattr(pictures, "MAX_BLOCK_BYTES", 1500)
    said = read_provenance(png_with(tmp_path / "a.png", a="x" * 1400, b="x" * 1400, Software="GIMP"))
    assert said.claims == () and "holds more metadata than" in said.notes[0]


def test_a_block_beyond_the_limit_gives_a_note(tmp_path):
    info = PngInfo()
    info.add_text("Software", "x" * ((4 << 20) + 1))
    said = read_provenance(picture(tmp_path / "a.png", pnginfo=info))
    assert said.claims == () and "The metadata of the PNG is damaged" in said.notes[0]


def test_a_flood_of_claims_is_cut(tmp_path):
    info = PngInfo()
    for i in range(200):
        info.add_text("Software", f"Tool {i}")
    said = read_provenance(picture(tmp_path / "a.png", pnginfo=info))
    assert len(said.claims) == MAX_CLAIMS and f"the first {MAX_CLAIMS} statements" in said.notes[0]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "mp4"])
def test_no_damage_raises(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    if suffix == "mp4":
        write_video(path, map(numbered, range(3)))
    else:
        exif = exif_of({0x010F: "Canon", 0x0131: "GIMP"}, gps={2: (1.0, 2.0, 3.0)})
        picture(path, exif=exif, **({} if suffix == "png" else {"xmp": packet('xmp:CreatorTool="GIMP"')}))
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        broken = bytearray(whole[: chance.randrange(1, len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(min(len(broken), 600))] = chance.randrange(256)
        path.write_bytes(broken)
        read_provenance(path)


@pytest.mark.parametrize(("name", "said"), [("none.jpg", "there is no such file"), ("", "a folder")])
def test_what_cannot_be_opened_gives_a_note(tmp_path, name, said):
    read = read_provenance(tmp_path / name)
    assert read.claims == () and said in read.notes[0]


def test_another_format_gives_a_note(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 " + bytes(100))
    assert "by its content this is a PDF" in read_provenance(path).notes[0]


def test_the_encoder_of_an_mp4_is_told_and_points_to_nothing(tmp_path):
    path = write_video(tmp_path / "a.mp4", map(numbered, range(3)))
    claim = value_of(path, "encoder")
    assert claim.source == "container" and claim.value.startswith("Lavf") and claim.points_to == ""


def tagged_mov(path, tags):
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out:
        out.metadata.update(tags)
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 192, 96, "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(1), format="rgb24")))
        out.mux(stream.encode(None))
    return path


def test_the_camera_and_place_in_a_container_are_told_without_coordinates(tmp_path):
    path = tagged_mov(
        tmp_path / "a.mov",
        {
            "com.apple.quicktime.make": "Apple",
            "com.apple.quicktime.model": "iPhone 15",
            "com.apple.quicktime.software": "17.4",
            "com.apple.quicktime.location.ISO6709": "+48.8577+002.2950/",
            "artist": "Jane Roe",
        },
    )
    said = read_provenance(path)
    assert Claim("container", "camera", "Apple iPhone 15", "camera") in said.claims
    assert Claim("container", "software", "17.4", "") in said.claims
    assert Claim("container", "place", "GPS coordinates are in the file", "") in said.claims
    assert "48.8" not in repr(said) and "Roe" not in repr(said)


def test_sound_is_read_too_and_its_comment_only_where_it_names_a_tool(tmp_path):
    path = tmp_path / "a.mp3"
    with av.open(str(path), "w") as out:
        out.metadata.update({"comment": "Generated with ElevenLabs for Jane Roe"})
        stream = out.add_stream("mp3", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    claims = claims_of(path, "container")
    assert Claim("container", "made with", "Generated with ElevenLabs", "generator") in claims
    assert "Roe" not in repr(claims)
