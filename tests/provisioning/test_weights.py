"""A backend's weights are found and fetched by its own script."""

from __future__ import annotations

import json

import pytest

from tests.provisioning.fake_uv import Bench
from voice_server.config import BackendConfig
from voice_server.errors import BackendError
from voice_server.provisioning.weights import fetch_weights, find_weights


def test_weights_are_fetched_by_the_backends_own_script(bench: Bench) -> None:
    bench.write_weights_script("import sys; print('half'); print(sys.argv[1:])")
    settings = {"model": "large"}
    backend = BackendConfig(adapter=bench.backend.adapter, environment=bench.project, settings=settings)
    found = find_weights("kokoro", backend, {}, bench.said.append)
    assert str(found) == str([json.dumps(settings), "--find"])
    assert bench.said[-1] == "half"


def test_weights_that_cannot_be_had_are_one_sentence(bench: Bench) -> None:
    bench.write_weights_script(
        "import sys; print('x', file=sys.stderr); print('no way to the hub'); sys.exit(1)"
    )
    with pytest.raises(BackendError) as caught:
        fetch_weights("kokoro", bench.backend, {}, bench.said.append)
    assert caught.value.message == "kokoro: no way to the hub"


def test_a_backend_without_a_script_has_no_weights(bench: Bench) -> None:
    bench.make()
    assert fetch_weights("kokoro", bench.backend, {}, bench.said.append) is None
    assert find_weights("kokoro", bench.backend, {}, bench.said.append) is None


def test_the_script_sees_the_settings_of_uv_and_shows_progress_only_when_it_fetches(bench: Bench) -> None:
    bench.write_weights_script("import os; print(os.environ.get('UV_INDEX'), os.environ.get('TQDM_DISABLE'))")
    environ = {"UV_INDEX": "mirror"}
    fetched = fetch_weights("kokoro", bench.backend, environ, bench.said.append)
    found = find_weights("kokoro", bench.backend, environ, bench.said.append)
    assert (str(fetched), str(found)) == ("mirror None", "mirror 1")
