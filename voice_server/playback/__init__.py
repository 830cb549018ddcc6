"""Sound on the speakers of the machine that runs this, or in a file where it has none."""

from voice_server.playback.device import NoSpeakers
from voice_server.playback.sink import Sink, open_sink
from voice_server.playback.speaker import Speaker
from voice_server.playback.wavfile import WavFile

__all__ = ["NoSpeakers", "Sink", "Speaker", "WavFile", "open_sink"]
