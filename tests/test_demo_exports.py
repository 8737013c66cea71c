"""The card and the page that a visitor keeps of a report."""

import io
import itertools
import re
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
import soundfile
from conftest import draw_scene
from drawn_clips import write_video
from drawn_pdf import lines_of
from fake_detector import (
    FakeDetector,
    drawn_sound,
    drawn_video_detector,
    make_audio_card,
    pitch_scores,
)
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import fontManager
from PIL import Image

from demo import exports, lettering, words
from demo.sheet import usual_letters
from detectors.audio import AudioDetector
from detectors.image import SOFT_NOTE

FACE = (0.1, 0.2, 0.4, 0.7)
NAMES = [
    "$x_1$.png",
    "Фото Ёлка 写真 \u202eصورة.png",
    "a long_name " * 20 + "end.png",
    "n" * 255 + ".jpeg",
    "$",
    "a\nb.png",
]
LONG_NOTES = tuple(f"This is note {i}: " + "a reader of the verdict should know something; " * 6 for i in range(9))
KINDS = [
    "real",
    "fake",
    "unsure",
    "no face",
    "crowd",
    "video",
    "video with a fake voice",
    "empty video",
    "voice",
    "silence",
]


# A page takes a second to draw: what differs most is drawn in every run, the rest by make test-slow.
QUICK = ("fake", "crowd", "video with a fake voice", "silence")
SOME_KINDS = [kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
SOME_NAMES = [name if i < 3 else pytest.param(name, marks=pytest.mark.slow) for i, name in enumerate(NAMES)]


@pytest.fixture
def case(tmp_path):
    """A function from a name of `KINDS` to the arguments of an export."""

    def picture(*faces, notes=()):
        pixels = draw_scene((20, 40, 60, 90), size=(600, 400))
        Image.fromarray(pixels).save(tmp_path / "scene.png")
        detector = FakeDetector(faces, notes)
        return detector.detect(tmp_path / "scene.png"), detector.card, pixels

    def clip(*faces, sound):
        frames = [draw_scene(*faces)] * 40
        options = {"crf": "8", "preset": "ultrafast"}
        path = write_video(tmp_path / "clip.mp4", frames, 10, options=options, sound=drawn_sound(sound, 4))
        detector = drawn_video_detector()
        return detector.detect(path), detector.card, frames[0]

    def voice(*parts):
        soundfile.write(tmp_path / "voice.wav", np.concatenate([drawn_sound(*part) for part in parts]), 16_000)
        detector = AudioDetector(make_audio_card(), pitch_scores)
        return detector.detect(tmp_path / "voice.wav"), detector.card, None

    def make(kind):
        return {
            "real": lambda: picture((FACE, 0.12)),
            "fake": lambda: picture((FACE, 0.93), ((0.5, 0.2, 0.8, 0.7), 0.2), ((0.9, 0.9, 0.95, 0.95), None)),
            "unsure": lambda: picture((FACE, 0.52)),
            "no face": picture,
            "crowd": lambda: picture(*[((i / 12, 0.1, i / 12 + 0.07, 0.3), 0.99 - i / 20) for i in range(11)], notes=LONG_NOTES),
            "video": lambda: clip((20, 40, 60, 30), (150, 40, 60, 200), sound="low"),
            "video with a fake voice": lambda: clip((20, 40, 60, 30), sound="bright"),
            "empty video": lambda: clip(sound="silence"),
            "voice": lambda: voice(("bright", 12), ("low", 3), ("silence", 3)),
            "silence": lambda: voice(("silence", 3)),
        }[kind]()  # fmt: skip

    return make


def texts_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def assert_nothing_collides(figure):
    """Every text lies inside the page and touches no other text and no picture."""
    with matplotlib.rc_context({"text.hinting": "none"}):
        FigureCanvasAgg(figure).draw()
        axes = figure.axes[0]
        boxes = [(t.get_text(), t.get_window_extent()) for t in axes.texts if t.get_text()]
    boxes += [("the picture", image.get_window_extent()) for image in axes.images]
    dot = figure.dpi / 72
    for name, box in boxes:
        assert box.x0 >= 12 * dot and box.x1 <= figure.bbox.x1 - 12 * dot and box.y0 >= 12 * dot, name
        assert box.y1 <= figure.bbox.y1 - 12 * dot, name
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 0.5 * dot or down < 0.5 * dot, (one, other)


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_nothing_overlaps_or_leaves_the_page(case, kind):
    report, card, picture = case(kind)
    named = replace(report, path=f"/secret/{NAMES[3]}", notes=(SOFT_NOTE, *LONG_NOTES))
    assert_nothing_collides(exports.draw_card(named, card, picture))
    assert_nothing_collides(exports.draw_page(named, card, picture))


@pytest.mark.parametrize("kind", ["fake", "no face", "video with a fake voice", "voice"])
def test_the_card_is_a_picture_of_the_promised_size(case, kind):
    with Image.open(io.BytesIO(exports.verdict_png(*case(kind)))) as card:
        assert card.format == "PNG" and card.size == (1200, 675)
        assert np.asarray(card.convert("L")).std() > 10


def test_stamps_differ_in_grey_and_in_words(case):
    stamps = []
    for kind in ("real", "fake", "unsure"):
        with Image.open(io.BytesIO(exports.verdict_png(*case(kind)))) as card:
            stamps.append(np.asarray(card.convert("L")).astype(int)[88:278, 48:238])
    for one, other in itertools.combinations(stamps, 2):
        assert (np.abs(one - other) > 60).mean() > 0.05
    assert len(set(words.STAMPS.values())) == 3


def test_no_stamp_says_that_a_file_is_real_or_fake():
    for lines in words.STAMPS.values():
        assert not {"REAL", "FAKE"} & set(lines.upper().split())


@pytest.mark.parametrize("kind", SOME_KINDS)
def test_card_and_page_say_the_verdict_in_the_words_of_the_page(case, kind):
    report, card, picture = case(kind)
    spoken = report.spoken
    media_kind = "audio" if report.spoke == "sound" else report.media.kind
    band = words.evidence_band(spoken.fake_probability, spoken.decision, spoken.reason, media_kind)
    for figure in (exports.draw_card(report, card, picture), exports.draw_page(report, card, picture)):
        told = " ".join(texts_of(figure))
        assert band.headline in told and words.NEVER_PROOF in told and report.media.sha256[:12] in told
        if spoken.fake_probability is None:
            assert words.NO_PROBABILITY in told and words.MANIPULATED not in told
        else:
            fake, real = words.percent_of_both(spoken.fake_probability)
            assert f"{fake} {words.MANIPULATED}" in told and f"{real} {words.NOT_MANIPULATED}" in told


def test_the_page_is_one_a4_sheet_with_a_title_and_no_author(case):
    pdf = exports.verdict_pdf(*case("fake"))
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type /Page\b", pdf)) == 1
    width, height = map(float, re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf).groups())
    assert (width, height) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=0.01)
    assert b"/Title (Deepfake check: report, scene.png)" in pdf
    assert not re.search(rb"/(Author|Creator|Producer)\b", pdf)


