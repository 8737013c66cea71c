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

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from detectors import describe
from detectors.card import AudioCard, ImageCard, Metric, OperatingPoint, VideoCard, WeightsCard
from detectors.types import Decision, ForgeryKind, MediaKind, Reason, Verdict

Tone = Literal["calm", "unsure", "caution", "alarm"]

MODERATE_ODDS = 3.0
STRONG_ODDS = 10.0
VERY_STRONG_ODDS = 30.0

LANGUAGE = "en"  # what the page is in, as browsers and screen readers want it (BCP 47)
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
WAITING = "Waiting until it is your turn…"
LIME_FACE_LABEL = "Face to explain"
LIME_HEADING = "Why this score?"
LIME_INTRO = (
    "Two maps of the face, side by side. The heat map shows where the networks' own local scores are high. LIME hides parts of the face "
    "in hundreds of random ways, asks the networks again each time, and works out which parts push the final score up or down. Both are "
    "then tested by blurring what they point at. It takes some seconds."
)
LIME_BUTTON = "Explain this face"
LIME_CAPTION = (
    "Orange parts speak for manipulation, blue parts against it, for this picture and these networks. Strength is "
    "relative to the strongest part; where the score is low, even the strongest part says little."
)
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
# Of whatever takes long: LIME, a probe, an annotated copy.
CANCEL, STOPPED = "Cancel", "Stopped."
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
# For a detector without a card, whose score is no evidence of anything.
BASELINE = Band(
    "A baseline's score, not evidence",
    "unsure",
    None,
    "The baseline gives {percent}. It knows nothing of forgery; it is there to show how far one gets without.",
)
# The same ladder for voices: the headlines are shared, what they mean is not.
SOUND_MEANING: dict[int, str] = {
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
CLIP_MEANING: dict[int, str] = {
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


def _band_without_score(reason: Reason, kind: MediaKind) -> Band:
    """Looked up when asked, not once: another language puts its own bands in the place of these names."""
    if kind == "video" and reason in ("no_face", "too_short"):
        return NO_FACE_SEEN if reason == "no_face" else TOO_FEW_FRAMES
    bands: dict[Reason, Band] = {
        "no_face": NO_FACE, "too_small": TOO_SMALL, "unsure": INCONCLUSIVE, "no_speech": NO_SPEECH, "silent": SILENT,
        "too_short": TOO_SHORT,
    }  # fmt: skip
    return bands.get(reason, NOT_JUDGED)


def evidence_band(
    fake_probability: float | None, decision: Decision, reason: Reason, kind: MediaKind = "image"
) -> Band:
    """The band of a verdict or of one face; the rule is in this module's docstring."""
    band = _band(fake_probability, decision, reason, kind)
    if kind == "image" or band.step is None:
        return band
    return replace(band, meaning=(CLIP_MEANING if kind == "video" else SOUND_MEANING)[band.step])


def _band(fake_probability: float | None, decision: Decision, reason: Reason, kind: MediaKind) -> Band:
    if decision == "undecided" or fake_probability is None:
        return _band_without_score(reason, kind)
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
    return replace(BASELINE, meaning=BASELINE.meaning.format(percent=percent(fake_probability)))


# ---- numbers ----

DECIMAL_MARK = "."
PERCENT, PERCENT_LEAST, PERCENT_MOST = "{n}\u00a0%", "under 1\u00a0%", "over 99\u00a0%"
DATE, DATE_AND_TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M UTC%z"
RANGE = "{low} to {high}"
ESTIMATE = "{value} [{low}, {high}]"
# A rate of nothing, below 1 in 100, and from there on.
IN_A_HUNDRED = ("none", "fewer than 1 in 100", "about {n} in 100")
# One, and more than one.
FACES = ("one face", "{n} faces")


def figure(value: float, digits: int) -> str:
    """A number as the language writes it."""
    return f"{value:.{digits}f}".replace(".", DECIMAL_MARK)


def estimate(value: float, low: float | None, high: float | None) -> str:
    """A number with its interval, where it has one."""
    if low is None or high is None:
        return figure(value, 3)
    return ESTIMATE.format(value=figure(value, 3), low=figure(low, 3), high=figure(high, 3))


def clock(seconds: float) -> str:
    """A time as people read it: "0:07.5", "1:02:03.0"."""
    return describe.clock(seconds).replace(".", DECIMAL_MARK)


def counted(forms: tuple[str, str], n: int) -> str:
    """The form for one, or the one for any other number; a language with more forms may put its own function here."""
    return forms[n != 1].format(n=n)


def percent(probability: float) -> str:
    """A probability for people: never 0 % or 100 %, which no detector can know."""
    if probability < 0.01:
        return PERCENT_LEAST
    if probability > 0.99:
        return PERCENT_MOST
    return PERCENT.format(n=f"{probability * 100:.0f}")


def percent_of_both(fake_probability: float) -> tuple[str, str]:
    """(manipulated, not manipulated) in words that sum to 100 %."""
    if not 0.01 <= fake_probability <= 0.99:
        return percent(fake_probability), percent(1 - fake_probability)
    fake = round(fake_probability * 100)
    return PERCENT.format(n=fake), PERCENT.format(n=100 - fake)


def in_a_hundred(rate: float) -> str:
    """A rate as a count that people can picture."""
    return IN_A_HUNDRED[(rate > 0) + (rate >= 0.01)].format(n=f"{rate * 100:.0f}")


def count_faces(n: int) -> str:
    """ "one face", "3 faces"."""
    return counted(FACES, n)


# ---- what was found, in sentences ----

FACE_SPOKE = {
    "none": "No face could be scored, of {faces} found.",
    "only": "One face was found, and it speaks for the picture.",
    "only_scored": "Face 1 speaks for the picture: it is the only one of {n} that could be scored.",
    "first": "Face 1 speaks for the picture: it is the most suspicious of the {n} faces scored.",
    "many": "The more faces a picture has, the likelier one of them scores high by chance.",
}
FACES_LEFT_OUT = ("One face could not be scored.", "{n} faces could not be scored.")
LOOKED_AT_NOTHING = "The whole picture was searched for faces, and none was found."
LOOKED_AT = (
    "The networks looked at one face-like region, the square around it, and at nothing else in the picture: not at "
    "the background, the caption, or where the file comes from.",
    "The networks looked at {n} face-like regions, the square around each, and at nothing else in the picture: not at "
    "the background, the caption, or where the file comes from.",
)
# In rows from above to below, each from left to right.
PLACES = (
    ("upper left", "upper middle", "upper right"),
    ("middle left", "middle", "middle right"),
    ("lower left", "lower middle", "lower right"),
)
PLACE = "{place} of the picture, {width} × {height} pixels"
THRESHOLD_BAND = " Between {low} and {high} it says “inconclusive”."
# The band's sentence, or nothing, stands in {band}.
THRESHOLD_MEANING: dict[MediaKind, str] = {
    "image": "From {threshold} up, this detector speaks of manipulation. On its development pictures that raised a false "
    "alarm on {false_alarms} unmanipulated faces and missed {misses} manipulated ones.{band} On pictures of other kinds "
    "both can be worse.",
    "video": "From {threshold} up, this detector speaks of manipulated faces. On its development clips, which are moving "
    "portraits, that raised a false alarm on {false_alarms} unmanipulated ones and missed {misses} with a blended "
    "face.{band} On videos of other kinds both can be much worse.",
    "audio": "From {threshold} up, this detector speaks of manipulation. On its development recordings that raised a false "
    "alarm on {false_alarms} genuine voices and missed {misses} synthetic ones.{band} On systems that it never "
    "heard, and over the telephone, it misses more: see the figures under About.",
}
HEARD_NOTHING = "The recording lasts {length}, which is too short to cut a window from."
HEARD = (
    "The recording lasts {length}. It was cut into {windows} of some four seconds, {n_scored} with speech{rest}. The "
    "networks hear how it sounds, not what is said, and do not know whose voice it should be."
)
HEARD_WINDOWS = ("one window", "{n} overlapping windows")
# Silent windows, windows without speech, both; what follows the number with speech.
HEARD_REST = (
    "; {silent} silent left out",
    "; {other} without speech left out",
    "; {silent} silent and {other} without speech left out",
)
EXCERPT = "{start} to {end}: {percent} manipulated"
TIMELINE_ALT = (
    "Timeline of {length}: of {n} windows that were judged, {n_over} reach the threshold. The most suspicious are listed "
    "below."
)
# Of unknown and of known length.
LISTENING = ("Listening: {done}", "Listening: {done} of {length}")
WATCHING = ("Looking: {done}", "Looking: {done} of {length}")
WATCHED = (
    "The video lasts {length}; {frames} looked at, and {people}. A person is a face that stays alike from frame to frame; "
    "after a cut, one person may count as two."
)
WATCHED_FRAMES = ("one frame was", "{n} frames were")
WATCHED_NOBODY = "no face was found"
WATCHED_PEOPLE = ("one person was seen", "{n} persons were seen")
CLIP_SPOKE = {
    "no_sound": "The faces speak for this video; it has no sound that could be judged.",
    "sound_as_faces_undecided": "The sound speaks for this video: the faces could not be decided.",
    "sound_as_faces_real": "The sound speaks for this video: the faces show no sign.",
    "sound_undecided": "The faces speak for this video; the sound could not be decided.",
    "same": "Faces and sound say the same.",
    "other": "The faces speak for this video; the sound says otherwise.",
}
THE_PERSON, PERSON = "The person", "Person {n}"
PERSON_SEEN = (
    "Seen from {start} to {end}, in one frame.",
    "Seen from {start} to {end}, in {n} frames.",
)
PERSON_VOTES = {
    "none": "None could be scored.",
    "all": "{votes} of {scored} vote fake.",
    "some": "{votes} of {scored} vote fake, {left} could not be scored.",
}
PERSON_ALT = "{title} over time: of {scored} frames that were scored, {over} reach the threshold."
MORE_PERSONS = (
    "One person less suspicious than these is in the downloaded report.",
    "{n} persons less suspicious than these are in the downloaded report.",
)
FRAME_OF_PERSON = "{time}, person {n}"
FRAME_ALT = "Heat map of the face at {time}: the darker an area is tinted, the more suspicious"
FRAME_RATE = "{rate} frames a second"
# At or above the threshold, below it; all networks, one of several, several of them.
AGREE = (
    "All {n} networks are at or above the threshold: they agree.",
    "All {n} networks are below the threshold: they agree.",
)
ONE_AGREES = (
    "1 of {n} networks is at or above the threshold with their joint score; they disagree, so read the result with care.",
    "1 of {n} networks is below the threshold with their joint score; they disagree, so read the result with care.",
)
SOME_AGREE = (
    "{same} of {n} networks are at or above the threshold with their joint score; they disagree, so read the result with care.",
    "{same} of {n} networks are below the threshold with their joint score; they disagree, so read the result with care.",
)
LOOKS_LIKE = "If it was manipulated, it looks most like {kind}."
THE_FACE, FACE = "The face", "Face {n}"
MORE_FACES = (
    "One face less suspicious than these is in the downloaded report.",
    "{n} faces less suspicious than these are in the downloaded report.",
)
PICTURE_ALT = "The picture that was checked, with {faces} outlined and numbered, most suspicious first"
CROP_ALT = "Face {n} as the networks saw it, cut from the picture"
HEAT_ALT = "Heat map of face {n}: the darker an area is tinted, the more suspicious the networks find it"
BAR_KEY = "The line marks the threshold, {threshold}."
BAR_KEY_BAND = " The shaded part, {low} to {high}, is inconclusive."
BAR_ALT = "{name}: {percent} manipulated"
PICTURE_FILE = "{form}, {width} × {height} pixels, {size}"
CHANNELS = {1: "mono", 2: "stereo"}
MORE_CHANNELS = "{n} channels"
SIZE_LIMIT = "Up to {max_mb} MB and 50 megapixels. Uploads are deleted after an hour. For more, use the terminal."
UNKNOWN_ERROR = "Something about this file could not be understood."
THE_FILE = "the file"
ANNOTATE_UNJUDGED = "not judged"
ANNOTATE_TOO_LONG = "an annotated copy is made of clips of up to {minutes} minutes; cut it first."
# What downloads are called.
REPORT_FILE, VERDICT_FILE, BATCH_FILE = "{stem}-report.{suffix}", "{stem}-verdict.{suffix}", "batch"


def who_spoke(n_faces: int, n_scored: int) -> str:
    """Which face the picture's verdict comes from; faces are numbered most suspicious first."""
    if n_scored == 0:
        return FACE_SPOKE["none"].format(faces=count_faces(n_faces)) if n_faces else ""
    if n_faces == 1:
        return FACE_SPOKE["only"]
    if n_scored == 1:
        return FACE_SPOKE["only_scored"].format(n=n_faces)
    left_out = [counted(FACES_LEFT_OUT, n_faces - n_scored)] if n_faces > n_scored else []
    return " ".join([FACE_SPOKE["first"].format(n=n_scored), *left_out, FACE_SPOKE["many"]])


def looked_at(n_faces: int) -> str:
    """What the verdict is about, so that a drawing's or a statue's score is not taken for a person's."""
    return f"{counted(LOOKED_AT, n_faces) if n_faces else LOOKED_AT_NOTHING} {SUBJECTS_NOTE}"


def where(box_xyxy: Sequence[float], width_px: int | None, height_px: int | None) -> str:
    """Where a box lies, for people who cannot see the picture too: "upper left, 120 × 140 pixels"."""
    x0, y0, x1, y1 = box_xyxy
    across = (x0 + x1) / 2 / max(1, width_px or 0)
    down = (y0 + y1) / 2 / max(1, height_px or 0)
    row, column = ((share >= 1 / 3) + (share > 2 / 3) for share in (down, across))
    return PLACE.format(place=PLACES[row][column], width=f"{x1 - x0:.0f}", height=f"{y1 - y0:.0f}")


def threshold_meaning(card: WeightsCard) -> str:
    """What the threshold is and what it costs, from the card."""
    low, high = card.undecided_low, card.undecided_high
    return THRESHOLD_MEANING[card.media_kind].format(
        threshold=percent(card.threshold),
        false_alarms=in_a_hundred(card.dev_false_alarm_rate),
        misses=in_a_hundred(card.dev_miss_rate),
        band=THRESHOLD_BAND.format(low=percent(low), high=percent(high)) if low < high else "",
    )


# The threshold to be moved, below a verdict.
THRESHOLD_HEADING = "Where would you draw the line?"
THRESHOLD_INTRO = (
    "A lower threshold finds more manipulations and raises more false alarms; a higher one does the reverse. Move the slider to "
    "see what each costs. The verdict and the files you keep still go by the detector's own threshold."
)
THRESHOLD_LABEL = "Threshold, in per cent"
THRESHOLD_FALSE_ALARMS, THRESHOLD_MISSES = "False alarms", "Missed"
THRESHOLD_FILE: dict[MediaKind, str] = {"image": "This picture", "video": "These faces", "audio": "This recording"}
THRESHOLD_COST: dict[MediaKind, str] = {
    "image": "At {threshold}{own}: of 100 genuine faces in the development pictures {flagged} would be flagged, of 100 manipulated ones "
    "{missed} would be missed.",
    "video": "At {threshold}{own}: of 100 genuine faces in the development clips {flagged} would be flagged, of 100 manipulated ones {missed} "
    "would be missed.",
    "audio": "At {threshold}{own}: of 100 genuine voices in the development recordings {flagged} would be flagged, of 100 synthetic ones "
    "{missed} would be missed.",
}
THRESHOLD_OWN = ", the detector's own threshold"
OF_A_HUNDRED = ("none", "fewer than one", "about {n}", "more than 99", "all")
# Under the threshold, and over it.
THRESHOLD_SIDE: dict[MediaKind, tuple[str, str]] = {
    "image": (
        "This picture, at {fake}{barely}, would not be flagged.",
        "This picture, at {fake}{barely}, would be flagged.",
    ),
    "video": (
        "The faces of this video, at {fake}{barely}, would not be flagged.",
        "The faces of this video, at {fake}{barely}, would be flagged.",
    ),
    "audio": (
        "This recording, at {fake}{barely}, would not be flagged.",
        "This recording, at {fake}{barely}, would be flagged.",
    ),
}
THRESHOLD_BARELY = (", just under it", ", just over it")


def of_a_hundred(rate: float) -> str:
    """How many of a hundred: "none", "about 8", "all"."""
    step = 0 if rate <= 0 else 1 if rate < 0.01 else 4 if rate >= 1 else 3 if rate > 0.99 else 2
    return OF_A_HUNDRED[step].format(n=f"{rate * 100:.0f}")


def threshold_cost(kind: MediaKind, point: OperatingPoint, *, own: bool) -> str:
    """What a threshold means in false alarms and misses; `own` says that it is the card's."""
    return THRESHOLD_COST[kind].format(
        threshold=percent(point.threshold),
        own=THRESHOLD_OWN if own else "",
        flagged=of_a_hundred(point.false_alarm_rate),
        missed=of_a_hundred(point.miss_rate),
    )


def threshold_side(kind: MediaKind, fake_probability: float, threshold: float) -> str:
    """On which side of a threshold a file lies."""
    over = fake_probability >= threshold
    # Two numbers that look the same must not seem to contradict what is said of them.
    barely = THRESHOLD_BARELY[over] if percent(fake_probability) == percent(threshold) else ""
    return THRESHOLD_SIDE[kind][over].format(fake=percent(fake_probability), barely=barely)


def heard(n_windows: int, n_scored: int, n_silent: int, length_s: float) -> str:
    """What a voice's verdict is about."""
    if not n_windows:
        return HEARD_NOTHING.format(length=clock(length_s))
    other = n_windows - n_scored - n_silent
    rest = HEARD_REST[2 if n_silent and other else 1 if other else 0] if n_silent or other else ""
    return HEARD.format(
        length=clock(length_s), windows=counted(HEARD_WINDOWS, n_windows), n_scored=n_scored,
        rest=rest.format(silent=n_silent, other=other),
    )  # fmt: skip


def excerpt(start_s: float, end_s: float, fake_probability: float) -> str:
    """One of the most suspicious windows."""
    return EXCERPT.format(start=clock(start_s), end=clock(end_s), percent=percent(fake_probability))


def timeline_alt(n_windows: int, n_over: int, length_s: float) -> str:
    """Alternative text of the timeline."""
    return TIMELINE_ALT.format(length=clock(length_s), n=n_windows, n_over=n_over)


def size_words(length_bytes: int) -> str:
    """How large a file is."""
    return f"{figure(length_bytes / 1e6, 1)} MB" if length_bytes >= 1e5 else f"{max(1, round(length_bytes / 1e3))} kB"


def sound_file_words(form: str, sample_rate_hz: int | None, channels: int | None, length_bytes: int) -> str:
    """One line on a sound file."""
    parts = [form_words(form)]
    if sample_rate_hz is not None:
        parts.append(f"{sample_rate_hz / 1000:g} kHz".replace(".", DECIMAL_MARK))
    if channels is not None:
        parts.append(CHANNELS.get(channels, MORE_CHANNELS.format(n=channels)))
    return ", ".join([*parts, size_words(length_bytes)])


def form_words(form: str) -> str:
    """A format with its codec, as in "MP4 video, aac"."""
    return ", ".join(translated(part) for part in form.split(", "))


def listening(done_s: float, length_s: float | None) -> str:
    """Progress while a recording is judged."""
    return LISTENING[bool(length_s)].format(done=clock(done_s), length=clock(length_s or 0))


def watching(done_s: float, length_s: float | None) -> str:
    """Progress while a clip is judged."""
    return WATCHING[bool(length_s)].format(done=clock(done_s), length=clock(length_s or 0))


def watched(n_frames: int, length_s: float, n_persons: int) -> str:
    """What a clip's verdict is about."""
    people = counted(WATCHED_PEOPLE, n_persons) if n_persons else WATCHED_NOBODY
    told = WATCHED.format(length=clock(length_s), frames=counted(WATCHED_FRAMES, n_frames), people=people)
    return f"{told} {SUBJECTS_NOTE}"


def clip_spoke(which: str, picture: Verdict, sound: Verdict | None) -> str:
    """Which of the two verdicts speaks for the clip: "picture: fake 0.93; sound: undecided, too short" in words."""
    if sound is None:
        return CLIP_SPOKE["no_sound"]
    if which == "sound":
        return CLIP_SPOKE["sound_as_faces_undecided" if picture.decision == "undecided" else "sound_as_faces_real"]
    if sound.decision == "undecided":
        return CLIP_SPOKE["sound_undecided"]
    return CLIP_SPOKE["same" if picture.decision == sound.decision else "other"]


def person_title(number: int, n_persons: int) -> str:
    """Heading of a person's line."""
    return PERSON.format(n=number) if n_persons > 1 else THE_PERSON


def person_said(first_s: float, last_s: float, n_votes: int, n_scored: int, n_frames: int) -> str:
    """How many of a person's frames vote fake."""
    seen = PERSON_SEEN[n_frames != 1].format(start=clock(first_s), end=clock(last_s), n=n_frames)
    votes = PERSON_VOTES["none" if not n_scored else "some" if n_frames > n_scored else "all"]
    return f"{seen} {votes.format(votes=n_votes, scored=n_scored, left=n_frames - n_scored)}"


def person_alt(title: str, n_scored: int, n_over: int) -> str:
    """Alternative text of a person's line."""
    return PERSON_ALT.format(title=title, scored=n_scored, over=n_over)


def more_persons(n_hidden: int) -> str:
    """Said where a crowd's less suspicious people are left out."""
    return counted(MORE_PERSONS, n_hidden)


def frame_title(time_s: float, number: int, n_persons: int) -> str:
    """When, and whose."""
    return FRAME_OF_PERSON.format(time=clock(time_s), n=number) if n_persons > 1 else clock(time_s)


def frame_alt(time_s: float) -> str:
    """Alternative text of a strong frame."""
    return FRAME_ALT.format(time=clock(time_s))


def clip_file_words(
    form: str,
    width_px: int | None,
    height_px: int | None,
    rate_hz: float | None,
    length_s: float | None,
    length_bytes: int,
) -> str:
    """One line on a video file."""
    rate = [FRAME_RATE.format(rate=f"{rate_hz:.4g}".replace(".", DECIMAL_MARK))] if rate_hz else []
    length = [clock(length_s)] if length_s else []
    return ", ".join([file_words(form, width_px, height_px, length_bytes), *rate, *length])


def agreement_words(agreement: float, n_networks: int, fake_probability: float, threshold: float) -> str:
    """How far the networks agree with their joint answer."""
    same = round(agreement * n_networks)
    told = AGREE if same == n_networks else ONE_AGREES if same == 1 else SOME_AGREE
    return told[fake_probability < threshold].format(same=same, n=n_networks)


def kind_words(kind: ForgeryKind | None, band: Band) -> str:
    """Which kind of forgery the score looks like; empty where speaking of a kind would suggest that there is one."""
    if kind is None or band.step is None or band.step < 2:
        return ""
    return LOOKS_LIKE.format(kind=KIND_NAMES[kind])


def network_name(network: str) -> str:
    """A network's name as people write it."""
    return NETWORK_NAMES.get(network, network)


def face_title(number: int, n_faces: int) -> str:
    """Heading of a face's card; the number is the one on the picture."""
    return FACE.format(n=number) if n_faces > 1 else THE_FACE


def more_faces(n_hidden: int) -> str:
    """Said where a crowd's less suspicious faces are left out of the cards."""
    return counted(MORE_FACES, n_hidden)


def picture_alt(n_faces: int) -> str:
    """Alternative text of the annotated picture."""
    return PICTURE_ALT.format(faces=count_faces(n_faces))


def crop_alt(number: int) -> str:
    """Alternative text of a cut-out face."""
    return CROP_ALT.format(n=number)


def heat_alt(number: int) -> str:
    """Alternative text of a heat map."""
    return HEAT_ALT.format(n=number)


def bar_key(threshold: float, undecided_band: tuple[float, float]) -> str:
    """What the marks on a probability's bar are."""
    low, high = undecided_band
    band = BAR_KEY_BAND.format(low=percent(low), high=percent(high)) if low < high else ""
    return BAR_KEY.format(threshold=percent(threshold)) + band


def bar_alt(name: str, fake_probability: float) -> str:
    """Alternative text of a score bar."""
    return BAR_ALT.format(name=name, percent=percent(fake_probability))


def file_words(form: str, width_px: int | None, height_px: int | None, length_bytes: int) -> str:
    """One line on the file."""
    return PICTURE_FILE.format(form=form_words(form), width=width_px, height=height_px, size=size_words(length_bytes))


def timing_words(elapsed_s: float) -> str:
    """How long it took."""
    return f"{elapsed_s * 1000:.0f} ms" if elapsed_s < 1 else f"{figure(elapsed_s, 1)} s"


def size_limit(max_mb: int) -> str:
    """Under the upload field."""
    return SIZE_LIMIT.format(max_mb=min(max_mb, 50))


def translated(text: str) -> str:
    """A text of another room in this page's language, its gaps too; as it is where `MESSAGES` does not hold it."""
    for theirs, ours in MESSAGES.items():
        if found := re.fullmatch("(.+?)".join(map(re.escape, theirs.split("{}"))), text, re.DOTALL):
            return ours.format(*map(translated, found.groups()))
    return text.replace(".", DECIMAL_MARK) if re.fullmatch(r"\d+\.\d+", text) else text


def as_sentence(text: str) -> str:
    """An error's message as a visitor reads it: in this page's language, a capital at the front and a stop at the end."""
    return own_sentence(translated(text.strip())) or UNKNOWN_ERROR


def own_sentence(text: str) -> str:
    """Somebody's own words as a sentence, in whatever language they are; "" for none."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def after_colon(headline: str) -> str:
    """A headline as it stands inside a line."""
    return headline[0].lower() + headline[1:]


# What other rooms say (errors, notes, names in a card or a manifest), as they write it with {} for what varies -> the
# same in the language of the page, with {0}, {1} … for what stands there. In English there is nothing to say anew.
MESSAGES: dict[str, str] = {}


# --- about -----------------------------------------------------------------------------------------------------------

LIMITS_HEADING = "What it cannot do"
LIMITS = (
    "It cannot prove anything. A high score is a reason to look closer, a low one is no clean bill of health.",
    "It judges faces and voices only. A real face in a false scene, a false caption or an old picture sold as new look "
    "fine to it, and so does a real voice that is cut into saying something else.",
    "Of voices it knows less than of faces: on synthesis systems that it never heard it is wrong in a good part of the "
    "cases. The figures below say how often.",
    "It knows the manipulations that it was trained on and some that resemble them. New generators appear every month, "
    "and portraits by the newest mostly pass unseen.",
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
    "“80\u00a0% manipulated” means: when manipulated and unmanipulated faces came up equally often, about 80 of 100 "
    "faces with this score were manipulated. Where manipulations are rare, as in most people's photos, far fewer are.",
    "The words follow the odds: from the threshold on weak; from 3 to 1 (75\u00a0%) moderate; from 10 to 1 (91\u00a0%) strong; "
    "from 30 to 1 (97\u00a0%) very strong. Below the threshold: no sign found. In the undecided band: inconclusive.",
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
    "Each figure is from files of the named collection and split; where an interval stands, it is that of 95\u00a0%. "
    "Other files give other figures."
)
NO_METRICS = "The card of these weights holds no measurements."
DATA_HEADING = "What the networks were trained on"
LICENCE_HEADING = "Licences"
NO_CARD = "This is a baseline without weights, and so without a model card."
METRIC_COLUMNS = ("Collection", "Split", "Level", "Measure", "Value", "95\u00a0% interval", "Real", "Fake")
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


# Of a model card: the rows' names and what stands in them.
CARD_NAME, CARD_MADE, CARD_NETWORKS = "Name", "Made", "Networks"
CARD_SEES, CARD_HEARS, CARD_JUDGES = "Sees", "Hears", "Judges"
CARD_THRESHOLD, CARD_ERRORS = "Threshold", "Its errors"
MADE_AT = "{date}, commit {commit}"
HEARS = "windows of {seconds} s at {khz} kHz, from {least} s of speech up"
SEES_FRAMES = "one frame a second; a person in at least {n} of them, by {detector}"
SEES_FACES = "{size} × {size} pixels of each face, from {least} pixels up"
WEIGHTS_LICENCE = "The code is under the MIT licence. These weights are under {licence}."


def card_heading(card: WeightsCard) -> str:
    """Over a model card."""
    return CARD_HEADINGS.get(card.media_kind, CARD_HEADING)


def senses(card: WeightsCard) -> tuple[str, str]:
    """What a detector takes in: a row of its model card."""
    if isinstance(card, AudioCard):
        seconds = card.window_frames * card.features.hop / card.features.sample_rate_hz
        khz, least = card.features.sample_rate_hz // 1000, f"{card.min_speech_s:g}".replace(".", DECIMAL_MARK)
        return CARD_HEARS, HEARS.format(seconds=f"{seconds:g}".replace(".", DECIMAL_MARK), khz=khz, least=least)
    if isinstance(card, VideoCard):
        return CARD_SEES, SEES_FRAMES.format(n=card.min_frames, detector=card.frames_by)
    if isinstance(card, ImageCard):
        return CARD_SEES, SEES_FACES.format(size=card.input_size_px, least=card.min_face_px)
    return CARD_JUDGES, card.media_kind


def metric_name(metric: Metric) -> str:
    """What is measured, as people write it."""
    return METRIC_NAMES.get(metric.name) or translated(metric.name.replace("_", " "))


def interval(metric: Metric) -> str:
    """ "0.91 to 0.95"; a dash when the card has none."""
    if metric.ci95_low is None or metric.ci95_high is None:
        return "–"
    return RANGE.format(low=figure(metric.ci95_low, 3), high=figure(metric.ci95_high, 3))


def count(n: int) -> str:
    """With thin spaces, as in 12 345."""
    return f"{n:,}".replace(",", "\u202f")


def weights_licence(card: WeightsCard) -> str:
    """Under what the code and the weights may be used."""
    return WEIGHTS_LICENCE.format(licence=card.licence)


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


BATCH_PROGRESS = "Checking file {n} of {total}: {name}"
BATCH_FILES = ("One file", "{n} files")
BATCH_SUMMARY = (
    "{files} checked: {fake} with evidence of manipulation, {calm} without a sign of it, {undecided} undecided, {errors} that "
    "could not be read. In a large batch some unmanipulated files score over the threshold by chance: look at each before you "
    "act on it."
)
BATCH_TOO_MANY = "{total} files were chosen; {most} can be checked at once here. Use the terminal: python -m detectors FOLDER --csv OUT."


def batch_progress(done: int, total: int, name: str) -> str:
    """While a batch runs."""
    return BATCH_PROGRESS.format(n=done + 1, total=total, name=name)


def batch_summary(total: int, fake: int, undecided: int, errors: int) -> str:
    """What came out of a batch, counted."""
    calm = total - fake - undecided - errors
    files = counted(BATCH_FILES, total)
    return BATCH_SUMMARY.format(files=files, fake=fake, calm=calm, undecided=undecided, errors=errors)


def batch_too_many(total: int, most: int) -> str:
    """A batch over the limit."""
    return BATCH_TOO_MANY.format(total=total, most=most)


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
GAME_COLUMNS = ("Who", "Right", "Share", "95\u00a0% interval")
GAME_EMPTY = "There is nothing to play with: the sample is missing."
GAME_TRUTH = {False: "It is real.", True: "It is manipulated."}
GAME_RIGHT, GAME_WRONG = "You were right.", "You were wrong."
# Diel et al., "Human performance in detecting deepfakes: a systematic review and meta-analysis of 56 papers", 2024.
HUMAN_ACCURACY = {"image": 0.53, "audio": 0.62}
GAME_BOTH_NOTE = (
    "“Both together” adds your certainty to the detector's evidence. Where the detector could not score a file, it counts as not right and "
    "you decide alone."
)


GAME_ROUND = "Round {n} of {total}"
GAME_STREAK = "{n} right in a row."
GAME_UNSCORED = "The detector could not score it."
# Under the threshold, and over it.
GAME_MODEL_SAID = (
    "The detector gives {percent} probability of manipulation, under its threshold of {threshold}.",
    "The detector gives {percent} probability of manipulation, over its threshold of {threshold}.",
)
GAME_SUMMARY = {
    "image": "All {total} rounds are played: you {you}, the detector {model}, both together {both}. In published studies people "
    "are right on about {human} in 100 pictures (56 papers, Diel and others, 2024); guessing gives 50.",
    "audio": "All {total} rounds are played: you {you}, the detector {model}, both together {both}. In published studies people "
    "are right on about {human} in 100 voices (56 papers, Diel and others, 2024); guessing gives 50.",
}
GAME_RIGHT_OF = "{right} of {total}"


def game_round(number: int, total: int) -> str:
    """Over a round."""
    return GAME_ROUND.format(n=number, total=total)


def game_streak(streak: int) -> str:
    """Right answers in a row."""
    return "" if streak < 2 else GAME_STREAK.format(n=streak)


def game_model_said(fake_probability: float | None, threshold: float) -> str:
    """What the detector says, in a sentence."""
    if fake_probability is None:
        return GAME_UNSCORED
    said = GAME_MODEL_SAID[fake_probability >= threshold]
    return said.format(percent=percent(fake_probability), threshold=percent(threshold))


def game_summary(kind: str, you: int, model: int, both: int, total: int) -> str:
    """After the last round, against what people reach in published studies."""
    human = f"{HUMAN_ACCURACY[kind] * 100:.0f}"
    return GAME_SUMMARY[kind].format(total=total, you=you, model=model, both=both, human=human)


# ---- the game with a list of one's own ----

GAME_ROUNDS_LABEL = "Rounds"
GAME_ROUNDS_NOTE = "A game that has begun keeps its number of rounds; a new number counts from the next game."
GAME_BROKEN = "This file could not be checked, so the round does not count."
GAME_NOTHING_LEFT = "There is nothing left to play with: none of the files can be opened any more."


GAME_INTRO_OF_A_LIST = (
    "Real or manipulated? Say what you think, then see the truth and what the detector says. The files come from the list {name}: {held}. "
    "Each game is a fresh draw with as many real files as manipulated ones. Its labels are taken at their word, and nobody checked "
    "whether the detector was trained on these files: for a measurement use python -m eval.run."
)
GAME_HELD: dict[str, str] = {
    "image": "pictures ({real} real, {fake} manipulated)",
    "audio": "voices ({real} real, {fake} manipulated)",
}
GAME_AND = " and "
GAME_MADE_WITH, GAME_FROM = "Made with {method}.", "From {source}."


def game_intro(name: str, counts: Mapping[MediaKind, tuple[int, int]]) -> str:
    """Over a game from a list.

    Args:
        name: of the list.
        counts: real and manipulated files of each kind that can be played.
    """
    held = [GAME_HELD[kind].format(real=count(real), fake=count(fake)) for kind, (real, fake) in counts.items()]
    return GAME_INTRO_OF_A_LIST.format(name=name, held=GAME_AND.join(held))


def game_about(method: str, source: str, is_fake: bool) -> str:
    """What a list tells of a file; "" where it tells nothing."""
    if is_fake:
        return GAME_MADE_WITH.format(method=method) if method else ""
    return GAME_FROM.format(source=source) if source else ""


# ---- benchmarks ----

BENCH_TAB = "Benchmarks"
BENCH_INTRO = (
    "Every finished run that was found, as python -m eval.run wrote it. Fake is the positive class, intervals are 95\u00a0% over groups, and runs at "
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
BENCH_METRIC, BENCH_VALUE = "Metric", "Value [95\u00a0%]"
BENCH_BROKEN = "This run cannot be read: its result.json is not of the form that eval.run writes."


BENCH_COUNTS = "{real} real and {fake} fake, {scored} of them scored."
BENCH_TITLE = "{detector} on {dataset}"
BENCH_FIGURE = "{figure}, {title}"
BENCH_ROBUSTNESS = "Robustness against {kind}"
BENCH_MATRIX = "Train × test matrix: {name}"
BENCH_FIGURES = {
    "confusion": "Confusion matrix",
    "roc": "ROC curve",
    "det": "DET curve",
    "precision_recall": "Precision and recall",
    "histogram": "Histogram of scores",
    "reliability": "Reliability diagram",
    "risk_coverage": "Risk and coverage",
    "methods": "By method of forgery",
}
BENCH_METRICS = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "f1": "F1",
    "eer": "EER",
    "false_alarm_rate": "False alarms",
    "miss_rate": "Misses",
    "average_precision": "Average precision",
    "brier": "Brier score",
    "ece": "ECE",
}


def bench_counts(n_real: int, n_fake: int, n_scored: int) -> str:
    """How much was measured."""
    return BENCH_COUNTS.format(real=count(n_real), fake=count(n_fake), scored=count(n_scored))


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
# In the order of `demo.probe.WAYS`.
PROBE_COPIES = {
    "image": ("JPEG, quality 40", "Half the size"),
    "video": ("H.264, CRF 35", "Half the size"),
    "audio": ("MP3, 32 kbit/s", "Telephone, 8 kHz"),
}
PROBE_TOO_LONG = "copies are made of videos of up to two minutes only; cut the video first."
PROBE_WORKING = "Saving and asking again"
PROBE_STABLE = "The verdict is the same in every copy."
PROBE_FLIPS = "The verdict is not the same in every copy, so do not rely on it."
PROBE_SOME_UNJUDGED = "The verdict is the same in every copy that could be judged. A copy that could not be judged says nothing either way."
PROBE_ALL_UNJUDGED = "None of the copies could be judged, so nothing was learnt about how robust the verdict is."


def probe_no_file(kind: str) -> str:
    """Asked for a probe before there is a file; looked up when asked, as `_band_without_score` is."""
    return {"image": NO_PICTURE, "video": NO_CLIP, "audio": NO_SOUND}[kind]


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


DELETION = "Tested: with the map's hottest fifth blurred the score goes from {whole} to {hot}, with its coldest fifth to {cold}. {so}"


def deletion_words(whole: float, without_hottest: float, without_coldest: float) -> str:
    """Whether a heat map explains the score, tested by blurring parts away."""
    good = without_hottest < min(whole, without_coldest) - 0.02
    return DELETION.format(
        whole=percent(whole), hot=percent(without_hottest), cold=percent(without_coldest),
        so=DELETION_GOOD if good else DELETION_BAD,
    )  # fmt: skip


# ---- why one face got its score: heat map and LIME side by side ----

WHY_HEAT_NAME, WHY_LIME_NAME, WHY_BOTH_NAME = "Heat map", "LIME", "Both"
WHY_HEAT_CAPTION = "Heat map: where the networks' local scores are high"
WHY_LIME_CAPTION = "LIME: which parts push the score up or down"
WHY_TEST_HEADING = "Do the maps explain the score?"
HEAT_FLAT = "The local scores are almost the same everywhere, so the heat map has nothing to point at."
MAPS_NOT_COMPARED = "One of the two maps has nothing to point at, so they cannot be compared."
MAPS_AGREE, MAPS_AGREE_PARTLY = 0.5, 0.3  # of the hottest fifth in common; two random maps share 0.2 of it


LIME_ALT = "LIME's map of face {number}: orange parts speak for manipulation, blue parts against it"
# Where they differ, where they agree in part, where they agree.
MAPS_COMPARED = (
    "The two maps point at different places: of the fifth of the face that each map marks hottest, the two share {overlap}; chance would give "
    "20\u00a0%. Rely on a map only where its own test above speaks for it.",
    "The two maps agree in part: of the fifth of the face that each map marks hottest, the two share {overlap}; chance would give 20\u00a0%.",
    "The two maps point at the same places: of the fifth of the face that each map marks hottest, the two share {overlap}; chance would give "
    "20\u00a0%.",
)


def lime_alt(number: int) -> str:
    """Alternative text of LIME's map."""
    return LIME_ALT.format(number=number)


def maps_compared(overlap: float | None) -> str:
    """Whether two maps point at the same places, from the share of the hottest fifth that they have in common."""
    if overlap is None:
        return MAPS_NOT_COMPARED
    return MAPS_COMPARED[(overlap >= MAPS_AGREE_PARTLY) + (overlap >= MAPS_AGREE)].format(overlap=percent(overlap))


# ---- the card and the page that a visitor keeps ----

# Of one line or two, short enough for a ring, a diamond and a square.
STAMPS: dict[Decision, str] = {"real": "NO SIGN\nFOUND", "fake": "SIGNS\nFOUND", "undecided": "UNDECIDED"}
NEVER_PROOF = "A score is evidence and never proof."
PAGE_TITLE = "Deepfake check: report"
PAGE_TITLE_OF = "{title}, {file}"
ROW_FILE, ROW_DIGEST, ROW_DIGEST_START, ROW_FORMAT, ROW_DETECTOR, ROW_DATE = (
    "File",
    "SHA-256",
    "SHA-256 begins",
    "Format",
    "Detector",
    "Date",
)
WEIGHTS = "{name}, weights {digest}"
LASTS = "{file}, {length}"
FIRST_FRAME = "The first frame"
SPECTROGRAM = "Spectrogram, low tones below"
NO_PROBABILITY = "There is no probability: nothing in this file could be scored."
CHOSEN = "How the threshold was chosen: {source}"
OTHER_CARD = "The sound was judged by a detector of its own. These are the figures of the one that judged the faces:"
STRONGEST_FRAME = "What each network says of the strongest frame"
ROW_COLUMNS: dict[MediaKind, tuple[str, ...]] = {
    "image": ("Face", "Box in pixels", "Manipulated", "Evidence"),
    "video": ("Who", "When", "Manipulated", "Evidence"),
    "audio": ("Level", "When", "Manipulated", "Side"),
}
BOX = "{x0}, {y0} to {x1}, {y1}"
OVER, UNDER = "at or above the threshold", "below the threshold"
MORE = "and {n} more"
MISSING_GLYPHS = "□ stands for a character that cannot be drawn here."


# ---- another language ----


def speak(language: str) -> None:
    """Puts the sentences of `demo/words_<language>.py` in the place of these, once, before the page is built.

    That file holds what is said otherwise there and nothing else; whatever it leaves out stays English.

    Raises:
        ModuleNotFoundError: there is no such file.
    """
    if language != "en":
        module = importlib.import_module(f"demo.words_{language}")
        globals().update({k: v for k, v in vars(module).items() if k in globals() and not k.startswith("_")})
