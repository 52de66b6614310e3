#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install-conf.sh put|drop FILE TARGET: a configuration file that was edited is never overwritten or removed.
# put:  installs FILE as TARGET, or as TARGET.dist beside a TARGET that differs.
# drop: removes TARGET if it is still FILE, and TARGET.dist.
set -eu
verb=$1 file=$2 target=$3
case $verb in
    put)
        mkdir -p "$(dirname "$target")"
        if [ -e "$target" ] && ! cmp -s "$file" "$target"; then
            echo "$target was edited and stays; the new one is $target.dist"
            target=$target.dist
        fi
        install -m 644 "$file" "$target"
        ;;
    drop)
        rm -f "$target.dist"
        if [ -e "$target" ] && cmp -s "$file" "$target"; then rm -f "$target"; fi
        ;;
    *) echo "usage: install-conf.sh put|drop FILE TARGET" >&2; exit 2 ;;
esac
