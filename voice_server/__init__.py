"""voice-server: tokens in, speech out, whatever engine speaks.

The package is read from the bottom up: `errors` and `core.types`, then `core` (decisions, no I/O), then the
shells that act (`worker`, `pool`, `speech`, `endpoints`, `client`), then `server` and `commands`.
"""
