"""Every sentence that a visitor reads.

Bands of evidence. A calibrated probability of fake p stands for the odds p / (1 - p) that the picture was manipulated
when, before looking, both answers are equally likely. A score at or above the card's threshold is put in words by
these odds, in the manner of the verbal scales that forensic laboratories use (ENFSI guideline for evaluative
reporting, 2015), with lower steps because a network's calibration cannot carry odds of thousands:

======================  ==================  ====================
words                   odds                probability of fake
======================  ==================  ====================
weak evidence           below 3 : 1         below .75
moderate evidence       from 3 : 1          .75 to .91
strong evidence         from 10 : 1         .91 to .97
very strong evidence    from 30 : 1         .97 and more
======================  ==================  ====================

Below the threshold the words are "no sign of manipulation found", never "real": what was not found may be there all
the same. Inside the card's undecided band, and for whatever could not be scored, there is no evidence either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from detectors.card import AudioCard, ImageCard, Metric, VideoCard, WeightsCard
from detectors.describe import clock
from detectors.types import Decision, ForgeryKind, MediaKind, Reason, Verdict

Tone = Literal["calm", "unsure", "caution", "alarm"]

MODERATE_ODDS = 3.0
STRONG_ODDS = 10.0
VERY_STRONG_ODDS = 30.0

TITLE = "Deepfake check"
EXAMPLE_NAME = "Example"
ENLARGE = "Show the picture larger"
TAGLINE = (
    "A second opinion on faces in photographs and videos and on recorded voices. It gives evidence, never proof, and nothing you "
    "open leaves the machine that this page runs on."
)
IMAGE_TAB = "Image"
VIDEO_TAB = "Video"
AUDIO_TAB = "Audio"
ABOUT_TAB = "About"

SOUND_LABEL = "Recording, or a video with sound"
SOUND_CHECK_BUTTON = "Check this recording"
SOUND_SIZE = (
    "WAV, FLAC, MP3, Ogg, Opus, M4A, AAC, AMR, WebM or MP4, up to {max_mb} MB and two hours. Uploads are deleted after an hour. For more, use the "
    "terminal."
)
NO_SOUND = "Choose a recording first: drop one on the field, or record one with the microphone."
SOUND_EMPTY_HEADLINE = "No recording has been checked yet"
SOUND_EMPTY_TEXT = (
    "Choose a recording and press “Check this recording”. You will see how strong the evidence of a synthetic or "
    "converted voice is, which seconds it comes from, and how often such an answer is wrong."
)
SOUND_EXAMPLES_LABELS = {
    "real": "Or try a recorded voice",
    "fake": "… or one that a machine spoke or built again",
}
STAGE_LISTENING = "Listening"
TIMELINE_HEADING = "Second by second"
TIMELINE_CAPTION = (
    "Above, the recording as a spectrogram: time from left to right, low tones below, loud ones bright. Below, each "
    "window's probability of a fake voice, orange from the threshold up; the dashed line is the threshold, the shaded "
    "part is inconclusive. Grey marks what was not judged: silence, music, noise."
)
EXCERPTS_HEADING = "Where it sounded most like a fake"
EXCERPTS_HEADING_CALM = "The least certain seconds"
EXCERPT_PLAY = "Play {start} to {end}"
ABOUT_THE_SOUND = "Notes on this recording"
WHAT_WAS_HEARD = "What was listened to"
SOUND_NETWORKS = "What each network says of the whole"

CLIP_LABEL = "Video: MP4, MOV, WebM, Matroska or AVI"
CLIP_CHECK_BUTTON = "Check this video"
CLIP_CANCEL = "Stop"
CLIP_SIZE = "Up to {max_mb} MB, 4K and two hours. Uploads are deleted after an hour. For more, use the terminal."
NO_CLIP = "Choose a video first: drop one on the field."
NO_CLIP_DETECTOR = "The detector that this page was started with does not judge videos."
CLIP_IS_SOUND = "This file holds sound only. Open it under Audio."
CLIP_EMPTY_HEADLINE = "No video has been checked yet"
CLIP_EMPTY_TEXT = (
    "Choose a video and press “Check this video”. One frame a second is looked at, each person gets a line over time, "
    "and the sound is judged beside the faces."
)
CLIP_EXAMPLES_LABELS = {
    "real": "Or try a moving portrait",
    "fake": "… or one whose face this project's own code has swapped",
}
RATE_LABEL = "Frames that are looked at"
RATE_INFO = "More frames find shorter forgeries and take longer."
RATE_ONE, RATE_TWO, RATE_FIVE = "1 a second", "2 a second", "5 a second"
CLIP_FACES = "Faces"
CLIP_SOUND = "Sound"
ABOUT_THE_CLIP = "Notes on this video"
CLIP_TIMELINE_CAPTION = (
    "Each person's probability of a fake face, frame by frame, orange from the threshold of a single frame up; the "
    "dashed line is that threshold, the shaded part is inconclusive. A gap means that the person was not seen. The sound's line shows windows of four "
    "seconds; grey marks what was not judged."
)
GALLERY_HEADING = "The strongest frames"
GALLERY_CALM = "The least certain frames"
GALLERY_CAPTION = "Where the networks' local scores are high. It is not an outline of what was altered."
ANNOTATE_HEADING = "Annotated copy"
ANNOTATE_INTRO = (
    "A copy of the video with a box around every face that was judged, its probability and the time; the sound is kept. "
    "Videos of up to five minutes; it takes about as long as half the video lasts."
)
ANNOTATE_BUTTON = "Make the annotated copy"
ANNOTATE_WORKING = "Drawing and encoding"
ANNOTATE_NOTHING = "Check a video with a face first; then there is something to draw."
ANNOTATE_LABEL = "Annotated copy"

PICTURE_LABEL = "Picture: JPEG, PNG or WebP"
PICTURE_PLACEHOLDER = "Drop a picture here\nor click to choose one\n\n(paste and webcam: the buttons below)"
CHECK_BUTTON = "Check this picture"
ADVANCED_LABEL = "Advanced"
FINDER_LABEL = "Face finder"
FINDER_INFO = "Finds the faces that are then judged. When one misses a face, another may see it."
FINDER_CHOICES = {
    "yunet": "YuNet: quick, the default",
    "mtcnn": "MTCNN: slower, good at odd angles",
    "haar": "Haar cascade: the classic; upright faces only",
}
# By the label in the sample's manifest; a face that was altered is never shown without saying so.
EXAMPLES_LABELS = {
    "real": "Or try a real portrait",
    "fake": "… or one that this project's own code has altered",
}
LIME_FACE_LABEL = "Face to explain"
LIME_HEADING = "Why this score?"
LIME_INTRO = (
    "Two maps of the face, side by side. The heat map shows where the networks' own local scores are high. LIME hides parts of the face "
    "in hundreds of random ways, asks the networks again each time, and works out which parts push the final score up or down. Both are "
    "then tested by blurring what they point at. It takes some seconds."
)
LIME_BUTTON = "Explain this face"
LIME_CANCEL = "Cancel"
LIME_CAPTION = (
    "Orange parts speak for manipulation, blue parts against it, for this picture and these networks. Strength is "
    "relative to the strongest part; where the score is low, even the strongest part says little."
)
LIME_STOPPED = "Stopped. Nothing was changed."
LIME_NOTHING = "Check a picture with a face first; then there is something to explain."
LIME_WORKING = "Hiding parts of the face and asking the networks again…"
LIME_FLAT = "Hiding parts of this face hardly changes the score, so LIME has nothing to point at."

NO_PICTURE = "Choose a picture first: drop one on the field, paste it, or take one with the webcam."
EMPTY_HEADLINE = "No picture has been checked yet"
EMPTY_TEXT = (
    "Choose a picture and press “Check this picture”. You will see how strong the evidence of manipulation is, which "
    "face it comes from, where the networks looked, and how often such an answer is wrong."
)
ERROR_HEADLINE = "This could not be checked"
STAGE_LOADING = "Loading the networks"
STAGE_LOOKING = "Finding and judging faces"
STAGE_DRAWING = "Drawing what was found"

WHAT_WAS_LOOKED_AT = "What was looked at"
ABOUT_THE_PICTURE = "Notes on this picture"
HOW_OFTEN_WRONG = "How often this is wrong"
WHO_SPOKE = "Which face spoke"
DOWNLOAD_LABEL = "Download this report"
DETAILS_LABEL = "File and detector"
FACES_HEADING = "Face by face"
NETWORKS_HEADING = "What each network says"
KIND_HEADING = "What kind of manipulation"
HEAT_CAPTION = "Where the networks look suspicious"
HEAT_LEGEND = ("low", "high")
LIME_LEGEND = ("against", "for")
CROP_CAPTION = "What the networks saw"
MANIPULATED = "manipulated"
NOT_MANIPULATED = "not manipulated"
SCALE_STEPS = ("No sign", "Inconclusive", "Weak", "Moderate", "Strong", "Very strong")
SCALE_ALT = "Strength of the evidence"
NOT_SCORED = "This face was not scored."
NO_FACE_ADVICE = "If you can see a face, choose another face finder under Advanced, or crop the picture closer to it."

SUBJECTS_NOTE = (
    "The networks were trained on photographs of people only. A drawing, a statue, a mask, a doll or a face on a "
    "poster can be found as a face and can get any score: for those, ignore it."
)

NETWORK_NAMES = {
    "xception": "Xception",
    "inception_v3": "InceptionV3",
    "resnet50": "ResNet50",
    "densenet121": "DenseNet121",
    "mel_cnn": "Log-mel CNN",
    "whisper_tiny": "Whisper encoder",
    "spectrum_cnn": "Fine-spectrum CNN",
}
KIND_NAMES: dict[ForgeryKind, str] = {
    "blend": "a face pasted or blended into another picture",
    "generator": "a picture made by a generator",
}
KIND_SHORT: dict[ForgeryKind, str] = {"blend": "Blended face", "generator": "Generated picture"}


@dataclass(frozen=True)
class Band:
    """How strong the evidence is, in words.

    Attributes:
        headline: what is said in large letters.
        tone: for the colour, which only repeats what the words say.
        step: position in `SCALE_STEPS`; None when nothing could be scored.
        meaning: one sentence on what the headline does and does not say.
    """

    headline: str
    tone: Tone
    step: int | None
    meaning: str


NO_SIGN = Band(
    "No sign of manipulation found",
    "calm",
    0,
    "The score is below this detector's threshold. That is no proof that the picture is real: manipulations of kinds "
    "that it never saw, small or well-made ones, and ones hidden by strong compression can pass.",
)
INCONCLUSIVE = Band(
    "Inconclusive",
    "unsure",
    1,
    "The score lies where this detector, on its development data, could not tell manipulated faces from others. "
    "Treat this picture as not judged.",
)
WEAK = Band(
    "Weak evidence of manipulation",
    "caution",
    2,
    "The score is just over the threshold. Many unmanipulated pictures look like this too; look for other evidence "
    "before you act on it.",
)
MODERATE = Band(
    "Moderate evidence of manipulation",
    "caution",
    3,
    "Manipulated faces score like this clearly more often than others do. Check the source of the picture.",
)
STRONG = Band(
    "Strong evidence of manipulation",
    "alarm",
    4,
    "Unmanipulated faces seldom score this high in the development data. It is still not proof: retouching, filters "
    "and unusual cameras can cause it.",
)
VERY_STRONG = Band(
    "Very strong evidence of manipulation",
    "alarm",
    5,
    "Unmanipulated faces hardly ever score this high in the development data. It is still not proof: on pictures "
    "unlike those, the detector can be confidently wrong.",
)
NO_FACE = Band(
    "No face detected",
    "unsure",
    None,
    "Faces are all that this detector judges, so it has nothing to say about this picture, neither good nor bad.",
)
TOO_SMALL = Band(
    "Too small to judge",
    "unsure",
    None,
    "With so few pixels the traces of manipulation are gone. Find a larger version of the picture.",
)
NOT_JUDGED = Band("Could not be judged", "unsure", None, "There was nothing in this file that could be scored.")
_BAND_OF_REASON: dict[Reason, Band] = {"no_face": NO_FACE, "too_small": TOO_SMALL, "unsure": INCONCLUSIVE}


NO_SPEECH = Band(
    "No speech detected",
    "unsure",
    None,
    "Voices are all that this detector judges. It heard music, noise or other sounds, and has nothing to say about "
    "them. Singing is outside what it was trained on.",
)
SILENT = Band("Silent", "unsure", None, "Nothing in this recording is loud enough to be judged.")
TOO_SHORT = Band(
    "Too little speech to judge",
    "unsure",
    None,
    "A second of speech is the least that is judged, and several are far better. Find a longer recording.",
)
_BAND_OF_REASON |= {"no_speech": NO_SPEECH, "silent": SILENT, "too_short": TOO_SHORT}
# The same ladder for voices: the headlines are shared, what they mean is not.
_SOUND_MEANING: dict[int, str] = {
    0: "The score is below this detector's threshold. That is no proof that the voice is real: systems of kinds that it "
    "never heard, and recordings that were compressed or played back over a loudspeaker, can pass.",
    1: "The score lies where this detector, on its development data, could not tell synthetic voices from others. Treat "
    "this recording as not judged.",
    2: "The score is just over the threshold. Many genuine recordings sound like this to it too; look for other "
    "evidence before you act on it.",
    3: "Synthetic and converted voices score like this clearly more often than genuine ones do. Call the person back on "
    "a number that you know.",
    4: "Genuine recordings seldom score this high in the development data. It is still not proof: noise suppression, "
    "strong compression and unusual microphones can cause it.",
    5: "Genuine recordings hardly ever score this high in the development data. It is still not proof: on recordings "
    "unlike those, the detector can be confidently wrong.",
}


# And for faces over time.
_CLIP_MEANING: dict[int, str] = {
    0: "The score is below this detector's threshold. That is no proof that the video is real: newer face swaps, live "
    "filters and strong compression can pass.",
    1: "The score lies where this detector, on its development clips, could not tell swapped faces from others. Treat "
    "this video as not judged.",
    2: "The score is just over the threshold. Many genuine videos look like this to it too; look for other evidence "
    "before you act on it.",
    3: "Swapped faces score like this clearly more often than genuine ones do.",
    4: "Genuine clips seldom score this high in the development data. It is still not proof: beauty filters, strong "
    "compression and re-filmed screens can cause it.",
    5: "Genuine clips hardly ever score this high in the development data. It is still not proof: on videos unlike "
    "those, the detector can be confidently wrong.",
}
NO_FACE_SEEN = Band(
    "No face detected",
    "unsure",
    None,
    "Faces are all that is judged in the pictures of a video, so there is nothing to say about these.",
)
TOO_FEW_FRAMES = Band(
    "Too short to judge",
    "unsure",
    None,
    "Nobody is seen in enough of the frames that were looked at. Find a longer video, or look at more frames a second.",
)
_CLIP_BAND: dict[Reason, Band] = {"no_face": NO_FACE_SEEN, "too_short": TOO_FEW_FRAMES}


def evidence_band(
    fake_probability: float | None, decision: Decision, reason: Reason, kind: MediaKind = "image"
) -> Band:
    """The band of a verdict or of one face; the rule is in this module's docstring."""
    band = _band(fake_probability, decision, reason)
    if kind == "video":
        band = _CLIP_BAND.get(reason, band) if band.step is None else replace(band, meaning=_CLIP_MEANING[band.step])
    return replace(band, meaning=_SOUND_MEANING[band.step]) if kind == "audio" and band.step is not None else band