def test_the_text_of_the_page_can_be_searched(case):
    report, card, picture = case("fake")
    report = replace(report, path="/secret/$x_1$.png")
    pdf = exports.verdict_pdf(report, card, picture)
    assert b"/Type3" not in pdf and b"/CIDFontType2" in pdf and pdf.count(b"/ToUnicode") >= 2
    lines = lines_of(pdf)
    assert "$x_1$.png" in lines and report.media.sha256 in lines and "A score is evidence and never proof." in lines
    assert "93\N{NO-BREAK SPACE}% manipulated" in lines and "7\N{NO-BREAK SPACE}% not manipulated" in lines
    assert "about 5 in 100" in " ".join(lines) and "about 21 in 100" in " ".join(lines)
    assert not any("secret" in line for line in lines)


@pytest.mark.parametrize("name", SOME_NAMES)
def test_any_file_name_can_be_shown(case, name):
    report, card, picture = case("real")
    named = replace(report, path=name)
    assert exports.verdict_png(named, card, picture)[1:4] == b"PNG"
    assert exports.verdict_pdf(named, card, picture)[:4] == b"%PDF"


def test_a_long_name_keeps_its_beginning_and_its_ending(case):
    report, card, picture = case("real")
    shown = texts_of(exports.draw_card(replace(report, path="begin" + "x" * 300 + "end.png"), card, picture))
    assert any(t.startswith("begin") and "…" in t and t.endswith("end.png") for t in shown)


