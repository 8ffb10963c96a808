#!/usr/bin/env bash
# Runs a command in the image that build_image.sh made, as the image's user: by Docker with a read-only root, otherwise by
# buildah, whose chroot isolation cannot make the root read-only (that user may not write to it).
#
#   run_image.sh cpu|gpu [--env NAME=VALUE] [--volume SOURCE:TARGET[:ro]] … -- COMMAND …
#   NETWORK=host    with the host's network, so that the local cloud answers; otherwise none where Docker runs it
set -euo pipefail
flavour=${1:?cpu or gpu}
image="earshot-transcriber:$flavour"
shift
options=()
while [ "$1" != -- ]; do options+=("$1"); shift; done
shift

if docker info > /dev/null 2>&1; then
    exec docker run --rm --network "${NETWORK:-none}" --read-only --tmpfs /tmp "${options[@]}" --entrypoint "$1" "$image" "${@:2}"
fi
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
container="earshot-transcriber-$flavour-run"
(
    flock 9 # two workers may start at once
    made_from=$(buildah inspect --format '{{.FromImageID}}' "$container" 2> /dev/null || true)
    if [ "$made_from" != "$(buildah inspect --type image --format '{{.FromImageID}}' "localhost/$image")" ]; then
        buildah rm "$container" > /dev/null 2>&1 || true
        buildah from --name "$container" "localhost/$image" > /dev/null
    fi
) 9> "${TMPDIR:-/tmp}/$container.lock"
exec buildah run --user transcriber "${options[@]}" "$container" -- "$@"
