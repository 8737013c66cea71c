import numpy as np
import pytest
import soundfile
from drawn_clips import number_of, numbered, write_video
from fake_detector import drawn_sound
from PIL import Image

from detectors.errors import MediaError, UsageError
from detectors.media import ClipFile, SoundFile, read_image, read_sound
from eval.corruptions import GRID, KINDS, Corruption, corrupted, read_corruption
from eval.wording import CORRUPTION_TITLES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jpg:40", "no corruption 'jpg'; there are .* Did you mean jpeg"),
        ("mp3", r"needs a kbit/s from 8 to 320"),
        ("jpeg:0", "needs a quality from 1 to 100"),
        ("telephone:8", "takes no number"),
    ],
)
def test_a_corruption_that_makes_no_sense_is_one_sentence(text, words):
    with pytest.raises(UsageError, match=words):
        read_corruption(text)


@pytest.mark.parametrize(("text", "form"), [("mp3:32", "MP3"), ("opus:12", "opus"), ("telephone", "pcm_mulaw")])
def test_a_sound_keeps_its_length_and_loses_its_quality(tmp_path, text, form):
    soundfile.write(tmp_path / "voice.wav", drawn_sound("low", 7.3), 16_000)
    with corrupted(tmp_path / "voice.wav", read_corruption(text)) as copy:
        with SoundFile(copy) as sound:
            assert form in sound.info.format or sound.info.sample_rate_hz == 8_000
        wave = read_sound(copy, 20)
        where = copy
    assert len(wave) == pytest.approx(7.3 * 16_000, abs=2_500) and not where.exists()
    assert wave.std() == pytest.approx(0.1, rel=0.25)


def test_a_telephone_has_nothing_above_four_kilohertz(tmp_path):
    soundfile.write(tmp_path / "voice.wav", drawn_sound("bright", 3), 16_000)
    with corrupted(tmp_path / "voice.wav", read_corruption("telephone")) as copy:
        spectrum = np.abs(np.fft.rfft(read_sound(copy, 2)))
    assert (spectrum[len(spectrum) * 9 // 16 :] ** 2).sum() < 1e-3 * (spectrum**2).sum()


def test_a_clip_tells_how_far_it_is_and_is_left_where_that_raises(tmp_path):
    clip = write_video(tmp_path / "a.mp4", [numbered(i) for i in range(30)], 10)
    seconds = []
    with corrupted(clip, read_corruption("h264:35"), on_progress=seconds.append):
        pass
    assert len(seconds) == 30 and seconds == sorted(seconds) and seconds[-1] == pytest.approx(2.9)

    def leave(second):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), corrupted(clip, read_corruption("h264:35"), on_progress=leave):
        pass
    with pytest.raises(MediaError, match="the limit is"), corrupted(clip, read_corruption("h264:35"), max_length_s=1.0):
        pass


def test_pictures_are_saved_again_or_made_smaller(tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 60, 3), np.uint8)).save(tmp_path / "a.png")
    with corrupted(tmp_path / "a.png", read_corruption("jpeg:40")) as copy:
        assert read_image(copy).info.format == "JPEG"
    with corrupted(tmp_path / "a.png", read_corruption("resize:0.5")) as copy:
        assert read_image(copy).pixels_rgb.shape == (40, 30, 3)


def test_what_cannot_be_read_cannot_be_corrupted(tmp_path):
    (tmp_path / "letter.wav").write_text("no sound")
    with pytest.raises(MediaError), corrupted(tmp_path / "letter.wav", read_corruption("telephone")):
        pass


def ramp(path):
    """A smooth picture with a sharp edge, of odd height."""
    pixels = np.tile(np.linspace(30, 220, 120, dtype=np.float32)[None, :, None], (91, 1, 3)).astype(np.uint8)
    pixels[:, 60:62] = 255
    Image.fromarray(pixels).save(path)
    return pixels


def test_noise_has_its_strength_and_is_the_same_for_the_same_file(tmp_path):
    pixels = ramp(tmp_path / "a.png")
    copies = []
    for _ in range(2):
        with corrupted(tmp_path / "a.png", read_corruption("noise:10")) as copy:
            copies.append(read_image(copy).pixels_rgb)
    assert np.array_equal(*copies)
    inside = (pixels > 60) & (pixels < 200)
    assert (copies[0].astype(float) - pixels)[inside].std() == pytest.approx(10, rel=0.05)


