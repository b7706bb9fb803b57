#!/bin/sh
# Says what to install when node and npm cannot build the browser's libraries.
set -eu
if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then
  exit 0
fi
echo "Node 20 or newer with npm is needed to bundle the browser's libraries; found: $(node --version 2>/dev/null || echo none)." >&2
exit 1
