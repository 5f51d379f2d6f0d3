#!/usr/bin/env bash
# A table in the place of somebody's library: the built-in frames as Parquet -> library.parquet.
set -euo pipefail
cd "$(dirname "$0")"
dpsieve=../../../scripts/dpsieve
$dpsieve import -s ../../ag-au/pbe -o library.parquet
