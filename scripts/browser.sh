#!/bin/sh
# Makes sure that there is a Chromium for the browser tests; installs it where that is possible without asking.
set -eu
command -v chromium >/dev/null && exit 0
packages="chromium fonts-noto-cjk"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "setup: $packages for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends $packages >/dev/null
else
  echo "The browser tests need a 'chromium' on the PATH (on Debian, as root: apt-get install $packages)." >&2
  exit 1
fi
