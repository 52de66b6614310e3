#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# httpd takes every recipe without a word, as it is and with its alternatives in place of what they replace.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"
build=$PWD

root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/oidc" "$root/logs"
for f in passphrase client_secret; do
    echo "a $f of the tests, long enough for all" >"$root/oidc/$f"
done
printf '#!/bin/sh\necho eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl\n' >"$root/oidc/apple-secret"
chmod +x "$root/oidc/apple-secret"

modules=$("${APXS:-apxs}" -q LIBEXECDIR)
# check NAME FILE: what httpd -t says besides "Syntax OK"
check() {
    {
        for m in mpm_event authn_core authz_core authz_user; do
            printf '<IfModule !%s_module>\nLoadModule %s_module %s/mod_%s.so\n</IfModule>\n' $m $m "$modules" $m
        done
        printf 'LoadModule oidc_module %s/.libs/mod_oidc.so\nServerName example.com\n' "$build"
        printf 'ErrorLog logs/e\nListen 127.0.0.1:1\n<VirtualHost *:1>\n'
        printf 'ServerName https://www.example.com:443\nInclude %s\n</VirtualHost>\n' "$2"
    } >"$root/httpd.conf"
    # as in rig.sh: the runtime of a build with sanitizers comes first
    out=$(LD_PRELOAD="${SANITIZER_PRELOAD:-}" ASAN_OPTIONS=detect_leaks=0 \
        "${HTTPD:-apache2}" -d "$root" -f "$root/httpd.conf" -t 2>&1)
    [ "$out" != "Syntax OK" ] || out=
    tap_result "$1" "$out"
}

for recipe in "$srcdir"/apache-conf/recipes/*.conf; do
    name=$(basename "$recipe")
    check "$name" "$recipe"
    if grep -q '^ *#[RO]' "$recipe"; then
        others=$(grep -c '^ *#Require' "$recipe")
        sed -e "$([ "$others" -gt 0 ] && echo '/^ *Require valid-user/d')" \
            -e 's/^\( *\)#\(Require\|OIDC\)/\1\2/' "$recipe" >"$root/$name"
        check "$name with its alternatives" "$root/$name"
    fi
    tap_result "docs/providers.md names $name" \
        "$(grep -q "apache-conf/recipes/$name" "$srcdir/docs/providers.md" || echo "it does not")"
done
tap_end
