#!/usr/bin/env bash
# Makes the pool and the four models of ZrO2 from those of HfO2: hf/pool, hf/models/00[0-3]/graph.pb -> zr/.
set -euo pipefail
cd "$(dirname "$0")"
dpsieve=../../../scripts/dpsieve
$dpsieve import -s hf/pool -o zr/frames.parquet --map Hf=Zr -m hf/models/00[0-3]/graph.pb --models-to zr/models
$dpsieve export zr/frames.parquet -o zr/pool