def _band(fake_probability: float | None, decision: Decision, reason: Reason) -> Band:
    if decision == "undecided" or fake_probability is None:
        return _BAND_OF_REASON.get(reason, NOT_JUDGED)
    if decision == "real":
        return NO_SIGN
    odds = fake_probability / (1 - fake_probability) if fake_probability < 1 else float("inf")
    if odds < MODERATE_ODDS:
        return WEAK
    if odds < STRONG_ODDS:
        return MODERATE
    return STRONG if odds < VERY_STRONG_ODDS else VERY_STRONG


def baseline_band(fake_probability: float) -> Band:
    """For a detector without a card, whose score is no evidence of anything."""
    return Band(
        "A baseline's score, not evidence",
        "unsure",
        None,
        f"The baseline gives {percent(fake_probability)}. It knows nothing of forgery; it is there to show how far "
        "one gets without.",
    )


def percent(probability: float) -> str:
    """A probability for people: never 0 % or 100 %, which no detector can know."""
    if probability < 0.01:
        return "under 1 %"
    if probability > 0.99:
        return "over 99 %"
    return f"{probability * 100:.0f} %"


def percent_of_both(fake_probability: float) -> tuple[str, str]:
    """(manipulated, not manipulated) in words that sum to 100 %."""
    if not 0.01 <= fake_probability <= 0.99:
        return percent(fake_probability), percent(1 - fake_probability)
    fake = round(fake_probability * 100)
    return f"{fake} %", f"{100 - fake} %"