def test_blur_and_h264_take_edges_away_and_the_stronger_the_more(tmp_path):
    pixels = ramp(tmp_path / "a.png").astype(float)
    for name, amounts in (("blur", (0.5, 3)), ("h264", (18, 40))):
        gaps = []
        for amount in amounts:
            with corrupted(tmp_path / "a.png", Corruption(name, amount)) as copy:
                seen = read_image(copy).pixels_rgb
            gaps.append(np.abs(seen - pixels[: seen.shape[0]]).mean())
        assert seen.shape == ((90 if name == "h264" else 91), 120, 3)
        assert 0 < gaps[0] < gaps[1] < 20, name


def test_edits_are_those_that_their_names_say(tmp_path):
    rng = np.random.default_rng(0)
    plain = np.clip(
        np.tile(np.linspace(40, 210, 120)[None, :, None], (91, 1, 3)) + rng.normal(0, 6, (91, 120, 3)), 0, 255
    )
    Image.fromarray(plain.astype(np.uint8)).save(tmp_path / "a.png")

    def made(name, amount):
        with corrupted(tmp_path / "a.png", Corruption(name, amount)) as copy:
            return read_image(copy).pixels_rgb.astype(float)

    def detail(pixels):
        return np.diff(pixels, axis=0).std()

    rough = detail(plain)
    assert detail(made("denoise", 10)) < 0.6 * rough and detail(made("smooth", 60)) < 0.8 * rough
    assert detail(made("sharpen", 2)) > detail(made("sharpen", 0.5)) > 1.1 * rough
    weak, full = made("tone", 0.3), made("tone", 1)
    assert np.abs(weak - plain).mean() < np.abs(full - plain).mean()
    dark, light = full[:, :10].mean((0, 1)), full[:, -10:].mean((0, 1))
    assert dark[2] > dark[0] and light[0] > light[2]  # cool shadows, warm lights


@pytest.mark.parametrize("text", ["h264:30", "blur:0.5", "noise:4"])
def test_a_clip_keeps_its_frames_and_their_times(tmp_path, text):
    clip = write_video(tmp_path / "a.mp4", (numbered(i) for i in range(75)), 25)
    with corrupted(clip, read_corruption(text)) as copy, ClipFile(copy) as seen:
        told = [(f.time_s, number_of(f.pixels_rgb)) for f in seen.frames()]
    assert [n for _, n in told] == [0, 25, 50] and [t for t, _ in told] == pytest.approx([0, 1, 2], abs=1e-3)
    with corrupted(clip, read_corruption("resize:0.5")) as copy, ClipFile(copy) as seen:
        assert (seen.info.width_px, seen.info.height_px) == (96, 48)


def test_hiss_has_its_level_and_a_room_its_decay(tmp_path):
    wave = drawn_sound("low", 5)
    soundfile.write(tmp_path / "v.wav", wave, 16_000)
    with corrupted(tmp_path / "v.wav", read_corruption("hiss:10")) as copy:
        noise = read_sound(copy, 10)[: len(wave)] - wave
    assert 10 * np.log10(wave.var() / noise.var()) == pytest.approx(10, abs=0.3)
    click = np.zeros(32_000, np.float32)
    click[100] = 0.5
    soundfile.write(tmp_path / "c.wav", click, 16_000, subtype="FLOAT")
    with corrupted(tmp_path / "c.wav", read_corruption("reverb:0.5")) as copy:
        room = read_sound(copy, 10).astype(float)[101:]
    early, late = (room[a : a + 800] ** 2 for a in (0, 4000))
    assert 10 * np.log10(early.mean() / late.mean()) == pytest.approx(30, abs=2)  # half of the decay: 30 dB


def test_a_room_is_the_same_however_the_sound_is_cut_into_blocks(tmp_path):
    from eval.corruptions import _reverberated

    wave = drawn_sound("bright", 2)
    rooms = [
        np.concatenate(list(_reverberated(iter(np.split(wave, cuts)), 0.3, np.random.default_rng(0))))
        for cuts in ([], [90, 20_000])
    ]
    assert np.allclose(rooms[0], rooms[1], atol=1e-6) and len(rooms[0]) == len(wave)


def test_trimming_takes_the_silence_at_the_ends_only(tmp_path):
    quiet = np.zeros(16_000, np.float32)
    soundfile.write(
        tmp_path / "v.wav",
        np.concatenate([quiet, drawn_sound("low", 2), quiet[:8000], drawn_sound("low", 1), quiet]),
        16_000,
    )
    with corrupted(tmp_path / "v.wav", read_corruption("trim")) as copy:
        assert len(read_sound(copy, 10)) == pytest.approx(3.5 * 16_000, abs=3_200)


def test_every_step_of_the_grid_is_a_corruption_of_that_kind():
    for kind, steps in GRID.items():
        for name, amounts in steps.items():
            assert kind in KINDS[name].media and name in CORRUPTION_TITLES
            for amount in amounts:
                assert read_corruption(str(Corruption(name, amount))) == Corruption(name, amount)
