# SPDX-License-Identifier: Apache-2.0
"""JOSE by hand, so that every part of a token can be made wrong."""
import base64
import hashlib
import hmac
import json
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

HASH = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1,
          "secp256k1": ec.SECP256K1}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_rsa_pool = []


def b64(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64int(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


def dumps(obj):
    return json.dumps(obj, separators=(",", ":"), ensure_ascii=False)


class Key:
    """A private key with the members its JWK is published with."""

    def __init__(self, private, kty, **members):
        self.private, self.kty, self.members = private, kty, dict(members)

    @property
    def kid(self):
        return self.members.get("kid")

    def with_members(self, **members):
        return Key(self.private, self.kty, **{**self.members, **members})

    def jwk(self):
        out = {"kty": self.kty}
        if self.kty == "RSA":
            n = self.private.public_key().public_numbers()
            out.update(n=b64int(n.n), e=b64int(n.e))
        elif self.kty == "EC":
            n = self.private.public_key().public_numbers()
            name = [k for k, c in CURVES.items() if c.name == n.curve.name][0]
            size = (n.curve.key_size + 7) // 8
            out.update(crv=name, x=b64int(n.x, size), y=b64int(n.y, size))
        elif self.kty == "OKP":
            out.update(crv="Ed25519", x=b64(self.private.public_key().public_bytes_raw()))
        else:
            out.update(k=b64(self.private))
        out.update({k: v for k, v in self.members.items() if v is not None})
        return out

    def sign(self, alg, data, der=False):
        if alg == "none":
            return b""
        if alg.startswith("HS"):
            secret = self.private if isinstance(self.private, bytes) else b""
            return hmac.new(secret, data, getattr(hashlib, "sha" + alg[2:])).digest()
        if alg == "EdDSA":
            return self.private.sign(data)
        digest = HASH[alg[2:5]]()
        if alg.startswith("RS"):
            return self.private.sign(data, padding.PKCS1v15(), digest)
        if alg.startswith("PS"):
            pad = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self.private.sign(data, pad, digest)
        sig = self.private.sign(data, ec.ECDSA(digest))
        if der:
            return sig
        size = (self.private.curve.key_size + 7) // 8
        r, s = decode_dss_signature(sig)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def rsa_private(index):
    """RSA keys are slow to make: one pool for the whole run, given out by number."""
    while len(_rsa_pool) <= index:
        _rsa_pool.append(rsa.generate_private_key(65537, 2048))
    return _rsa_pool[index]


def new_kid():
    return str(uuid.uuid4())


def rsa_key(index=0, **members):
    return Key(rsa_private(index), "RSA", **{"kid": new_kid(), "use": "sig", **members})


def ec_key(curve="P-256", **members):
    return Key(ec.generate_private_key(CURVES[curve]()), "EC",
               **{"kid": new_kid(), "use": "sig", **members})


def ed_key(**members):
    return Key(ed25519.Ed25519PrivateKey.generate(), "OKP",
               **{"kid": new_kid(), "use": "sig", **members})


def oct_key(secret, **members):
    return Key(secret.encode() if isinstance(secret, str) else secret, "oct",
               **{"kid": new_kid(), **members})


def key_set(first_rsa=0):
    """The honest provider's keys: every kind, none with "alg", two that may only encrypt."""
    return [rsa_key(first_rsa + 2, use="enc", alg="RSA-OAEP"), ec_key(use="enc", alg="ECDH-ES"),
            ec_key("secp256k1"), ed_key(), ec_key(), ec_key(), rsa_key(first_rsa),
            rsa_key(first_rsa + 1)]


def pick(keys, alg):
    """The last signing key of the set that fits the algorithm."""
    want = {"RS": ("RSA", None), "PS": ("RSA", None), "Ed": ("OKP", None),
            "ES": ("EC", {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521",
                          "ES256K": "secp256k1"}.get(alg))}[alg[:2]]
    for key in reversed(keys):
        if key.kty != want[0] or key.members.get("use") == "enc":
            continue
        if want[1] is None or key.jwk().get("crv") == want[1]:
            return key
    raise KeyError(alg)


def sign_compact(key, header, payload, alg=None, der=False):
    """header: dict or text; payload: dict, text or bytes; alg: what really signs."""
    alg = alg or (header.get("alg") if isinstance(header, dict) else "RS256")
    head = header if isinstance(header, (str, bytes)) else dumps(header)
    body = payload if isinstance(payload, (str, bytes)) else dumps(payload)
    signing_input = b64(head) + "." + b64(body)
    return signing_input + "." + b64(key.sign(alg, signing_input.encode(), der))


def decode(compact):
    """Header and claims of a compact JWS, unverified."""
    head, body, _ = compact.split(".")
    return json.loads(unb64(head)), json.loads(unb64(body))


def verifies(compact, jwk):
    """True when the key of that JWK signed it, with the algorithm of the header."""
    alg, signature = decode(compact)[0]["alg"], unb64(compact.split(".")[2])
    data = compact.rsplit(".", 1)[0].encode()
    if jwk.get("alg", alg) != alg:
        return False
    if jwk["kty"] == "oct":
        return alg.startswith("HS") and hmac.compare_digest(
            signature, oct_key(unb64(jwk["k"])).sign(alg, data))
    number = {k: int.from_bytes(unb64(jwk[k]), "big") for k in ("n", "e", "x", "y") if k in jwk}
    try:
        if jwk["kty"] == "OKP" and alg == "EdDSA":
            ed25519.Ed25519PublicKey.from_public_bytes(unb64(jwk["x"])).verify(signature, data)
        elif jwk["kty"] == "RSA" and alg[:2] in ("RS", "PS"):
            digest = HASH[alg[2:]]()
            pad = padding.PKCS1v15() if alg[0] == "R" else padding.PSS(padding.MGF1(digest), digest.digest_size)
            rsa.RSAPublicNumbers(number["e"], number["n"]).public_key().verify(signature, data, pad, digest)
        elif jwk["kty"] == "EC" and alg[:2] == "ES":
            half = len(signature) // 2
            r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
            ec.EllipticCurvePublicNumbers(number["x"], number["y"], CURVES[jwk["crv"]]()).public_key().verify(
                encode_dss_signature(r, s), data, ec.ECDSA(HASH[alg[2:]]()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def half_hash(text, alg="256"):
    digest = hashlib.new("sha" + alg, text.encode()).digest()
    return b64(digest[:len(digest) // 2])


def s256(verifier):
    return b64(hashlib.sha256(verifier.encode()).digest())


def check_proof(proof):
    """Header, claims and thumbprint of a DPoP proof that ES256 signs; raises when the signature is bad."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    import json
    head, body, sig = proof.split(".")
    header, claims, raw = json.loads(unb64(head)), json.loads(unb64(body)), unb64(sig)
    jwk = header["jwk"]
    assert header["alg"] == "ES256" and jwk["crv"] == "P-256", header
    x, y = (int.from_bytes(unb64(jwk[n]), "big") for n in "xy")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, ("%s.%s" % (head, body)).encode(), ec.ECDSA(hashes.SHA256()))
    return header, claims, s256('{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (jwk["x"], jwk["y"]))
