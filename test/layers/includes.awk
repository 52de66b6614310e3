# SPDX-License-Identifier: Apache-2.0
# Judges every #include against src/LAYERS. First file: LAYERS; then the sources.
# Variables: top (the source tree). Prints one line per violation: file:line: why.

function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

function exists(path,   line, rc) { rc = (getline line < path); close(path); return rc >= 0 }

# The layer that a source or header belongs to. A public header belongs to the layer that has its
# .c file; the ports and plain types, which have none, belong to core.
function layer_of_public(name,   base, i) {
    base = name; sub(/\.h$/, "", base)
    for (i = 1; i <= n_layers && order[i] != "httpd"; i++)
        if (exists(top "/src/" order[i] "/" base ".c"))
            return order[i]
    if (match(base, /^(rp|op|rs|io|jose|proto)_/))
        return substr(base, 1, RLENGTH - 1)
    if (match(base, /^(rp|op|rs)$/))
        return base
    return "core"
}

function library_of(name) {
    if (name ~ /^apr_|^apr\.h$|^apu/) return "apr"
    if (name ~ /^jansson/) return "jansson"
    if (name ~ /^cjose\//) return "cjose"
    if (name ~ /^openssl\//) return "openssl"
    if (name ~ /^curl\//) return "curl"
    if (name ~ /^hiredis/) return "hiredis"
    if (name ~ /^jq\.h$|^jv\.h$/) return "jq"
    if (name ~ /^(httpd|http_[a-z]+|ap_[a-z_]+|mod_[a-z_]+|util_[a-z]+|mpm_common|unixd|scoreboard)\.h$/) return "httpd"
    if (name ~ /^(assert|ctype|errno|fcntl|inttypes|limits|math|pthread|setjmp|signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|time|unistd|dirent|netdb|poll)\.h$/) return ""
    if (name ~ /^(sys|netinet|arpa)\//) return ""
    return "unknown library"
}

function complain(why) { printf "%s:%d: %s\n", inside, FNR, why }

NR == FNR {
    if ($0 ~ /^#/ || split($0, f, ":") != 4) next
    name = trim(f[1]); order[++n_layers] = name
    n = split(trim(f[2]), w, " "); may[name, name] = 1
    for (i = 1; i <= n; i++) may[name, w[i]] = 1
    n = split(trim(f[3]), w, " ")
    for (i = 1; i <= n; i++) lib[name, w[i]] = 1
    next
}

FNR == 1 {
    inside = substr(FILENAME, length(top) + 2)
    if (match(inside, /^src\/[a-z]+\//)) {
        here = substr(inside, 5, RLENGTH - 5)
    } else {
        part = inside; sub(/.*\//, "", part); here = layer_of_public(part)
    }
    dir = FILENAME; sub(/\/[^\/]*$/, "", dir)
}

/^[ \t]*#[ \t]*include/ {
    s = $0
    if (!match(s, /[<"][^>"]+[>"]/)) { complain("an include that is not plain"); next }
    angle = substr(s, RSTART, 1) == "<"
    name = substr(s, RSTART + 1, RLENGTH - 2)
    if (angle) {
        l = library_of(name)
        if (l != "" && !((here, l) in lib)) complain("layer " here " may not include <" name "> (" l ")")
        next
    }
    if (name ~ /\.def$/) next   # tables are data
    if (name ~ /^oidc\//) target = layer_of_public(substr(name, 6))
    else if (name ~ /\.\./) { complain("an include with ..: " name); next }
    else if (match(name, /^[a-z]+\//)) target = substr(name, 1, RLENGTH - 1)
    else if (exists(dir "/" name)) target = here
    else target = library_of(name) == "" ? here : library_of(name)
    if ((here, target) in may || (here, target) in lib) next
    if (target == "tap" || name == "mod_oidc.h") next
    complain("layer " here " may not include \"" name "\" (" target ")")
}