@pytest.fixture
def machine_fonts(monkeypatch, tmp_path):
    """A function that makes this a machine with one more font, drawn here, of these letters; without it there is none."""

    def forget():
        lettering.letters_of.cache_clear()
        lettering._family_of.cache_clear()

    def install(letters):
        pen = TTGlyphPen(None)
        pen.moveTo((100, 0))
        for corner in ((100, 700), (900, 700), (900, 0)):
            pen.lineTo(corner)
        pen.closePath()
        names = [".notdef", *(f"drawn{i}" for i in range(len(letters)))]
        font = FontBuilder(1000)
        font.setupGlyphOrder(names)
        font.setupCharacterMap({ord(c): name for c, name in zip(letters, names[1:], strict=True)})
        font.setupGlyf(dict.fromkeys(names, pen.glyph()))
        font.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
        font.setupHorizontalHeader(ascent=800, descent=-200)
        font.setupNameTable({"familyName": "Drawn Sheet", "styleName": "Regular", "psName": "DrawnSheet"})
        font.setupOS2(sTypoAscender=800, sTypoDescender=-200)
        font.setupPost()
        font.save(tmp_path / "drawn.ttf")
        monkeypatch.setattr(fontManager, "ttflist", [*fontManager.ttflist])
        fontManager.addfont(tmp_path / "drawn.ttf")
        monkeypatch.setattr(lettering, "FAMILIES", ("No such family", "Drawn Sheet"))
        forget()

    monkeypatch.setattr(lettering, "FAMILIES", ("No such family",))
    forget()
    yield install
    forget()


def test_what_no_font_can_draw_is_said_on_card_and_page(case, machine_fonts):
    report, card, picture = case("real")
    for draw in (exports.draw_card, exports.draw_page):
        figure = draw(replace(report, path="Фото 写\u202e.png"), card, picture)
        assert "Фото □□.png" in texts_of(figure) and words.MISSING_GLYPHS in texts_of(figure)
        assert_nothing_collides(figure)
        assert words.MISSING_GLYPHS not in texts_of(draw(report, card, picture))


def test_a_font_of_the_machine_lends_the_letters_that_ours_lacks(case, machine_fonts):
    machine_fonts("写真")
    report, card, picture = case("real")
    named = replace(report, path="Фото 写真.png")
    shown = texts_of(exports.draw_card(named, card, picture))
    assert "Фото 写真.png" in shown and words.MISSING_GLYPHS not in shown
    assert "Фото □真.png" in texts_of(exports.draw_card(replace(report, path="Фото 韓真.png"), card, picture))
    # Missing glyphs are warnings of matplotlib, and warnings are errors here.
    assert b"DrawnSheet" in exports.verdict_pdf(named, card, picture)
    assert exports.verdict_png(named, card, picture)[1:4] == b"PNG"


def test_lines_without_strange_letters_are_set_in_the_font_that_ships(machine_fonts):
    machine_fonts("写a")
    assert lettering.families_for("plain Фото صورة", usual_letters()) == ()
    assert lettering.families_for("a写", usual_letters()) == ("Drawn Sheet",)


