#!/bin/sh
# usage: venv.sh DIRECTORY   makes the virtual environment, with CPython 3.11 where there is one:
# the locks admit any Python from 3.11 on, but the PyTorch of the tests is locked for 3.11.
set -eu
directory=$1

usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

for python in python3.11 python3; do
  if usable "$python"; then
    echo "setup: $directory with $("$python" --version)"
    exec "$python" -m venv --clear "$directory"
  fi
done
echo "Python 3.11 or newer with its venv module is needed (on Debian: apt-get install python3 python3-venv)." >&2
exit 1
