"""Makes a small checkpoint with random weights in the format of VibeVoice's files; run by its own python.

It makes sound until it may make no more tokens: of the tokens that are allowed all are as likely, and the one
for sound has the lowest number.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    VibeVoiceAcousticTokenizerFeatureExtractor,
    VibeVoiceConfig,
    VibeVoiceForConditionalGeneration,
    VibeVoiceProcessor,
)

_SOUND, _START, _END, _STOP = "<|vision_pad|>", "<|vision_start|>", "<|vision_end|>", "<|endoftext|>"
_LOUDER = 1e8
_MORE_CONDITIONED = 20
_TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'audio' %}"
    "Speaker {{ message['role'] }}:" + _START + _SOUND + _END + "\n"
    "{% endif %}{% endfor %}{% endfor %}"
    "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'text' %}"
    "Speaker {{ message['role'] }}: {{ part['text'] }}\n"
    "{% endif %}{% endfor %}{% endfor %}" + _START
)


def _tokenizer() -> PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner)
    tokenizer.add_special_tokens({"additional_special_tokens": [_SOUND, _START, _END]})
    tokenizer.add_special_tokens({"pad_token": _STOP, "eos_token": _STOP})
    return tokenizer


def _config(tokenizer: PreTrainedTokenizerFast) -> VibeVoiceConfig:
    number = tokenizer.convert_tokens_to_ids
    codec = {"hidden_size": 8, "num_filters": 2, "depths": (1,) * 7, "ffn_expansion": 2}
    return VibeVoiceConfig(
        text_config={
            "model_type": "qwen2",
            "vocab_size": 264,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "max_position_embeddings": 4096,
        },
        audio_config={"model_type": "vibevoice_acoustic_tokenizer", **codec},
        semantic_model_config={"model_type": "vibevoice_acoustic_tokenizer_encoder", **codec},
        diffusion_head_config={
            "num_hidden_layers": 1,
            "intermediate_size": 64,
            "frequency_embedding_size": 32,
        },
        pad_token_id=number(_STOP),
        eos_token_id=number(_STOP),
        audio_bos_token_id=number(_START),
        audio_eos_token_id=number(_END),
        audio_token_id=number(_SOUND),
    )


def make(folder: Path) -> None:
    """Write configuration, weights, tokenizer and processor."""
    tokenizer = _tokenizer()
    torch.manual_seed(0)
    model = VibeVoiceForConditionalGeneration(_config(tokenizer))
    with torch.no_grad():
        model.lm_head.weight.zero_()
        # As they are initialised the layers end in sound far below the smallest 16-bit sample.
        model.model.audio_tower.decoder.head.conv.weight.mul_(_LOUDER)
        # And a recording changes so little that two of them may sound the same to the last bit.
        attention, diffusion = model.model.language_model.layers[0].self_attn, model.model.diffusion_head
        for layer in (
            attention.v_proj,
            attention.o_proj,
            diffusion.cond_proj,
            diffusion.final_layer.linear_1,
        ):
            layer.weight.mul_(_MORE_CONDITIONED)
    generation = model.generation_config
    generation.guidance_scale, generation.num_diffusion_steps, generation.max_new_tokens = 1.3, 4, 12
    generation.eos_token_id = generation.pad_token_id = tokenizer.convert_tokens_to_ids(_STOP)
    generation.noise_scheduler_class = "DPMSolverMultistepScheduler"
    generation.noise_scheduler_config = {
        "beta_schedule": "squaredcos_cap_v2",
        "prediction_type": "v_prediction",
    }
    extractor = VibeVoiceAcousticTokenizerFeatureExtractor()
    VibeVoiceProcessor(extractor, tokenizer, chat_template=_TEMPLATE).save_pretrained(folder)
    model.save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
