"""Every text of the page is in one file for each language, whole, and used."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import string
from pathlib import Path

import pytest
from fake_detector import make_audio_card, make_card, make_video_card

from demo import words
from detectors.media import sniff

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = sorted(file.stem.removeprefix("words_") for file in (ROOT / "demo").glob("words_*.py"))
# What looks like prose to `looks_like_prose` and is none that a visitor reads: keys of files, fonts, CSS, our own errors.
NO_PROSE = {
    "Title", "Creator", "Producer", "Software", "DejaVuSans", "-Bold", "fonts/ttf/DejaVuSans.ttf", "Segoe UI", "Roboto",
    "Helvetica Neue", "Consolas", "DejaVu Sans", "News", "linear-gradient(to right, ", "all rounds are played",
}  # fmt: skip
# Commands, which print and are no part of the page; and a list of fonts.
ELSEWHERE = {"load.py", "screenshots.py", "lettering.py"}


def looks_like_prose(text):
    """Whether something is left beside tags and attributes that reads as words."""
    if "() =>" in text:  # JavaScript
        return False
    bare = re.sub(r"<[^<>]*>|<[^<>]*$|^[^<>]*>|[\w-]+=\S*|\bdc-[\w-]+", " ", text)
    return bool(re.search(r"[A-Za-z]{2,} [a-z]{2,}|\b[A-Z][a-z]{2,}", bare))


def texts_in(tree):
    """Every string below a node that is no docstring, not logged and not raised: what starts or keeps a page reads those."""
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    others = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, homes) and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        logs = isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "self.set_aside"))
        if logs or isinstance(node, ast.Raise):
            others |= {id(n) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in others:
            yield node.value


def parsed(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def names_set(tree):
    """Public names that a module gives a value or a function, in order."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.FunctionDef):
            yield node.name
        for target in targets:
            for name in ast.walk(target) if target is not None else ():
                if isinstance(name, ast.Name):
                    yield name.id


def holds_text(value):
    if isinstance(value, dict):
        return any(map(holds_text, value.values()))
    if isinstance(value, tuple):
        return any(map(holds_text, value))
    return isinstance(value, str | words.Band)


