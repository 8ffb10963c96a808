#!/usr/bin/env bash
# Builds the worker's image as `earshot-transcriber:FLAVOUR`: by Docker where it answers, otherwise by buildah without
# privileges of a container (chroot isolation). Called by `make image`.
#
#   build_image.sh cpu|gpu
#   BASE=…          another base image; BASE=debootstrap makes one from Debian's packages, where no registry is in reach
#   BUILD_ARGS=…    further arguments of `docker build` or `buildah build`, for example volumes with a proxy's certificate
set -euo pipefail
cd "$(dirname "$0")/../.."
flavour=${1:?cpu or gpu}
base=${BASE:-}
tag="earshot-transcriber:$flavour"
file=containers/transcriber/Dockerfile
read -ra further <<< "${BUILD_ARGS:-}"

if [ "$base" != debootstrap ] && docker info > /dev/null 2>&1; then
    docker build --platform linux/amd64 --build-arg "FLAVOUR=$flavour" ${base:+--build-arg "BASE=$base"} \
        "${further[@]}" --file "$file" --tag "$tag" .
    exit
fi

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
if [ "$base" = debootstrap ]; then
    base=localhost/earshot-debian-base
    if ! buildah inspect --type image "$base" > /dev/null 2>&1; then
        root=$(mktemp -d)
        trap 'rm -rf "$root"' EXIT
        debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates bookworm "$root"
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$root" /
        buildah config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$container"
        buildah commit --quiet --rm "$container" "$base"
    fi
fi
buildah build --layers=false --build-arg "FLAVOUR=$flavour" ${base:+--build-arg "BASE=$base"} "${further[@]}" \
    --ignorefile "$file.dockerignore" --file "$file" --tag "$tag" .
