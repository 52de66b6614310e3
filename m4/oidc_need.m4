dnl SPDX-License-Identifier: Apache-2.0
dnl What the build needs from the system. A missing part does not stop configure where it is
dnl found: it is noted, and OIDC_NEED_REPORT names all of them at once with their packages.

m4_ifndef([PKG_CHECK_MODULES],
  [m4_fatal([pkg-config's macros are missing (Debian: pkg-config; Fedora: pkgconf-pkg-config)])])

dnl OIDC_MISS(WHAT, DEBIAN-PACKAGE, FEDORA-PACKAGE)
AC_DEFUN([OIDC_MISS], [
  oidc_missing="$oidc_missing
    $1 (Debian: $2; Fedora: $3)"
  oidc_missing_deb="$oidc_missing_deb $2"
  oidc_missing_rpm="$oidc_missing_rpm $3"
])

dnl OIDC_NEED(VARIABLE, PKG-CONFIG-MODULE, NAME, DEBIAN-PACKAGE, FEDORA-PACKAGE)
AC_DEFUN([OIDC_NEED], [
  AC_REQUIRE([PKG_PROG_PKG_CONFIG])
  PKG_CHECK_MODULES([$1], [$2], [:], [OIDC_MISS([$3], [$4], [$5])])
])

dnl Without pkg-config nothing is found; that is then the one thing to say.
AC_DEFUN([OIDC_NEED_PKG_CONFIG], [
  AC_REQUIRE([PKG_PROG_PKG_CONFIG])
  AS_IF([test -z "$PKG_CONFIG"],
    [AC_MSG_ERROR([pkg-config is missing (Debian: pkg-config; Fedora: pkgconf-pkg-config)])])
])

dnl httpd is found through apxs; APR and APR-util through httpd's own apr-config programs.
AC_DEFUN([OIDC_NEED_APXS], [
  AC_ARG_WITH([apxs],
    [AS_HELP_STRING([--with-apxs=FILE], [the apxs program of the httpd to build for])],
    [], [with_apxs=yes])
  AS_CASE([$with_apxs],
    [yes], [AC_PATH_PROGS([APXS], [apxs apxs2], [], [$PATH:/usr/sbin:/usr/local/apache2/bin])],
    [no], [APXS=],
    [APXS=$with_apxs])
  HTTPD= HTTPD_VERSION= HTTPD_CFLAGS= APR_CFLAGS= APR_LIBS=
  AS_IF([test -n "$APXS" && "$APXS" -q INCLUDEDIR >/dev/null 2>&1],
    [OIDC_QUERY_APXS],
    [OIDC_MISS([httpd 2.4 with apxs], [apache2-dev], [httpd-devel])])
  AC_SUBST([APXS])
  AC_SUBST([HTTPD])
  AC_SUBST([HTTPD_CFLAGS])
  AC_SUBST([APR_CFLAGS])
  AC_SUBST([APR_LIBS])
])

AC_DEFUN([OIDC_QUERY_APXS], [
  HTTPD=`$APXS -q SBINDIR`/`$APXS -q PROGNAME 2>/dev/null || $APXS -q progname`
  dnl as system headers: they define PACKAGE_NAME and its like once more
  HTTPD_CFLAGS="-isystem `$APXS -q INCLUDEDIR` `$APXS -q EXTRA_CPPFLAGS`"
  oidc_apr=`$APXS -q APR_CONFIG 2>/dev/null`
  oidc_apu=`$APXS -q APU_CONFIG 2>/dev/null`
  AS_IF([test -x "$oidc_apr"], [], [oidc_apr=`command -v apr-1-config`])
  AS_IF([test -x "$oidc_apu"], [], [oidc_apu=`command -v apu-1-config`])
  AS_IF([test -n "$oidc_apr" && test -n "$oidc_apu"],
    [APR_CFLAGS="`$oidc_apr --cppflags --includes | tr '\n' ' '` `$oidc_apu --includes`"
     APR_LIBS="`$oidc_apu --link-ld` `$oidc_apr --link-ld`"],
    [OIDC_MISS([APR and APR-util], [libapr1-dev libaprutil1-dev], [apr-devel apr-util-devel])])
  AC_MSG_CHECKING([for httpd 2.4.37 or later])
  oidc_saved_CPPFLAGS=$CPPFLAGS
  CPPFLAGS="$CPPFLAGS $HTTPD_CFLAGS $APR_CFLAGS"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
    #include <ap_release.h>
    #if AP_SERVER_MAJORVERSION_NUMBER != 2 || AP_SERVER_MINORVERSION_NUMBER != 4 \
        || AP_SERVER_PATCHLEVEL_NUMBER < 37
    #error "another httpd"
    #endif]])],
    [HTTPD_VERSION=`echo '#include <ap_release.h>
oidc AP_SERVER_MAJORVERSION_NUMBER AP_SERVER_MINORVERSION_NUMBER AP_SERVER_PATCHLEVEL_NUMBER' \
       | $CC -E $CPPFLAGS - 2>/dev/null | $AWK '/^oidc/ {print $[]2 "." $[]3 "." $[]4}'`
     AC_MSG_RESULT([$HTTPD_VERSION])],
    [AC_MSG_RESULT([no])
     OIDC_MISS([httpd 2.4.37 or later], [apache2-dev], [httpd-devel])])
  CPPFLAGS=$oidc_saved_CPPFLAGS
])

AC_DEFUN([OIDC_NEED_REPORT], [
  AS_IF([test -n "$oidc_missing"], [
    AC_MSG_ERROR([these are missing:$oidc_missing

  Debian:  apt-get install$oidc_missing_deb
  Fedora:  dnf install$oidc_missing_rpm
])])
])
