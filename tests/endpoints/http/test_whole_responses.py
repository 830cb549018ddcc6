"""A whole response is sent once its text is spoken to the end; without any sound nothing is sent."""

from __future__ import annotations

import json
import resource
from base64 import b64decode

import pytest
from starlette.requests import Request
from starlette.types import Message

from tests.arithmetic_pool import ArithmeticPool
from tests.core.speech.rendering import pcm_of
from tests.endpoints.serving import run, served
from voice_server.core.types import SpeechWarning
from voice_server.endpoints.http.byte_ranges import requested_range
from voice_server.endpoints.http.responses import HttpReply, ResponseWriter
from voice_server.endpoints.http.speech_fields import SpeechFields, resolve_fields
from voice_server.endpoints.http.whole_responses import (
    WHOLE_FILE,
    file_or_part,
    json_document,
    text_document,
    whole_file,
)
from voice_server.errors import NoStorage, VoiceServerError
from voice_server.sound_files import encoding
from voice_server.sound_files.file_formats import FormatName

LONG = "This sentence is longer than one piece of base64. " * 60


class Answered:
    """What a writer sent for a text as PCM, and what it returned."""

    def __init__(
        self,
        write: ResponseWriter,
        text: str,
        pool: ArithmeticPool | None = None,
        form: FormatName = "pcm",
    ) -> None:
        self.sent: list[Message] = []
        self.failure: VoiceServerError | None = None
        self._pool = pool or ArithmeticPool(frame_s=0)

        async def main() -> None:
            async with served(self._pool) as server:
                resolved = resolve_fields(server.service, SpeechFields(text=text), form)
                with server.service.speak(resolved.text, resolved.settings) as speech:
                    self.failure = await write(resolved, speech, HttpReply(self._keep))

        run(main)

    async def _keep(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def spoken(self) -> bytes:
        return b"".join(pcm_of(segment.text) for segment in self._pool.rendered)


def test_a_file_has_its_length_in_its_head_and_comes_in_pieces() -> None:
    answered = Answered(WHOLE_FILE, LONG)
    assert answered.body == answered.spoken
    assert answered.headers[b"content-length"] == str(len(answered.spoken)).encode()
    assert len(answered.sent) > 3


@pytest.mark.parametrize("wanted", ["bytes=1-", "bytes=49152-49152", "bytes=10-100000", "bytes=-49153"])
def test_a_part_of_a_file_in_several_pieces_is_that_part(wanted: str) -> None:
    headers = [(b"range", wanted.encode())]
    answered = Answered(file_or_part(Request({"type": "http", "method": "GET", "headers": headers})), LONG)
    part = requested_range(wanted, len(answered.spoken))
    assert part is not None
    assert answered.body == answered.spoken[part.start : part.stop]
    assert answered.headers[b"content-length"] == str(len(answered.body)).encode()


def test_the_pieces_of_a_document_are_base64_of_the_whole() -> None:
    answered = Answered(json_document(lambda rendered: {"n_bytes": rendered.n_bytes}), LONG)
    assert len(answered.spoken) > 48 * 1024
    document = json.loads(answered.body)
    assert document.keys() == {"audio", "n_bytes"}
    assert b64decode(document["audio"]) == answered.spoken
    assert document["n_bytes"] == len(answered.spoken)


@pytest.mark.parametrize("length", [0, 1, 300, 301, 1000])
def test_an_iterator_becomes_an_array_that_is_made_in_portions(length: int) -> None:
    answered = Answered(json_document(lambda _: {"before": 1, "words": iter(range(length)), "n": 2}), "Hi.")
    document = json.loads(answered.body)
    assert document == {"audio": document["audio"], "before": 1, "words": list(range(length)), "n": 2}
    assert max(message["body"].count(b",") for message in answered.sent[1:]) <= 300


def test_a_text_document_holds_only_its_description() -> None:
    answered = Answered(
        text_document("text/vtt", lambda rendered: iter((f"{rendered.audio_ms:g}", " ms, ä"))), "Hi."
    )
    assert answered.body.decode() == "60 ms, ä"
    assert answered.headers[b"content-type"] == b"text/vtt"


def test_a_text_document_encodes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_CodecEncoder", None)  # to use it would raise a TypeError
    answered = Answered(
        text_document("text/vtt", lambda rendered: iter((f"{rendered.audio_ms:g}",))), "Hi.", form="mp3"
    )
    assert answered.body == b"60"


def test_a_file_that_the_disk_has_no_room_for_is_an_error_that_says_what_helps() -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    text = "This is a sentence of a text that is longer than what is kept in memory. " * 70
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
        with pytest.raises(ExceptionGroup) as caught:
            Answered(WHOLE_FILE, text)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    (error,) = (caught.value.subgroup(NoStorage) or caught.value).exceptions
    while isinstance(error, ExceptionGroup):
        (error,) = error.exceptions
    assert isinstance(error, NoStorage)
    assert "ask for a stream" in error.message


def test_what_the_client_should_know_is_in_the_head() -> None:
    notices = {"Hi.": SpeechWarning("sentence_retried", "again")}
    answered = Answered(WHOLE_FILE, "Hi.", ArithmeticPool(frame_s=0, notices=notices))
    assert answered.headers[b"x-warning"] == b"sentence_retried: again"
    told = [{"code": "sentence_retried", "message": "again"}]
    assert json.loads(answered.headers[b"x-warnings"]) == told


def test_a_text_without_any_sound_is_a_failure_and_nothing_is_sent() -> None:
    answered = Answered(WHOLE_FILE, "Hi.", ArithmeticPool(frame_s=0, failing={"Hi.": 0}))
    assert answered.failure is not None
    assert answered.failure.code == "render_failed"
    assert answered.sent == []


def test_further_headers_and_another_key_for_the_audio() -> None:
    assert Answered(whole_file({"request-id": "7"}), "One.").headers[b"request-id"] == b"7"
    nested = {"times": {"starts": iter([1, 2]), "unit": "ms"}, "none": {}}
    answered = Answered(
        json_document(lambda _: nested, audio_key="sound", headers={"request-id": "7"}), "One."
    )
    document = json.loads(answered.body)
    assert b64decode(document.pop("sound")) == pcm_of("One.")
    assert document == {"times": {"starts": [1, 2], "unit": "ms"}, "none": {}}
    assert answered.headers[b"request-id"] == b"7"
