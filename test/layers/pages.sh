#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pages for people name only files that exist, and oidc.conf(5) is the one of the samples.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"

for page in README.md docs/architecture.md docs/migrating.md docs/providers.md; do
    wrong=$(grep -oE '`(src|include|test|docs|apache-conf)/[A-Za-z0-9_./-]+`' "$srcdir/$page" | tr -d '`' |
        sort -u | while read -r f; do [ -e "$srcdir/$f" ] || echo "$page names $f, which is not there"; done)
    tap_result "files named in $page" "$wrong"
done

samples="$srcdir/apache-conf/oidc.conf $srcdir/apache-conf/oidc_provider.conf"
# shellcheck disable=SC2086
tap_result "man/oidc.conf.5 agrees with the samples (make docs)" \
    "$(awk -f "$srcdir/man/conf.awk" $samples | diff "$srcdir/man/oidc.conf.5" - | head -n 10)"
tap_end
