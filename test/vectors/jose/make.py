#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the cases of test/vectors/jose from the RFCs' keys. See README.md."""
import base64
import hashlib
import hmac
import json
import os
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HERE = pathlib.Path(__file__).resolve().parent


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def num(text):
    return int.from_bytes(unb64(text), "big")


def from_num(value, length=None):
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8 or 1, "big"))


def rfc(name):
    return json.loads((HERE / "rfc" / (name + ".json")).read_text())


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def public(jwk, **more):
    out = {k: v for k, v in jwk.items() if k not in ("d", "p", "q", "dp", "dq", "qi")}
    out.update(more)
    return {k: v for k, v in out.items() if v is not None}


def write(kind, name, case):
    (HERE / kind).mkdir(exist_ok=True)
    (HERE / kind / (name + ".json")).write_text(json.dumps(case, indent=1) + "\n")


# ------------------------------------------------------------------------------------- keys
RSA_JWK = public(rfc("rfc7515_a2_rsa"), kid="rsa")
P256_JWK = public(rfc("rfc7515_a3_p256"), kid="p256")
P521_JWK = public(rfc("rfc7515_a4_p521"), kid="p521")
ED_JWK = public(rfc("rfc8037_a1_ed25519"), kid="ed")
HMAC = unb64(rfc("rfc7515_a1_hmac")["k"])
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED_L = 2**252 + 27742317777372353535851937790883648493
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def rsa_private(jwk):
    pub = rsa.RSAPublicNumbers(num(jwk["e"]), num(jwk["n"]))
    p, q, d = num(jwk["p"]), num(jwk["q"]), num(jwk["d"])
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), pub).private_key()


RSA_KEY = rsa_private(rfc("rfc7515_a2_rsa"))
OTHER_RSA = rsa_private(rfc("rfc7520_3_4_rsa"))
P256_KEY = ec.derive_private_key(num(rfc("rfc7515_a3_p256")["d"]), ec.SECP256R1())
P521_KEY = ec.derive_private_key(num(rfc("rfc7515_a4_p521")["d"]), ec.SECP521R1())
P384_KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP384R1())
K1_KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256K1())
ED_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(unb64(rfc("rfc8037_a1_ed25519")["d"]))
OTHER_ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def ec_jwk(key, crv, length, **more):
    n = key.public_key().public_numbers()
    return dict(kty="EC", crv=crv, x=from_num(n.x, length), y=from_num(n.y, length), **more)


def rsa_jwk(key, **more):
    n = key.public_key().public_numbers()
    return dict(kty="RSA", n=from_num(n.n), e=from_num(n.e), **more)


# a key whose x begins with a zero byte
ZERO_JWK = next(k for k in (ec_jwk(ec.derive_private_key(d, ec.SECP256R1()), "P-256", 32, kid="rsa")
                            for d in range(1, 5000)) if unb64(k["x"])[0] == 0)
P384_JWK = ec_jwk(P384_KEY, "P-384", 48, kid="p384")
K1_JWK = ec_jwk(K1_KEY, "secp256k1", 32, kid="k1")
ALL = {"keys": [RSA_JWK, P256_JWK, P384_JWK, P521_JWK, ED_JWK]}
CLAIMS = {"iss": "https://op.example", "sub": "248289761001", "aud": "s6BhdRkqt3"}
KEYS = {"RS": RSA_KEY, "PS": RSA_KEY, "ES256": P256_KEY, "ES384": P384_KEY, "ES512": P521_KEY,
        "EdDSA": ED_KEY, "HS": HMAC}
SIZES = {"ES256": 32, "ES384": 48, "ES512": 66}
KIDS = {"RS": "rsa", "PS": "rsa", "ES256": "p256", "ES384": "p384", "ES512": "p521", "Ed": "ed"}
EVERY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


# ------------------------------------------------------------------------------- signatures
def sign(alg, data, key=None, salt=None):
    family = alg[:2]
    key = key or KEYS.get(alg) or KEYS.get(family) or KEYS["EdDSA"]
    if family == "Ed":
        return key.sign(data)
    md = HASHES[alg[2:]]()
    if family == "HS":
        return hmac.new(key, data, "sha" + alg[2:]).digest()
    if family == "RS":
        return key.sign(data, padding.PKCS1v15(), md)
    if family == "PS":
        salt = md.digest_size if salt is None else salt
        return key.sign(data, padding.PSS(padding.MGF1(md), salt), md)
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(md)))
    return r.to_bytes(SIZES[alg], "big") + s.to_bytes(SIZES[alg], "big")


def header(_alg, **more):
    out = {"alg": _alg, "kid": KIDS.get(_alg, KIDS.get(_alg[:2]))}
    out.update(more)
    return {k: v for k, v in out.items() if v is not None}


def token(alg, head=None, claims=CLAIMS, key=None, salt=None):
    head = header(alg) if head is None else head
    head = compact(head) if isinstance(head, dict) else head
    claims = compact(claims) if isinstance(claims, (dict, list)) else claims
    parts = [b64(head), b64(claims)]
    return parts + [b64(sign(alg, ".".join(parts).encode(), key, salt))]


def jwt(name, comment, tok, expect, jwks=None, allowed=None, **more):
    case = dict(comment=comment, jwks=jwks, allowed=allowed, token=tok, expect=expect, **more)
    write("jwt", name, {k: v for k, v in case.items() if v is not None})


def hs(name, comment, tok, expect, secret=HMAC, **more):
    write("jwt", name, dict(comment=comment, secret=b64(secret), allowed=["HS256", "HS384", "HS512"],
                            token=tok, expect=expect, **more))


