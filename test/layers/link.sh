#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each layer links, whole, with the layers it may use and with no library beyond its row and theirs.
# The hot path links without the messages, the network and the login.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
echo 'int main(void) { return 0; }' >"$work/main.c"

# libraries_of LAYER...: linker flags for the outside libraries on these rows.
libraries_of() {
    for layer in "$@"; do
        for library in $(layers_field "$layer" 3); do
            case $library in
                apr) echo "$APR_LIBS" ;;
                jansson) echo "$JANSSON_LIBS" ;;
                cjose) echo "$CJOSE_LIBS" ;;
                openssl) echo "$OPENSSL_LIBS" ;;
                curl) echo "$CURL_LIBS" ;;
            esac
        done
    done | sort -u
}

# link_whole NAME "OBJECTS AND ARCHIVES" "LIBRARIES"
link_whole() {
    # shellcheck disable=SC2086
    tap_result "$1" "$(${CC:-cc} ${TEST_CFLAGS:-} "$work/main.c" -o "$work/main" -Wl,--no-as-needed \
        -Wl,--whole-archive $2 -Wl,--no-whole-archive $3 2>&1 | grep -v '^$' | head -n 20)"
}

for layer in $(layers_names); do
    own=$(layers_archive "$layer")
    case $layer in httpd | tool) continue ;; esac
    if [ -z "$own" ]; then
        tap_result "layer $layer links" "no archive was built"
        continue
    fi
    uses=$(layers_field "$layer" 2 | xargs)
    archives=$own
    for u in $uses; do archives="$archives $(layers_archive "$u")"; done
    # shellcheck disable=SC2086
    link_whole "layer $layer links with ${uses:-nothing of ours}" "$archives" \
        "$(libraries_of "$layer" $uses | tr '\n' ' ')"
done

objects= missing=
for part in $(layers_field hot-path 2); do
    layer=${part%/*} file=${part#*/}
    object=$(find "src/$layer" -name "lib${layer}_la-$file.o" -path '*.libs*' 2>/dev/null | head -n 1)
    if [ -n "$object" ]; then objects="$objects $object"; else missing="$missing $part"; fi
done
if [ -n "$missing" ]; then
    tap_result "the hot path links alone" "not built:$missing (the list is in src/LAYERS)"
else
    link_whole "the hot path links alone" "$objects $(layers_archive core)" \
        "$(libraries_of core jose | tr '\n' ' ')"
fi
tap_end
