#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes agree with src/LAYERS, and every header offered to other layers stands alone.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"

for layer in $(layers_names); do
    files=$(find "$srcdir/src/$layer" -name '*.[ch]' -o -name '*.def' 2>/dev/null | sort)
    [ -n "$files" ] || continue
    # shellcheck disable=SC2086
    tap_result "includes of $layer" "$(awk -v top="$srcdir" -f "$srcdir/test/layers/includes.awk" \
        "$srcdir/src/LAYERS" $files 2>&1)"
done
# shellcheck disable=SC2046
tap_result "includes between the public headers" "$(awk -v top="$srcdir" \
    -f "$srcdir/test/layers/includes.awk" "$srcdir/src/LAYERS" "$srcdir"/include/oidc/*.h 2>&1)"

alone=$(for h in "$srcdir"/include/oidc/*.h; do
    # shellcheck disable=SC2086
    printf '#include "%s"\n' "oidc/${h##*/}" |
        ${CC:-cc} -I"$srcdir/include" -I"$srcdir/src" ${TEST_CPPFLAGS:-} -std=gnu11 -Wall -Werror \
            -fsyntax-only -x c - 2>&1 | head -n 3
done)
tap_result "each public header compiles alone" "$alone"
tap_end
