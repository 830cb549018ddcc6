"""The codes of errors and warnings: the stable words that programs read beside the sentence for people.

docs/codes.md shows these two tables. A test holds both against every code that the package and its adapters
raise or send, so that a new code is written here first. A code never changes its meaning; its sentence may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Place(Enum):
    """Where a code can be read.

    A worker's codes travel to whoever asked for the speech, so they are listed for WebSocket and HTTP too.
    A command prints the sentence alone; the Python client raises what the server sent.
    """

    WEBSOCKET = "WebSocket"
    HTTP = "HTTP"
    WYOMING = "Wyoming"
    WORKER = "worker"
    COMMAND_LINE = "command line"
    CLIENT = "Python client"


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """When a code is sent, in one sentence, and the places where it can be read."""

    when: str
    places: tuple[Place, ...]


_SOCKET = (Place.WEBSOCKET,)
_HTTP = (Place.HTTP,)
_WYOMING = (Place.WYOMING,)
_WORKER = (Place.WORKER,)
_COMMAND = (Place.COMMAND_LINE,)
_CLIENT = (Place.CLIENT,)
_SERVER = _SOCKET + _HTTP
_SPEECH = _SERVER + _WORKER
_ALL = _SPEECH + _COMMAND

ERROR_CODES: Mapping[str, CodeMeaning] = {
    "address": CodeMeaning("The address or port to listen on cannot be used.", _COMMAND),
    "after_done": CodeMeaning("A message with text came after `done`.", _SOCKET),
    "backend_down": CodeMeaning("The backend has no running worker and will have none soon.", _ALL),
    "backend_failed": CodeMeaning("An engine could not do its work: it does not load, or it broke.", _ALL),
    "bad_sample": CodeMeaning("A recording in the folder of samples cannot be used as a voice.", _SPEECH),
    "body_too_large": CodeMeaning("The body of a request has more bytes than a request may have.", _HTTP),
    "busy": CodeMeaning("The server has no room now; the same request may be sent again later.", _SERVER),
    "cannot_mix": CodeMeaning("A mix of voices was asked of a backend that cannot mix.", _SERVER),
    "config": CodeMeaning("The configuration file, the command line or a variable is wrong.", _COMMAND),
    "cut_short": CodeMeaning("The server ended while a command was saving a file.", _COMMAND),
    "draining": CodeMeaning("A command asked a server that is going down.", _COMMAND),
    "engine_failed": CodeMeaning("The engine raised an exception while it rendered a sentence.", _SPEECH),
    "fork_failed": CodeMeaning("The template process could not fork another worker.", _WORKER),
    "head_too_large": CodeMeaning(
        "A request head, a trailer or a field of a handshake has too many bytes.", _HTTP
    ),
    "idle": CodeMeaning("No message came for `idle_s`; the connection is closed.", _SOCKET + _WYOMING),
    "in_use": CodeMeaning("The backend that is to be unloaded speaks now, or has not been ready yet.", _HTTP),
    "internal": CodeMeaning("A defect of the server, or a failure without a code of its own.", _ALL),
    "invalid_bit_rate": CodeMeaning("`bit_rate` does not fit the format and the sample rate.", _HTTP),
    "invalid_field": CodeMeaning("A field is of the wrong kind or out of range.", _HTTP),
    "invalid_json": CodeMeaning("A message, a body or an event is not JSON.", _SERVER + _WYOMING),
    "invalid_message": CodeMeaning(
        "A message or an event has a field of the wrong kind or out of range.", _SOCKET + _WYOMING
    ),
    "invalid_mix": CodeMeaning("A mix of voices is not written as a mix, or has too many voices.", _SERVER),
    "invalid_name": CodeMeaning("The name under which a mix is to be saved is no allowed name.", _HTTP),
    "invalid_option": CodeMeaning("An option of the backend is of the wrong kind or out of range.", _SPEECH),
    "invalid_pronunciation": CodeMeaning(
        "An entry of `pronunciations` is not as it must be, or there are too many.", _SERVER
    ),
    "invalid_request": CodeMeaning("The request is wrong in a way that has no code of its own.", _ALL),
    "invalid_sample_rate": CodeMeaning("The sample rate is none of those that the format allows.", _SERVER),
    "invalid_speaker": CodeMeaning("The name of a speaker cannot stand before a colon in a text.", _SERVER),
    "language_unavailable": CodeMeaning("The engine lacks a file or package for this language.", _SPEECH),
    "load_failed": CodeMeaning("A worker could not load its engine.", _WORKER),
    "media_type": CodeMeaning("The body is of a media type that the route does not take.", _HTTP),
    "method_not_allowed": CodeMeaning("The address exists, but not with this method.", _HTTP),
    "missing_field": CodeMeaning("A field that the request must have is missing.", _HTTP),
    "model_not_found": CodeMeaning("`model` names neither a backend nor one of OpenAI's models.", _HTTP),
    "name_taken": CodeMeaning("A mix cannot be saved under the name of a voice.", _HTTP),
    "no_encoder": CodeMeaning(
        "FFmpeg, which encodes the format, cannot be loaded on that machine.", _HTTP + _COMMAND
    ),
    "no_server": CodeMeaning("Nothing that speaks the protocol answers at the address.", _CLIENT),
    "no_speakers": CodeMeaning("This machine has no sound device that can be opened.", _HTTP + _COMMAND),
    "no_storage": CodeMeaning("The disk of the server's machine is full, or may not be written.", _HTTP),
    "no_text": CodeMeaning("The text is missing, or has nothing in it but white space.", _SERVER),
    "not_first": CodeMeaning(
        "`keep_s`, or `resume` with a session, stands in a later message or beside other keys.", _SOCKET
    ),
    "not_found": CodeMeaning("There is nothing at this address, or what it names does not exist.", _HTTP),
    "not_installed": CodeMeaning("What was asked for needs an extra of the package.", _HTTP + _COMMAND),
    "not_set_up": CodeMeaning("The backend's environment or weights are missing on this machine.", _ALL),
    "not_started": CodeMeaning("`say` could not start a server.", _COMMAND),
    "not_utf8": CodeMeaning("A form or a query has bytes that are no UTF-8.", _SERVER),
    "nothing_to_speak": CodeMeaning("The text has nothing in it that can be spoken.", _HTTP),
    "origin": CodeMeaning("A page of this origin may not use the server (status 403).", _SERVER),
    "poison": CodeMeaning("A sentence ended as many workers as one sentence may.", _SERVER),
    "range": CodeMeaning("A file has none of the bytes that `Range` asks for (status 416).", _HTTP),
    "refused": CodeMeaning("What answers at the server's address is no voice-server.", _COMMAND),
    "reader_gone": CodeMeaning("Nobody reads what a command writes any more.", _COMMAND),
    "render_failed": CodeMeaning("The engine said that it cannot speak this sentence.", _SPEECH),
    "session_gone": CodeMeaning(
        "The session that a connection takes up is not kept, or not all that it did not receive.", _SOCKET
    ),
    "set_up_refused": CodeMeaning(
        "Only somebody at the server's own machine may have an engine set up (status 403).", _HTTP
    ),
    "slow_body": CodeMeaning("The body of a request did not come to its end in time (status 408).", _HTTP),
    "stalled_reader": CodeMeaning(
        "A client read nothing for `stalled_reader_s`; the connection closes with 1013.", _SOCKET
    ),
    "stopped": CodeMeaning("A job ended because it was stopped; no client is told of it.", _WORKER),
    "stream_closed": CodeMeaning("The server closed the connection before everything was sent.", _CLIENT),
    "text_overflow": CodeMeaning(
        "More text waits than `buffered_chars` or `total_buffered_chars` allows, or the turns of a "
        "connection have more than they may.",
        _SERVER,
    ),
    "text_too_long": CodeMeaning("A text is longer than its field may be.", _HTTP),
    "too_long": CodeMeaning("The audio of one sentence is longer than `max_audio_s`.", _SERVER),
    "too_many_headers": CodeMeaning("A request has more header fields than it may have.", _HTTP),
    "too_many_turns": CodeMeaning("A connection has as many open turns as it may have.", _SOCKET + _WYOMING),
    "too_much": CodeMeaning("A limit was passed that has no code of its own.", _SERVER),
    "turn_ended": CodeMeaning("Text came for a turn that has ended.", _SOCKET),
    "unauthorized": CodeMeaning("The server wants a token, and the request has none (status 401).", _SERVER),
    "unknown_argument": CodeMeaning("A tool of MCP has no argument of this name.", _HTTP),
    "unknown_backend": CodeMeaning("There is no backend of this name.", _SERVER + _COMMAND),
    "unknown_device": CodeMeaning("There is no sound device of this name.", _HTTP),
    "unknown_dialect": CodeMeaning("`bench` can measure no dialect of this name.", _COMMAND),
    "unknown_format": CodeMeaning("`format` asks for a rate or an encoding that does not exist.", _SOCKET),
    "unknown_host": CodeMeaning("The `Host` is none of the names that were allowed (status 421).", _SERVER),
    "unknown_key": CodeMeaning("The configuration file has a key that does not exist.", _COMMAND),
    "unknown_language": CodeMeaning("No voice speaks this language.", _SERVER),
    "unknown_option": CodeMeaning("The backend has no option of this name.", _SERVER),
    "unknown_setting": CodeMeaning("`settings` in backends.yaml has one that the adapter lacks.", _WORKER),
    "unknown_version": CodeMeaning("`v` is neither 1 nor 2, or stands in a later message.", _SOCKET),
    "unknown_voice": CodeMeaning("The backend has no voice of this name or number.", _SPEECH),
    "unreachable": CodeMeaning("A command found no server at the address.", _COMMAND),
    "upgrade_required": CodeMeaning("A request that is no WebSocket came to the address of one.", _HTTP),
    "url_too_long": CodeMeaning("The URL of a WebSocket's handshake has too many bytes.", _HTTP),
    "wire": CodeMeaning("The bytes on a child process's pipe are no message of the protocol.", _WORKER),
    "wrong_order": CodeMeaning("An event came where the protocol has no place for it.", _WYOMING),
    "write_failed": CodeMeaning("A file of sound cannot be written.", _COMMAND),
    "wrong_kind": CodeMeaning("A message is binary; the connection closes with 1003.", _SOCKET),
}

WARNING_CODES: Mapping[str, CodeMeaning] = {
    "backend_fallback": CodeMeaning(
        "The backend that is to speak is down, or cannot do what is asked, and another one speaks.", _SERVER
    ),
    "device_substituted": CodeMeaning("The chosen sound device is gone; another one plays.", _HTTP),
    "lost_character": CodeMeaning("U+FFFD stands in the text for a character that was lost.", _SERVER),
    "no_known_key": CodeMeaning("A message has no key that the protocol knows.", _SOCKET),
    "no_speakers": CodeMeaning("This machine has no sound device, so nothing can be heard.", _HTTP),
    "not_kept": CodeMeaning(
        "The server keeps as many sessions as it may; this one cannot be taken up again.", _SOCKET
    ),
    "nothing_to_cancel": CodeMeaning("`cancel` named no turn that is being spoken.", _SOCKET),
    "option_ignored": CodeMeaning("The loaded model ignores an option that was set.", _SERVER),
    "phonemes_unread": CodeMeaning(
        "The backend reads no phonemes; a word whose sound is given as IPA alone is said as written.", _SERVER
    ),
    "plugin_failed": CodeMeaning(
        "A plugin raised an error, took too long or returned something else; speech goes on without it.",
        _SERVER,
    ),
    "script_switched": CodeMeaning(
        "Another voice reads text in a script that the voice cannot read.", _SERVER
    ),
    "script_unread": CodeMeaning(
        "The voice cannot read the script of some text, and nobody else does.", _SERVER
    ),
    "seam": CodeMeaning("After a worker was lost the samples differ; a short blend joins them.", _SERVER),
    "sentence_retried": CodeMeaning("A sentence failed, or lost its worker, and is tried again.", _SERVER),
    "slow_reader": CodeMeaning(
        "A client has read nothing for half of `stalled_reader_s`; it is told when it reads again.", _SOCKET
    ),
    "ssml_ignored": CodeMeaning(
        "Something in SSML is wrong or not known, and the text is spoken without it.", _SERVER
    ),
    "style_ignored": CodeMeaning(
        "A tag or SSML asks for something that the backend cannot change, such as the speed.", _SERVER
    ),
    "tag_dropped": CodeMeaning("The backend cannot perform a sound such as `[laugh]`.", _SERVER),
    "unknown_key": CodeMeaning("A message has a key that the protocol does not know.", _SOCKET),
    "value_clamped": CodeMeaning(
        "A pause or a rate that a tag asks for is out of range; the nearest one is taken.", _SERVER
    ),
    "voice_kept": CodeMeaning("A tag names a voice that there is not; the voice before it goes on.", _SERVER),
    "voice_substituted": CodeMeaning("The nearest voice speaks in place of one it lacks.", _SERVER),
}
