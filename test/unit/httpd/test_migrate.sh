#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# oidcctl migrate: one verdict for each line, no value of any directive in what it prints, and its exit status.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
f="$root/site.conf"

# expect VERDICT STATUS LINE: the first verdict ("-": none) and the exit status
expect() {
    printf '%b\n' "$3" >"$f"
    out=$(src/tool/oidcctl migrate "$f" 2>&1)
    status=$?
    got=$(printf '%s\n' "$out" | sed -n "s|^$f:1: \([a-z]*\) .*|\1|p" | head -n 1)
    tap_result "$1: ${3%%\\*}" "$([ "${got:--}" = "$1" ] && [ $status -eq "$2" ] || echo "${got:--} $status: $out")"
}
expect same 0 'OIDCScope "openid email"'
expect same 0 '  oidcscope openid'
expect same 0 'AuthType openid-connect'
expect same 0 'Require claim groups:staff'
expect same 0 'OIDCPassClaimsAs both latin1'
expect same 0 'OIDCStateMaxNumberOfCookies 7 false'
expect same 0 'OIDCClientSecret "exec:/bin/cat secret"'
expect - 0 '# OIDCScope openid'
expect - 0 '<Location /OIDCScope>'
expect - 0 'Require valid-user'
expect - 0 'AuthType Basic'
expect - 0 'OIDCOPClient x'
expect - 0 ''
expect risky 1 'OIDCSSLValidateServer \\\n  Off'
expect risky 1 'OIDCRedirectURI http://www.example.com/cb'
expect risky 1 'OIDCClientSecret hidden'
expect risky 1 'OIDCXForwardedHeaders X-Forwarded-Host'
expect different 1 'OIDCPassClaimsAs both'
expect different 1 'OIDCStateMaxNumberOfCookies 7'
expect different 1 'OIDCUnAuthAction pass'
expect different 1 'OIDCHTTPTimeoutLong 0'
expect different 1 'Require claim groups'
expect different 1 'Require not claim groups'
expect different 1 'LoadModule auth_openidc_module modules/mod_auth_openidc.so'
expect missing 1 'OIDCReturn401 On'
expect missing 1 'OIDCNoSuchThing\033[2J x'

printf 'OIDCCryptoPassphrase CANARY-1\nOIDCClientSecret "CANARY-2"\nOIDCCANARY3\n' >"$f"
tap_result "values are not printed" "$(src/tool/oidcctl migrate "$f" | grep 'CANARY-')"
printf 'OIDCScope openid' >"$f"
tap_result "a last line without an end is read" "$(src/tool/oidcctl migrate "$f" | grep -q ':1: same' || echo no)"
awk 'BEGIN { printf "OIDCScope "; for (i = 0; i < 9000; i++) printf "x"; print "" }' >"$f"
src/tool/oidcctl migrate "$f" >/dev/null 2>&1
tap_result "a line that is too long" "$([ $? -eq 2 ] || echo "status")"
src/tool/oidcctl migrate "$root/none" >/dev/null 2>&1
tap_result "a file that is not there" "$([ $? -eq 2 ] || echo "status")"
src/tool/oidcctl >/dev/null 2>&1
tap_result "no arguments" "$([ $? -eq 2 ] || echo "status")"

sed -n 's/^# *\(OIDC\)/\1/p' "$srcdir/apache-conf/oidc.conf" >"$f"
tap_result "every directive of the sample is known" "$(src/tool/oidcctl migrate "$f" | grep ': missing ')"
tap_result "each of the 146 directives is judged" \
    "$([ "$(grep -c '^NAME(' "$srcdir/src/tool/migrate.def")" -eq 146 ] || echo "no")"
tap_end
