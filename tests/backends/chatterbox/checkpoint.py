"""Makes small checkpoints with random weights in the format of Chatterbox's files; run by its own python.

`turbo` stops at random, a second or a few after it began; `english` after exactly 30 tokens, which is 1.2 s;
`multilingual` repeats itself after as many, and is stopped for it.
"""

from __future__ import annotations

import json
import string
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

_TOKENS = 30
_TURBO_STOP_BIAS = 2.0
_TURBO_WORDS = 50_276
_TURBO_TAGS = ("[clear throat]", "[sigh]", "[cough]", "[sniff]", "[gasp]", "[chuckle]", "[laugh]")
_RATE_HZ = 24_000
_FIRST_UNSPOKEN = 6561
_SPECIAL = {"[STOP]": 0, "[UNK]": 1, "[SPACE]": 2, "[START]": 255}
# Combining marks, Greek and Cyrillic, Hebrew and Arabic, Devanagari, the parts of Hangul, kana.
_SCRIPTS = ((0x300, 0x460), (0x590, 0x700), (0x900, 0x980), (0x1100, 0x1200), (0x3040, 0x3100))


def _product() -> Any:
    package = ModuleType("chatterbox_adapter")
    package.__path__ = [str(Path(__file__).resolve().parents[3] / "tts_backends" / "chatterbox")]
    sys.modules[package.__name__] = package
    return import_module("chatterbox_adapter.engine")


def _save(model: Any, file: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, file)


def _make_english(folder: Path) -> None:
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3
    from chatterbox.models.voice_encoder import VoiceEncoder

    folder.mkdir(parents=True)
    language_model = T3()
    with torch.no_grad():
        _count_tokens(language_model, at_the_end=language_model.hp.stop_speech_token)
    _save(VoiceEncoder(), folder / "ve.safetensors")
    _save(language_model, folder / "t3_cfg.safetensors")
    _save(S3Gen(), folder / "s3gen.safetensors")
    characters = string.ascii_letters + string.digits + ".,!?'\"-()[]"
    _save_tokenizer(folder / "tokenizer.json", characters, ["[laughter]"])


def _make_multilingual(folder: Path) -> None:
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3
    from chatterbox.models.t3.modules.t3_config import T3Config
    from chatterbox.models.voice_encoder import VoiceEncoder
    from chatterbox.mtl_tts import SUPPORTED_LANGUAGES

    folder.mkdir(parents=True)
    language_model = T3(T3Config.multilingual())
    with torch.no_grad():
        _count_tokens(language_model, at_the_end=7)
    torch.save(VoiceEncoder().state_dict(), folder / "ve.pt")
    _save(language_model, folder / "t3_mtl23ls_v2.safetensors")
    torch.save(S3Gen().state_dict(), folder / "s3gen.pt")
    characters = (
        string.ascii_lowercase
        + string.digits
        + ".,!?'\"-()[]、。"
        + "".join(chr(code) for start, end in _SCRIPTS for code in range(start, end))
    )
    tokens = [f"[{code}]" for code in SUPPORTED_LANGUAGES] + [f"[cj_{key}]" for key in string.ascii_lowercase]
    _save_tokenizer(folder / "grapheme_mtl_merged_expanded_v1.json", characters, [*tokens, "[cj_.]"])
    (folder / "Cangjie5_TC.json").write_text(json.dumps(["東\tdw", "京\tyrf", "你\tonf", "好\tvnd"]))


def _count_tokens(language_model: Any, *, at_the_end: int) -> None:
    """Make one channel tell how many tokens there were, and let the token `at_the_end` listen to it alone.

    Another channel keeps the model off the tokens that stand for no sound.
    """
    for layer in language_model.tfmr.layers:
        attention = layer.self_attn
        for inward in (attention.q_proj, attention.k_proj, attention.v_proj):
            inward.weight[:, :2] = 0
            inward.weight *= 10
        attention.o_proj.weight *= 4
        attention.o_proj.weight[:2] = 0
        layer.mlp.down_proj.weight[:2] = 0
    positions, head = language_model.speech_pos_emb.emb.weight, language_model.speech_head.weight
    language_model.speech_emb.weight[:, :2] = 0
    positions[:_TOKENS, 0], positions[_TOKENS:, 0], positions[:, 1] = 0.0, 50.0, 50.0
    # The rest is made louder, so that a little of it decides between tokens that are all as likely.
    language_model.text_emb.weight *= 8
    language_model.cond_enc.emotion_adv_fc.weight *= 12
    head *= 8
    head[:, :2] = 0
    head[_FIRST_UNSPOKEN:, 1] = -100.0
    head[at_the_end] = 0
    head[at_the_end, 0] = 100.0


def _save_tokenizer(file: Path, characters: str, tokens: list[str]) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    taken = set(_SPECIAL.values())
    free = (number for number in range(2454) if number not in taken)
    vocabulary = _SPECIAL | {each: next(free) for each in (*tokens, *characters)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.add_special_tokens([*_SPECIAL, *tokens])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(file))


def _make_turbo(folder: Path) -> None:
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3
    from chatterbox.models.t3.modules.t3_config import T3Config
    from chatterbox.models.voice_encoder import VoiceEncoder

    folder.mkdir(parents=True)
    shape = T3Config(text_tokens_dict_size=_TURBO_WORDS)
    shape.llama_config_name = "GPT2_medium"
    shape.speech_tokens_dict_size = 6563
    shape.input_pos_emb = None
    shape.speech_cond_prompt_len = 375
    shape.use_perceiver_resampler = False
    shape.emotion_adv = False
    language_model = T3(shape)
    with torch.no_grad():
        language_model.speech_head.bias[6562] = _TURBO_STOP_BIAS
    _save(VoiceEncoder(), folder / "ve.safetensors")
    _save(language_model, folder / "t3_turbo_v1.safetensors")
    _save(S3Gen(meanflow=True), folder / "s3gen_meanflow.safetensors")
    _save_turbo_tokenizer(folder)


def _save_turbo_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(
        models.BPE(vocab={character: number for number, character in enumerate(alphabet)}, merges=[])
    )
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|endoftext|>")
    tokenizer.add_tokens(list(_TURBO_TAGS))
    tokenizer.save_pretrained(folder)


def _add_voice(engine: Any, kind: str, folder: Path) -> None:
    """Make the model's own voice from a recording, as its makers did."""
    import soundfile

    noise = torch.randn(6 * _RATE_HZ).clamp(-1, 1) * 0.3
    soundfile.write(folder / "speaker.wav", noise.numpy(), _RATE_HZ)
    model = engine.load(kind, folder, "cpu")
    model.prepare_conditionals(str(folder / "speaker.wav"))
    model.conds.save(folder / "conds.pt")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    adapter = _product()
    adapter.allow_torchaudio_without_cuda()
    import_module("shrinking").shrink()
    torch.manual_seed(1234)
    makers = {"turbo": _make_turbo, "english": _make_english, "multilingual": _make_multilingual}
    for model_kind, make in makers.items():
        make(Path(sys.argv[1]) / model_kind)
        _add_voice(adapter, model_kind, Path(sys.argv[1]) / model_kind)
