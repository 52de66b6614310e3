# SPDX-License-Identifier: Apache-2.0
# Makes oidc.conf(5) from the sample configurations: awk -f conf.awk oidc.conf oidc_provider.conf
# A block of a sample is text, "# Directive arguments", "# Default: ...", "#Directive example".

# Text for a page: nothing in it is a request or an escape, and a quote may stand in an argument.
function roff(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/"/, "\\(dq", s)
    return s ~ /^[.']/ ? "\\&" s : s
}

function print_block(   name, rest, i) {
    name = syntax
    sub(/ .*/, "", name)
    rest = substr(syntax, length(name) + 2)
    print ".TP"
    print ".BI " name (rest == "" ? "" : " \"\\fR " roff(rest) "\\fP\"")
    for (i = 1; i <= n; i++) print roff(text[i])
    print ".br"
    print roff(preset)
    if (index(preset, "Default: " substr(example, length(name) + 2) ".") != 1) {
        print ".br"
        print "Example: \\fB" roff(example) "\\fP"
    }
}

BEGIN {
    print ".\\\" SPDX-License-Identifier: Apache-2.0"
    print ".\\\" Made by man/conf.awk from apache-conf/oidc.conf and oidc_provider.conf; do not edit."
    print ".TH OIDC.CONF 5 \"\" \"mod_oidc\" \"Apache httpd modules\""
    print ".SH NAME"
    print "oidc.conf, oidc_provider.conf \\- configuration of mod_oidc and mod_oidc_provider"
    print ".SH DESCRIPTION"
    print "Every directive of the two modules with its arguments and default."
    print "The files of these names that are installed hold all of them as comments."
}
FNR == 1 { print ".SH " toupper(substr($0, 3)); next }
/^# ---- .* ----$/ { print ".SS " roff(substr($0, 8, length($0) - 12)); next }
/^# Default:/ { preset = substr($0, 3); next }
/^# OIDC[A-Za-z]+( |$)/ { syntax = substr($0, 3); next }
/^#OIDC/ { example = substr($0, 2); if (syntax != "") print_block(); next }
/^# / { text[++n] = substr($0, 3); next }
/^$/ { n = 0; syntax = "" }
END {
    print ".SH SEE ALSO"
    print ".BR mod_oidc (8),"
    print ".BR mod_oidc_provider (8)"
}
