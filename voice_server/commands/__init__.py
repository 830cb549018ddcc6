"""The subcommands of `voice-server`: a file or a folder each; `shared` holds what several of them use."""