def gaps(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


def differences(english, other, name):
    """What a translator should mend, in words."""
    if type(english) is not type(other):
        yield f"{name} is of another type"
    elif isinstance(english, dict):
        if list(english) != list(other):
            yield f"{name} has other keys, or in another order: {list(other)} for {list(english)}"
        for key in english.keys() & other.keys():
            yield from differences(english[key], other[key], f"{name}[{key!r}]")
    elif isinstance(english, tuple):
        if len(english) != len(other):
            yield f"{name} has {len(other)} parts for {len(english)}"
        for i, (a, b) in enumerate(zip(english, other, strict=False)):
            yield from differences(a, b, f"{name}[{i}]")
    elif isinstance(english, words.Band):
        if (english.tone, english.step) != (other.tone, other.step):
            yield f"{name} has another tone or step"
        yield from differences(english.headline, other.headline, f"{name}.headline")
        yield from differences(english.meaning, other.meaning, f"{name}.meaning")
    elif isinstance(english, str):
        if gaps(english) != gaps(other):
            yield f"{name} has other gaps: {gaps(other)} for {gaps(english)}"
        if bool(english.strip()) != bool(other.strip()):
            yield f"{name} is empty"
    elif inspect.isfunction(english) and inspect.signature(english) != inspect.signature(other):
        yield f"{name} has another signature"


@pytest.mark.parametrize("file", sorted((ROOT / "demo").glob("*.py")), ids=lambda file: file.name)
def test_a_visitor_reads_nothing_that_is_not_in_words(file):
    if file.name not in ELSEWHERE and not file.name.startswith("words"):
        assert [text for text in texts_in(parsed(file)) if looks_like_prose(text) and text not in NO_PROSE] == []


def test_the_functions_of_words_hold_no_text_themselves():
    for node in parsed(ROOT / "demo" / "words.py").body:
        if isinstance(node, ast.FunctionDef) and node.name != "speak":
            found = [text for text in texts_in(node) if looks_like_prose(text)]
            assert found == [], (
                f"words.{node.name} holds {found}: make it a text of its own, which a language can replace"
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_and_nothing_else(language):
    other = importlib.import_module(f"demo.words_{language}")
    ours = [n for n in names_set(parsed(ROOT / "demo" / "words.py")) if not n.startswith("_")]
    theirs = list(names_set(parsed(ROOT / "demo" / f"words_{language}.py")))
    wanted = [name for name in ours if holds_text(getattr(words, name)) and name not in ("MESSAGES", "Tone")]
    wrong = [f"words_{language}.py lacks {name}" for name in wanted if name not in theirs]
    wrong += [f"words_{language}.py sets {name}, which words.py does not have" for name in theirs if name not in ours]
    for name in set(theirs) & set(ours) - {"MESSAGES"}:
        english = getattr(words, name)
        if not (holds_text(english) or inspect.isfunction(english)):
            wrong.append(f"words_{language}.py sets {name}, which is no text")
        wrong += differences(english, getattr(other, name), name)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_have_the_gaps_that_their_english_has(language):
    for theirs, ours in importlib.import_module(f"demo.words_{language}").MESSAGES.items():
        used = {int(name) for name in gaps(ours)}
        assert used <= set(range(theirs.count("{}"))), theirs


# ---- what the room `detectors` says to a visitor ----

ERRORS = {"MediaError", "UnreadableMedia", "MediaTooLarge", "NoVideoStream"}


def template(node):
    """A string as `MESSAGES` writes it, with {} for what varies; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def whole_texts(node):
    """The strings below a node, an f-string as one."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return [template(node)]
    return [text for child in ast.iter_child_nodes(node) for text in whole_texts(child)]


def said_by_detectors():
    """Messages of errors about media, and notes in reports, with {} for what varies."""
    for file in (ROOT / "detectors").rglob("*.py"):
        for node in ast.walk(parsed(file)):
            parts: list[ast.AST] = []
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ERRORS or called.endswith(("notes.append", ".note")):
                    parts = list(node.args)
            elif isinstance(node, ast.Assign | ast.AugAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                parts = [node.value] if ast.unparse(target) in ("notes", "note") else []
            elif isinstance(node, ast.FunctionDef) and node.name == "too_long":
                parts = [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
            for part in parts:
                yield from ((file.name, text) for text in whole_texts(part) if " " in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_detectors_say_of_a_file_is_said_in_every_language(language):
    said = sorted(set(said_by_detectors()))
    assert len(said) > 50 and ("container.py", "the file is empty.") in said
    known = importlib.import_module(f"demo.words_{language}").MESSAGES
    lacking = [f"{file}: {text}" for file, text in said if text not in known]
    assert lacking == [], f"MESSAGES of words_{language}.py lacks these"


def formats():
    tree = parsed(ROOT / "detectors" / "media" / "sniff.py")
    named = {*sniff.DEMUXERS, *(name for _, name in sniff._STARTS)}
    for node in ast.walk(next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "sniff")):
        if isinstance(node, ast.Return):
            named |= {name for name in texts_in(node) if name != "unknown"}
    return sorted(named)


@pytest.fixture
def speak(monkeypatch):
    """A function that lets this process speak another language until the test ends."""

    def use(language):
        for name, value in list(vars(words).items()):
            monkeypatch.setitem(vars(words), name, value)
        words.speak(language)

    return use


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_that_is_told_from_others_has_a_name(language, speak):
    speak(language)
    assert [f for f in formats() if words.translated(sniff.with_article(f)) == sniff.with_article(f) != "text"] == []


# ---- German ----


def test_an_error_is_said_in_german_with_its_numbers(speak):
    speak("de")
    said = words.as_sentence("only JPEG, PNG and WebP pictures are opened; by its content this is an MP4 video.")
    assert said == "Hier werden nur Bilder als JPEG, PNG und WebP geöffnet; dem Inhalt nach ist dies ein MP4-Video."
    assert words.as_sentence("Sound: The header promises 7.5 s, the file holds 3.0 s; it may have been cut off.") == (
        "Ton: Der Kopf der Datei verspricht 7,5 s, sie enthält 3,0 s; womöglich wurde sie abgeschnitten."
    )


def test_an_unknown_message_stays_as_it_is_and_braces_in_a_file_name_do_no_harm(speak):
    speak("de")
    assert words.as_sentence("something new happened") == "Something new happened."
    assert "{evil}" in words.as_sentence("the file cannot be opened: {evil}.")


def test_numbers_are_written_as_germans_write_them(speak):
    speak("de")
    assert words.percent(0.941) == "94\u202f%" and words.percent(0.0) == "unter 1\u202f%"
    assert words.percent_of_both(0.3) == ("30\u202f%", "70\u202f%")
    assert words.clock(67.5) == "1:07,5" and words.figure(0.5, 3) == "0,500" and words.timing_words(1.5) == "1,5 s"
    assert words.estimate(0.9, 0.8, 0.95) == "0,900 [0,800; 0,950]"
    assert words.file_words("JPEG", 400, 300, 1_234_567) == "JPEG, 400 × 300 Pixel, 1,2 MB"
    assert words.clip_file_words("MP4 video, h264", 640, 360, 29.97, 4.0, 500_000).startswith(
        "MP4-Video, h264, 640 × 360"
    )


def test_bands_and_plurals_are_german(speak):
    speak("de")
    assert words.evidence_band(0.95, "fake", "").headline == "Starke Hinweise auf Manipulation"
    assert words.evidence_band(None, "undecided", "too_short", "video") is words.TOO_FEW_FRAMES
    assert words.evidence_band(0.9, "fake", "", "audio").meaning.startswith("Künstliche und umgewandelte Stimmen")
    said = words.who_spoke(3, 2)
    assert said.startswith("Gesicht 1 gibt den Ausschlag") and "Ein Gesicht konnte" in said
    assert words.looked_at(1) != words.looked_at(2) and "{" not in words.looked_at(2)


def threshold_sources():
    """How the shipped cards, and those that training writes, say that their thresholds were chosen."""
    for file in sorted((ROOT / "detectors" / "weights").glob("*.json")):
        yield json.loads(file.read_text(encoding="utf-8"))["threshold_source"]
    for file in sorted((ROOT / "training").rglob("*.py")):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.keyword) and node.arg == "threshold_source":
                yield from (text for text in whole_texts(node.value) if text)
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "THRESHOLD_SOURCE":
                yield from whole_texts(node.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_threshold_was_chosen_is_said_in_every_language(language, speak):
    found = list(threshold_sources())
    sources = sorted(set(found))
    assert len(found) >= 6 and len(sources) >= 3  # of pictures, voices and clips: three cards, and what writes them
    speak(language)
    assert [source for source in sources if words.translated(source.rstrip(".")) == source.rstrip(".")] == []


def test_every_card_is_told_in_german(speak):
    speak("de")
    for card in (make_card(), make_audio_card(), make_video_card()):
        said = words.threshold_meaning(card)
        assert said.startswith("Ab ") and "von 100" in said and "{" not in said
        assert words.senses(card)[0] in (words.CARD_SEES, words.CARD_HEARS)


def test_how_a_shipped_or_a_newly_published_threshold_was_chosen_is_told_in_german(speak):
    speak("de")
    cards = [
        json.loads(file.read_text(encoding="utf-8")) for file in (ROOT / "detectors" / "weights").glob("*.card.json")
    ]
    published = [text for file in (ROOT / "training").rglob("*.py") for text in texts_in(parsed(file))]
    chosen = [card["threshold_source"] for card in cards] + [
        t for t in published if t.startswith("the calibrated prob")
    ]
    assert len(cards) == 3 and len(chosen) == 6
    for source in chosen:
        assert words.translated(source.rstrip(".")).startswith("die kalibrierte Wahrscheinlichkeit"), source


def test_no_line_of_english_breaks_before_a_per_cent_sign():
    assert [text for text in texts_in(parsed(ROOT / "demo" / "words.py")) if re.search(r"[\d}] %", text)] == []


def test_no_german_text_holds_an_english_quotation_mark_or_a_bare_percent():
    german = importlib.import_module("demo.words_de")
    for text in texts_in(parsed(Path(german.__file__))):
        if text not in german.MESSAGES:
            assert "“" not in text or "„" in text, text
            assert not re.search(r"\d %|”", text), text


def test_a_language_is_one_file(tmp_path, monkeypatch, speak):
    import demo

    (tmp_path / "words_eo.py").write_text('LANGUAGE = "eo"\nTITLE = "Kontrolo"\nUNHEARD = "ne"\n', encoding="utf-8")
    monkeypatch.setattr(demo, "__path__", [*demo.__path__, str(tmp_path)])
    english = words.TAGLINE
    speak("eo")
    assert ("Kontrolo", english) == (words.TITLE, words.TAGLINE) and not hasattr(words, "UNHEARD")