def in_a_hundred(rate: float) -> str:
    """A rate as a count that people can picture."""
    if rate <= 0:
        return "none"
    if rate < 0.01:
        return "fewer than 1 in 100"
    return f"about {rate * 100:.0f} in 100"


def count_faces(n: int) -> str:
    """ "one face", "3 faces"."""
    return "one face" if n == 1 else f"{n} faces"


def who_spoke(n_faces: int, n_scored: int) -> str:
    """Which face the picture's verdict comes from; faces are numbered most suspicious first."""
    if n_scored == 0:
        return f"No face could be scored, of {count_faces(n_faces)} found." if n_faces else ""
    if n_faces == 1:
        return "One face was found, and it speaks for the picture."
    left_out = n_faces - n_scored
    small = f" {count_faces(left_out).capitalize()} could not be scored." if left_out else ""
    if n_scored == 1:
        return f"Face 1 speaks for the picture: it is the only one of {n_faces} that could be scored."
    return (
        f"Face 1 speaks for the picture: it is the most suspicious of the {n_scored} faces scored.{small} "
        "The more faces a picture has, the likelier one of them scores high by chance."
    )


def looked_at(n_faces: int) -> str:
    """What the verdict is about, so that a drawing's or a statue's score is not taken for a person's."""
    if n_faces == 0:
        return f"The whole picture was searched for faces, and none was found. {SUBJECTS_NOTE}"
    regions = "one face-like region" if n_faces == 1 else f"{n_faces} face-like regions"
    each = "it" if n_faces == 1 else "each"
    return (
        f"The networks looked at {regions}, the square around {each}, and at nothing else in the picture: not at "
        f"the background, the caption, or where the file comes from. {SUBJECTS_NOTE}"
    )


