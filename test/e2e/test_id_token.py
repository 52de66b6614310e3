# SPDX-License-Identifier: Apache-2.0
"""ID tokens that must not open anything: the JOSE layer (C) and the claims (D).

Every case logs in at an honest provider with one thing changed and asks for the whole refusal:
no session, nothing at the application, one log line with the right id, no secret anywhere.
"""
import json
import time

import pytest
from cryptography.hazmat.primitives import serialization

from harness import jose
from harness.client import Browser
from harness.faults import become, broken_signature, compute, drop, member_text, put, replace_text, suffix
from harness.site import Site


@pytest.fixture(scope="module")
def site(serve, op, backend):
    issuer = op.issuer("tokens")
    site = Site("localhost", issuer, backend)
    pinned = Site("pinned.localhost", op.issuer("pinned"), backend,
                  "OIDCIDTokenSignedResponseAlg ES256")
    site.pinned = pinned
    serve([site, pinned])
    return site


@pytest.fixture(autouse=True)
def honest(site):
    site.issuer.fault = {}
    yield
    site.issuer.fault = {}


def now(offset=0):
    return lambda turn: int(time.time()) + offset


def pem(turn, form=serialization.PublicFormat.SubjectPublicKeyInfo, prefix=b""):
    key = jose.pick(turn.issuer.keys, "RS256")
    return prefix + key.private.public_key().public_bytes(serialization.Encoding.PEM, form)


def der(turn):
    return jose.pick(turn.issuer.keys, "RS256").private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def hs_with(secret_of):
    """HS256 with something public as the secret (N049), under the kid of the RSA key."""
    def key(turn):
        return jose.oct_key(secret_of(turn), kid=jose.pick(turn.issuer.keys, "RS256").kid)
    return {"alg": "HS256", "key": key}


def signature(change):
    """The signature's bytes changed."""
    def apply(jws, turn):
        head, body, sig = jws.split(".")
        return "%s.%s.%s" % (head, body, jose.b64(change(jose.unb64(sig))))
    return {"jws": apply}


def segment(number, change):
    def apply(jws, turn):
        parts = jws.split(".")
        parts[number] = change(parts[number])
        return ".".join(parts)
    return {"jws": apply}


def header(**members):
    return {"header": put(**members)}


def raw_header(make):
    """The header as text, properly signed."""
    def apply(jws, turn):
        head, body, _ = jws.split(".")
        key = jose.pick(turn.issuer.keys, "RS256")
        signing = jose.b64(make(json.loads(jose.unb64(head)))) + "." + body
        return signing + "." + jose.b64(key.sign("RS256", signing.encode()))
    return {"jws": apply}


