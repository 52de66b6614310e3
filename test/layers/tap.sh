# SPDX-License-Identifier: Apache-2.0
# TAP for the layer checks, and the reader of src/LAYERS. Sourced; needs $srcdir (top of the source).

tap_n=0

# tap_result NAME TROUBLE: ok when TROUBLE is empty, otherwise not ok with TROUBLE as diagnosis.
tap_result() {
    tap_n=$((tap_n + 1))
    if [ -z "$2" ]; then
        echo "ok $tap_n - $1"
    else
        printf '%s\n' "$2" | sed 's/^/# /'
        echo "not ok $tap_n - $1"
    fi
}

tap_end() {
    echo "1..$tap_n"
    exit 0
}

# layers_field LAYER N: field N of the layer's row (2 layers, 3 libraries, 4 forbidden symbols).
layers_field() {
    awk -F: -v want="$1" -v n="$2" '
        /^#/ || NF < 2 { next }
        { name = $1; gsub(/[ \t]/, "", name) }
        name == want { print $n; exit }' "$srcdir/src/LAYERS"
}

# layers_names: the layers in their order (rows with four fields).
layers_names() {
    awk -F: '/^#/ || NF != 4 { next } { gsub(/[ \t]/, "", $1); print $1 }' "$srcdir/src/LAYERS"
}

# layers_archive LAYER: the layer's convenience library; empty when it was not built or holds nothing.
layers_archive() {
    [ -n "$(${AR:-ar} t ".libs/lib$1.a" 2>/dev/null)" ] && echo ".libs/lib$1.a"
}