def where(box_xyxy: Sequence[float], width_px: int | None, height_px: int | None) -> str:
    """Where a box lies, for people who cannot see the picture too: "upper left, 120 × 140 pixels"."""
    x0, y0, x1, y1 = box_xyxy
    across = (x0 + x1) / 2 / max(1, width_px or 0)
    down = (y0 + y1) / 2 / max(1, height_px or 0)
    rows = "upper" if down < 1 / 3 else "lower" if down > 2 / 3 else "middle"
    columns = "left" if across < 1 / 3 else "right" if across > 2 / 3 else "middle"
    place = "middle" if rows == columns else f"{rows} {columns}"
    return f"{place} of the picture, {x1 - x0:.0f} × {y1 - y0:.0f} pixels"


def threshold_meaning(card: WeightsCard) -> str:
    """What the threshold is and what it costs, from the card."""
    band = ""
    if card.undecided_low < card.undecided_high:
        band = f" Between {percent(card.undecided_low)} and {percent(card.undecided_high)} it says “inconclusive”."
    if card.media_kind == "video":
        return (
            f"From {percent(card.threshold)} up, this detector speaks of manipulated faces. On its development clips, which "
            f"are moving portraits, that raised a false alarm on {in_a_hundred(card.dev_false_alarm_rate)} unmanipulated "
            f"ones and missed {in_a_hundred(card.dev_miss_rate)} with a blended face.{band} On videos of other kinds both "
            "can be much worse."
        )
    if card.media_kind == "audio":
        return (
            f"From {percent(card.threshold)} up, this detector speaks of manipulation. On its development recordings "
            f"that raised a false alarm on {in_a_hundred(card.dev_false_alarm_rate)} genuine voices and missed "
            f"{in_a_hundred(card.dev_miss_rate)} synthetic ones.{band} On systems that it never heard it misses far "
            "more: see the figures under About."
        )
    return (
        f"From {percent(card.threshold)} up, this detector speaks of manipulation. On its development pictures that "
        f"raised a false alarm on {in_a_hundred(card.dev_false_alarm_rate)} unmanipulated faces and missed "
        f"{in_a_hundred(card.dev_miss_rate)} manipulated ones.{band} On pictures of other kinds both can be worse."
    )


def heard(n_windows: int, n_scored: int, n_silent: int, length_s: float) -> str:
    """What a voice's verdict is about."""
    if not n_windows:
        return f"The recording lasts {clock(length_s)}, which is too short to cut a window from."
    left = []
    if n_silent:
        left.append(f"{n_silent} silent")
    if n_windows - n_scored - n_silent:
        left.append(f"{n_windows - n_scored - n_silent} without speech")
    rest = f"; {' and '.join(left)} left out" if left else ""
    windows = "one window" if n_windows == 1 else f"{n_windows} overlapping windows"
    return (
        f"The recording lasts {clock(length_s)}. It was cut into {windows} of some four seconds, {n_scored} with speech"
        f"{rest}. The networks hear how it sounds, not what is said, and do not know whose voice it should be."
    )


def excerpt(start_s: float, end_s: float, fake_probability: float) -> str:
    """One of the most suspicious windows."""
    return f"{clock(start_s)} to {clock(end_s)}: {percent(fake_probability)} {MANIPULATED}"


def timeline_alt(n_windows: int, n_over: int, length_s: float) -> str:
    """Alternative text of the timeline."""
    return (
        f"Timeline of {clock(length_s)}: of {n_windows} windows that were judged, {n_over} reach the threshold. The most "
        "suspicious are listed below."
    )


def sound_file_words(form: str, sample_rate_hz: int | None, channels: int | None, length_bytes: int) -> str:
    """One line on a sound file."""
    size = f"{length_bytes / 1e6:.1f} MB" if length_bytes >= 1e5 else f"{max(1, round(length_bytes / 1e3))} kB"
    ways = "" if channels is None else {1: ", mono", 2: ", stereo"}.get(channels, f", {channels} channels")
    rate = "" if sample_rate_hz is None else f", {sample_rate_hz / 1000:g} kHz"
    return f"{form}{rate}{ways}, {size}"


