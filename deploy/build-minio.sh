#!/bin/sh
# Builds MinIO at the version in minio.version, with deploy/minio.patch applied, into the file that is named. Go checks the
# source's checksum, and a patch that does not fit exactly ends the build.
set -eu

program=$1
case $program in /*) ;; *) program=$PWD/$program ;; esac
cd "$(dirname "$0")/.."
patch=$PWD/deploy/minio.patch
module=github.com/minio/minio@$(cat minio.version)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go mod download -json "$module" >"$work/module.json"
cp -R "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$work/module.json")" "$work/minio"
chmod -R u+w "$work/minio"
cd "$work/minio"
GIT_CEILING_DIRECTORIES=$work git apply --verbose "$patch" # Otherwise a repository above would take the patch for its own.
CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o "$program" .
