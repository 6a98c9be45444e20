#!/usr/bin/env bash
# Installs locked requirements and then the project itself, editable, into .venv. With uv where it is, else with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

locks=()
for lock in "$@"; do locks+=(--requirement "$lock"); done

if command -v uv >/dev/null; then
    uv pip install --quiet --python .venv/bin/python --require-hashes "${locks[@]}"
    uv pip install --quiet --python .venv/bin/python --no-build-isolation --no-deps --editable .
else
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes "${locks[@]}"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
fi
