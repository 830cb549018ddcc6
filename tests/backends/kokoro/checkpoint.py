"""Makes a small checkpoint with random weights in the format of Kokoro's files; run by the backend's python.

The decoder's inner sizes are fixed in the package, so it has 26 million parameters; everything else is tiny.
`--full` makes one of the published size, for measuring.
"""

from __future__ import annotations

import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import torch
from kokoro import KModel

_SYMBOLS = (
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊ'
    "ʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
_SMALL = {"hidden_size": 16, "num_attention_heads": 1, "intermediate_size": 16, "num_hidden_layers": 1}
_FULL = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 2048, "num_hidden_layers": 12}
_FRAMES_A_PHONEME = {True: 3, False: 2}  # real speech has about 3; 2 are faster to render
_VOICES = (
    *("af_heart", "af_bella", "af_sky", "bf_emma", "ef_dora", "ff_siwis", "hf_alpha", "if_sara", "jf_alpha"),
    *("pf_dora", "zf_xiaobei"),
)


def config(*, full: bool) -> dict[str, Any]:
    """The configuration, with the names of the published one."""
    return {
        "istftnet": {
            "upsample_kernel_sizes": [20, 12],
            "upsample_rates": [10, 6],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]] * (3 if full else 1),
            "resblock_kernel_sizes": [3, 7, 11] if full else [3],
            "upsample_initial_channel": 512,
        },
        "dropout": 0.2,
        "hidden_dim": 512,
        "max_dur": 50,
        "n_layer": 3 if full else 1,
        "n_mels": 80,
        "n_token": 178,
        "style_dim": 128,
        "text_encoder_kernel_size": 5,
        "plbert": {**(_FULL if full else _SMALL), "max_position_embeddings": 512},
        "vocab": {symbol: number for number, symbol in enumerate(_SYMBOLS, 1)},
    }


def make(folder: Path, *, full: bool) -> None:
    """Write `config.json`, the weights and voices."""
    torch.manual_seed(0)
    nothing = io.BytesIO()
    torch.save({}, nothing)
    nothing.seek(0)
    shape = config(full=full)
    model = KModel(repo_id="hexgrad/Kokoro-82M", config=shape, model=nothing)
    with torch.no_grad():
        projection = model.predictor.duration_proj.linear_layer
        frames = _FRAMES_A_PHONEME[full]
        projection.bias.fill_(math.log(frames / (shape["max_dur"] - frames)))
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(shape))
    parts = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
    torch.save({part: getattr(model, part).state_dict() for part in parts}, folder / "kokoro-v1_0.pth")
    for voice in _VOICES:
        torch.save(torch.randn(510, 1, 256) * 0.1, folder / "voices" / f"{voice}.pt")


if __name__ == "__main__":
    make(Path(sys.argv[1]), full="--full" in sys.argv)