def test_faces_come_with_box_and_probability_and_a_crowd_is_counted(case):
    shown = texts_of(exports.draw_page(*case("fake")))
    assert "60, 80 to 240, 280" in shown and "Too small to judge" in shown and "DenseNet121" in shown
    crowd = texts_of(exports.draw_page(*case("crowd")))
    assert "Face 8" in crowd and "Face 9" not in crowd and "and 3 more" in crowd


def test_long_notes_are_cut_with_dots(case):
    shown = texts_of(exports.draw_page(*case("crowd")))
    notes = shown[shown.index(words.ABOUT_THE_PICTURE) : shown.index(words.LIMITS_HEADING)]
    assert len(notes) > 4 and notes[-1].endswith("…")


def test_that_a_score_says_little_stands_beside_the_headline_of_card_and_page(case):
    report, card, picture = case("fake")
    for draw in (exports.draw_card, exports.draw_page):
        plain, told = (
            " ".join(texts_of(draw(replace(report, notes=notes), card, picture))) for notes in ((), (SOFT_NOTE,))
        )
        assert SOFT_NOTE not in plain and told.count(SOFT_NOTE) == 1
        assert told.index(SOFT_NOTE) < told.index(words.NOT_MANIPULATED)


def test_persons_and_sound_of_a_clip_share_a_table(case):
    shown = texts_of(exports.draw_page(*case("video")))
    assert shown.index("Person 1") < shown.index("Person 2") < shown.index(words.CLIP_SOUND)
    assert "0:00.0 to 0:03.0" in shown and words.FIRST_FRAME in shown


def test_a_clip_whose_sound_speaks_does_not_pass_off_the_faces_figures(case):
    report, card, picture = case("video with a fake voice")
    page = " ".join(texts_of(exports.draw_page(report, card, picture)))
    assert words.OTHER_CARD.split(":")[0] in page and "The sound speaks for this video" in page
    assert page.index(words.CLIP_SOUND) < page.index("The person") and "audio-ensemble, weights" in page
    assert "false alarm" not in " ".join(texts_of(exports.draw_card(report, card, picture)))


def test_the_most_suspicious_seconds_of_a_voice_are_listed(case):
    report, card, _ = case("voice")
    shown = texts_of(exports.draw_page(report, card, None))
    assert words.OVER in shown and "Whisper encoder" in shown and any(re.fullmatch("and \\d+ more", t) for t in shown)
    assert len([t for t in shown if re.fullmatch(r"−?\d+ dB", t)]) == exports.MOST_ROWS


def test_a_sound_is_drawn_and_one_without_an_overview_leaves_no_hole(case):
    report, card, _ = case("voice")
    assert len(exports.draw_card(report, card, None).axes[0].images) == 1
    bare = exports.draw_card(replace(report, overview=None), card, None)
    assert not bare.axes[0].images and not exports.draw_card(*case("silence")).axes[0].images
    assert_nothing_collides(bare)


@pytest.mark.parametrize("shape", [(2000, 40), (40, 2000), (1, 1), (300, 500)])
def test_a_picture_keeps_its_shape_inside_its_box(case, shape):
    report, card, _ = case("no face")
    for draw in (exports.draw_card, exports.draw_page):
        figure = draw(report, card, np.full((*shape, 3), 90, np.uint8))
        x0, x1, y1, y0 = figure.axes[0].images[0].get_extent()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(shape[0] / shape[1])
        assert_nothing_collides(figure)


def test_boxes_are_drawn_on_the_picture_that_they_were_found_in_and_on_no_other(case):
    report, card, picture = case("fake")

    def has_orange(pixels):
        drawn = exports.draw_card(report, card, pixels).axes[0].images[0].get_array()
        return bool((np.abs(drawn.astype(int) - np.array(exports.plots.SPEAKING_RGB)).sum(-1) < 60).any())

    assert has_orange(picture) and not has_orange(picture[::2, ::2])


def test_the_settings_of_the_process_are_left_alone(case):
    before = dict(matplotlib.rcParams)
    exports.verdict_pdf(*case("real"))
    exports.verdict_png(*case("real"))
    assert dict(matplotlib.rcParams) == before
