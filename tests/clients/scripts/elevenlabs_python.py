"""elevenlabs for Python: requests, lists, and its one socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

from tests.clients.scripts.report import Scene, report, server_of, sound

TEXT = "The quick brown fox jumps. Then it sleeps."
VOICE = "JBFqnCBsd6RMkjVDRZzb"
PCM: Any = {"output_format": "pcm_24000"}


def requests(client: ElevenLabs) -> dict[str, Scene]:
    """A text as a file, as a stream, and each with the times of its characters."""
    speech = client.text_to_speech
    whole = speech.convert_with_timestamps(VOICE, text=TEXT, **PCM)
    lines = list(speech.stream_with_timestamps(VOICE, text=TEXT, **PCM))
    inputs: Any = [{"text": TEXT, "voice_id": VOICE}]
    return {
        "convert": {"audio": sound(speech.convert(VOICE, text=TEXT, model_id="eleven_flash_v2_5", **PCM))},
        "stream": {"audio": sound(speech.stream(VOICE, text=TEXT, **PCM))},
        "usual": {"audio": sound(speech.convert(VOICE, text=TEXT))},
        "dialogue": {"audio": sound(client.text_to_dialogue.stream(inputs=inputs, **PCM))},
        "with times": {"audio": whole.audio_base_64, **_columns([whole])},
        "lines": {"pieces": [line.audio_base_64 for line in lines], **_columns(lines)},
    }


def _columns(answers: list[Any]) -> Scene:
    found = [each.alignment for each in answers if each.alignment]
    return {
        "characters": [each for one in found for each in one.characters],
        "starts": [each for one in found for each in one.character_start_times_seconds],
    }


def realtime(client: ElevenLabs, url: str, **more: Any) -> Scene:
    """A text in pieces; the SDK knows encrypted sockets only, so it is told of this one."""

    def pieces() -> Iterator[str]:
        yield from ("The quick ", "brown fox jumps. ", "Then it ", "sleeps.")

    speech: Any = client.text_to_speech
    speech._ws_base_url = url.replace("http", "ws", 1)
    return {"audio": sound(speech.convert_realtime(VOICE, text=pieces(), **PCM, **more))}


def lists(client: ElevenLabs) -> Scene:
    """Voices, models, the user."""
    first = client.voices.search(page_size=3)
    second = client.voices.search(page_size=3, next_page_token=first.next_page_token)
    every = client.voices.get_all().voices
    return {
        "voices": [each.voice_id for each in every],
        "pages": [each.voice_id for each in (*first.voices, *second.voices)],
        "one": client.voices.get(every[0].voice_id).name,
        "speed": client.voices.settings.get(every[0].voice_id).speed,
        "models": [each.model_id for each in client.models.list()],
        "status": client.user.get().subscription.status,
        "limit": client.user.subscription.get().character_limit,
    }


def refusals(client: ElevenLabs, url: str) -> Scene:
    """What is told of a text that is blank, and of a key that is wrong."""
    told = {}
    for name, refused, text in (("text", client, " "), ("key", ElevenLabs(api_key="no", base_url=url), TEXT)):
        try:
            refused.text_to_speech.convert_with_timestamps(VOICE, text=text)
        except ApiError as error:
            told[name] = {"status": error.status_code, "body": error.body}
    return {"told": told}


def main() -> None:
    """Play every scene."""
    url, key = server_of()
    client = ElevenLabs(api_key=key, base_url=url)
    prefixed = ElevenLabs(api_key=key, base_url=f"{url}/elevenlabs")
    report(
        {
            **requests(client),
            "realtime": realtime(client, url),
            "prefixed": realtime(prefixed, f"{url}/elevenlabs"),
            "lists": lists(client),
            "refusals": refusals(client, url),
        }
    )


if __name__ == "__main__":
    main()