# ------------------------------------------------------------------------------------ tokens
def make_rfc_tokens():
    tokens = rfc("tokens")
    a_claims = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}
    frodo = ("It\u2019s a dangerous business, Frodo, going out your door. You step onto the road, and if "
             "you don't keep your feet, there\u2019s no knowing where you might be swept off to.")
    sets = {"rfc7515_a2_rs256": RSA_JWK, "rfc7515_a3_es256": P256_JWK, "rfc7515_a4_es512": P521_JWK,
            "rfc7520_4_1_rs256": public(rfc("rfc7520_3_4_rsa")),
            "rfc7520_4_2_ps384": public(rfc("rfc7520_3_4_rsa")),
            "rfc7520_4_3_es512": public(rfc("rfc7520_3_2_p521")), "rfc8037_a4_eddsa": ED_JWK}
    texts = {"rfc7515_a4_es512": "Payload", "rfc8037_a4_eddsa": "Example of Ed25519 signing"}
    for name, tok in tokens["compact"].items():
        text = texts.get(name, frodo if name.startswith("rfc7520") else None)
        more = {"text": text} if text else {"claims": a_claims}
        comment = "RFC " + name[3:7] + " " + name[8:].rsplit("_", 1)[0].replace("_", ".")
        if name in sets:
            jwt(name, comment, tok, "OK", {"keys": [sets[name]]}, **more)
        else:
            key = rfc("rfc7520_3_5_hmac" if "7520" in name else "rfc7515_a1_hmac")["k"]
            hs(name, comment, tok, "OK", unb64(key), **more)
    for name, text in tokens["json"].items():
        jwt("n073_" + name, "the JSON serializations are not compact tokens", text, "JWT_FORMAT")


def make_good_tokens():
    (HERE / "all.json").write_text(json.dumps(ALL, indent=1) + "\n")
    for alg in EVERY:
        jwt("good_" + alg.lower(), "an honest token", token(alg), "OK", claims=CLAIMS)
    for alg in ("HS256", "HS384", "HS512"):
        hs("good_" + alg.lower(), "an honest token", token(alg), "OK", claims=CLAIMS)
    jwt("good_ed25519_name", "RFC 9864 2.2", token("EdDSA", header("EdDSA", alg="Ed25519")), "OK")
    mixed = [RSA_JWK, P256_JWK, K1_JWK, ED_JWK]
    nameless = [public(k, kid=None) for k in mixed]
    enc = [rsa_jwk(OTHER_RSA, kid="e1", use="enc", alg="RSA-OAEP"),
           public(P256_JWK, kid="e2", use="enc", alg="ECDH-ES")]
    jwt("good_kid_absent_single", "four keys without kid, one of them RSA, two to encrypt with kid",
        token("RS256", header("RS256", kid=None)), "OK", {"keys": nameless + enc})
    many = [rsa_jwk(OTHER_RSA), public(RSA_JWK, kid=None), rsa_jwk(OTHER_RSA)]
    jwt("good_kid_absent_multiple", "three RSA keys without kid, the second is the one",
        token("RS256", header("RS256", kid=None)), "OK", {"keys": many})
    jwt("good_kid_for_nameless_set", "a kid, in a set that knows none", token("RS256"), "OK",
        {"keys": nameless})
    decoys = [public(P256_JWK, kid="one"), public(ED_JWK, kid="one"), public(RSA_JWK, kid="one")]
    jwt("n097_same_kid_other_types", "type and kid together choose",
        token("RS256", header("RS256", kid="one")), "OK", {"keys": decoys})
    jwt("good_utf8", "a Korean name stays itself", token("RS256", claims={"name": "\ud55c\uae00"}),
        "OK", claims={"name": "\ud55c\uae00"})


def make_alg_attacks():
    signed = token("RS256")
    for name in ("none", "None", "nOnE", "NONE", ""):
        head = b64(compact({"alg": name}))
        tag = name or "empty"
        tag += "_" + str(sum(c.isupper() for c in name))
        jwt("n047_%s_unsigned" % tag, "no signature", [head, signed[1], ""], "JWT_FORMAT")
        jwt("n047_%s_signed" % tag, "some signature", [head, signed[1], signed[2]], "JWT_ALG")
    for name, value in (("null", None), ("number", 1), ("array", ["RS256"]), ("object", {})):
        head = b64(compact({"alg": value, "kid": "rsa"}))
        jwt("n048_alg_" + name, "alg is no string", [head, signed[1], signed[2]], "JWT_HEADER")
    jwt("n047_alg_missing", "no alg", token("RS256", {"kid": "rsa"}), "JWT_HEADER")
    for name in ("RS257", "rs256", "RS256 ", "XX256", "ES256K", "RS1", "dir", "RSA-OAEP"):
        jwt("n048_" + name.strip().lower() + ("_space" if " " in name else ""), "no such algorithm",
            token("RS256", header("RS256", alg=name)), "JWT_ALG")
    jwt("n048_alg_nul", "a NUL in alg", token("RS256", b'{"alg":"RS256\\u0000","kid":"rsa"}'),
        "JWT_HEADER")
    jwt("n072_not_allowed", "RS256 with a key of the set, but another algorithm was agreed", signed,
        "JWT_ALG", allowed=["PS256"])
    jwt("n072_hmac_not_allowed", "HS256 where only public keys were agreed", token("HS256"),
        "JWT_ALG")
    jwt("n072_other_family", "the header says ES256, the signature is RSA's",
        token("RS256", header("RS256", alg="ES256")), "JWT_KEY")


def make_confusion_attacks():
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM,
                                            serialization.PublicFormat.SubjectPublicKeyInfo)
    pkcs1 = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM,
                                              serialization.PublicFormat.PKCS1)
    der = RSA_KEY.public_key().public_bytes(serialization.Encoding.DER,
                                            serialization.PublicFormat.SubjectPublicKeyInfo)
    texts = {"pem": pem, "pem_space": b" " + pem, "pem_stripped": pem.strip(), "pkcs1": pkcs1,
             "der": der, "modulus": unb64(RSA_JWK["n"]), "jwk": compact(RSA_JWK), "empty": b"\0"}
    both = EVERY + ["HS256"]
    for name, key in texts.items():
        jwt("n049_hs256_" + name, "a public key as HMAC secret",
            token("HS256", {"alg": "HS256", "kid": "rsa"}, key=key), "JWT_KEY", allowed=both)
    jwt("n049_published_oct", "a symmetric key in a public set is no key",
        token("HS256", {"alg": "HS256", "kid": "oct"}), "JWT_KEY",
        {"keys": [RSA_JWK, {"kty": "oct", "kid": "oct", "k": b64(HMAC)}]}, both)
    jwt("n049_rsa_key_with_oct_member", "k beside n and e",
        token("HS256", {"alg": "HS256", "kid": "rsa"}), "JWT_KEY",
        {"keys": [dict(RSA_JWK, k=b64(HMAC))]}, both)
    hs("n049_rs256_with_secret", "RS256 where there is only a secret", token("RS256"), "JWT_ALG")
    for n in (1, 16, 31):
        hs("n051_secret_%d" % n, "shorter than the hash", token("HS256", key=HMAC[:n]), "JWT_KEY",
           HMAC[:n])
    hs("n051_secret_32", "as long as the hash", token("HS256", key=HMAC[:32]), "OK", HMAC[:32])
    hs("n051_secret_47", "HS384 needs 48", token("HS384", key=HMAC[:47]), "JWT_KEY", HMAC[:47])
    hs("n051_secret_63", "HS512 needs 64", token("HS512", key=HMAC[:63]), "JWT_KEY", HMAC[:63])


