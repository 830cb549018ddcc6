"""Sound on the speakers of the machine that runs this, or in a file where it has none."""

from voice_server.playback.device import NoSpeakers
from voice_server.playback.local_speaker import LocalSpeaker
from voice_server.playback.sound_sink import SoundSink, open_sink
from voice_server.sound_files.sound_file import SoundFile

__all__ = ["LocalSpeaker", "NoSpeakers", "SoundFile", "SoundSink", "open_sink"]
