"""The vocoder's residual blocks for a CPU: the same arithmetic, laid out for it.

Nine tenths of Kokoro's time goes here. Samples lie one after the other with their channels together, which
oneDNN convolves about half as fast again as the usual layout, and normalisation, style and the snake
activation are done portion by portion, while a portion is in the cache.
"""

from __future__ import annotations

from types import MethodType

import torch
from kokoro.istftnet import AdaIN1d, AdaINResBlock1
from torch.nn import functional

_ROWS = 2048


def speed_up(block: AdaINResBlock1) -> None:
    """Have this block run as described above."""
    block.forward = MethodType(_forward, block)


def _forward(self: AdaINResBlock1, x: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    rows = x[0].t().contiguous()
    for first, second, norm1, norm2, alpha1, alpha2 in zip(
        self.convs1, self.convs2, self.adain1, self.adain2, self.alpha1, self.alpha2, strict=True
    ):
        step = _convolve(_norm_and_snake(rows, norm1, style, alpha1), first)
        rows = rows + _convolve(_norm_and_snake(step, norm2, style, alpha2), second)
    return rows.t()[None]


def _norm_and_snake(
    rows: torch.Tensor, norm: AdaIN1d, style: torch.Tensor, alpha: torch.Tensor
) -> torch.Tensor:
    gamma, beta = norm.fc(style)[0].chunk(2)
    alpha = alpha.reshape(-1)
    mean = rows.mean(0)
    squares = torch.zeros_like(mean)
    for portion in rows.split(_ROWS):
        squares += (portion - mean).square_().sum(0)
    scale = torch.rsqrt(squares / len(rows) + norm.norm.eps) * norm.norm.weight * (1 + gamma)
    shift = norm.norm.bias * (1 + gamma) + beta - mean * scale
    result = torch.empty_like(rows)
    for source, target in zip(rows.split(_ROWS), result.split(_ROWS), strict=True):
        torch.addcmul(shift, source, scale, out=target)
        wave = (target * alpha).sin_()
        target.addcmul_(wave.square_(), 1 / alpha)
    return result


def _convolve(rows: torch.Tensor, convolution: torch.nn.Conv1d) -> torch.Tensor:
    """Convolve along the rows; a view with the channels last in memory spares every copy."""
    weight = convolution.weight.unsqueeze(2).contiguous(memory_format=torch.channels_last)
    result = functional.conv2d(
        rows.t()[None, :, None, :],
        weight,
        convolution.bias,
        padding=(0, convolution.padding[0]),
        dilation=(1, convolution.dilation[0]),
    )
    return result[0, :, 0].t()