def make_signature_attacks():
    for alg in ("RS256", "PS256", "ES256", "ES512", "EdDSA", "HS256"):
        tok = token(alg)
        sig = unb64(tok[2])
        put = hs if alg == "HS256" else jwt
        other = token(alg, claims=dict(CLAIMS, sub="admin"))
        bad = {"bit": sig[:-1] + bytes([sig[-1] ^ 1]), "first_bit": bytes([sig[0] ^ 0x80]) + sig[1:],
               "short": sig[:-1], "long": sig + b"\0", "long_front": b"\0" + sig,
               "half": sig[:len(sig) // 2], "zero": bytes(len(sig)), "ones": b"\xff" * len(sig),
               "one_byte": b"\0", "all_xor": bytes(c ^ 0x5A for c in sig)}
        for name, value in bad.items():
            put("n050_%s_%s" % (alg.lower(), name), "a broken signature", tok[:2] + [b64(value)],
                "JWT_SIGNATURE")
        put("n050_%s_empty" % alg.lower(), "no signature", tok[:2] + [""], "JWT_FORMAT")
        put("n050_%s_other_payload" % alg.lower(), "the payload of another token",
            [tok[0], other[1], tok[2]], "JWT_SIGNATURE")
        put("n050_%s_other_header" % alg.lower(), "the header of another token",
            [b64(compact(header(alg, typ="JWT"))), tok[1], tok[2]], "JWT_SIGNATURE")
    jwt("n050_rs256_other_key", "signed by another", token("RS256", key=OTHER_RSA), "JWT_SIGNATURE")
    jwt("n050_eddsa_other_key", "signed by another", token("EdDSA", key=OTHER_ED), "JWT_SIGNATURE")
    hs("n050_hs256_other_key", "signed by another", token("HS256", key=HMAC[::-1]), "JWT_SIGNATURE")
    jwt("n050_rs256_as_ps256", "v1.5 padding under a PSS name",
        token("RS256", header("PS256")), "JWT_SIGNATURE")
    jwt("n050_ps256_as_rs256", "PSS padding under a v1.5 name",
        token("PS256", header("RS256")), "JWT_SIGNATURE")
    jwt("n050_rs512_as_rs256", "another hash", token("RS512", header("RS256")), "JWT_SIGNATURE")


def make_ecdsa_attacks():
    tok = token("ES256")
    data = ".".join(tok[:2]).encode()
    raw = unb64(tok[2])
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    two = lambda a, b: a.to_bytes(32, "big") + b.to_bytes(32, "big")
    cases = {"der": P256_KEY.sign(data, ec.ECDSA(hashes.SHA256())),
             "psychic": two(0, 0), "r_zero": two(0, s), "s_zero": two(r, 0), "r_n": two(P256_N, s),
             "s_n": two(r, P256_N), "both_n": two(P256_N, P256_N), "s_plus_n":
             r.to_bytes(32, "big") + ((s + P256_N) % 2**256).to_bytes(32, "big"),
             "wide": r.to_bytes(33, "big") + s.to_bytes(33, "big"),
             "wide_48": r.to_bytes(48, "big") + s.to_bytes(48, "big")}
    for name, sig in cases.items():
        jwt("n050_es256_" + name, "not the r and s of RFC 7518 3.4", tok[:2] + [b64(sig)],
            "JWT_SIGNATURE")
    jwt("n074_es256_with_p384", "the algorithm fixes the curve",
        token("ES256", header("ES256", kid="p384")), "JWT_KEY")
    jwt("n074_es384_with_p256", "the algorithm fixes the curve",
        token("ES384", header("ES384", kid="p256")), "JWT_KEY")
    jwt("n074_secp256k1", "a curve that is not offered",
        token("ES256", header("ES256", kid="k1"), key=K1_KEY), "JWT_KEY", {"keys": [K1_JWK]})


def forged_cube():
    """A block that begins like EMSA-PKCS1-v1_5 and ends in what the cube root leaves (e = 3)."""
    head = compact({"alg": "RS256", "kid": "cube"})
    data = (b64(head) + "." + b64(compact(CLAIMS))).encode()
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
    start = b"\0\1" + b"\xff" * 8 + b"\0" + info
    low = int.from_bytes(start + bytes(256 - len(start)), "big")
    root = 1 << 700
    step = root
    while step:  # the least integer whose cube is not below `low`
        step >>= 1
        if (root - step)**3 >= low:
            root -= step
    assert (root**3).to_bytes(256, "big").startswith(start)
    return data.decode().split(".") + [b64(root.to_bytes(256, "big"))]


def make_rsa_attacks():
    n = num(RSA_JWK["n"])
    cube = {"kty": "RSA", "kid": "cube", "n": from_num(n | 1 << 2047), "e": "Aw"}
    jwt("n053_cube_root", "v1.5 with garbage behind the hash, exponent 3", forged_cube(),
        "JWT_SIGNATURE", {"keys": [cube]})
    for name, salt in (("0", 0), ("20", 20), ("31", 31), ("33", 33), ("max", 222)):
        jwt("n053_ps256_salt_" + name, "the salt is as long as the hash and no other",
            token("PS256", salt=salt), "JWT_SIGNATURE")
    data = ".".join([b64(compact(header("PS256"))), b64(compact(CLAIMS))])
    sig = RSA_KEY.sign(data.encode(), padding.PSS(padding.MGF1(hashes.SHA1()), 32), hashes.SHA256())
    jwt("n053_ps256_mgf1_sha1", "the mask is of the same hash", data.split(".") + [b64(sig)],
        "JWT_SIGNATURE")
    ident = {"kty": "RSA", "kid": "one", "n": RSA_JWK["n"], "e": "AQ"}
    head = b64(compact({"alg": "RS256", "kid": "one"}))
    body = b64(compact(CLAIMS))
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(
        (head + "." + body).encode()).digest()
    em = b"\0\1" + b"\xff" * (256 - 3 - len(info)) + b"\0" + info
    jwt("n053_e_one", "with exponent 1 the padding is the signature", [head, body, b64(em)],
        "JWT_KEY", {"keys": [ident]})
    small = rsa.generate_private_key(65537, 1024)
    jwt("n053_1024_bits", "too short a key", token("RS256", header("RS256", kid="s"), key=small),
        "JWT_KEY", {"keys": [rsa_jwk(small, kid="s")]})
    s = int.from_bytes(unb64(token("RS256")[2]), "big")
    tok = token("RS256")
    s = int.from_bytes(unb64(tok[2]), "big")
    if s + n < 2**2048:
        jwt("n053_s_plus_n", "not below the modulus",
            tok[:2] + [b64((s + n).to_bytes(256, "big"))], "JWT_SIGNATURE")


def make_eddsa_attacks():
    tok = token("EdDSA")
    sig = unb64(tok[2])
    s = int.from_bytes(sig[32:], "little")
    for name, k in (("l", 1), ("7l", 7)):
        jwt("n054_s_plus_" + name, "S is below the order of the group",
            tok[:2] + [b64(sig[:32] + (s + k * ED_L).to_bytes(32, "little"))], "JWT_SIGNATURE")
    # with the neutral element as key, R = 0 and S = 0 fit every message
    neutral = b"\1" + bytes(31)
    key = {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(neutral)}
    jwt("n054_neutral_key", "a key under which one signature fits all",
        tok[:2] + [b64(neutral + bytes(32))], "JWT_KEY", {"keys": [key]})
    jwt("n054_ed448_name", "another curve's name", token("EdDSA", header("EdDSA", alg="Ed448")),
        "JWT_ALG")


def make_header_attacks():
    for name, crit in (("unknown", ["x"]), ("empty", []), ("string", "exp"), ("b64", ["b64"]),
                       ("alg", ["alg"]), ("twice", ["exp", "exp"]), ("number", [1]), ("null", None)):
        jwt("n055_crit_" + name, "no extension is understood",
            token("RS256", dict(header("RS256"), crit=crit, exp=1)), "JWT_HEADER")
    jwt("n057_b64_false", "RFC 7797", token("RS256", header("RS256", b64=False)), "JWT_HEADER")
    jwt("n057_b64_false_crit", "RFC 7797", token("RS256", header("RS256", b64=False, crit=["b64"])),
        "JWT_HEADER")
    jwt("n057_b64_string", "b64 is true or nothing", token("RS256", header("RS256", b64="true")),
        "JWT_HEADER")
    jwt("good_b64_true", "the default, spelt out", token("RS256", header("RS256", b64=True)), "OK")
    jwt("n068_zip", "compression is for encrypted tokens", token("RS256", header("RS256", zip="DEF")),
        "JWT_HEADER")
    mine = rsa_jwk(OTHER_RSA)
    jwt("n056_jwk", "the attacker's own key in the header",
        token("RS256", header("RS256", jwk=mine), key=OTHER_RSA), "JWT_SIGNATURE")
    jwt("n056_jwk_other_kid", "the attacker's own key, its own kid",
        token("RS256", header("RS256", kid="mine", jwk=dict(mine, kid="mine")), key=OTHER_RSA),
        "JWT_KEY")
    for name in ("jku", "x5u"):
        jwt("n056_" + name, "a link to the attacker's keys",
            token("RS256", header("RS256", **{name: "https://evil.example/keys"}), key=OTHER_RSA),
            "JWT_SIGNATURE")
    jwt("n056_x5c", "the attacker's certificate",
        token("RS256", header("RS256", x5c=["MIIB"]), key=OTHER_RSA), "JWT_SIGNATURE")
    jwt("good_jku_ignored", "a link that nobody follows",
        token("RS256", header("RS256", jku="https://op.example/keys", x5t="AAAA")), "OK")
    body = token("RS256")[1]
    texts = {"array": b'["RS256"]', "number": b"1", "string": b'"RS256"', "null": b"null",
             "empty_object": b"{}", "trailing": b'{"alg":"RS256","kid":"rsa"}x',
             "trailing_nul": b'{"alg":"RS256","kid":"rsa"}\0', "bom": b'\xef\xbb\xbf{"alg":"RS256"}',
             "utf8": b'{"alg":"RS256","kid":"\xff"}', "kid_nul": b'{"alg":"RS256","kid":"a\\u0000"}',
             "duplicate": b'{"alg":"RS256","alg":"RS256","kid":"rsa"}',
             "duplicate_alg": b'{"alg":"none","kid":"rsa","alg":"RS256"}',
             "unclosed": b'{"alg":"RS256"', "kid_number": b'{"alg":"RS256","kid":1}',
             "typ_array": b'{"alg":"RS256","kid":"rsa","typ":[]}', "space": b" "}
    for name, text in texts.items():
        part = b64(text)
        sig = b64(sign("RS256", (part + "." + body).encode()))
        jwt("n060_header_" + name, "not a header", [part, body, sig], "JWT_HEADER")
    for depth, expect in ((3, "OK"), (4, "JWT_HEADER")):
        value = 1
        for _ in range(depth):
            value = [value]
        jwt("n061_header_depth_%d" % (depth + 1), "at most four levels",
            token("RS256", header("RS256", x=value)), expect)
    for size in (4096, 4097):
        pad = "a" * (size - len(compact(header("RS256", x=""))))
        jwt("n061_header_%d" % size, "at most 4 KiB", token("RS256", header("RS256", x=pad)),
            "OK" if size == 4096 else "JWT_HEADER")


def make_form_attacks():
    tok = token("RS256")
    whole = ".".join(tok)
    text = {"two_parts": whole.rsplit(".", 1)[0], "four_parts": whole + ".AAAA",
            "five_parts": whole + ".AAAA.AAAA", "one_part": tok[0], "empty": "", "dots": "..",
            "many_dots": "." * 1000, "no_header": "." + ".".join(tok[1:]),
            "no_payload": tok[0] + ".." + tok[2], "space_end": whole + " ", "newline_end": whole + "\n",
            "space_front": " " + whole, "bearer": "Bearer " + whole}
    for name, value in text.items():
        expect = "JWT_FORMAT"
        jwt("n061_" + name, "not three parts of base64url", value, expect)
    for i, part in enumerate(("header", "payload", "signature")):
        for name, change in (("padded", lambda p: p + "="), ("plus", lambda p: p[:-1] + "+"),
                             ("slash", lambda p: p[:-1] + "/"), ("space", lambda p: p[:4] + " " + p[4:]),
                             ("newline", lambda p: p[:4] + "\n" + p[4:]),
                             ("length", lambda p: p + "A" * (5 - len(p) % 4 if len(p) % 4 else 1))):
            parts = list(tok)
            parts[i] = change(parts[i])
            jwt("n058_%s_%s" % (part, name), "strict base64url", parts, "JWT_FORMAT")
    loose = tok[2][:-1] + chr(ord(tok[2][-1]) + 1)  # 256 bytes leave four bits over
    jwt("n058_signature_trailing_bits", "one spelling per token", tok[:2] + [loose], "JWT_FORMAT")
    jwe = [b64(compact({"alg": "RSA-OAEP", "enc": "A256GCM"}))] + ["AAAA"] * 4
    jwt("n070_encrypted", "five parts", jwe, "JWT_FORMAT")
    nested = token("RS256", header("RS256", cty="JWT"), claims=".".join(tok).encode())
    jwt("n070_nested", "a signed token in a signed token", nested, "JWT_FORMAT")
    for name, body in (("array", b"[]"), ("text", b"hello"), ("string", b'"sub"'), ("nul", b"{}\0"),
                       ("duplicate", b'{"sub":"a","sub":"b"}'), ("utf8", b'{"sub":"\xff"}'),
                       ("sub_nul", b'{"sub":"a\\u0000"}'), ("trailing", b"{}{}"),
                       ("deep", b'{"a":' + b"[" * 40 + b"]" * 40 + b"}")):
        jwt("n060_payload_" + name, "well signed, but no claims", token("RS256", claims=body),
            "JWT_FORMAT")


def make_key_choice():
    tok = token("RS256")
    skipped = {"use_enc": {"use": "enc"}, "use_other": {"use": "tls"}, "ops_encrypt":
               {"key_ops": ["encrypt", "wrapKey"]}, "ops_sign": {"key_ops": ["sign"]},
               "ops_empty": {"key_ops": []}, "alg_other": {"alg": "PS256"},
               "alg_enc": {"alg": "RSA-OAEP"}, "alg_unknown": {"alg": "RS257"},
               "use_number": {"use": 1}, "ops_string": {"key_ops": "verify"}, "alg_number": {"alg": 1},
               "kid_number": {"kid": 7}}
    for name, more in skipped.items():
        jwt("n074_" + name, "the key says that it is for something else", tok, "JWT_KEY",
            {"keys": [public(RSA_JWK, **more)]})
    for name, more in (("use_sig", {"use": "sig"}), ("ops_verify", {"key_ops": ["sign", "verify"]}),
                       ("alg_same", {"alg": "RS256"})):
        jwt("good_" + name, "the key says that it is for this", tok, "OK",
            {"keys": [public(RSA_JWK, **more)]})
    jwt("n074_kid_of_other_type", "kid names an EC key", token("RS256", header("RS256", kid="p256")),
        "JWT_KEY")
    jwt("n093_kid_unknown", "no key of that name", token("RS256", header("RS256", kid="new")),
        "JWT_KEY")
    jwt("n093_kid_case", "names are compared byte by byte", token("RS256", header("RS256", kid="RSA")),
        "JWT_KEY")
    jwt("n093_kid_empty", "the empty name is a name", token("RS256", header("RS256", kid="")),
        "JWT_KEY")
    jwt("n093_nameless_key_for_kid", "a set with names, and a key without",
        token("RS256", header("RS256", kid="new")), "JWT_KEY",
        {"keys": [P256_JWK, public(RSA_JWK, kid=None)]})
    wrong = rsa_jwk(OTHER_RSA, kid="rsa")
    for n in (3, 4):
        jwt("n097_right_key_at_%d" % (n + 1), "at most four keys are tried", tok,
            "OK" if n == 3 else "JWT_SIGNATURE", {"keys": [wrong] * n + [RSA_JWK]})
    jwt("n097_same_kid_other_alg", "a key for another algorithm is passed over", tok, "OK",
        {"keys": [dict(wrong, alg="PS256"), dict(RSA_JWK, alg="RS256")]})
    jwt("n097_enc_keys_cost_no_try", "keys that don't fit are not tried", tok, "OK",
        {"keys": [dict(wrong, use="enc")] * 6 + [RSA_JWK]})
    jwt("n098_no_keys", "an empty set", tok, "JWT_KEY", {"keys": []})


# -------------------------------------------------------------------------------------- sets
def thumbprint(jwk):
    names = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
    text = compact({k: jwk[k] for k in names[jwk["kty"]]})
    return b64(hashlib.sha256(text).digest())


def jwks(name, comment, keys, kept, **more):
    write("jwks", name, dict(comment=comment, set=keys, expect="OK", kids=kept, **more))


def make_sets():
    jwks("rfc7517_a1", "RFC 7517 A.1", rfc("rfc7517_a1_public"), ["1", "2011-04-29"],
         thumbprints=["cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
                      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"])
    jwks("rfc7517_a2", "RFC 7517 A.2: private keys are left out", rfc("rfc7517_a2_private"), [])
    jwks("rfc7517_a3", "RFC 7517 A.3: symmetric keys are left out", rfc("rfc7517_a3_symmetric"), [])
    jwks("rfc7517_b", "RFC 7517 B: a key with a certificate beside it",
         {"keys": [rfc("rfc7517_b_x5c")]}, ["1b94c"])
    jwks("rfc8037_a2", "RFC 8037 A.2, A.3", {"keys": [ED_JWK]}, ["ed"],
         thumbprints=["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"])
    for name in ("rfc7520_3_2_p521", "rfc7520_3_4_rsa"):
        key = public(rfc(name))
        jwks(name, "RFC 7520 3", {"keys": [key]}, [key["kid"]], thumbprints=[thumbprint(key)])
    jwks("all_kinds", "one of each kind that we use", ALL, ["rsa", "p256", "p384", "p521", "ed"],
         thumbprints=[thumbprint(k) for k in ALL["keys"]])
    conformance = [dict(RSA_JWK, use="sig"), dict(P256_JWK, use="sig"), dict(K1_JWK, use="sig"),
                   dict(ED_JWK, use="sig"), dict(RSA_JWK, kid="e", use="enc", alg="RSA-OAEP")]
    jwks("unknown_curve_left_out", "secp256k1 is left out, the others stay", {"keys": conformance},
         ["rsa", "p256", "ed", "e"])
    jwks("empty", "no keys", {"keys": []}, [])
    jwks("no_kid", "a key without a name", {"keys": [public(RSA_JWK, kid=None)]}, [None])


def make_bad_keys():
    n = num(RSA_JWK["n"])
    x, y = num(P256_JWK["x"]), num(P256_JWK["y"])
    p = 2**255 - 19
    le = lambda v: b64(v.to_bytes(32, "little"))
    bad = {
        "rsa_even": dict(RSA_JWK, n=from_num(n - 1)), "rsa_512": dict(RSA_JWK, n=from_num(n >> 1536 | 1)),
        "rsa_1024": dict(RSA_JWK, n=from_num(n >> 1024 | 1)),
        "rsa_2047": dict(RSA_JWK, n=from_num(n >> 1 | 1)),
        "rsa_8193": dict(RSA_JWK, n=from_num(1 << 8192 | 1)),
        "rsa_16384": dict(RSA_JWK, n=from_num(1 << 16383 | 1)), "rsa_zero": dict(RSA_JWK, n="AA"),
        "rsa_e_one": dict(RSA_JWK, e="AQ"), "rsa_e_even": dict(RSA_JWK, e="AQAA"),
        "rsa_e_zero": dict(RSA_JWK, e="AA"), "rsa_e_65_bits": dict(RSA_JWK, e=from_num(1 << 64 | 1)),
        "rsa_e_huge": dict(RSA_JWK, e=from_num(n)), "rsa_no_n": public(RSA_JWK, n=None),
        "rsa_no_e": public(RSA_JWK, e=None), "rsa_n_number": dict(RSA_JWK, n=1),
        "rsa_n_empty": dict(RSA_JWK, n=""), "rsa_n_padded": dict(RSA_JWK, n=RSA_JWK["n"] + "=="),
        "rsa_n_plus": dict(RSA_JWK, n="+" + RSA_JWK["n"][1:]),
        "rsa_only_x5c": dict(kty="RSA", kid="rsa", x5c=["MIIB"]),
        "ec_off_curve": dict(P256_JWK, y=from_num(y ^ 1, 32)),
        "ec_zero": dict(P256_JWK, x=b64(bytes(32)), y=b64(bytes(32))),
        "ec_x_above_p": dict(P256_JWK, x=b64(b"\xff" * 32)),
        "ec_short_x": dict(P256_JWK, x=b64(x.to_bytes(32, "big")[1:])),
        "ec_long_x": dict(P256_JWK, x=from_num(x, 33)), "ec_long_y": dict(P256_JWK, y=from_num(y, 33)),
        "ec_stripped_zero": dict(ZERO_JWK, x=b64(unb64(ZERO_JWK["x"])[1:])),
        "ec_no_y": public(P256_JWK, y=None), "ec_other_curve": dict(P256_JWK, crv="P-384"),
        "ec_curve_case": dict(P256_JWK, crv="p-256"), "ec_openssl_name": dict(P256_JWK, crv="prime256v1"),
        "ec_secp256k1": K1_JWK, "ec_no_curve": public(P256_JWK, crv=None),
        "ec_twist_point": dict(P521_JWK, y=from_num(num(P521_JWK["y"]) ^ 1, 66)),
        "okp_short": dict(ED_JWK, x=b64(bytes(31))), "okp_long": dict(ED_JWK, x=b64(b"\7" * 33)),
        "okp_x25519": dict(ED_JWK, crv="X25519"), "okp_ed448": dict(ED_JWK, crv="Ed448"),
        "okp_no_x": public(ED_JWK, x=None), "okp_order_4": dict(ED_JWK, x=le(0)),
        "okp_order_4_sign": dict(ED_JWK, x=le(1 << 255)), "okp_order_1": dict(ED_JWK, x=le(1)),
        "okp_order_1_sign": dict(ED_JWK, x=le(1 | 1 << 255)), "okp_order_2": dict(ED_JWK, x=le(p - 1)),
        "okp_order_8_a": dict(ED_JWK, x=b64(bytes.fromhex(
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))),
        "okp_order_8_b": dict(ED_JWK, x=b64(bytes.fromhex(
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"))),
        "okp_p": dict(ED_JWK, x=le(p)), "okp_p_plus_1": dict(ED_JWK, x=le(p + 1)),
        "okp_p_plus_18": dict(ED_JWK, x=le(2**255 - 1)),
        "oct": dict(kty="oct", kid="o", k=b64(HMAC)), "unknown_kty": dict(RSA_JWK, kty="XYZ"),
        "kty_case": dict(RSA_JWK, kty="rsa"), "kty_number": dict(RSA_JWK, kty=1),
        "no_kty": public(RSA_JWK, kty=None), "kid_number": dict(RSA_JWK, kid=1),
        "use_array": dict(RSA_JWK, use=["sig"]), "not_an_object": "key", "null": None, "array": [],
    }
    for member in ("d", "p", "q", "dp", "dq", "qi", "oth", "k"):
        bad["private_" + member] = dict(RSA_JWK, **{member: "AQAB"})
    bad["private_d_null"] = dict(RSA_JWK, d=None)
    bad["private_ec"] = rfc("rfc7515_a3_p256")
    bad["private_okp"] = rfc("rfc8037_a1_ed25519")
    for name, key in bad.items():
        jwks("n098_" + name, "the key is left out, its neighbour stays", {"keys": [key, P384_JWK]},
             ["p384"])
    good = {"ec_zero_in_front": ZERO_JWK, "rsa_zero_in_front": dict(RSA_JWK, n=b64(b"\0" + unb64(RSA_JWK["n"]))),
            "rsa_8192": dict(RSA_JWK, n=from_num(1 << 8191 | 1)),
            "rsa_e_64_bits": dict(RSA_JWK, e=from_num(1 << 63 | 1)), "rsa_e_3": dict(RSA_JWK, e="Aw"),
            "n062_x5c_garbage": dict(RSA_JWK, x5c=["!"] * 1000), "unknown_member": dict(RSA_JWK, x={}),
            "null_members": dict(RSA_JWK, use=None, alg=None, key_ops=None)}
    for name, key in good.items():
        jwks("good_" + name, "a key that is fine", {"keys": [key]}, ["rsa"])


def make_bad_sets():
    bad = {"not_json": "<html>", "empty_text": "", "array": "[]", "no_keys": "{}", "keys_null":
           '{"keys":null}', "keys_object": '{"keys":{}}', "keys_string": '{"keys":"x"}',
           "duplicate_keys": '{"keys":[],"keys":[]}', "trailing": '{"keys":[]}x',
           "member_twice": '{"keys":[{"kty":"RSA","kty":"RSA"}]}',
           "deep": '{"keys":' + "[" * 1000 + "]" * 1000 + "}",
           "jwk_itself": json.dumps(RSA_JWK), "n095_101_keys": json.dumps({"keys": [{}] * 101})}
    for name, text in bad.items():
        write("jwks", "bad_" + name, dict(comment="no key set", text=text, expect="JWKS"))
    jwks("n095_100_keys", "as many as there may be", {"keys": [{}] * 99 + [P256_JWK]}, ["p256"])


# --------------------------------------------------------------------------------------- PEM
def make_pem():
    enc, fmt = serialization.Encoding.PEM, serialization.PrivateFormat
    plain = serialization.NoEncryption()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo

    def put(name, comment, pem, expect, **more):
        text = pem.decode() if isinstance(pem, bytes) else pem
        write("pem", name, dict(comment=comment, pem=text.split("\n"), expect=expect, **more))

    keys = {"rsa": (RSA_KEY, RSA_JWK), "p256": (P256_KEY, P256_JWK), "p384": (P384_KEY, P384_JWK),
            "p521": (P521_KEY, P521_JWK), "ed25519": (ED_KEY, ED_JWK)}
    for name, (key, jwk) in keys.items():
        what = dict(kty=jwk["kty"], thumbprint=thumbprint(jwk))
        put(name + "_pkcs8", "a private key", key.private_bytes(enc, fmt.PKCS8, plain), "OK",
            private=True, **what)
        put(name + "_public", "a public key", key.public_key().public_bytes(enc, spki), "OK",
            private=False, **what)
        if name != "ed25519":
            put(name + "_traditional", "a private key in its old form",
                key.private_bytes(enc, fmt.TraditionalOpenSSL, plain), "OK", private=True, **what)
    rsa_what = dict(kty="RSA", private=False, thumbprint=thumbprint(RSA_JWK))
    put("rsa_pkcs1_public", "a public key in its old form",
        RSA_KEY.public_key().public_bytes(enc, serialization.PublicFormat.PKCS1), "OK", **rsa_what)
    make_certs(put, rsa_what)
    trad = P256_KEY.private_bytes(enc, fmt.TraditionalOpenSSL, plain).decode()
    params = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    put("p256_after_parameters", "as the ecparam command writes it", "some text\n" + params + trad, "OK",
        kty="EC", private=True, thumbprint=thumbprint(P256_JWK))
    locked = serialization.BestAvailableEncryption(b"secret")
    put("bad_encrypted", "nobody types a password into a server",
        RSA_KEY.private_bytes(enc, fmt.PKCS8, locked), "CONFIG")
    put("bad_encrypted_traditional", "nobody types a password into a server",
        RSA_KEY.private_bytes(enc, fmt.TraditionalOpenSSL, locked), "CONFIG")
    weak = rsa.generate_private_key(65537, 1024)
    put("bad_rsa_1024", "too short", weak.private_bytes(enc, fmt.PKCS8, plain), "CONFIG")
    put("bad_secp256k1", "a curve that is not offered", K1_KEY.private_bytes(enc, fmt.PKCS8, plain),
        "CONFIG")
    whole = RSA_KEY.private_bytes(enc, fmt.PKCS8, plain).decode()
    lines = whole.split("\n")
    put("bad_truncated", "the end is missing", "\n".join(lines[:10]), "CONFIG")
    put("bad_damaged", "lines are missing", "\n".join(lines[:5] + lines[9:]), "CONFIG")
    put("bad_empty", "nothing", "", "CONFIG")
    put("bad_text", "no PEM", "hello", "CONFIG")
    put("bad_csr", "another kind of block", whole.replace("PRIVATE KEY", "CERTIFICATE REQUEST"),
        "CONFIG")
    put("bad_label", "a certificate in name only", whole.replace("PRIVATE KEY", "CERTIFICATE"), "CONFIG")
    make_mismatched_pem(put)
    infinity = bytes.fromhex("3019301306072a8648ce3d020106082a8648ce3d03010703020000")
    put("bad_infinity", "a public key that is no point",
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % base64.b64encode(infinity).decode(),
        "CONFIG")


def make_certs(put, rsa_what):
    import datetime
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "op.example")])
    start = datetime.datetime(2020, 1, 1)
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(RSA_KEY.public_key()).serial_number(1).not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=1)).sign(RSA_KEY, hashes.SHA256()))
    put("rsa_cert", "the key of a certificate; its dates are nobody's business here",
        cert.public_bytes(serialization.Encoding.PEM), "OK", **rsa_what)


