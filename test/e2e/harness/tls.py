# SPDX-License-Identifier: Apache-2.0
"""A CA of the tests, and certificates for loopback names."""
import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Ca:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.cert = self._make("e2e test CA", self.key.public_key(), "e2e test CA", ca=True)

    def _make(self, name, public_key, issuer, ca=False, names=(), days=2, start=-1):
        now = datetime.datetime.now(datetime.timezone.utc)
        make = (x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(issuer))
                .public_key(public_key).serial_number(x509.random_serial_number())
                .not_valid_before(now + datetime.timedelta(days=start))
                .not_valid_after(now + datetime.timedelta(days=start + days))
                .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True))
        if names:
            make = make.add_extension(x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() else x509.DNSName(n)
                 for n in names]), critical=False)
        return make.sign(self.key, hashes.SHA256())

    def pem(self):
        return self.cert.public_bytes(serialization.Encoding.PEM).decode()

    def issue(self, *names, days=2, start=-1):
        """(certificate PEM, key PEM) for these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert = self._make(names[0], key.public_key(), "e2e test CA", names=names, days=days, start=start)
        return (cert.public_bytes(serialization.Encoding.PEM).decode(),
                key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()).decode())

    def server_context(self, folder, *names, **kw):
        """An ssl context for harness.web, certificate kept in folder."""
        cert, key = self.issue(*names, **kw)
        path = folder / ("%s-%d.pem" % (names[0], abs(hash((names, tuple(kw.items()))))))
        path.write_text(cert + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context
