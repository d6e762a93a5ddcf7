"""librosa, from which published metrics are defined, is the truth here."""

import librosa
import numpy as np
import pytest

from patchpilot.audio import frames, hann, mel_filterbank, mel_power, mfcc, power_to_db, stft_magnitude
from tests.audio.tones import noise, sine

Y = noise(0.7).samples[0] + sine(440, 0.7).samples[0]


@pytest.mark.parametrize("n", [4, 441, 2048])
def test_hann(n: int) -> None:
    assert hann(n) == pytest.approx(librosa.filters.get_window("hann", n), abs=1e-7)


@pytest.mark.parametrize(("size", "hop"), [(2048, 882), (441, 220), (1102, 441), (4410, 2205)])
def test_frames_are_centred(size: int, hop: int) -> None:
    cut = frames(Y, size=size, hop=hop)
    assert cut.shape[1] == size
    for k in (0, 3, len(cut) - 1):
        if k * hop < len(Y):
            assert cut[k, size // 2] == Y[k * hop]


@pytest.mark.parametrize(("n_fft", "hop"), [(2048, 882), (1024, 256), (2205, 441), (441, 220), (1102, 441)])
def test_stft(n_fft: int, hop: int) -> None:
    truth = np.abs(librosa.stft(Y, n_fft=n_fft, hop_length=hop)).T
    ours = stft_magnitude(Y, n_fft=n_fft, hop=hop)
    assert ours.shape == truth.shape
    assert np.abs(ours - truth).max() < 1e-3


@pytest.mark.parametrize(
    ("sample_rate", "n_fft", "n_mels", "fmin_hz", "fmax_hz"),
    [(44100, 2048, 96, 30.0, None), (22050, 2048, 128, 0.0, None), (44100, 441, 32, 0.0, 8000.0)],
)
def test_mel_filterbank(
    sample_rate: int, n_fft: int, n_mels: int, fmin_hz: float, fmax_hz: float | None
) -> None:
    truth = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz).T
    ours = mel_filterbank(sample_rate, n_fft=n_fft, n_mels=n_mels, fmin_hz=fmin_hz, fmax_hz=fmax_hz)
    assert ours.shape == truth.shape
    assert np.abs(ours - truth).max() < 1e-6
    assert not ours.flags.writeable


def test_mel_power() -> None:
    truth = librosa.feature.melspectrogram(y=Y, sr=44100, n_fft=2048, hop_length=512, n_mels=64).T
    ours = mel_power(Y, 44100, n_fft=2048, hop=512, n_mels=64)
    assert ours == pytest.approx(truth, rel=1e-3, abs=1e-6)


def test_power_to_db() -> None:
    power = np.array([[1e-12, 1e-3], [0.5, 20.0]], np.float32)
    assert power_to_db(power) == pytest.approx(librosa.power_to_db(power), abs=1e-4)
    assert power_to_db(power, reference=20.0) == pytest.approx(
        librosa.power_to_db(power, ref=np.max), abs=1e-4
    )


@pytest.mark.parametrize("n_mfcc", [13, 40])
def test_mfcc(n_mfcc: int) -> None:
    truth = librosa.feature.mfcc(y=Y, sr=22050, n_mfcc=n_mfcc).T
    assert np.abs(mfcc(Y, 22050, n_mfcc=n_mfcc) - truth).max() < 1e-2


def test_a_tone_lies_in_its_band() -> None:
    bands = mel_power(sine(1000).samples[0], 44100, n_fft=2048, hop=512, n_mels=96)[10]
    filters = mel_filterbank(44100, n_fft=2048, n_mels=96)
    assert abs(int(bands.argmax()) - int(filters[round(1000 * 2048 / 44100)].argmax())) <= 1


def test_windows_and_filters_are_shared_and_so_read_only() -> None:
    for shared in (hann(64), mel_filterbank(44100, n_fft=64, n_mels=4)):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1.0
