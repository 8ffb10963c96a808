#!/usr/bin/env bash
# Says whether the tag of the Dockerfile's base image still points at the pinned digest. Debian's security updates come
# as another digest of the same tag. Called by `make base-digest`.
set -euo pipefail
cd "$(dirname "$0")"
pinned=$(sed -n 's/^ARG BASE=//p' Dockerfile)
tag=${pinned%@*}
newest=$(docker buildx imagetools inspect "$tag" --format '{{.Manifest.Digest}}')
if [ "$pinned" = "$tag@$newest" ]; then
    echo "$tag is still the pinned $newest."
else
    echo "$tag has a newer digest. In containers/transcriber/Dockerfile write: ARG BASE=$tag@$newest"
    exit 1
fi