def listening(done_s: float, length_s: float | None) -> str:
    """Progress while a recording is judged."""
    return f"{STAGE_LISTENING}: {clock(done_s)}" + (f" of {clock(length_s)}" if length_s else "")


def watching(done_s: float, length_s: float | None) -> str:
    """Progress while a clip is judged."""
    return f"Looking: {clock(done_s)}" + (f" of {clock(length_s)}" if length_s else "")


def watched(n_frames: int, length_s: float, n_persons: int) -> str:
    """What a clip's verdict is about."""
    frames = "one frame was" if n_frames == 1 else f"{n_frames} frames were"
    people = {0: "no face was found", 1: "one person was seen"}.get(n_persons, f"{n_persons} persons were seen")
    return (
        f"The video lasts {clock(length_s)}; {frames} looked at, and {people}. A person is a face that stays alike from "
        f"frame to frame; after a cut, one person may count as two. {SUBJECTS_NOTE}"
    )


def clip_spoke(which: str, picture: Verdict, sound: Verdict | None) -> str:
    """Which of the two verdicts speaks for the clip: "picture: fake 0.93; sound: undecided, too short" in words."""
    if sound is None:
        return "The faces speak for this video; it has no sound that could be judged."
    if which == "sound":
        why = "the faces could not be decided" if picture.decision == "undecided" else "the faces show no sign"
        return f"The sound speaks for this video: {why}."
    if sound.decision == "undecided":
        return "The faces speak for this video; the sound could not be decided."
    if picture.decision == sound.decision:
        return "Faces and sound say the same."
    return "The faces speak for this video; the sound says otherwise."


def person_title(number: int, n_persons: int) -> str:
    """Heading of a person's line."""
    return f"Person {number}" if n_persons > 1 else "The person"


def person_said(first_s: float, last_s: float, n_votes: int, n_scored: int, n_frames: int) -> str:
    """How many of a person's frames vote fake."""
    seen = f"Seen from {clock(first_s)} to {clock(last_s)}, in {n_frames} frame{'s' if n_frames != 1 else ''}."
    if not n_scored:
        return f"{seen} None could be scored."
    left = f", {n_frames - n_scored} could not be scored" if n_frames > n_scored else ""
    return f"{seen} {n_votes} of {n_scored} vote fake{left}."


def person_alt(title: str, n_scored: int, n_over: int) -> str:
    """Alternative text of a person's line."""
    return f"{title} over time: of {n_scored} frames that were scored, {n_over} reach the threshold."


def more_persons(n_hidden: int) -> str:
    """Said where a crowd's less suspicious people are left out."""
    who = "One person" if n_hidden == 1 else f"{n_hidden} persons"
    return f"{who} less suspicious than these {'is' if n_hidden == 1 else 'are'} in the downloaded report."


def frame_title(time_s: float, number: int, n_persons: int) -> str:
    """When, and whose."""
    return clock(time_s) + (f", person {number}" if n_persons > 1 else "")


def frame_alt(time_s: float) -> str:
    """Alternative text of a strong frame."""
    return f"Heat map of the face at {clock(time_s)}: the darker an area is tinted, the more suspicious"


def clip_file_words(
    form: str,
    width_px: int | None,
    height_px: int | None,
    rate_hz: float | None,
    length_s: float | None,
    length_bytes: int,
) -> str:
    """One line on a video file."""
    rate = f", {rate_hz:.4g} frames a second" if rate_hz else ""
    length = f", {clock(length_s)}" if length_s else ""
    return f"{file_words(form, width_px, height_px, length_bytes)}{rate}{length}"


def agreement_words(agreement: float, n_networks: int, fake_probability: float, threshold: float) -> str:
    """How far the networks agree with their joint answer."""
    same = round(agreement * n_networks)
    side = "at or above" if fake_probability >= threshold else "below"
    if same == n_networks:
        return f"All {n_networks} networks are {side} the threshold: they agree."
    verb = "is" if same == 1 else "are"
    tail = "they disagree, so read the result with care."
    return f"{same} of {n_networks} networks {verb} {side} the threshold with their joint score; {tail}"


def kind_words(kind: ForgeryKind | None, band: Band) -> str:
    """Which kind of forgery the score looks like; empty where speaking of a kind would suggest that there is one."""
    if kind is None or band.step is None or band.step < 2:
        return ""
    return f"If it was manipulated, it looks most like {KIND_NAMES[kind]}."


def network_name(network: str) -> str:
    """A network's name as people write it."""
    return NETWORK_NAMES.get(network, network)


def face_title(number: int, n_faces: int) -> str:
    """Heading of a face's card; the number is the one on the picture."""
    return f"Face {number}" if n_faces > 1 else "The face"


def more_faces(n_hidden: int) -> str:
    """Said where a crowd's less suspicious faces are left out of the cards."""
    return f"{count_faces(n_hidden).capitalize()} less suspicious than these are in the downloaded report."


def picture_alt(n_faces: int) -> str:
    """Alternative text of the annotated picture."""
    return f"The picture that was checked, with {count_faces(n_faces)} outlined and numbered, most suspicious first"


def crop_alt(number: int) -> str:
    """Alternative text of a cut-out face."""
    return f"Face {number} as the networks saw it, cut from the picture"


def heat_alt(number: int) -> str:
    """Alternative text of a heat map."""
    return f"Heat map of face {number}: the darker an area is tinted, the more suspicious the networks find it"


def bar_key(threshold: float, undecided_band: tuple[float, float]) -> str:
    """What the marks on a probability's bar are."""
    low, high = undecided_band
    band = f" The shaded part, {percent(low)} to {percent(high)}, is inconclusive." if low < high else ""
    return f"The line marks the threshold, {percent(threshold)}.{band}"


