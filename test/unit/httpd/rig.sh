# SPDX-License-Identifier: Apache-2.0
# httpd -t in a ServerRoot of its own. Sourced behind tap.sh; needs $srcdir and the build's directory as $PWD.

build=$PWD
root=$(mktemp -d) || exit 1
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/oidc/keys" "$root/logs"
modules=$("${APXS:-apxs}" -q LIBEXECDIR)

# rig_load NAME...: LoadModule lines of httpd's own modules, but for those that are built in.
rig_load() {
    for m in "$@"; do
        printf '<IfModule !%s_module>\nLoadModule %s_module %s/mod_%s.so\n</IfModule>\n' "$m" "$m" "$modules" "$m"
    done
}

# rig_test: httpd -t on the configuration from standard input, which the module's line begins. Sets $out and $status.
rig_test() {
    {
        rig_load mpm_event authn_core authz_core authz_user
        printf 'ServerName www.example.com\nErrorLog logs/e\nListen 127.0.0.1:1\nInclude %s/body.conf\n' "$root"
    } >"$root/httpd.conf"
    cat >"$root/body.conf"
    # httpd itself has no ASan: its runtime comes first, and what httpd leaves behind is not ours
    out=$(LD_PRELOAD="${SANITIZER_PRELOAD:-}" ASAN_OPTIONS=detect_leaks=0 \
        "${HTTPD:-apache2}" -d "$root" -f "$root/httpd.conf" -t "$@" 2>&1)
    status=$?
}

# rig_expect NAME STATUS TEXT...: a test that passes when httpd ended so and said all the texts.
rig_expect() {
    name=$1 wanted=$2 trouble=
    shift 2
    [ "$status" -eq "$wanted" ] || trouble="status $status"
    for text in "$@"; do
        case $out in *"$text"*) ;; *) trouble="$trouble
did not say: $text" ;; esac
    done
    [ -z "$trouble" ] || trouble="$trouble
$out"
    tap_result "$name" "$trouble"
}
