"""Makes Chatterbox's classes small before they are built: their sizes stand in the code, not in a file."""

from __future__ import annotations

import functools
from typing import Any

_SIZE = 64


def shrink() -> None:
    """Change the sizes; to be called once, in every process that makes or loads a small checkpoint."""
    import chatterbox.models.s3gen.s3gen as vocoder
    import chatterbox.models.s3gen.transformer.upsample_encoder as upsampling
    import chatterbox.models.t3.llama_configs as language_models
    import s3tokenizer.model_v2 as tokenizer
    from chatterbox.models.t3.modules import perceiver
    from chatterbox.models.voice_encoder.config import VoiceEncConfig

    encoder, decoder = vocoder.UpsampleConformerEncoder, vocoder.ConditionalDecoder
    lookahead, upsample = upsampling.PreLookaheadLayer, upsampling.Upsample1D

    def small_encoder(**sizes: Any) -> Any:
        small = {"output_size": _SIZE, "input_size": _SIZE, "attention_heads": 1, "linear_units": _SIZE}
        return encoder(**(sizes | small | {"num_blocks": 1}))

    def small_decoder(**sizes: Any) -> Any:
        small = {"channels": [16], "attention_head_dim": 16, "n_blocks": 1, "num_mid_blocks": 1}
        return decoder(**(sizes | small | {"num_heads": 1}))

    vocoder.UpsampleConformerEncoder, vocoder.ConditionalDecoder = small_encoder, small_decoder
    upsampling.PreLookaheadLayer = lambda channels, pre_lookahead_len: lookahead(_SIZE, pre_lookahead_len)
    upsampling.Upsample1D = lambda channels, out_channels, stride: upsample(_SIZE, _SIZE, stride)
    partial = functools.partial
    vocoder.CausalMaskedDiffWithXvec = partial(vocoder.CausalMaskedDiffWithXvec, input_size=_SIZE)
    vocoder.HiFTGenerator = partial(vocoder.HiFTGenerator, base_channels=32)
    vocoder.ConvRNNF0Predictor = partial(vocoder.ConvRNNF0Predictor, cond_channels=8)
    vocoder.CAMPPlus = partial(vocoder.CAMPPlus, growth_rate=4, init_channels=16)
    _shrink_language_models(language_models.LLAMA_CONFIGS)
    defaults = tokenizer.S3TokenizerV2.__init__.__defaults__[0]
    defaults.n_audio_state, defaults.n_audio_head, defaults.n_audio_layer = _SIZE, 1, 1
    VoiceEncConfig.ve_hidden_size = 32
    perceiver.Perceiver.__init__.__defaults__ = (4, _SIZE, _SIZE, 1)


def _shrink_language_models(configs: Any) -> None:
    # The multilingual model watches head 15 of layer 12 and head 11 of layer 13.
    configs["Llama_520M"].update(
        hidden_size=_SIZE,
        intermediate_size=_SIZE,
        num_hidden_layers=14,
        num_attention_heads=16,
        num_key_value_heads=16,
        head_dim=_SIZE // 16,
    )
    configs["GPT2_medium"].update(
        n_embd=_SIZE, hidden_size=_SIZE, n_head=1, n_layer=1, n_positions=1399, n_ctx=1399, vocab_size=8
    )
