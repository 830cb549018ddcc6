from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("价格是¥199，低20%。", "价格是199元，低百分之20。"),
        ("下午14:30开始", "下午14点30分开始"),
        ("5%", "百分之5"),
        ("25 °C", "25摄氏度"),
        ("3–5 km", "3到5公里"),
        ("2024-03-15", "2024年3月15日"),
        ("14:30", "14点30分"),
        ("3/4", "四分之三"),
        ("5 kg", "5千克"),
        ("#5", "第5"),
        ("$100", "100美元"),
        ("3月15日", "3月15日"),
        ("¥1,299.99", "1299.99元"),
        ("约-5°C", "约负5摄氏度"),
        ("5〜10公斤", "5到10公斤"),
    ],
)
def test_what_is_written_is_said_as_chinese_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "zh")[0] == spoken
