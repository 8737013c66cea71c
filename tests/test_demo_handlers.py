"""From a path to what is shown."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from fake_detector import FakeDetector, loader_of, make_card
from PIL import Image

import detectors
from demo import cards, handlers, words
from demo.image_tab import list_examples
from detectors.errors import CardError
from detectors.image import SOFT_NOTE
from detectors.types import Report, Verdict

MIDDLE = (0.3, 0.2, 0.7, 0.8)
LEFT = (0.0, 0.1, 0.3, 0.6)


@pytest.fixture
def picture_path(tmp_path):
    rows = np.linspace(0, 255, 240, dtype=np.uint8)
    pixels = np.stack(
        [np.tile(rows, (200, 1)), np.full((200, 240), 90, np.uint8), np.full((200, 240), 60, np.uint8)], -1
    )
    path = tmp_path / "portrait.png"
    Image.fromarray(pixels).save(path)
    return str(path)


def view_with(path, *faces, **options):
    return handlers.analyse_image(path, "yunet", loader_of(FakeDetector(faces)), **options)


VOID_TAGS = {"img", "br"}


class _Checker(HTMLParser):
    """Fails on tags that are not closed in order, and collects what a reader meets."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.text: list[str] = []
        self.feed(markup)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_data(self, data):
        self.text.append(data)


def read(markup):
    checker = _Checker(markup)
    return " ".join(checker.text), checker


def test_a_suspicious_face_is_told_with_both_probabilities_and_the_threshold(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.94))
    text, _ = read(cards.verdict_card(view))
    assert "Strong evidence of manipulation" in text
    assert "94\u00a0%" in text and "6\u00a0%" in text
    assert "The line marks the threshold, 60\u00a0%" in text
    assert "about 5 in 100 unmanipulated" in text
    assert "One face was found, and it speaks for the picture." in text


def test_the_most_suspicious_face_is_number_one_and_speaks(picture_path):
    view = view_with(picture_path, (LEFT, 0.1), (MIDDLE, 0.8))
    assert [face.number for face in view.faces] == [1, 2]
    assert [face.fake_probability for face in view.faces] == [0.8, 0.1]
    assert view.faces[0].place.startswith("middle of the picture")
    assert "Face 1 speaks for the picture" in view.spoke


def test_a_face_card_shows_its_networks_their_agreement_and_the_kind(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.82))
    text, checker = read(cards.faces_section(view))
    for name in ("Xception", "InceptionV3", "ResNet50", "DenseNet121"):
        assert name in text
    assert "3 of 4 networks are at or above the threshold" in text
    assert "it looks most like a picture made by a generator" in text
    assert len(checker.images) == 3  # the picture, the crop, the heat map
    assert all(image["alt"] for image in checker.images)


def test_an_unsuspicious_face_is_not_given_a_kind_of_forgery(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.1))
    assert view.band is words.NO_SIGN
    assert view.faces[0].kind == ""
    assert "What kind of manipulation" not in cards.faces_section(view)


def test_inside_the_undecided_band_the_answer_is_inconclusive(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.52))
    assert view.band is words.INCONCLUSIVE
    assert "52\u00a0%" in cards.verdict_card(view)


def test_without_a_face_another_finder_is_suggested(picture_path):
    view = view_with(picture_path)
    text, _ = read(cards.verdict_card(view))
    assert "No face detected" in text
    assert "choose another face finder under Advanced" in text
    assert "photographs of people only" in text
    assert cards.faces_section(view) == ""
    assert view.explainable is None


def test_a_face_that_is_too_small_has_a_card_but_no_score(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.9), (LEFT, None))
    assert view.faces[1].fake_probability is None
    assert "This face was not scored." in cards.faces_section(view)
    assert view.explainable.numbers == (1,)


def test_what_was_looked_at_is_said_with_every_verdict(picture_path):
    text, _ = read(cards.verdict_card(view_with(picture_path, (MIDDLE, 0.99))))
    assert "one face-like region" in text and "A drawing, a statue" in text


def test_notes_of_the_report_are_shown(picture_path):
    load = loader_of(FakeDetector([(MIDDLE, 0.3)], notes=("only the first of 12 frames was looked at",)))
    view = handlers.analyse_image(picture_path, "yunet", load)
    assert "Only the first of 12 frames was looked at." in cards.verdict_card(view)


