#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The printed files are those that the tables give; httpd takes the samples as they are and with every line uncommented.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"
. "$srcdir/test/unit/httpd/rig.sh"
conf="$srcdir/apache-conf"

for pair in sample:oidc.conf sample-provider:oidc_provider.conf reference:directives.md; do
    tap_result "${pair#*:} is what the table prints (make docs)" \
        "$(src/tool/oidc-doc "${pair%%:*}" | diff -u "$conf/${pair#*:}" - 2>&1 | head -n 20)"
done

echo "a passphrase of the tests, long enough" >"$root/oidc/passphrase"
echo "a client secret of the tests" | tee "$root/oidc/client_secret" >"$root/oidc/wiki"
echo '{"alice": {"name": "Alice"}}' >"$root/oidc/users.json"
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$root/oidc/provider.pem" -days 2 \
    -subj /CN=op.example.com >/dev/null 2>&1 || echo "Bail out! openssl makes no certificate"
cp "$root/oidc/provider.pem" "$root/oidc/ca.pem"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$root/oidc/client.key" -out "$root/oidc/client.pem" -days 2 \
    -subj /CN=www.example.com >/dev/null 2>&1 || echo "Bail out! openssl makes no key"

# check NAME FILE MODULE SO
check() {
    printf 'LoadModule %s %s/.libs/%s\nInclude %s\n' "$3" "$build" "$4" "$2" >"$root/given.conf"
    rig_test <"$root/given.conf"
    rig_expect "$1" 0 "Syntax OK"
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
