# SPDX-License-Identifier: Apache-2.0
# A copy of the source in a temporary folder, and builds of it. Sourced; needs $top.

# build_copy TARGET: what belongs to the project, and nothing that an earlier build left.
build_copy() {
    mkdir -p "$1"
    if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
        git -C "$top" ls-files -z -co --exclude-standard |
            (cd "$top" && xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' x |
                tar --null -T - -cf -) | tar -C "$1" -xf -
    else
        tar -C "$top" --exclude=.git --exclude=node_modules --exclude=autom4te.cache \
            --exclude='*.o' --exclude='*.lo' --exclude=.libs --exclude=.deps \
            --exclude=./Makefile --exclude=config.status -cf - . | tar -C "$1" -xf -
    fi
}

build_autoreconf() { (cd "$1" && autoreconf -fi); }

# build_configure SOURCE BUILD FLAG...
build_configure() {
    local source=$1 build=$2
    shift 2
    mkdir -p "$build" && (cd "$build" && "$source/configure" "$@")
}

build_jobs() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

build_make() {
    local build=$1
    shift
    make -C "$build" -j"$(build_jobs)" "$@"
}
