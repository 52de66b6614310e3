dnl SPDX-License-Identifier: Apache-2.0
dnl Compiler language level, warnings, hardening and instrumentation.

dnl OIDC_PROG_CC_C11: stop unless the compiler speaks C11.
AC_DEFUN([OIDC_PROG_CC_C11], [
  AC_MSG_CHECKING([whether $CC accepts C11])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
    #if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 201112L
    #error "no C11"
    #endif
    _Static_assert(1, "C11");]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([a C11 compiler is needed (Debian: gcc; Fedora: gcc)])])
])

dnl OIDC_TRY_FLAG(FLAG, VARIABLE): append FLAG to VARIABLE if the compiler and linker take it.
AC_DEFUN([OIDC_TRY_FLAG], [
  oidc_saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $1"
  AC_MSG_CHECKING([for $1])
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $2="$$2 $1"],
    [AC_MSG_RESULT([no])])
  CFLAGS=$oidc_saved_CFLAGS
])

AC_DEFUN([OIDC_WARN_FLAGS], [
  WARN_CFLAGS=
  m4_foreach_w([flag], [-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes
      -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings],
    [OIDC_TRY_FLAG(flag, [WARN_CFLAGS])])
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
])

dnl A distribution that sets its own _FORTIFY_SOURCE keeps it; the sanitizers need it off.
AC_DEFUN([OIDC_HARDEN_FLAGS], [
  HARDEN_CFLAGS=
  HARDEN_LDFLAGS=
  m4_foreach_w([flag], [-fstack-protector-strong -fcf-protection -fno-common
      -ffunction-sections -fdata-sections -fvisibility=hidden],
    [OIDC_TRY_FLAG(flag, [HARDEN_CFLAGS])])
  AS_IF([test "x$enable_sanitizers" = xno],
    [AC_MSG_CHECKING([whether _FORTIFY_SOURCE is to be set])
     AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
       #if !defined(__OPTIMIZE__) || defined(_FORTIFY_SOURCE)
       #error "cannot or need not"
       #endif]])],
       [AC_MSG_RESULT([yes]); HARDEN_CFLAGS="$HARDEN_CFLAGS -D_FORTIFY_SOURCE=2"],
       [AC_MSG_RESULT([no])])])
  m4_foreach([flag], [[-Wl,-z,relro], [-Wl,-z,now], [-Wl,-z,noexecstack]],
    [OIDC_TRY_FLAG([flag], [HARDEN_LDFLAGS])])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
])

AC_DEFUN([OIDC_INSTRUMENT_FLAGS], [
  INSTRUMENT_FLAGS=
  SANITIZER_PRELOAD=
  AS_IF([test "x$enable_sanitizers" = xyes],
    [INSTRUMENT_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
     INSTRUMENT_FLAGS="$INSTRUMENT_FLAGS -fno-omit-frame-pointer"
     oidc_saved_CFLAGS=$CFLAGS
     CFLAGS="$CFLAGS $INSTRUMENT_FLAGS"
     AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [],
       [AC_MSG_ERROR([--enable-sanitizers: the compiler cannot link ASan and UBSan (Debian: libasan and libubsan come with gcc; Fedora: libasan libubsan)])])
     CFLAGS=$oidc_saved_CFLAGS
     dnl A program without ASan that loads our modules needs its runtime first.
     SANITIZER_PRELOAD="`$CC -print-file-name=libasan.so` `$CC -print-file-name=libubsan.so`"])
  AC_SUBST([SANITIZER_PRELOAD])
  AS_IF([test "x$enable_coverage" = xyes],
    [INSTRUMENT_FLAGS="$INSTRUMENT_FLAGS --coverage -O0"])
  AC_SUBST([INSTRUMENT_FLAGS])
])
