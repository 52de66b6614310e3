# SPDX-License-Identifier: Apache-2.0
# What has to be installed. Sourced; on Debian as root it installs, elsewhere it says what is needed.

packages_build='gcc libc6-dev make autoconf automake libtool pkg-config apache2-dev apache2-bin
    libssl-dev libjansson-dev libcjose-dev libcurl4-openssl-dev'
packages_demo='apache2-utils php-fpm python3 python3-fastapi python3-uvicorn'
packages_check='libcmocka-dev python3-venv nodejs npm chromium'
packages_fedora='gcc make autoconf automake libtool pkgconf-pkg-config httpd httpd-devel httpd-tools
    openssl-devel jansson-devel cjose-devel libcurl-devel mod_session php-fpm python3
    python3-fastapi python3-uvicorn libcmocka-devel curl nodejs npm chromium'

# packages_missing PACKAGE...: those that are not installed. Node may have come another way.
packages_missing() {
    local p
    for p in "$@"; do
        case $p in
            nodejs) command -v node >/dev/null 2>&1 && continue ;;
            npm) command -v npm >/dev/null 2>&1 && continue ;;
        esac
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null) in
            ii*) ;;
            *) echo "$p" ;;
        esac
    done
}

# packages_need PACKAGE...: they are there afterwards, or it returns 1 and has said what to do.
packages_need() {
    local missing
    if ! command -v apt-get >/dev/null 2>&1; then
        packages_elsewhere
        return
    fi
    missing=$(packages_missing "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing: $missing"
        echo "run as root:  apt-get update && apt-get install $missing"
        return 1
    fi
    echo "installing: $missing"
    packages_install $missing
}

# Installs without starting the services that some packages bring along.
packages_install() {
    local policy=/usr/sbin/policy-rc.d ours=no status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && ours=yes
    fi
    apt-get update -q || status=$?
    [ "$status" -ne 0 ] || DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" || status=$?
    [ "$ours" = no ] || rm -f "$policy"
    return "$status"
}

# Not Debian: the programs that must be there, and the packages of Fedora as a hint.
packages_elsewhere() {
    local c missing=
    for c in gcc make autoreconf libtoolize pkg-config apxs htpasswd python3; do
        command -v "$c" >/dev/null 2>&1 || missing="$missing $c"
    done
    [ -z "$missing" ] && return 0
    echo "missing programs:$missing"
    echo "On Fedora:  dnf install" $packages_fedora
    return 1
}
