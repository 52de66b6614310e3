#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The printed files are those that the tables give; httpd takes the samples as they are and with every line uncommented.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"
build=$PWD
conf="$srcdir/apache-conf"

for pair in sample:oidc.conf sample-provider:oidc_provider.conf reference:directives.md; do
    tap_result "${pair#*:} is what the table prints (make docs)" \
        "$(src/tool/oidc-doc "${pair%%:*}" | diff -u "$conf/${pair#*:}" - 2>&1 | head -n 20)"
done

root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/oidc/keys" "$root/logs"
echo "a passphrase of the tests, long enough" >"$root/oidc/passphrase"
echo "a client secret of the tests" | tee "$root/oidc/client_secret" >"$root/oidc/wiki"
echo '{"alice": {"name": "Alice"}}' >"$root/oidc/users.json"
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$root/oidc/provider.pem" -days 2 \
    -subj /CN=op.example.com >/dev/null 2>&1 || echo "Bail out! openssl makes no certificate"
cp "$root/oidc/provider.pem" "$root/oidc/ca.pem"

modules=$("${APXS:-apxs}" -q LIBEXECDIR)
# check NAME FILE MODULE SO: trouble that httpd -t has with the file
check() {
    {
        for m in mpm_event authn_core authz_core; do
            printf '<IfModule !%s_module>\nLoadModule %s_module %s/mod_%s.so\n</IfModule>\n' $m $m "$modules" $m
        done
        printf 'LoadModule %s %s\nServerName www.example.com\nErrorLog logs/e\nListen 127.0.0.1:1\nInclude %s\n' \
            "$3" "$build/.libs/$4" "$2"
    } >"$root/httpd.conf"
    # httpd itself has no ASan: its runtime comes first, and what httpd leaves behind is not ours
    out=$(LD_PRELOAD="${SANITIZER_PRELOAD:-}" ASAN_OPTIONS=detect_leaks=0 "${HTTPD:-apache2}" -d "$root" -f "$root/httpd.conf" -t 2>&1) && out=
    tap_result "$1" "$out"
}
uncommented() {
    sed -n 's/^#\(OIDC\)/\1/p' "$conf/$1" >"$root/$1"
    [ -s "$root/$1" ] || echo "Bail out! nothing to uncomment in $1"
}
uncommented oidc.conf
uncommented oidc_provider.conf
check "oidc.conf is inert" "$conf/oidc.conf" oidc_module mod_oidc.so
check "oidc.conf with every line uncommented" "$root/oidc.conf" oidc_module mod_oidc.so
check "oidc.conf under the other name" "$root/oidc.conf" auth_openidc_module mod_oidc.so
check "oidc_provider.conf is inert" "$conf/oidc_provider.conf" oidc_provider_module mod_oidc_provider.so
check "oidc_provider.conf with every line uncommented" "$root/oidc_provider.conf" oidc_provider_module \
    mod_oidc_provider.so

n=$(grep -c . "$root/oidc.conf")
tap_result "every directive has a line" "$([ "$n" -eq "$(grep -c '^DIRECTIVE' "$srcdir/src/httpd/directives.def")" ] ||
    echo "$n lines")"
tap_end
