"""The subcommands of `voice-server`, one file each."""
