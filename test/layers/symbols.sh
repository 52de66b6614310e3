#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No object names a symbol that its row of src/LAYERS forbids.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"

# named_forbidden FORBIDDEN OBJECT...: "object: symbol" for each undefined symbol that is forbidden.
named_forbidden() {
    forbidden=$1
    shift
    ${NM:-nm} -A -u "$@" 2>/dev/null | awk -v forbidden="$forbidden" '
        BEGIN { n = split(forbidden, bad, " ") }
        {
            sym = $NF; sub(/@.*/, "", sym); where = $1; sub(/:$/, "", where)
            for (i = 1; i <= n; i++)
                if (sym == bad[i] || (bad[i] ~ /_$/ && index(sym, bad[i]) == 1))
                    print where ": " sym
        }'
}

for layer in $(layers_names); do
    case $layer in
        httpd) objects=$(find src/httpd -name '*.o' -path '*.libs*' 2>/dev/null) ;;
        tool) objects=$(find src/tool -name '*.o' 2>/dev/null) ;;
        *) objects=$(layers_archive "$layer") ;;
    esac
    if [ -z "$objects" ]; then
        tap_result "symbols of $layer" "no objects were built"
        continue
    fi
    # shellcheck disable=SC2086
    tap_result "symbols of $layer" "$(named_forbidden "$(layers_field "$layer" 4)" $objects)"
done
tap_end