def make_mismatched_pem(put):
    """The private number of one P-256 key with the public point of another (RFC 5915, PKCS #8)."""
    def der(tag, *parts):
        body = b"".join(parts)
        assert len(body) < 256
        size = bytes([len(body)]) if len(body) < 128 else bytes([0x81, len(body)])
        return bytes([tag]) + size + body
    other = ec.derive_private_key(99, ec.SECP256R1()).public_key().public_numbers()
    point = b"\4" + other.x.to_bytes(32, "big") + other.y.to_bytes(32, "big")
    d = num(rfc("rfc7515_a3_p256")["d"]).to_bytes(32, "big")
    inner = der(0x30, der(2, b"\1"), der(4, d), der(0xA1, der(3, b"\0" + point)))
    ids = der(0x30, der(6, bytes.fromhex("2a8648ce3d0201")), der(6, bytes.fromhex("2a8648ce3d030107")))
    whole = base64.b64encode(der(0x30, der(2, b"\0"), ids, der(4, inner))).decode()
    lines = [whole[i:i + 64] for i in range(0, len(whole), 64)]
    put("bad_halves", "the halves of two keys",
        "\n".join(["-----BEGIN PRIVATE KEY-----"] + lines + ["-----END PRIVATE KEY-----", ""]), "CONFIG")


