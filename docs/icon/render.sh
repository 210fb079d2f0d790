#!/bin/bash
# Draws icon.png from icon.svg with Chromium.
set -euo pipefail
cd "$(dirname "$0")"
chromium --headless --no-sandbox --disable-gpu --default-background-color=00000000 --window-size=128,128 --hide-scrollbars --screenshot=icon.png icon.svg