def bar_alt(name: str, fake_probability: float) -> str:
    """Alternative text of a score bar."""
    return f"{name}: {percent(fake_probability)} {MANIPULATED}"


def file_words(form: str, width_px: int | None, height_px: int | None, length_bytes: int) -> str:
    """One line on the file."""
    size = f"{length_bytes / 1e6:.1f} MB" if length_bytes >= 1e5 else f"{max(1, round(length_bytes / 1e3))} kB"
    return f"{form}, {width_px} × {height_px} pixels, {size}"


def timing_words(elapsed_s: float) -> str:
    """How long it took."""
    return f"{elapsed_s * 1000:.0f} ms" if elapsed_s < 1 else f"{elapsed_s:.1f} s"


def size_limit(max_mb: int) -> str:
    """Under the upload field."""
    return (
        f"Up to {min(max_mb, 50)} MB and 50 megapixels. Uploads are deleted after an hour. For more, use the terminal."
    )


def as_sentence(text: str) -> str:
    """An error's message as a visitor reads it: a capital at the front and a stop at the end."""
    text = text.strip()
    if not text:
        return "Something about this file could not be understood."
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


# --- about -----------------------------------------------------------------------------------------------------------

LIMITS_HEADING = "What it cannot do"
LIMITS = (
    "It cannot prove anything. A high score is a reason to look closer, a low one is no clean bill of health.",
    "It judges faces and voices only. A real face in a false scene, a false caption or an old picture sold as new look "
    "fine to it, and so does a real voice that is cut into saying something else.",
    "Of voices it knows less than of faces: on synthesis systems that it never heard it is wrong in a good part of the "
    "cases. The figures below say how often.",
    "It knows the manipulations that it was trained on and some that resemble them. New generators appear every month "
    "and may pass unseen.",
    "Of videos it was calibrated on moving portraits with blended faces; against live face swaps it was close to "
    "guessing. It looks at single frames and knows nothing of how a face moves or whether lips fit the sound.",
    "Small faces, strong compression, screenshots, filters and heavy retouching weaken it, in both directions.",
    "It was trained on collections in which some groups of people are rarer than others; its errors are not evenly "
    "spread, and it has not been audited for every group.",
    "Drawings, statues, dolls and masks are outside what it was trained on. Whatever it says of them means nothing.",
    "Do not use it as the only ground for accusing, punishing or excluding anybody.",
)
IS_HEADING = "What it is"
IS_TEXT = (
    "Several small neural networks look at each face that is found in a picture. Their scores are averaged and "
    "calibrated on development pictures that no network was trained on, and the most suspicious face speaks for the "
    "picture. Of a video one frame a second is looked at, and the most suspicious person speaks for it, by the mean over "
    "the frames. Three other networks listen to recordings in windows of four seconds; the mean over all windows with speech "
    "speaks for the recording. Everything runs on this machine: there is no account, no tracking, no upload to anywhere else, and "
    "pictures are deleted after an hour. People alone tell such pictures apart about half the time."
)
READING_HEADING = "How to read a score"
READING = (
    "“80 % manipulated” means: when manipulated and unmanipulated faces came up equally often, about 80 of 100 "
    "faces with this score were manipulated. Where manipulations are rare, as in most people's photos, far fewer are.",
    "The words follow the odds: from the threshold on weak; from 3 to 1 (75 %) moderate; from 10 to 1 (91 %) strong; "
    "from 30 to 1 (97 %) very strong. Below the threshold: no sign found. In the undecided band: inconclusive.",
    "The heat map shows where the networks' local scores are high. It is not an outline of what was altered.",
    "Networks that disagree, a face near the smallest size, or many faces in one picture all make an answer less sure.",
)
CARD_HEADING = "Model card"
CARD_HEADINGS: dict[MediaKind, str] = {
    "image": "Model card: pictures",
    "video": "Model card: videos",
    "audio": "Model card: voices",
}
METRICS_HEADING = "Measured"
METRICS_NOTE = (
    "Each figure is from pictures of the named collection and split, with a 95 % interval. Other pictures give other "
    "figures."
)
NO_METRICS = "The card of these weights holds no measurements."
DATA_HEADING = "What the networks were trained on"
LICENCE_HEADING = "Licences"
NO_CARD = "This is a baseline without weights, and so without a model card."
METRIC_COLUMNS = ("Collection", "Split", "Level", "Measure", "Value", "95 % interval", "Real", "Fake")
DATA_COLUMNS = ("Collection", "Licence", "Real", "Fake")
METRIC_NAMES = {
    "auc": "AUC",
    "eer": "equal error rate",
    "ece": "calibration error",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "false_alarm_rate": "false alarms",
    "miss_rate": "misses",
    "f1": "F1",
}


def card_heading(card: WeightsCard) -> str:
    """Over a model card."""
    return CARD_HEADINGS.get(card.media_kind, CARD_HEADING)


def senses(card: WeightsCard) -> tuple[str, str]:
    """What a detector takes in: a row of its model card."""
    if isinstance(card, AudioCard):
        seconds = card.window_frames * card.features.hop / card.features.sample_rate_hz
        least = f"from {card.min_speech_s:g} s of speech up"
        return "Hears", f"windows of {seconds:g} s at {card.features.sample_rate_hz // 1000} kHz, {least}"
    if isinstance(card, VideoCard):
        return "Sees", f"one frame a second; a person in at least {card.min_frames} of them, by {card.frames_by}"
    if isinstance(card, ImageCard):
        size = card.input_size_px
        return "Sees", f"{size} × {size} pixels of each face, from {card.min_face_px} pixels up"
    return "Judges", card.media_kind