# -------------------------------------------------------------------------------------- seals
def seal_keys(passphrase):
    master = hashlib.pbkdf2_hmac("sha256", passphrase, b"mod_oidc sealer v1", 210000, 32)
    expand = lambda label, n: HKDFExpand(hashes.SHA256(), n, label).derive(master)
    return expand(b"mod_oidc key id", 1), {p: expand(b"mod_oidc purpose %d" % p, 32) for p in range(1, 5)}


def xaes(key, nonce, plain, aad):
    block = lambda data: Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)
    left = int.from_bytes(block(bytes(16)), "big")
    mask = (left << 1) % 2**128 ^ (0x87 if left >> 127 else 0)
    part = lambda i: block((int.from_bytes(bytes([0, i]) + b"X\0" + nonce[:12], "big") ^ mask)
                           .to_bytes(16, "big"))
    return AESGCM(part(1) + part(2)).encrypt(nonce[12:], plain, aad)


def sealed(passphrase, purpose, context, plain, version=1):
    key_id, keys = seal_keys(passphrase)
    nonce = bytes(range(100, 124))
    head = bytes([version]) + key_id
    return head + nonce + xaes(keys[purpose], nonce, plain, head + bytes([purpose]) + context)


def make_seals():
    # C2SP XAES-256-GCM, the published vectors
    nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX"
    assert xaes(b"\1" * 32, nonce, b"XAES-256-GCM", b"").hex() == (
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")
    assert xaes(b"\3" * 32, nonce, b"XAES-256-GCM", b"c2sp.org/XAES-256-GCM").hex() == (
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")
    phrase, context, plain = b"correct horse battery staple", b"op.example|session", b"hello"
    good = sealed(phrase, 2, context, plain)

    def put(name, comment, text, expect, **more):
        text = b64(text) if isinstance(text, bytes) else text
        case = dict(comment=comment, passphrase=phrase.decode(), purpose=2, context=context.decode(),
                    text=text, expect=expect)
        case.update(more)
        write("seal", name, case)

    put("good", "the format, held still", good, "OK", plain="hello")
    put("good_empty", "nothing sealed", sealed(phrase, 2, context, b""), "OK", plain="")
    put("good_no_context", "no context", sealed(phrase, 2, b"", plain), "OK", context="", plain="hello")
    for purpose in (1, 3, 4):
        put("good_purpose_%d" % purpose, "each purpose", sealed(phrase, purpose, context, plain), "OK",
            purpose=purpose, plain="hello")
        put("n120_purpose_%d" % purpose, "sealed for another purpose",
            sealed(phrase, purpose, context, plain), "REFUSED")
    put("n133_previous", "sealed with the passphrase before", sealed(b"old", 2, context, plain), "OK",
        previous="old", plain="hello")
    put("n133_removed", "the passphrase before was removed", sealed(b"old", 2, context, plain), "REFUSED")
    put("n120_context", "sealed for another place", good, "REFUSED", context="op2.example|session")
    put("n120_context_cut", "a shorter context", good, "REFUSED", context=context.decode()[:-1])
    put("n130_passphrase", "another site's", sealed(b"theirs", 2, context, plain), "REFUSED")
    put("n141_version_0", "no such version", sealed(phrase, 2, context, plain, 0), "REFUSED")
    put("n141_version_2", "no such version", sealed(phrase, 2, context, plain, 2), "REFUSED")
    for name, text in (("empty", ""), ("deleted", "deleted"), ("padded", b64(good) + "="),
                       ("doubled", b64(good + good)), ("text", "hello world"), ("short", b64(good[:41])),
                       ("only_head", b64(good[:26])), ("cut", b64(good[:-1])),
                       ("long", b64(good + b"\0")), ("zeros", b64(bytes(64)))):
        put("n122_" + name, "not one of ours", text, "REFUSED")


if __name__ == "__main__":
    for kind in ("jwt", "jwks", "pem", "seal"):
        for old in (HERE / kind).glob("*.json"):
            os.unlink(old)
    for make in (make_rfc_tokens, make_good_tokens, make_alg_attacks, make_confusion_attacks,
                 make_signature_attacks, make_ecdsa_attacks, make_rsa_attacks, make_eddsa_attacks,
                 make_header_attacks, make_form_attacks, make_key_choice, make_sets, make_bad_keys,
                 make_bad_sets, make_pem, make_seals):
        make()
