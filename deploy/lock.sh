#!/bin/sh
# Pins every dependency with its hashes: requirements-dev.txt for a checkout, deploy/requirements/ for the images,
# tests/bench/requirements.txt for comparisons.
#
#   deploy/lock.sh                       pins what pyproject.toml newly asks for, and keeps the other versions
#   deploy/lock.sh --upgrade             takes the newest versions that pyproject.toml allows
#   deploy/lock.sh --upgrade-package X   takes the newest X
#
# Needs uv (https://docs.astral.sh/uv/), or UV=/path/to/uv. Run it again where it changed nothing, and it changes nothing.
set -eu
cd "$(dirname "$0")/.."

# One resolution for every supported Python and platform.
pin() {
    "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-find-links \
        --no-header "$@"
}

pin "$@" --extra dev pyproject.toml --output-file requirements-dev.txt
# What `make bench` compares with.
pin "$@" tests/bench/requirements.in --output-file tests/bench/requirements.txt

# What is tested is what is shipped: an image gets the versions of requirements-dev.txt, and nothing else.
pin_image() {
    image=$1
    shift
    # Pins of before would be kept where they contradict no constraint: packages that left the extra must leave here.
    rm -f "deploy/requirements/$image.txt"
    pin --no-annotate --constraint requirements-dev.txt "$@" --output-file "deploy/requirements/$image.txt"
}

for service in fetcher extractor alerter console; do
    pin_image "$service" --extra "$service" pyproject.toml
done
pin_image config --extra cli pyproject.toml