def metric_name(metric: Metric) -> str:
    """What is measured, as people write it."""
    return METRIC_NAMES.get(metric.name, metric.name.replace("_", " "))


def interval(metric: Metric) -> str:
    """ "0.91 to 0.95"; a dash when the card has none."""
    if metric.ci95_low is None or metric.ci95_high is None:
        return "–"
    return f"{metric.ci95_low:.3f} to {metric.ci95_high:.3f}"


def count(n: int) -> str:
    """With thin spaces, as in 12 345."""
    return f"{n:,}".replace(",", "\u202f")


def weights_licence(card: WeightsCard) -> str:
    """Under what the code and the weights may be used."""
    return f"The code is under the MIT licence. These weights are under {card.licence}."


# ---- many files at once ----

BATCH_TAB = "Batch"
BATCH_FILES_LABEL = "Pictures, videos and recordings"
BATCH_FOLDER_BUTTON = "Add a whole folder"
BATCH_CHECK_BUTTON = "Check all of them"
BATCH_STOP = "Stop"
BATCH_SIZE = (
    "Up to {most} files at once, {max_mb} MB each. A file that cannot be read is a row that says why. For thousands, use the "
    "terminal: python -m detectors FOLDER --csv OUT."
)
BATCH_COLUMNS = ("File", "Kind", "Verdict", "Probability", "Threshold", "Why, or what else to know")
BATCH_TABLE_LABEL = "Verdicts and probabilities of manipulation, one row a file; click a heading to sort"
BATCH_EMPTY = "Choose files and press “Check all of them”. Rows appear as they are finished."
BATCH_NOTHING = "Choose files first: drop them on the field, or add a folder."
BATCH_STOPPED = "Stopped. What was finished stays."
KIND_WORDS: dict[str, str] = {"image": "picture", "video": "video", "audio": "recording"}


def batch_progress(done: int, total: int, name: str) -> str:
    """While a batch runs."""
    return f"Checking file {done + 1} of {total}: {name}"


def batch_summary(total: int, fake: int, undecided: int, errors: int) -> str:
    """What came out of a batch, counted."""
    files = "One file" if total == 1 else f"{total} files"
    return (
        f"{files} checked: {fake} with evidence of manipulation, {total - fake - undecided - errors} without a sign of it, "
        f"{undecided} undecided, {errors} that could not be read. In a large batch some unmanipulated files score over the "
        "threshold by chance: look at each before you act on it."
    )


def batch_too_many(total: int, most: int) -> str:
    """A batch over the limit."""
    return f"{total} files were chosen; {most} can be checked at once here. Use the terminal: python -m detectors FOLDER --csv OUT."


# ---- the game ----

GAME_TAB = "Spot the fake"
GAME_INTRO = (
    "Real or manipulated? Say what you think, then see the truth and what the detector says. Everything here ships with the project: a few "
    "portraits and voices and fakes made from them by its own code, so the score is a game's and no measurement."
)
GAME_KIND_LABEL = "Play with"
GAME_KINDS = {"image": "Pictures", "audio": "Voices"}
GAME_SURE_LABEL = "How sure are you?"
GAME_SURE = ("A guess", "Fairly sure", "Certain")
GAME_REAL, GAME_FAKE = "It is real", "It is manipulated"
GAME_NEXT, GAME_AGAIN = "Next round", "Play again"
GAME_PICTURE_ALT = "The picture of this round"
GAME_SOUND_LABEL = "The voice of this round"
GAME_SCORE_HEADING = "Score so far"
GAME_PLAYERS = ("You", "The detector", "Both together")
GAME_COLUMNS = ("Who", "Right", "Share", "95 % interval")
GAME_EMPTY = "There is nothing to play with: the sample is missing."
GAME_TRUTH = {False: "It is real.", True: "It is manipulated."}
GAME_RIGHT, GAME_WRONG = "You were right.", "You were wrong."
# Diel et al., "Human performance in detecting deepfakes: a systematic review and meta-analysis of 56 papers", 2024.
HUMAN_ACCURACY = {"image": 0.53, "audio": 0.62}
GAME_BOTH_NOTE = (
    "“Both together” adds your certainty to the detector's evidence. Where the detector could not score a file, it counts as not right and "
    "you decide alone."
)


def game_round(number: int, total: int) -> str:
    """Over a round."""
    return f"Round {number} of {total}"


def game_streak(streak: int) -> str:
    """Right answers in a row."""
    return "" if streak < 2 else f"{streak} right in a row."


def game_model_said(fake_probability: float | None, threshold: float) -> str:
    """What the detector says, in a sentence."""
    if fake_probability is None:
        return "The detector could not score it."
    side = "over" if fake_probability >= threshold else "under"
    return f"The detector gives {percent(fake_probability)} probability of manipulation, {side} its threshold of {percent(threshold)}."


def game_summary(kind: str, you: int, model: int, both: int, total: int) -> str:
    """After the last round, against what people reach in published studies."""
    return (
        f"All {total} rounds are played: you {you}, the detector {model}, both together {both}. In published studies people are right on about "
        f"{HUMAN_ACCURACY[kind] * 100:.0f} in 100 {GAME_KINDS[kind].lower()} (56 papers, Diel and others, 2024); guessing gives 50."
    )


# ---- benchmarks ----

BENCH_TAB = "Benchmarks"
BENCH_INTRO = (
    "Every finished run that was found, as python -m eval.run wrote it. Fake is the positive class, intervals are 95 % over groups, and runs at "
    "different levels (picture, frame, video, recording) are never compared."
)
BENCH_NONE = (
    "No finished run was found in {folder}. Make one: python -m eval.run --dataset sample (a check that it runs), or with a dataset of yours; "
    "then press “Look again”."
)
BENCH_ONE, BENCH_OTHER = "Run", "Beside it"
BENCH_NOTHING = "(none)"
BENCH_AGAIN = "Look again"
BENCH_COLUMNS = (
    "Run",
    "Detector",
    "Measured on",
    "Level",
    "Seen in training",
    "Real / fake",
    "AUC",
    "Accuracy",
    "F1",
    "EER",
)
BENCH_TABLE = "All runs"
BENCH_METRIC, BENCH_VALUE = "Metric", "Value [95 %]"
BENCH_BROKEN = "This run cannot be read: its result.json is not of the form that eval.run writes."


