# SPDX-License-Identifier: Apache-2.0
# Prints the LoadModule lines of the demo: what httpd was not built with. Variable: dir.
BEGIN {
    n = split("mpm_event unixd log_config mime dir alias env setenvif headers include cgid " \
              "authn_core authn_file authz_core authz_user auth_form request " \
              "session session_cookie session_crypto proxy proxy_http proxy_fcgi", want, " ")
}
{ gsub(/^[ \t]+|[ \t]+$/, ""); have[$0] = 1 }
END {
    for (i = 1; i <= n; i++)
        if (!(("mod_" want[i] ".c") in have) && !(want[i] == "mpm_event" && "event.c" in have))
            printf "LoadModule %s_module \"%s/mod_%s.so\"\n", want[i], dir, want[i]
}
