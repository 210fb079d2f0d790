#!/bin/bash
# Copies a layer, with the layers below it, into a folder of your own.
# copy-layer.sh LAYER FOLDER [--internal]     LAYER: Codec, WebSockets, Sessions or Brokers; --internal makes its types internal to your assembly
set -euo pipefail
source=$(cd "$(dirname "$0")/../../../src/RawMqtt" && pwd)
layer=$1 folder=$2
case $layer in
  Codec) parts=(QualityOfService.cs Codec) ;;
  WebSockets) parts=(WebSockets) ;;
  Sessions) parts=(QualityOfService.cs Codec Sessions) ;;
  Brokers) parts=(QualityOfService.cs MqttBrokerLimits.cs MqttBrokerStatistics.cs MqttConnectionEnd.cs MqttWhenQueueFull.cs Codec Sessions Brokers) ;;
  *) echo "unknown layer: $layer" >&2; exit 1 ;;
esac
mkdir -p "$folder"
for part in "${parts[@]}"; do cp -r "$source/$part" "$folder/"; done
# what implicit usings bring, for projects that have them off
printf '// SPDX-License-Identifier: MIT\n\nglobal using System;\nglobal using System.Collections.Generic;\n' > "$folder/Usings.cs"
if [ "$layer" = Brokers ]; then echo "global using System.Linq;" >> "$folder/Usings.cs"; fi
if [ "${3:-}" = --internal ]; then find "$folder" -name '*.cs' -exec sed -i 's/^public /internal /' {} +; fi
