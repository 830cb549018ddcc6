"""Makes small models with random weights in the format of Pocket TTS' files; run by the backend's python.

`cloning` is a folder as on the hub: configuration, weights, tokenizer, and the voices alba and marius;
`closed` has zeros in place of what hears a recording, as the weights that anybody may fetch. They never say
that a text is spoken, unless they are asked to with the option `eos_threshold`: then they end at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
import yaml
from pocket_tts import TTSModel, export_model_state
from pocket_tts.utils.config import CONFIGS_DIR
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

_TEXTS = [
    "The quick brown fox jumps over the lazy dog, and then it sleeps in the sun.",
    "It goes on and on to the end. 1, 2, 3. .!...? ,;:",
]
_END_LOGIT, _END_THRESHOLD = 0.0, 10.0
_MORE_CONDITIONED = 8.0


def _tokenizer() -> Tokenizer:
    """A token a word, for the words above, else one a byte."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(_TEXTS, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    return tokenizer


def _configuration(folder: Path, vocabulary: int) -> dict[str, Any]:
    """The published one, smaller."""
    small: dict[str, Any] = yaml.safe_load((CONFIGS_DIR / "english.yaml").read_text())
    del small["weights_path"], small["weights_path_without_voice_cloning"]
    small["default_eos_threshold"] = _END_THRESHOLD
    flow, mimi = small["flow_lm"], small["mimi"]
    flow["flow"].update(depth=1, dim=16)
    flow["transformer"].update(d_model=32, num_heads=2, num_layers=1, hidden_scale=2)
    flow["lookup_table"].update(dim=32, n_bins=vocabulary, tokenizer_path=str(folder / "tokenizer.json"))
    mimi.update(inner_dim=8, outer_dim=32)
    mimi["seanet"].update(dimension=32, n_filters=4)
    mimi["transformer"].update(
        d_model=32, num_heads=2, num_layers=1, dim_feedforward=32, input_dimension=32, output_dimensions=[32]
    )
    mimi["quantizer"].update(dimension=8, output_dimension=32)
    return small


def _make_heedful(model: TTSModel) -> None:
    """As they are initialised the layers hardly heed voice and text."""
    flow = model.flow_lm
    with torch.no_grad():
        torch.nn.init.normal_(flow.speaker_proj_weight)
        flow.out_eos.weight.zero_()
        flow.out_eos.bias.fill_(_END_LOGIT)
        attention = flow.transformer.layers[0].self_attn
        for weight in (attention.in_proj.weight, attention.out_proj.weight, *flow.flow_net.parameters()):
            if weight.dim() > 1:
                weight.mul_(_MORE_CONDITIONED)


def _write(model: TTSModel, folder: Path) -> None:
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    safetensors.torch.save_file(weights, folder / "model.safetensors")


def make(folder: Path) -> None:
    """Write both models."""
    cloning, closed = folder / "cloning", folder / "closed"
    for part in (cloning, closed):
        (part / "embeddings").mkdir(parents=True)
        tokenizer = _tokenizer()
        tokenizer.save(str(part / "tokenizer.json"))
        configuration = _configuration(part, tokenizer.get_vocab_size())
        (part / "config.yaml").write_text(yaml.safe_dump(configuration))
    torch.manual_seed(0)
    model = TTSModel.load_model(config=cloning / "config.yaml")
    _make_heedful(model)
    _write(model, cloning)
    for name in ("marius", "alba"):
        voice = model.get_state_for_audio_prompt(torch.randn(1, 24_000))
        for part in (cloning, closed):
            export_model_state(voice, part / "embeddings" / f"{name}.safetensors")
    for weight in (*model.mimi.encoder.parameters(), model.flow_lm.speaker_proj_weight):
        weight.data.zero_()
    _write(model, closed)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
