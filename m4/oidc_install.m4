dnl SPDX-License-Identifier: Apache-2.0
dnl Where modules and configuration go. Without --prefix, or with the prefix httpd itself has,
dnl they go where httpd looks for them. With another --prefix everything stays below that prefix.

AC_DEFUN([OIDC_INSTALL_DIRS], [
  AC_ARG_WITH([moduledir],
    [AS_HELP_STRING([--with-moduledir=DIR], [where to install the modules])],
    [], [with_moduledir=])
  AC_ARG_WITH([confdir],
    [AS_HELP_STRING([--with-confdir=DIR], [httpd's configuration directory])],
    [], [with_confdir=])

  oidc_httpd_modules=`$APXS -q LIBEXECDIR`
  oidc_httpd_conf=`$APXS -q SYSCONFDIR`
  AS_CASE([$prefix],
    [NONE], [oidc_native=yes],
    [AS_CASE([$oidc_httpd_modules], ["$prefix"/*], [oidc_native=yes], [oidc_native=no])])

  dnl Debian keeps a .load and a .conf file per module and switches them with a2enmod.
  AS_IF([test -d "$oidc_httpd_conf/mods-available"], [oidc_debian=yes], [oidc_debian=no])
  AS_IF([test "$oidc_native" = yes],
    [moduledir=$oidc_httpd_modules; oidc_conf=`dirname "$oidc_httpd_conf/x"`
     httpdincludedir=`$APXS -q INCLUDEDIR`],
    [test "$oidc_debian" = yes],
    [moduledir='${libdir}/apache2/modules'; oidc_conf='${sysconfdir}/apache2'
     httpdincludedir='${includedir}/apache2'],
    [moduledir='${libdir}/httpd/modules'; oidc_conf='${sysconfdir}/httpd'
     httpdincludedir='${includedir}/httpd'])
  dnl Fedora's apxs answers .../httpd/conf, the drop-in directories are its neighbours.
  AS_IF([test "$oidc_native" = yes && test "$oidc_debian" = no],
    [AS_CASE([$oidc_conf], [*/conf], [oidc_conf=`dirname "$oidc_conf"`])])
  AS_IF([test -n "$with_moduledir"], [moduledir=$with_moduledir])
  AS_IF([test -n "$with_confdir"], [oidc_conf=$with_confdir])
  confdir=$oidc_conf
  AS_IF([test "$oidc_debian" = yes],
    [loaddir="$confdir/mods-available"; sampledir="$confdir/mods-available"],
    [loaddir="$confdir/conf.modules.d"; sampledir="$confdir/conf.d"])
  AM_CONDITIONAL([DEBIAN_LAYOUT], [test "$oidc_debian" = yes])
  AC_SUBST([moduledir])
  AC_SUBST([httpdincludedir])
  AC_SUBST([loaddir])
  AC_SUBST([sampledir])
])
