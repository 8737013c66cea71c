import struct

import av
import numpy as np
import pytest
import soundfile
from fake_detector import drawn_sound

from detectors import detector_for
from detectors.errors import MediaError, MediaTooLarge, UnreadableMedia
from detectors.media import SoundFile, SoundLimits, media_kind, read_sound

RATE = 16_000
CONTAINERS = [
    ("wav", "pcm_s16le", 16_000, "WAV sound"), ("wav", "pcm_mulaw", 8_000, "WAV sound"), ("wav", "pcm_f32le", 44_100, "WAV sound"),
    ("flac", "flac", 48_000, "FLAC sound"), ("mp3", "libmp3lame", 44_100, "MP3 sound"), ("ogg", "libopus", 48_000, "Ogg sound"),
    ("ogg", "flac", 32_000, "Ogg sound"), ("mp4", "aac", 44_100, "MP4 video"), ("ipod", "aac", 44_100, "M4A sound"),
    ("webm", "libopus", 48_000, "WebM or Matroska video"), ("adts", "aac", 16_000, "AAC sound"), ("aiff", "pcm_s16be", 22_050, "AIFF sound"),
]  # fmt: skip


def encode(path, wave, container, codec, rate, channels=1):
    """A sound in any container, from float32 samples at `rate`."""
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono" if channels == 1 else "stereo")
        resampler = av.AudioResampler(
            stream.codec_context.format, stream.layout, rate, stream.codec_context.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(np.repeat(wave[None], channels, 0), format="fltp", layout=stream.layout)
        frame.sample_rate, frame.pts = rate, 0
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def tone(rate, seconds=2.0, hertz=440.0):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize(("container", "codec", "rate", "form"), CONTAINERS)
def test_every_format_comes_out_as_the_same_tone_at_16_khz(tmp_path, container, codec, rate, form):
    path = encode(tmp_path / "named.xyz", tone(rate), container, codec, rate)
    with SoundFile(path) as sound:
        wave = np.concatenate(list(sound.blocks()))
        assert sound.info.format.startswith(form) and sound.info.sample_rate_hz in (rate, 48_000)
    assert len(wave) == pytest.approx(2 * RATE, abs=0.12 * RATE)
    middle = wave[RATE // 2 : RATE // 2 + RATE]
    assert np.abs(np.fft.rfft(middle)).argmax() == 440
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.3 / np.sqrt(2), rel=0.06)


def test_blocks_are_small_and_add_up(tmp_path):
    soundfile.write(tmp_path / "long.flac", drawn_sound("low", 60, 44_100), 44_100)
    with SoundFile(tmp_path / "long.flac") as sound:
        sizes = [len(b) for b in sound.blocks()]
    assert max(sizes) < 3 * RATE and sum(sizes) == pytest.approx(60 * RATE, abs=2)


def test_two_channels_are_mixed_and_opposite_ones_do_not_cancel(tmp_path):
    left = tone(RATE)
    soundfile.write(tmp_path / "half.wav", np.stack([left, np.zeros_like(left)], 1), RATE)
    soundfile.write(tmp_path / "opposite.wav", np.stack([left, -left], 1), RATE)
    assert read_sound(tmp_path / "half.wav", 2).std() == pytest.approx(left.std() / 2, rel=0.02)
    assert read_sound(tmp_path / "opposite.wav", 2).std() == pytest.approx(left.std(), rel=0.02)


def wav_header(rate=16_000, channels=1, bits=16, data=b"\0\0" * 1600, tag=1):
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def float_wav(values):
    return wav_header(bits=32, data=np.asarray(values, "<f4").tobytes(), tag=3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"This is a letter.", "by its content this is text"),
        (b"#EXTM3U\nhttp://127.0.0.1/secret.wav\n", "by its content this is a playlist"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "by its content this is a PNG"),
        (wav_header()[:30], "damaged or cut off"),
        (wav_header(data=b""), "no sound"),
        (wav_header(rate=1), "1 samples a second"),
        (wav_header(rate=384_000), "384000 samples a second"),
        (wav_header(channels=64), "64 channels"),
        (float_wav([0.1, np.nan] * 4000), "not numbers"),
        (float_wav([np.inf] * 4000), "not numbers"),
    ],
)
def test_bad_sound_is_one_clear_sentence(tmp_path, data, words):
    (tmp_path / "bad.wav").write_bytes(data)
    with pytest.raises(UnreadableMedia, match=words) as caught:
        read_sound(tmp_path / "bad.wav", 10)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_absurdly_loud_floats_are_held_down(tmp_path):
    (tmp_path / "loud.wav").write_bytes(float_wav([1e30, -1e30] * 8000))
    assert np.abs(read_sound(tmp_path / "loud.wav", 1)).max() < 10


def test_four_hours_in_a_small_file_are_refused_before_they_are_decoded(tmp_path):
    with soundfile.SoundFile(tmp_path / "hours.flac", "w", 8_000, 1) as out:
        for _ in range(4):
            out.write(np.zeros(8_000 * 3600, np.int16))
    with pytest.raises(MediaTooLarge, match="240 minutes; the limit is 120"), SoundFile(tmp_path / "hours.flac"):
        pass


def test_a_header_that_hides_the_length_does_not_pass_the_limit(tmp_path):
    path = encode(tmp_path / "long.aac", tone(RATE, 30), "adts", "aac", RATE)
    with pytest.raises(MediaTooLarge, match="the limit is"), SoundFile(path, SoundLimits(max_length_s=10)) as sound:
        list(sound.blocks())


def test_a_large_file_is_refused_unread(tmp_path):
    (tmp_path / "large.wav").write_bytes(wav_header())
    with pytest.raises(MediaTooLarge, match="larger than"):
        SoundFile(tmp_path / "large.wav", SoundLimits(max_bytes=100))


def test_of_a_truncated_file_what_is_there_is_read_and_said(tmp_path):
    whole = encode(tmp_path / "whole.mp4", tone(44_100, 20), "wav", "pcm_s16le", 44_100).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    with SoundFile(tmp_path / "cut.wav") as sound:
        count = sum(len(b) for b in sound.blocks())
    assert count == pytest.approx(10 * RATE, rel=0.02)


def test_a_damaged_middle_costs_only_what_follows(tmp_path):
    path = encode(tmp_path / "whole.mp3", tone(44_100, 10), "mp3", "libmp3lame", 44_100)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    (tmp_path / "hurt.mp3").write_bytes(bytes(data))
    assert len(read_sound(tmp_path / "hurt.mp3", 20)) > 4 * RATE


def test_a_video_without_sound_says_so(tmp_path):
    with av.open(str(tmp_path / "mute.mp4"), "w") as out:
        stream = out.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        out.mux(stream.encode(None))
    with pytest.raises(UnreadableMedia, match="no sound track"):
        SoundFile(tmp_path / "mute.mp4")


def test_missing_files_and_folders_are_sentences(tmp_path):
    for path, words in ((tmp_path / "none.wav", "no such file"), (tmp_path, "folder")):
        with pytest.raises(MediaError, match=words):
            SoundFile(path)


def test_the_content_chooses_the_detector_and_not_the_name(tmp_path):
    soundfile.write(tmp_path / "voice.wav", tone(RATE), RATE)
    voice = (tmp_path / "voice.wav").rename(tmp_path / "voice.jpg")
    assert (media_kind(voice), detector_for(voice)) == ("audio", "audio-ensemble")
    (tmp_path / "picture.wav").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    assert detector_for(tmp_path / "picture.wav") == "image-ensemble"
    assert media_kind(tmp_path / "none") is None
