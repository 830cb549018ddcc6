# What developers do here. `uv run just` lists it; CONTRIBUTING.md gives the same commands without just.

set positional-arguments

# List the recipes.
[private]
default:
    @just --list --unsorted

# Everything that takes less than a minute: format, lint, types, and the tests without processes and sockets.
check:
    uv run ruff format --check .
    uv run ruff check .
    uv run mypy
    uv run pytest -q tests/core tests/voices tests/test_layers.py tests/test_config.py

# Format the code and mend what ruff can mend by itself.
fix:
    uv run ruff format .
    uv run ruff check --fix .

# Check the types.
types:
    uv run mypy

# Run the tests, or those that are named: `just test tests/pool -n 0`.
test *arguments:
    uv run pytest "$@"

# Show which lines and branches of the core its tests reach.
cov:
    uv run coverage run -m pytest -q -n 0 --timeout 120 tests/core
    uv run coverage report --show-missing --include 'voice_server/core/*' --fail-under 100

# Measure latency, gaps, CPU and memory under load.
bench *arguments:
    uv run voice-server bench "$@"

# Hold the documents against the code.
docs:
    uv run pytest -q tests/test_*doc*.py tests/docs

# Make a site of the documents, in site/, with samples of the engines that are set up.
site:
    uv run --isolated --no-dev --group docs mkdocs build --strict

# Build the sdist, the wheel and the npm package, and try the wheel in a bare environment.
release:
    .ci/release

# Everything a change must pass, as the CI runs it.
ci:
    .ci/run
