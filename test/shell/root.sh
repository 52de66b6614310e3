# SPDX-License-Identifier: Apache-2.0
# A clean Debian root, and the demo in it. Sourced after build.sh; needs $top and $work.

# root_make SUITE: debootstrap's smallest root in $work/root.
root_make() {
    local script=/usr/share/debootstrap/scripts/$1
    [ -e "$script" ] || { echo "this debootstrap does not know the suite $1"; return 1; }
    debootstrap --variant=minbase "$1" "$work/root" &&
        echo '127.0.0.1 localhost' >"$work/root/etc/hosts" && build_copy "$work/root/srv/mod_oidc"
}

# root_run COMMAND...: in the root, with its own mounts and process ids, so that nothing stays behind.
root_run() {
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --make-rslave "$1/dev" &&
        root=$1 && shift && exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd /srv/mod_oidc && exec \"\$@\"" x "$@"' x "$work/root" "$@"
}
