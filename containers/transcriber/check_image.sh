#!/usr/bin/env bash
# Checks an image that build_image.sh made: size, user, no compiler, a read-only root, and that it does its work. The CPU
# image transcribes the sample with the embedded model; the GPU image loads cuBLAS, which needs no GPU.
#
#   check_image.sh cpu|gpu
set -euo pipefail
cd "$(dirname "$0")/../.."
flavour=${1:?cpu or gpu}
image="earshot-transcriber:$flavour"
limit_mb=$([ "$flavour" = gpu ] && echo 1500 || echo 850) # unpacked, base included; compressed they are about half
out=$(mktemp -d)
chmod 777 "$out" # the container's user is not this one
trap 'rm -rf "$out"' EXIT
mounts=(--volume "$PWD/.cache/models:/models:ro" --volume "$PWD/events/samples:/samples:ro" --volume "$out:/out")
run() { containers/transcriber/run_image.sh "$flavour" "${mounts[@]}" -- "$@"; }

if docker info > /dev/null 2>&1; then
    size=$(docker image inspect --format '{{.Size}}' "$image")
else
    size=$(run sh -c 'du -sbx / 2> /dev/null || true' | cut -f1) # some folders are closed to that user, and empty
fi

# What the image adds to its base, as a registry that compresses with zstd keeps it, and a worker pulls it.
if command -v zstd > /dev/null; then
    added=$(run tar -C / -cf - opt/packages app | zstd -3 -c | wc -c)
    added_mb=$([ "$flavour" = gpu ] && echo 440 || echo 180)
    echo "$image: $((added / 1000000)) MB (zstd) without its base"
    [ "$added" -le $((added_mb * 1000000)) ] || { echo "More than $added_mb MB." >&2; exit 1; }
fi
echo "$image: $((size / 1000000)) MB unpacked"
[ "$size" -le $((limit_mb * 1000000)) ] || { echo "More than $limit_mb MB." >&2; exit 1; }
[ "$(run id -u)" = 10001 ] || { echo "It does not run as the user transcriber." >&2; exit 1; }
run sh -c '! touch /app/file 2> /dev/null' || { echo "Its user may write to the code." >&2; exit 1; }
run sh -c '! command -v gcc cc g++ clang make > /dev/null' || { echo "It has a compiler." >&2; exit 1; }
if [ "$flavour" = gpu ]; then
    run python3 -c 'import ctypes; [ctypes.CDLL(name) for name in ("libcublasLt.so.12", "libcublas.so.12")]; print("cuBLAS loads")'
else
    run python3 -m transcriber --model /models/base --out /out /samples/sample.flac
    grep -q '"segments"' "$out"/*.json
    echo "The sample is transcribed: $(head -c 100 "$out"/*.json | tr -d '\n') …"
fi
