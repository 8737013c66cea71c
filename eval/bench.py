"""`python -m eval.bench`: speeds as ratios to the obvious way, measured side by side in one run.

The obvious way with a picture: OpenCV reads the file, mtcnn looks at the whole of it, and each of the four networks is
asked by one `keras.predict`. With a recording: librosa loads it and makes the features of one window after the other, and
each of the three networks is asked by one `keras.predict` a window. With a clip: OpenCV reads every frame, and with one in
each second the same is done as with a picture.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

import detectors
from detectors.audio import window_samples
from detectors.card import read_audio_card, read_image_card
from detectors.errors import DeepfakeError, UsageError
from detectors.explain import explain_lime
from detectors.faces import cut_face, load_finder
from detectors.image import ImageDetector
from detectors.media import SAMPLE_RATE_HZ, read_sound
from detectors.runtime import KerasEnsemble, KerasSpeechEnsemble, OpenVinoEnsemble, available_cores
from detectors.types import Face
from eval.bench_scale import measure_scale
from eval.record import cpu_name

PICTURE_PX = (1280, 960)  # a photo as messengers pass it on
CLIP_PX, CLIP_RATE_HZ, CLIP_S = (1920, 1080), 30, 60
LONG = 10  # times as long: does memory stay, and does time grow in step?
SOUND_S = 60.0
SOUND_RATE_HZ = 44_100


def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--picture", type=Path, help="default: the sample's astronaut, enlarged to 1280 × 960")
    parser.add_argument(
        "--what", choices=("picture", "video", "sound", "scale", "all"), default="all", help="default: %(default)s"
    )
    parser.add_argument("--repeat", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--skip-obvious", action="store_true", help="only our own times")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder:
            told: dict[str, object] = {"cpu": cpu_name(), "cores": available_cores()}
            if options.what in ("picture", "all"):
                picture = options.picture or draw_picture(Path(folder))
                told |= measure(picture, options.repeat, obvious=not options.skip_obvious)
            if options.what in ("video", "all"):
                clip = draw_clip(Path(folder))
                told |= measure_clip(clip, 3, obvious=not options.skip_obvious)
            if options.what in ("sound", "all"):
                recording = draw_recording(Path(folder))
                told |= measure_sound(recording, max(3, options.repeat // 4), obvious=not options.skip_obvious)
            if options.what in ("scale", "all"):
                told |= measure_scale(Path(folder), _command_s)
    except DeepfakeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(told, indent=2))
    else:
        print("\n".join(f"{key}: {value}" for key, value in told.items()))
    return 0


def draw_picture(folder: Path) -> Path:
    """The sample's astronaut on a larger canvas: one face in a 1280 × 960 JPEG."""
    from data_manifests.datasets.sample import FOLDER

    portrait = np.asarray(cv2.imread(str(FOLDER / "real_astronaut.jpg")))
    canvas = cv2.GaussianBlur(cv2.resize(portrait, PICTURE_PX), (0, 0), 25)
    side = 720
    canvas[120 : 120 + side, 280 : 280 + side] = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_CUBIC)
    path = folder / "one_face.jpg"
    cv2.imwrite(str(path), canvas, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return path


def measure(picture: Path, repeat: int, *, obvious: bool) -> dict[str, object]:
    """Times in milliseconds and their ratios."""
    told: dict[str, object] = {"picture": f"{PICTURE_PX[0]} × {PICTURE_PX[1]}, one face"}
    detector = detectors.load()
    ours = _median_ms(lambda: detector.detect(picture), repeat)
    told["warm verdict, ms"] = round(ours, 1)
    if obvious:
        theirs = _obvious(picture, max(3, repeat // 4))
        told["obvious way, ms"] = round(theirs, 1)
        told["warm verdict: times faster"] = round(theirs / ours, 1)
    told["LIME on one face, s"] = round(_lime_s(picture), 1)
    cold, peak_mb = _command_s([sys.executable, "-m", "detectors", str(picture)])
    tensorflow, _ = _command_s([sys.executable, "-c", "import tensorflow"])
    told["cold `python -m detectors`, s"] = round(cold, 2)
    told["cold, peak memory of the command, MB"] = round(peak_mb)
    told["cold `import tensorflow`, s"] = round(tensorflow, 2)
    told["cold: share of `import tensorflow`"] = round(cold / tensorflow, 2)
    return told


def _lime_s(picture: Path) -> float:
    """Median time of what the page does when a face is to be explained."""
    card = read_image_card(detectors.DEFAULT_DETECTOR)
    detector = ImageDetector(card, OpenVinoEnsemble(card), load_finder("yunet"))
    crop = next((e.crop_rgb for e in detector.detect(picture).verdict.evidence if e.crop_rgb is not None), None)
    if crop is None:
        raise UsageError("no face in the picture can be scored, so there is none to explain; choose another.")
    return _median_ms(lambda: explain_lime(detector.score_crops, crop), 3) / 1000


def draw_clip(folder: Path) -> Path:
    """One minute of 1080p at 30 frames a second, H.264 as x264 makes it by default, with one moving face and no sound."""
    import av

    from data_manifests.datasets.sample import FOLDER

    width, height = CLIP_PX
    room = 120
    portrait = np.asarray(cv2.imread(str(FOLDER / "real_astronaut.jpg")))
    canvas: np.ndarray = cv2.GaussianBlur(cv2.resize(portrait, (width + room, height + room)), (0, 0), 25)
    side = 800
    canvas[200 : 200 + side, 600 : 600 + side] = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_CUBIC)
    path = folder / "minute.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=CLIP_RATE_HZ, options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(CLIP_S * CLIP_RATE_HZ):
            x, y = (round(room / 2 * (1 + np.sin(i / CLIP_RATE_HZ * speed))) for speed in (0.7, 1.1))
            frame = np.ascontiguousarray(canvas[y : y + height, x : x + width], np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        out.mux(stream.encode(None))
    return path


def repeat_clip(clip: Path, times: int) -> Path:
    """The same packets one after the other again and again: a longer clip without encoding it."""
    import av

    path = clip.with_name(f"{times}_{clip.name}")
    with av.open(str(path), "w") as out:
        track = None
        for k in range(times):
            with av.open(str(clip)) as source:
                stream = source.streams.video[0]
                track = track or out.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.pts is not None and packet.dts is not None:  # the last one is empty
                        shift = round(k * CLIP_S / packet.time_base)
                        packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, track
                        out.mux(packet)
    return path


def measure_clip(clip: Path, repeat: int, *, obvious: bool) -> dict[str, object]:
    """Seconds for one minute of video, their ratio to the obvious way, and what ten minutes take."""
    detector = detectors.load(detectors.VIDEO_DETECTOR)
    ours = _median_ms(lambda: detector.detect(clip), repeat) / 1000
    told: dict[str, object] = {
        "clip": f"{CLIP_S} s of {CLIP_PX[0]} × {CLIP_PX[1]} at {CLIP_RATE_HZ} frames a second, H.264, one face",
        "warm verdict on a clip, s": round(ours, 2),
    }
    if obvious:
        theirs = _obvious_clip(clip)
        told["obvious way with a clip, s"] = round(theirs, 1)
        told["warm verdict on a clip: times faster"] = round(theirs / ours, 1)
    cold, peak_mb = _command_s([sys.executable, "-m", "detectors", str(clip)], 1)
    long_s, long_mb = _command_s([sys.executable, "-m", "detectors", str(repeat_clip(clip, LONG))], 1)
    told["cold `python -m detectors` on the clip, s"] = round(cold, 2)
    told["cold on the clip, peak memory of the command, MB"] = round(peak_mb)
    told[f"the same on {LONG} minutes, s"] = round(long_s, 2)
    told[f"the same on {LONG} minutes, peak memory, MB"] = round(long_mb)
    return told


def _obvious_clip(clip: Path) -> float:
    """What people write first, with the same networks: seconds for one run after the networks were warmed up."""
    card = read_image_card(detectors.DEFAULT_DETECTOR)
    find = _mtcnn_on_everything()
    models = KerasEnsemble(card).models

    def judge(pixels: np.ndarray) -> float:
        crops = [cut_face(pixels, f, margin=card.face_margin, size_px=card.input_size_px) for f in find(pixels)]
        faces = [crop.pixels_rgb[None].astype(np.float32) for crop in crops]
        return float(np.mean([m.predict(face, verbose=0)["logits"].mean() for face in faces for m in models] or [0.0]))

    def once(most: int) -> float:
        began = time.perf_counter()
        reader = cv2.VideoCapture(str(clip))
        number, scores = 0, []
        while number < most:
            ok, frame = reader.read()
            if not ok:
                break
            if number % CLIP_RATE_HZ == 0:
                scores.append(judge(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
            number += 1
        reader.release()
        return time.perf_counter() - began

    once(1)
    return once(CLIP_S * CLIP_RATE_HZ)


def draw_recording(folder: Path) -> Path:
    """The sample's voices one after the other and again, one minute at 44.1 kHz as MP3."""
    import av
    import soxr

    from data_manifests.datasets.sample import FOLDER

    voices = [read_sound(path, 30.0) for path in sorted(FOLDER.glob("*_voice_*.flac"))]
    wave = soxr.resample(
        np.resize(np.concatenate(voices), round(SOUND_S * SAMPLE_RATE_HZ)), SAMPLE_RATE_HZ, SOUND_RATE_HZ
    )
    path = folder / "minute.mp3"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libmp3lame", rate=SOUND_RATE_HZ, layout="mono", options={"b": "128k"})
        stream.codec_context.format = "fltp"
        size = 1152  # samples of an MPEG-1 layer III frame
        for first in range(0, len(wave), size):
            part = np.ascontiguousarray(wave[None, first : first + size], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = SOUND_RATE_HZ, first
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def measure_sound(recording: Path, repeat: int, *, obvious: bool) -> dict[str, object]:
    """Times of one minute of speech, decoding included, and their ratios."""
    detector = detectors.load(detectors.AUDIO_DETECTOR)
    ours = _median_ms(lambda: detector.detect(recording), repeat)
    told: dict[str, object] = {
        "recording": f"{SOUND_S:.0f} s of speech, MP3 at {SOUND_RATE_HZ / 1000:g} kHz",
        "warm verdict on a recording, ms": round(ours),
        "times real time": round(SOUND_S * 1000 / ours, 1),
    }
    if obvious:
        theirs = _obvious_sound(recording, 3)
        told["obvious way with a recording, ms"] = round(theirs)
        told["warm verdict on a recording: times faster"] = round(theirs / ours, 1)
    cold, peak_mb = _command_s([sys.executable, "-m", "detectors", str(recording)])
    told["cold `python -m detectors` on the recording, s"] = round(cold, 2)
    told["cold on the recording, peak memory of the command, MB"] = round(peak_mb)
    return told


def _obvious_sound(recording: Path, repeat: int) -> float:
    """What people write first, with the same networks and windows."""
    import librosa

    card = read_audio_card(detectors.AUDIO_DETECTOR)
    networks = KerasSpeechEnsemble(card)
    f = card.features
    window, hop = window_samples(card), card.hop_frames * f.hop

    def features(wave: np.ndarray) -> dict[str, np.ndarray]:
        mel = librosa.feature.melspectrogram(
            y=wave, sr=f.sample_rate_hz, n_fft=f.mel_fft, hop_length=f.hop, n_mels=f.mel_bands, center=False
        )
        linear = np.abs(librosa.stft(wave, n_fft=f.spectrum_fft, hop_length=f.hop, center=False)) ** 2
        made = {"mel": mel, "spectrum": linear[:-1]}
        return {
            k: librosa.power_to_db(v, top_db=None).T[: card.window_frames].astype(np.float32) for k, v in made.items()
        }

    def once() -> float:
        wave, _ = librosa.load(recording, sr=f.sample_rate_hz, mono=True)
        scores = []
        for first in range(0, len(wave) - window + 1, hop):
            made = features(wave[first : first + window])
            pairs = zip(networks.models, networks.features, strict=True)
            scores.append([m.predict(made[k][None], verbose=0)["logits"].item() for m, k in pairs])
        return float(np.mean(scores))

    return _median_ms(once, repeat)


def _median_ms(work: Callable[[], object], repeat: int) -> float:
    work()
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _obvious(picture: Path, repeat: int) -> float:
    """What people write first, with the same networks."""
    card = read_image_card(detectors.DEFAULT_DETECTOR)
    find = _mtcnn_on_everything()
    models = KerasEnsemble(card).models

    def once() -> float:
        pixels = cv2.cvtColor(np.asarray(cv2.imread(str(picture))), cv2.COLOR_BGR2RGB)
        faces = find(pixels) or load_finder("yunet")(pixels)
        crops = np.stack(
            [cut_face(pixels, f, margin=card.face_margin, size_px=card.input_size_px).pixels_rgb for f in faces]
        )
        return float(np.mean([m.predict(crops.astype(np.float32), verbose=0)["logits"].mean() for m in models]))

    return _median_ms(once, repeat)


def _mtcnn_on_everything() -> Callable[[np.ndarray], tuple[Face, ...]]:
    """mtcnn on the picture at full size, as its README shows it."""
    from mtcnn import MTCNN

    from detectors.faces.mtcnn import faces_from_rows

    net = MTCNN()
    return lambda pixels: faces_from_rows(net.detect_faces(pixels), 1.0)


# A process of its own starts the command: a child's peak memory begins with its parent's, and this parent is large.
LAUNCHER = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, capture_output=True)
seconds = time.perf_counter() - began
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000]))
"""


def _command_s(command: list[str], repeat: int = 3) -> tuple[float, float]:
    """Median wall time of a command in seconds, and its largest peak memory in MB."""
    runs = []
    for _ in range(repeat):
        done = subprocess.run([sys.executable, "-c", LAUNCHER, *command], check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    return statistics.median(r[0] for r in runs), max(r[1] for r in runs)


if __name__ == "__main__":
    sys.exit(main())
