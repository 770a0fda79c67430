#!/bin/sh
# Builds MinIO at the version in deploy/minio.version, with deploy/minio.patch applied, into the given file. Go checks the
# source's checksum, and the build fails if the patch does not apply exactly.
set -eu

program=$1
case $program in /*) ;; *) program=$PWD/$program ;; esac
cd "$(dirname "$0")/.."
patch=$PWD/deploy/minio.patch
module=github.com/minio/minio@$(cat deploy/minio.version)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go mod download -json "$module" >"$work/module.json"
cp -R "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$work/module.json")" "$work/minio"
chmod -R u+w "$work/minio"
cd "$work/minio"
GIT_CEILING_DIRECTORIES=$work git apply --verbose "$patch" # Keeps git from applying the patch to a repository above.
CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o "$program" .
