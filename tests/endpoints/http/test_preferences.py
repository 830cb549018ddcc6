"""`Prefer: wait=N` is read, and whatever else clients prefer is left alone."""

import pytest
from starlette.datastructures import Headers

from voice_server.endpoints.http.preferences import preferred_wait_s


@pytest.mark.parametrize(
    ("values", "wait_s"),
    [
        ([], 30.0),
        (["wait=10"], 10.0),
        (["Wait = 10"], 10.0),
        (['wait="5"'], 5.0),
        (["respond-async, wait=0"], 0.0),
        (["return=minimal", "wait=7"], 7.0),
        (["wait=999999999"], 30.0),
        (["wait=99999999999"], 30.0),
        (["wait=-1"], 30.0),
        (["wait=soon"], 30.0),
        (["nowait=3"], 30.0),
        (["wait"], 30.0),
    ],
)
def test_wait(values: list[str], wait_s: float) -> None:
    headers = Headers(raw=[(b"prefer", value.encode()) for value in values])
    assert preferred_wait_s(headers, 30.0) == wait_s
