#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starting: the two names of the module, all mistakes at once with file and line, warnings, and no secret in a dump.
set -u
srcdir=$(cd "${top_srcdir:-.}" && pwd)
. "$srcdir/test/layers/tap.sh"
. "$srcdir/test/unit/httpd/rig.sh"
so="$build/.libs/mod_oidc.so"
other="LoadModule auth_openidc_module $so"
own="LoadModule oidc_module $so"

printf '%s\n%s\n' "$own" "$other" >"$root/given.conf"
rig_test <"$root/given.conf"
rig_expect "both records by LoadModule are refused" 1 "remove one of the two LoadModule lines"

for load in "$own" "$other"; do
    for name in oidc_module auth_openidc_module mod_oidc.c mod_auth_openidc.c; do
        rig_test <<END
$load
<IfModule $name>
SeenIt
</IfModule>
END
        rig_expect "${load#LoadModule }: <IfModule $name> counts" 1 "Invalid command 'SeenIt'"
    done
    rig_test <<END
$load
LogLevel warn oidc:info auth_openidc:debug mod_oidc.c:warn mod_auth_openidc.c:warn
END
    rig_expect "${load#LoadModule }: LogLevel knows all names" 0 "Syntax OK"
done

rig_test <<END
$own
OIDCRedirectURI /oidc/callback
<VirtualHost *:1>
ServerName one.example.com
OIDCProviderIssuer https://op.example.com
OIDCCookieDomain elsewhere.example
OIDCRedirectURI https://one.example.com/cb
</VirtualHost>
<VirtualHost *:1>
ServerName two.example.com
OIDCProviderMetadataURL https://op.example.com/.well-known/openid-configuration
OIDCProviderTokenEndpointAuth client_secret_post
</VirtualHost>
<Location "/rs">
AuthType oauth20
</Location>
END
rig_expect "N254 N257 all mistakes of all virtual hosts are said at once" 1 \
    "body.conf:5: OIDCProviderIssuer without OIDCProviderMetadataURL needs OIDCProviderAuthorizationEndpoint" \
    "needs OIDCProviderTokenEndpoint" "nothing verifies ID tokens" \
    "body.conf:7: OIDCClientID is missing (virtual host one.example.com)" \
    "body.conf:6: OIDCCookieDomain elsewhere.example is neither the host of OIDCRedirectURI" \
    "OIDCClientID is missing (virtual host two.example.com)" \
    "body.conf:12: OIDCProviderTokenEndpointAuth client_secret_post needs OIDCClientSecret"

rig_load cache info >"$root/given.conf"
cat >>"$root/given.conf" <<END
$own
OIDCProviderMetadataURL http://op.example.com/.well-known/openid-configuration
OIDCClientID c
OIDCClientSecret CANARY-of-the-tests
OIDCRedirectURI http://login.example.com/
OIDCCryptoPassphrase "CANARY short"
OIDCSSLValidateServer Off
OIDCPKCEMethod none
OIDCScope profile
OIDCClaimPrefix ""
CacheEnable disk /
<Location "/open">
AuthType OpenID-Connect
</Location>
<Location "/either">
AuthType openid-connect
Require valid-user
Require claim groups:admin
</Location>
END
rig_test <"$root/given.conf"
rig_expect "N253 N255 N258 what is dangerous is said, with its line" 0 "Syntax OK" \
    "OIDCProviderMetadataURL is not https" "OIDCRedirectURI is not https" \
    "OIDCRedirectURI http://login.example.com/ ends with '/'" \
    "the host of OIDCRedirectURI (login.example.com) is neither ServerName" \
    "OIDCSSLValidateServer Off" "OIDCPKCEMethod is not S256" "OIDCScope lacks openid" \
    "OIDCCryptoPassphrase has fewer than 32 characters" "OIDCClaimPrefix is empty" \
    "CacheQuickHandler Off" \
    "AuthType openid-connect without a Require line in <Location \"/open\">" \
    "Require claim beside Require valid-user"
rig_test -D DUMP_CONFIG <"$root/given.conf"
rig_expect "N261 a dump shows the directive" 0 "OIDCClientSecret"
tap_result "N261 and not the secret" "$(printf '%s\n' "$out" | grep CANARY)"
tap_end