def bench_counts(n_real: int, n_fake: int, n_scored: int) -> str:
    """How much was measured."""
    return f"{n_real:,} real and {n_fake:,} fake, {n_scored:,} of them scored."


# ---- beside a verdict ----

PROVENANCE_HEADING = "What the file says of its own origin"
PROVENANCE_NOTE = "Not part of the score. Anyone can write, change or remove this."
PROVENANCE_NONE = "Nothing. That is usual: messengers and social networks remove it."
POINTS_TO = {"generator": "names a generator", "editor": "names an editing program", "camera": "names a camera"}
KEEP_LABEL = "Keep this verdict"
KEEP_PNG, KEEP_PDF = "Picture card (PNG)", "Report, one page (PDF)"
PROBE_HEADING = "Is it robust?"
PROBE_INTRO = {
    "image": "The same picture is saved as a strongly compressed JPEG and at half its size, and the networks are asked again. An answer that "
    "flips then rests on traces too fine to be relied on.",
    "video": "The same video is encoded again as H.264 with strong compression (CRF 35) and at half its size, without its sound, and the faces in "
    "the same frames are judged again. An answer that flips then rests on traces too fine to be relied on. Videos of up to two minutes; a "
    "large one takes a minute or more.",
    "audio": "The same recording is sent through MP3 at 32 kbit/s and a telephone line, and the networks are asked again. An answer that flips "
    "then rests on traces too fine to be relied on.",
}
PROBE_BUTTON = "Save it again and ask again"
PROBE_COLUMNS = ("Copy", "Probability of manipulation", "Verdict")
PROBE_ORIGINAL = "As it is"
PROBE_COPIES = {
    "image": (("jpeg:40", "JPEG, quality 40"), ("resize:0.5", "Half the size")),
    "video": (("h264:35", "H.264, CRF 35"), ("resize:0.5", "Half the size")),
    "audio": (("mp3:32", "MP3, 32 kbit/s"), ("telephone", "Telephone, 8 kHz")),
}
PROBE_NO_FILE = {"image": NO_PICTURE, "video": NO_CLIP, "audio": NO_SOUND}
PROBE_TOO_LONG = "copies are made of videos of up to two minutes; cut it first"
PROBE_WORKING = "Saving and asking again"
PROBE_STABLE = "The verdict is the same in every copy."
PROBE_FLIPS = "The verdict is not the same in every copy, so do not rely on it."
PROBE_SOME_UNJUDGED = (
    "The verdict is the same in every copy that could be judged. One that could not says nothing about the others."
)
PROBE_ALL_UNJUDGED = "None of the copies could be judged, so nothing was learnt about how robust the verdict is."


def probe_words(judged: Sequence[Decision], total: int) -> str:
    """What a probe found.

    Args:
        judged: decisions of the copies that could be scored, the untouched file's first.
        total: copies in all.
    """
    if len(judged) < 2:
        return PROBE_ALL_UNJUDGED
    if len(set(judged)) > 1:
        return PROBE_FLIPS
    return PROBE_STABLE if len(judged) == total else PROBE_SOME_UNJUDGED


DELETION_GOOD = "So the map shows what this score rests on."
DELETION_BAD = "So the map explains this score badly; do not read much into it."


def deletion_words(whole: float, without_hottest: float, without_coldest: float) -> str:
    """Whether a heat map explains the score, tested by blurring parts away."""
    good = without_hottest < min(whole, without_coldest) - 0.02
    return (
        f"Tested: with the map's hottest fifth blurred the score goes from {percent(whole)} to {percent(without_hottest)}, with its coldest "
        f"fifth to {percent(without_coldest)}. {DELETION_GOOD if good else DELETION_BAD}"
    )


# ---- why one face got its score: heat map and LIME side by side ----

WHY_HEAT_NAME, WHY_LIME_NAME, WHY_BOTH_NAME = "Heat map", "LIME", "Both"
WHY_HEAT_CAPTION = "Heat map: where the networks' local scores are high"
WHY_LIME_CAPTION = "LIME: which parts push the score up or down"
WHY_TEST_HEADING = "Do the maps explain the score?"
HEAT_FLAT = "The local scores are almost the same everywhere, so the heat map has nothing to point at."
MAPS_NOT_COMPARED = "With nothing to point at in one of the two maps, they cannot be compared."
MAPS_AGREE, MAPS_AGREE_PARTLY = 0.5, 0.3  # of the hottest fifth in common; two random maps share 0.2 of it


def lime_alt(number: int) -> str:
    """Alternative text of LIME's map."""
    return f"LIME's map of face {number}: orange parts speak for manipulation, blue parts against it"


def maps_compared(overlap: float | None) -> str:
    """Whether two maps point at the same places, from the share of the hottest fifth that they have in common."""
    if overlap is None:
        return MAPS_NOT_COMPARED
    shared = (
        f"of the fifth of the face that each map marks hottest, {percent(overlap)} is the same; chance would give 20 %."
    )
    if overlap >= MAPS_AGREE:
        return f"The two maps point at the same places: {shared}"
    if overlap >= MAPS_AGREE_PARTLY:
        return f"The two maps agree in part: {shared}"
    return (
        f"The two maps point at different places: {shared} Rely on a map only where its own test above speaks for it."
    )
