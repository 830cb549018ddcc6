"""The pool's way of running a coroutine: with a limit, and no task or process left behind."""

from __future__ import annotations

from tests.pool.conftest import run

__all__ = ["run"]
