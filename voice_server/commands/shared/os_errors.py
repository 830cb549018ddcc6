"""The reason that the operating system gives for an error, as the end of a sentence."""

from __future__ import annotations


def reason_of(error: OSError) -> str:
    """Return why a system call failed, in lower case and without the file's name: "permission denied"."""
    return (error.strerror or str(error)).lower()