def last_bits(text):
    """Another last character with the same decoded bytes: non-canonical base64url."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def attacker_jwk(turn):
    return jose.rsa_key(3).jwk()


def unsigned(alg, with_signature=False):
    def apply(jws, turn):
        head, body, sig = jws.split(".")
        doc = json.loads(jose.unb64(head))
        doc["alg"] = alg
        if alg is None:
            doc.pop("alg")
        return "%s.%s.%s" % (jose.b64(jose.dumps(doc)), body, sig if with_signature else "")
    return {"jws": apply}


JOSE = {
    # N047: none in every spelling
    **{"n047_%s%s" % (alg, "_signed" if s else ""): unsigned(alg if alg != "missing" else None, s)
       for alg in ("none", "None", "nOnE", "NONE", "missing", "") for s in (False, True)},
    # N048: unknown algorithms
    **{"n048_" + str(alg): unsigned(alg, True)
       for alg in ("XX256", "RS257", "rs256", "RS256 ", " RS256", "RS1", "HS")},
    "n048_number": header(alg=256), "n048_array": header(alg=["RS256"]),
    "n048_null": header(alg=None), "n048_object": header(alg={"a": 1}),
    # N049: the key type decides, not the header
    "n049_pem": hs_with(pem),
    "n049_pem_no_newline": hs_with(lambda t: pem(t).strip()),
    "n049_pem_pkcs1": hs_with(lambda t: pem(t, serialization.PublicFormat.PKCS1)),
    "n049_pem_space": hs_with(lambda t: pem(t, prefix=b" ")),
    "n049_der": hs_with(der),
    "n049_modulus": hs_with(lambda t: jose.unb64(jose.pick(t.issuer.keys, "RS256").jwk()["n"])),
    "n049_modulus_text": hs_with(lambda t: jose.pick(t.issuer.keys, "RS256").jwk()["n"]),
    "n049_jwk_text": hs_with(lambda t: jose.dumps(jose.pick(t.issuer.keys, "RS256").jwk())),
    "n049_empty": hs_with(lambda t: b""),
    "n049_zero": hs_with(lambda t: b"\0" * 32),
    # N050: signatures
    "n050_flipped": signature(lambda s: bytes([s[0] ^ 1]) + s[1:]),
    "n050_empty": signature(lambda s: b""),
    "n050_short": signature(lambda s: s[:-1]),
    "n050_long": signature(lambda s: s + b"\0"),
    "n050_zero": signature(lambda s: b"\0" * len(s)),
    "n050_other_key": {"key": lambda t: jose.rsa_key(
        3, kid=jose.pick(t.issuer.keys, "RS256").kid)},
    "n050_other_payload": segment(1, lambda p: jose.b64(
        jose.unb64(p).replace(b"user-subject", b"root-subject"))),
    "n050_es256_flipped": {"alg": "ES256", "jws": broken_signature},
    "n050_es256_zero": {"alg": "ES256", **signature(lambda s: b"\0" * 64)},
    "n050_es256_der": {"alg": "ES256", "der": True},
    "n050_es256_short": {"alg": "ES256", **signature(lambda s: s[:63])},
    "n050_ps256_as_rs256": {"alg": "RS256", "sign_alg": "PS256"},
    "n050_rs512_as_rs256": {"alg": "RS256", "sign_alg": "RS512"},
    "n050_eddsa_flipped": {"alg": "EdDSA", "jws": broken_signature},
    # N055, N056, N057
    "n055_unknown": header(crit=["exp-ext"], **{"exp-ext": 1}),
    "n055_empty": header(crit=[]), "n055_text": header(crit="b64"),
    "n055_missing_member": header(crit=["zzz"]), "n055_registered": header(crit=["alg"]),
    "n055_duplicate": header(crit=["b64", "b64"], b64=True),
    "n055_number": header(crit=[1]),
    "n056_jwk": {"key": lambda t: jose.rsa_key(3), "header": compute("jwk", attacker_jwk)},
    "n056_jwk_no_kid": {"key": lambda t: jose.rsa_key(3, kid=None),
                        "header": compute("jwk", attacker_jwk)},
    "n056_jku": {"key": lambda t: jose.rsa_key(3),
                 "header": compute("jku", lambda t: t.issuer.server.base + "/evil/jwks")},
    "n056_x5u": {"key": lambda t: jose.rsa_key(3),
                 "header": compute("x5u", lambda t: t.issuer.server.base + "/evil/x5u")},
    "n056_x5c": {"key": lambda t: jose.rsa_key(3), "header": put(x5c=["MIIB"])},
    "n057_b64_false": header(b64=False),
    "n057_b64_false_crit": header(b64=False, crit=["b64"]),
    # N058: base64url and compact form to the letter
    "n058_padding": segment(1, lambda p: p + "="),
    "n058_plus": segment(2, lambda p: "+" + p[1:]),
    "n058_slash": segment(2, lambda p: "/" + p[1:]),
    "n058_space": segment(1, lambda p: p[:10] + " " + p[10:]),
    "n058_newline": segment(1, lambda p: p + "\n"),
    "n058_trailing_bits": segment(2, last_bits),
    "n058_length_1_mod_4": segment(2, lambda p: p[:341]),
    "n058_four_parts": {"jws": lambda j, t: j + ".AAAA"},
    "n058_two_parts": {"jws": lambda j, t: j.rsplit(".", 1)[0]},
    "n058_one_part": {"jws": lambda j, t: j.replace(".", "")},
    "n061_dots": {"jws": lambda j, t: "." * 20000},
    "n061_empty_segments": {"jws": become("..")},
    "n061_empty": {"jws": become("")},
    "n061_header_64k": header(pad="x" * 65536),
    "n061_claims_200k": {"claims": put(pad="x" * 200000)},
    # N060: the header
    "n060_array": raw_header(lambda h: jose.dumps([h])),
    "n060_number": raw_header(lambda h: "7"),
    "n060_bom": raw_header(lambda h: b"\xef\xbb\xbf" + jose.dumps(h).encode()),
    "n060_trailing": raw_header(lambda h: jose.dumps(h) + "{}"),
    "n060_duplicate_alg": raw_header(lambda h: jose.dumps(h)[:-1] + ',"alg":"none"}'),
    "n060_not_utf8": raw_header(lambda h: jose.dumps(h)[:-1].encode() + b',"x":"\xff"}'),
    "n060_nul_in_kid": raw_header(lambda h: jose.dumps(h)[:-1] + ',"x":"a\\u0000b"}'),
    "n060_deep": raw_header(lambda h: jose.dumps(h)[:-1] + ',"x":' + "[" * 50 + "]" * 50 + "}"),
    "n060_kid_number": header(kid=5),
    # N070, N073: other shapes
    "n073_json_flattened": {"jws": lambda j, t: json.dumps(dict(zip(
        ("protected", "payload", "signature"), j.split("."))))},
    "n070_five_parts": {"jws": lambda j, t: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA"},
    "n070_jwe_rsa15": {"jws": lambda j, t: jose.b64('{"alg":"RSA1_5","enc":"A128CBC-HS256"}') +
                       ".AAAA.AAAA.AAAA.AAAA"},
    **{"n064_tag_of_%d_bytes" % n: {"jws": lambda j, t, n=n: ".".join(
        [jose.b64('{"alg":"dir","enc":"A128GCM"}'), "", jose.b64(b"\0" * 12), jose.b64(j),
         jose.b64(b"\0" * n)])} for n in (0, 1, 4, 12, 15, 16, 17)},
    "n068_zip": header(zip="DEF"),
    "typ_logout_token": header(typ="logout+jwt"),
    "typ_access_token": header(typ="at+jwt"),
}

CLAIMS = {
    # N075
    "n075_missing": ({"claims": drop("iss")}, "TOKEN_ISS"),
    "n075_other": ({"claims": put(iss="https://evil.test/")}, "TOKEN_ISS"),
    "n075_no_slash": ({"claims": lambda c, t: c.update(iss=c["iss"].rstrip("/"))}, "TOKEN_ISS"),
    "n075_two_slashes": ({"claims": suffix("iss", "/")}, "TOKEN_ISS"),
    "n075_case": ({"claims": lambda c, t: c.update(iss=c["iss"].upper())}, "TOKEN_ISS"),
    "n075_array": ({"claims": lambda c, t: c.update(iss=[c["iss"]])}, "TOKEN_ISS"),
    "n075_null": ({"claims": put(iss=None)}, "TOKEN_ISS"),
    "n075_nul": ({"claims": suffix("iss", "\0x")}, None),
    # N076
    "n076_missing": ({"claims": drop("aud")}, "TOKEN_AUD"),
    "n076_other": ({"claims": put(aud="somebody")}, "TOKEN_AUD"),
    "n076_array_without_us": ({"claims": put(aud=["a", "b"])}, "TOKEN_AUD"),
    "n076_more_without_azp": ({"claims": lambda c, t: c.update(aud=[c["aud"], "other"])},
                              ("TOKEN_AUD", "TOKEN_AZP")),
    "n076_hundred": ({"claims": lambda c, t: c.update(
        aud=["c%d" % i for i in range(99)] + [c["aud"]])}, ("TOKEN_AUD", "TOKEN_AZP")),
    "n076_empty_array": ({"claims": put(aud=[])}, "TOKEN_AUD"),
    "n076_nested": ({"claims": lambda c, t: c.update(aud=[[c["aud"]]])}, "TOKEN_AUD"),
    "n076_number": ({"claims": put(aud=7)}, "TOKEN_AUD"),
    "n076_object": ({"claims": lambda c, t: c.update(aud={c["aud"]: 1})}, "TOKEN_AUD"),
    "n076_prefix": ({"claims": lambda c, t: c.update(aud=c["aud"][:-1])}, "TOKEN_AUD"),
    "n076_null": ({"claims": put(aud=None)}, "TOKEN_AUD"),
    # N077
    "n077_other": ({"claims": put(azp="somebody")}, "TOKEN_AZP"),
    "n077_number": ({"claims": put(azp=7)}, "TOKEN_AZP"),
    "n077_array": ({"claims": lambda c, t: c.update(azp=[c["aud"]])}, "TOKEN_AZP"),
    "n077_other_of_many": ({"claims": lambda c, t: c.update(aud=[c["aud"], "x"], azp="x")},
                           ("TOKEN_AZP", "TOKEN_AUD")),
    # N078
    "n078_missing": ({"claims": drop("exp")}, "TOKEN_EXP"),
    "n078_past": ({"claims": compute("exp", now(-400))}, "TOKEN_EXP"),
    "n078_just_past_the_skew": ({"claims": compute("exp", now(-75))}, "TOKEN_EXP"),
    "n078_string": ({"claims": lambda c, t: c.update(exp=str(c["exp"]))}, "TOKEN_EXP"),
    "n078_1e300": ({"claims_text": replace_text("exp", "1e300")}, "TOKEN_EXP"),
    "n078_1e999": ({"claims_text": replace_text("exp", "1e999")}, None),
    "n078_nan": ({"claims_text": replace_text("exp", "NaN")}, None),
    "n078_negative": ({"claims": put(exp=-1)}, "TOKEN_EXP"),
    "n078_zero": ({"claims": put(exp=0)}, "TOKEN_EXP"),
    "n078_2_63": ({"claims_text": replace_text("exp", "9223372036854775808")}, None),
    "n078_2_64": ({"claims_text": replace_text("exp", "18446744073709551616")}, None),
    "n078_true": ({"claims": put(exp=True)}, "TOKEN_EXP"),
    "n078_null": ({"claims": put(exp=None)}, "TOKEN_EXP"),
    "n078_array": ({"claims": lambda c, t: c.update(exp=[c["exp"]])}, "TOKEN_EXP"),
    # iat
    "iat_string": ({"claims": lambda c, t: c.update(iat=str(c["iat"]))}, "TOKEN_IAT"),
    "iat_week_old": ({"claims": compute("iat", now(-7 * 86400))}, "TOKEN_IAT"),
    "iat_future": ({"claims": compute("iat", now(86400))}, "TOKEN_IAT"),
    "iat_1e300": ({"claims_text": replace_text("iat", "1e300")}, "TOKEN_IAT"),
    "iat_negative": ({"claims": put(iat=-1)}, "TOKEN_IAT"),
    "iat_true": ({"claims": put(iat=True)}, "TOKEN_IAT"),
    # N080
    "n080_future": ({"claims": compute("nbf", now(3600))}, "TOKEN_NBF"),
    "n080_string": ({"claims": put(nbf="0")}, "TOKEN_NBF"),
    # N081
    "n081_missing": ({"claims": drop("sub")}, "TOKEN_SUB"),
    "n081_empty": ({"claims": put(sub="")}, "TOKEN_SUB"),
    "n081_number": ({"claims": put(sub=7)}, "TOKEN_SUB"),
    "n081_256": ({"claims": put(sub="s" * 256)}, "TOKEN_SUB"),
    "n081_control": ({"claims": put(sub="a\x01b")}, None),
    "n081_newline": ({"claims": put(sub="a\r\nX-Evil: 1")}, None),
    "n081_null": ({"claims": put(sub=None)}, "TOKEN_SUB"),
    "n060_nul_in_sub": ({"claims": put(sub="root\0x")}, None),
    # N082
    "n082_missing": ({"claims": drop("nonce")}, "TOKEN_NONCE"),
    "n082_other": ({"claims": put(nonce="A" * 43)}, "TOKEN_NONCE"),
    "n082_longer": ({"claims": suffix("nonce")}, "TOKEN_NONCE"),
    "n082_shorter": ({"claims": lambda c, t: c.update(nonce=c["nonce"][:-1])}, "TOKEN_NONCE"),
    "n082_case": ({"claims": lambda c, t: c.update(nonce=c["nonce"].swapcase())}, "TOKEN_NONCE"),
    "n082_array": ({"claims": lambda c, t: c.update(nonce=[c["nonce"]])}, "TOKEN_NONCE"),
    "n082_null": ({"claims": put(nonce=None)}, "TOKEN_NONCE"),
    # N084: present but wrong
    "n084_at_hash": ({"claims": suffix("at_hash")}, "TOKEN_HASH"),
    "n084_at_hash_prefix": ({"claims": lambda c, t: c.update(at_hash=c["at_hash"][:10])},
                            "TOKEN_HASH"),
    "n084_at_hash_number": ({"claims": put(at_hash=1)}, "TOKEN_HASH"),
    "n084_at_hash_empty": ({"claims": put(at_hash="")}, "TOKEN_HASH"),
    # the JSON itself
    "duplicate_sub": ({"claims_text": member_text("sub", '"root"')}, None),
    "duplicate_nonce": ({"claims_text": member_text("nonce", '"x"')}, None),
    "claims_array": ({"claims_text": lambda m, t: "[%s]" % m}, None),
    "claims_text": ({"claims_text": become('"sub"')}, None),
    "claims_trailing": ({"claims_text": lambda m, t: m + "x"}, None),
    "claims_nul_byte": ({"claims_text": lambda m, t: m + "\0"}, None),
    "claims_empty": ({"claims_text": become("")}, None),
    "claims_not_utf8": ({"claims_text": lambda m, t: m.encode()[:-1] + b',"x":"\xff"}'}, None),
    "claims_deep": ({"claims_text": member_text("x", "[" * 40 + "]" * 40)}, None),
    "claims_many_members": ({"claims": lambda c, t: c.update(
        {"m%d" % i: 1 for i in range(20100)})}, None),
}

ACCEPTED = {
    "aud_array_of_us": {"claims": lambda c, t: c.update(aud=[c["aud"]])},
    "azp_us": {"claims": lambda c, t: c.update(azp=c["aud"])},
    "exp_fraction": {"claims": lambda c, t: c.update(exp=c["exp"] + 0.5)},
    "iat_slightly_old": {"claims": compute("iat", now(-60))},
    "nbf_now": {"claims": compute("nbf", now())},
    "sub_255": None,
    "no_at_hash": {"claims": drop("at_hash")},
    "typ_jwt": header(typ="JWT"),
    "unknown_header": header(foo="bar"),
    "jwk_ignored_when_ours_fits": {"header": compute("jwk", attacker_jwk)},
    **{alg: {"alg": alg, "claims": drop("at_hash")}
       for alg in ("RS384", "RS512", "PS256", "PS384", "PS512", "ES256")},
}


@pytest.mark.p0
@pytest.mark.parametrize("case", JOSE)
def test_jose(site, browser, case):
    site.issuer.fault = JOSE[case]
    stray = len(site.issuer.server.stray)
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, status=(400, 401, 502), token=1, userinfo=0)
    assert len(site.issuer.server.stray) == stray, "an address of the token was called"


@pytest.mark.p0
@pytest.mark.parametrize("case", CLAIMS)
def test_claims(site, browser, case):
    site.issuer.fault, code = CLAIMS[case]
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, code, status=(400, 401, 502), token=1, userinfo=0)


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(site, browser, case):
    """What must not be refused (guards against checks that refuse everything)."""
    if case == "sub_255":
        long_sub = put(sub="s" * 255)
        site.issuer.fault = {"claims": long_sub, "userinfo": long_sub}
    else:
        site.issuer.fault = ACCEPTED[case]
    site.login(browser)


@pytest.mark.parametrize("alg,works", [("ES256", True), ("RS256", False), ("PS256", False),
                                       ("HS256", False), ("none", False)])
def test_n072_pinned_algorithm(site, browser, alg, works):
    """A good signature by a key of the provider, but not with the registered algorithm."""
    pinned = site.pinned
    pinned.issuer.fault = {"alg": alg, "claims": drop("at_hash")}
    mark = pinned.mark()
    answer = pinned.attempt(browser)
    if works:
        assert answer.status in (302, 303)
    else:
        mark.denied(browser, answer, ("JWT_ALG", "JWT_KEY", "JWT_FORMAT"), token=1, userinfo=0)


def test_n083_id_token_replayed_in_a_new_login(site, browser):
    """A token of an earlier login, still valid, served again: its nonce is another."""
    kept = []
    site.issuer.fault = {"jws": lambda jws, turn: kept.append(jws)}
    site.login(Browser())
    site.issuer.fault = {"jws": lambda jws, turn: kept[0]}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), ("TOKEN_NONCE", "TOKEN_HASH"), token=1)