def test_that_a_score_says_little_stands_before_the_score_and_once(picture_path):
    detector = FakeDetector([(MIDDLE, 0.99)])
    report = handlers.replace(detector.detect(picture_path), notes=(SOFT_NOTE, "another note."))
    view = handlers.view_of(report, np.zeros((200, 240, 3), np.uint8), detector)
    markup, said = cards.verdict_card(view), words.as_sentence(SOFT_NOTE)
    assert markup.count(said) == 1
    assert markup.index("dc-lead") < markup.index(said) < min(markup.index("99"), markup.index(words.WHO_SPOKE))
    assert "Another note." in markup and SOFT_NOTE in json.loads(view.json_text)["notes"]


def test_no_picture_is_a_sentence_and_loads_nothing():
    def never(*args, **kwargs):
        raise AssertionError("the detector was loaded")

    for nothing in (None, ""):
        view = handlers.analyse_image(nothing, "yunet", never)
        assert view.error == words.NO_PICTURE
        assert 'role="alert"' in cards.verdict_card(view)


def test_text_in_a_file_named_jpg_is_a_sentence(tmp_path):
    path = tmp_path / "letter.jpg"
    path.write_text("This is not a picture.")
    view = view_with(str(path), (MIDDLE, 0.9))
    assert view.error.startswith("Only JPEG, PNG and WebP")
    assert view.error.endswith(".")
    assert cards.faces_section(view) == ""


def test_an_error_does_not_tell_where_the_upload_lies(tmp_path):
    path = tmp_path / "x.jpg"
    path.write_bytes(b"")

    class Leaky(FakeDetector):
        def detect(self, path, *, with_maps=True):
            raise CardError(f"{path} cannot be used")

    view = handlers.analyse_image(str(path), "yunet", loader_of(Leaky([])), shown_name="holiday.jpg")
    assert view.error == "Holiday.jpg cannot be used."


def test_altered_weights_are_a_sentence_on_the_page(picture_path):
    def broken(name, *, finder):
        raise CardError("the weights file a.bin is missing; install the project again.")

    view = handlers.analyse_image(picture_path, "yunet", broken)
    assert view.error == "The weights file a.bin is missing; install the project again."


def test_an_unknown_finder_is_a_sentence(picture_path):
    view = handlers.analyse_image(picture_path, "magic", loader_of(FakeDetector([])))
    assert view.error.startswith("There is no face finder 'magic'")


def test_a_bug_is_not_hidden_behind_a_message(picture_path):
    class Buggy(FakeDetector):
        def detect(self, path, *, with_maps=True):
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        handlers.analyse_image(picture_path, "yunet", loader_of(Buggy([])))


def test_markup_in_a_file_name_or_a_note_is_shown_as_text(picture_path):
    load = loader_of(FakeDetector([(MIDDLE, 0.9)], notes=("<script>alert(1)</script>",)))
    view = handlers.analyse_image(picture_path, "yunet", load, shown_name='<img src=x onerror="alert(1)">.png')
    markup = cards.verdict_card(view) + cards.faces_section(view)
    assert "<script" not in markup
    assert "<img src=x" not in markup
    assert "&lt;script&gt;" in markup


def test_markup_in_an_error_is_shown_as_text():
    assert "<b>" not in cards.verdict_card(handlers.ImageView(error="no <b>such</b> thing."))


def test_stages_are_told_in_order(picture_path):
    told = []
    view_with(picture_path, (MIDDLE, 0.9), on_stage=lambda share, what: told.append((share, what)))
    assert [what for _, what in told] == [words.STAGE_LOADING, words.STAGE_LOOKING, words.STAGE_DRAWING]
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_the_downloaded_json_is_strict_and_names_the_visitors_file(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.9), shown_name="holiday.png")

    def refuse(constant):
        raise AssertionError(constant)

    told = json.loads(view.json_text, parse_constant=refuse)
    assert told["path"] == "holiday.png"
    assert told["fake_probability"] == 0.9
    assert len(told["faces"]) == 1


def test_the_downloaded_csv_has_a_row_for_each_face(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.9), (LEFT, None))
    rows = list(csv.DictReader(io.StringIO(view.csv_text)))
    assert [row["face"] for row in rows] == ["1", "2"]
    assert rows[0]["fake_probability"] == "0.900000" and rows[0]["real_probability"] == "0.100000"
    assert rows[0]["network_xception"] == "0.940000"
    assert rows[1]["fake_probability"] == "" and rows[1]["reason"] == "too_small"


