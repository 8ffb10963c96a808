"""Parts of the benchmark whose errors would go unnoticed in its results."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import ClassVar

import ctranslate2
import numpy as np
import pytest

from bench import contestant, run
from bench.engines import model_folders
from bench.engines.ggml import convert
from bench.engines.model_folders import SHAPES, int8_copy
from bench.engines.weights import Weights
from bench.recordings.corpus import selected
from bench.scores.scoring import Errors
from bench.tables.table import Row, table
from earshot_contract.documents.engine_profile import EngineProfile
from transcriber.engine_protocol import Model


def test_ggml_file_contains_all_weights(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.symlink_to(model.directory)

    data = memoryview(convert(folder).read_bytes())

    magic, *sizes = struct.unpack_from("<I11i", data)
    assert magic == 0x67676D6C
    assert sizes == [51865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1]  # OpenAI's base, as float16
    at = 48 + 8 + 80 * 201 * 4
    (texts,) = struct.unpack_from("<i", data, at)
    at += 4
    words = []
    for _ in range(texts):
        (size,) = struct.unpack_from("<i", data, at)
        words.append(bytes(data[at + 4 : at + 4 + size]))
        at += 4 + size
    assert (texts, words[0], words[220], words[440]) == (50257, b"!", b" ", b" The")
    tensors = {}
    while at < len(data):
        rank, length, half = struct.unpack_from("<3i", data, at)
        shape = struct.unpack_from(f"<{rank}i", data, at + 12)[::-1]
        at += 12 + 4 * rank
        name, kind = bytes(data[at : at + length]).decode(), np.dtype(np.float16 if half else np.float32)
        tensors[name] = np.frombuffer(data, kind, int(np.prod(shape)), at + length).reshape(shape)
        at += length + tensors[name].nbytes
    assert len(tensors) == 245  # as many as OpenAI's base has
    assert tensors["decoder.blocks.5.cross_attn.value.weight"].shape == (512, 512)
    assert tensors["encoder.conv1.bias"].shape == (512, 1)
    for name, stored in Weights(folder).named():
        assert np.array_equal(tensors[name].reshape(stored.shape), stored), name


def test_weights_have_openai_names_and_sizes(model: Model) -> None:
    weights = Weights(model.directory)

    assert list(weights.sizes.items()) == [
        ("n_vocab", 51865),
        *[(f"n_audio_{size}", n) for size, n in (("ctx", 1500), ("state", 512), ("head", 8), ("layer", 6))],
        *[(f"n_text_{size}", n) for size, n in (("ctx", 448), ("state", 512), ("head", 8), ("layer", 6))],
        ("n_mels", 80),
    ]
    found = {name: tensor.shape for name, tensor in weights.named()}
    assert found["encoder.blocks.0.attn.query.weight"] == (512, 512)
    assert found["decoder.blocks.5.mlp.0.bias"] == (2048,)
    assert "encoder.blocks.0.attn.key.bias" not in found


def test_unavailable_contestant_names_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert contestant.missing_requirement("earshot") is None
    assert contestant.missing_requirement("batched 32") is contestant.missing_requirement("earshot 32") is None
    for name in ("vosk", "tuned 8", "earshot many", "default fast", "earshot 8 fast", "batched 0"):
        assert str(contestant.missing_requirement(name)).startswith(
            f"There is no contestant {name!r}; there are default, batched 4,"
        )

    monkeypatch.setattr(contestant, "find_spec", lambda name: None if name == "whisper" else object())

    assert (
        contestant.missing_requirement("openai")
        == "The contestant 'openai' needs `pip install openai-whisper==20250625`."
    )
    assert "openai" not in contestant.available()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("batched 16", ("batched", {"size": 16})),
        ("earshot", ("earshot", {})),
        ("earshot fast", ("earshot", {"profile": EngineProfile.FAST})),
        ("earshot accurate 64", ("earshot", {"profile": EngineProfile.ACCURATE, "size": 64})),
    ],
)
def test_contestants_name_has_profile_and_size(name: str, expected: object) -> None:
    assert contestant.parse(name) == expected


def test_table_scores_formatted_words_of_files_that_have_them() -> None:
    rows = [
        Row("clips", "default", 10, 2, 2, 100, [Errors(1, 10), Errors(0, 5)], [Errors(4, 12)], [1.0, 1.0]),
        Row("clips", "earshot fast", 10, 1, 1, 100, [Errors(0, 10), Errors(0, 5)], [Errors(6, 12)], [0.5, 0.5]),
        Row("one", "default", 10, 2, 2, 100, [Errors(0, 10)], [], [1.0]),
    ]

    _, ours, unformatted = table(rows)

    assert (ours["ratio_cpu"], ours["wer"], ours["formatted"], ours["formatted_worse_by"]) == (2.0, 0.0, 50.0, 16.67)
    assert (unformatted["wer"], unformatted["formatted"], unformatted["formatted_interval"]) == (0.0, "", "")


def test_int8_copy_has_rounded_weights_and_loads(model: Model, tmp_path: Path) -> None:
    copy = int8_copy(model.directory, tmp_path / "base")

    stored, rounded = Weights(model.directory).stored, Weights(copy).stored
    name = "encoder/layer_0/ffn/linear_0/weight"
    whole = rounded[name] / rounded[f"{name}_scale"][:, None]
    assert rounded[name].dtype == np.int8
    assert np.abs(whole - stored[name]).max() <= np.abs(stored[name]).max() / 127
    assert np.array_equal(
        rounded["encoder/position_encodings/encodings"], stored["encoder/position_encodings/encodings"]
    )
    loaded = ctranslate2.models.Whisper(str(copy), compute_type="int8")
    assert (loaded.is_multilingual, loaded.n_mels) == (True, 80)


def test_shape_of_base_has_tensors_of_base(model: Model) -> None:
    stored = {name: tensor.shape for name, tensor in Weights(model.directory).stored.items() if tensor.ndim}

    assert dict(model_folders.tensors(SHAPES["base"])) == stored


@pytest.mark.parametrize(
    ("only", "message"),
    [("default,vosk", "There is no contestant 'vosk'"), ("earshot", "--only must name default")],
)
def test_invalid_contestants_exit_before_run(
    only: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run.main(["--corpus", "none", "--model", "none", "--out", str(tmp_path / "out"), "--only", only])

    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_clips_are_selected_by_half_length_and_format(tmp_path: Path) -> None:
    entries = [
        {"file": f"{n}.wav", "language": "en", "seconds": float(n), "text": "yes"}
        | ({"formatted": "Yes."} if n % 2 else {})
        for n in range(1, 21)
    ]
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    halves = [[clip.seconds for clip in selected([tmp_path], half)] for half in ("tune", "held-out")]

    assert sorted(halves[0] + halves[1]) == [clip.seconds for clip in selected([tmp_path])]
    assert all(halves)
    short = selected([tmp_path, tmp_path], longest=3.0, formatted=True)
    assert [clip.seconds for clip in short] == [1.0, 3.0, 1.0, 3.0]


def test_interrupted_run_keeps_finished_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[object] = []

    class DyingProcess:
        loaded: ClassVar = {"loaded": 0.1}

        def __init__(self, name: str, model: Path, threads: int) -> None:
            self.name = name

        def transcribe(self, files: list[Path], languages: list[str | None]) -> dict[str, object]:
            requests.append(files)
            if len(requests) > 2:  # the first warms up, the second is "clips, detected"
                raise RuntimeError("died")
            return {
                "texts": ["yes"] * len(files),
                "latencies": [1.0] * len(files),
                "cpu": 1.0,
                "wall": 1.0,
                "peak": 9.0,
            }

    monkeypatch.setattr(run, "Process", DyingProcess)
    entry = {"file": "a.wav", "language": "en", "seconds": 1.0, "text": "yes"}
    (tmp_path / "manifest.json").write_text(json.dumps([entry]))
    arguments = ["--corpus", str(tmp_path), "--model", "none", "--out", str(tmp_path), "--scenarios", "clips"]

    with pytest.raises(RuntimeError, match="died"):
        run.main([*arguments, "--only", "default"])

    lines = (tmp_path / "bench.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in lines[3:]] == [['"clips', ' detected"']]