def test_the_downloaded_csv_of_a_picture_without_a_face_says_so(picture_path):
    rows = list(csv.DictReader(io.StringIO(view_with(picture_path).csv_text)))
    assert len(rows) == 1 and rows[0]["reason"] == "no_face"


def test_a_file_name_cannot_become_a_formula_in_a_spreadsheet(picture_path):
    view = view_with(picture_path, (MIDDLE, 0.9), shown_name="=HYPERLINK(1).png")
    assert next(csv.DictReader(io.StringIO(view.csv_text)))["file"] == "'=HYPERLINK(1).png"


def test_the_download_links_carry_the_report(picture_path):
    markup = cards.verdict_card(view_with(picture_path, (MIDDLE, 0.9), shown_name="holiday.png"))
    assert re.findall(r'download="([^"]+)"', markup) == ["holiday-report.json", "holiday-report.csv"]


def test_a_crowd_gets_a_limited_number_of_cards_and_is_told(picture_path):
    faces = [((i / 20, 0.1, i / 20 + 0.04, 0.3), 0.9 - i / 100) for i in range(15)]
    view = view_with(picture_path, *faces)
    assert len(view.faces) == handlers.MAX_CARDS and view.n_faces == 15
    assert "3 faces less suspicious than these" in cards.faces_section(view)
    assert len(json.loads(view.json_text)["faces"]) == 15


def test_the_baseline_is_not_shown_as_evidence(picture_path):
    view = handlers.analyse_image(picture_path, "yunet", detectors.load, detector="brightness")
    text, _ = read(cards.verdict_card(view))
    assert "A baseline's score, not evidence" in text
    assert "evidence of manipulation" not in text
    assert view.faces == () and view.explainable is None


def test_a_program_gets_the_report_or_the_sentence(picture_path):
    load = loader_of(FakeDetector([(MIDDLE, 0.9)]))
    told = handlers.report_for_api(picture_path, "yunet", load, shown_name="a.png")
    assert told["decision"] == "fake" and told["file"] == "a.png"
    assert handlers.report_for_api(None, "yunet", load) == {"error": words.NO_PICTURE}


def test_a_report_without_maps_or_crops_is_still_shown(picture_path):
    detector = FakeDetector([(MIDDLE, 0.9)])
    report = detector.detect(picture_path)
    bare = [handlers.replace(e, patch_map=None, crop_rgb=None) for e in report.verdict.evidence]
    verdict = Verdict(0.9, "fake", "", 0.6, (0.45, 0.6), tuple(bare), "x")
    view = handlers.view_of(
        Report("a.png", report.media, verdict, (), 2.5), np.zeros((200, 240, 3), np.uint8), detector
    )
    assert view.faces[0].heat_rgb is None and view.explainable is None
    assert "2.5 s" in cards.verdict_card(view)
    read(cards.faces_section(view))


# --- about, examples -------------------------------------------------------------------------------------------------


def test_about_starts_with_the_limits_and_shows_the_card():
    markup = cards.about([make_card()])
    text, _ = read(markup)
    assert markup.index(words.LIMITS_HEADING) < markup.index(words.IS_HEADING) < markup.index(words.CARD_HEADING)
    for said in ("0.931", "0.912 to 0.949", "CC BY-NC-4.0", "5 % false alarms on drawn pictures"):
        assert said in text
    assert "drawn &lt;faces&gt;" in markup


@pytest.mark.parametrize(("value", "shown"), [(-0.0002, "-0.0002"), (0.93149, "0.931"), (-0.0012, "-0.001")])
def test_a_difference_too_small_for_three_digits_is_shown_with_four(value, shown):
    card = make_card()
    text, _ = read(cards.about([replace(card, metrics=(replace(card.metrics[0], value=value),))]))
    assert re.search(rf"(?<![\d.-]){re.escape(shown)}(?!\d)", text)


def test_about_a_baseline_says_that_there_is_no_card():
    assert words.NO_CARD in cards.about([None])


def test_examples_are_those_of_the_manifest_that_exist(tmp_path):
    (tmp_path / "manifest.csv").write_text(
        "path,label,method\na.jpg,real,real\nb.jpg,fake,blend\ngone.jpg,real,real\nc.jpg,odd,odd\n", encoding="utf-8"
    )
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / name).write_bytes(b"x")
    assert list_examples(tmp_path) == {"real": [tmp_path / "a.jpg"], "fake": [tmp_path / "b.jpg"]}


def test_without_a_sample_there_are_no_examples(tmp_path):
    assert list_examples(tmp_path) == {}
