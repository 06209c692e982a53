"""The centre's own certificate authority: one for its broker, trusted by its devices and by nobody else.

Made by openssl. The authority's key signs nothing but the broker's certificate and stays where it was made.
"""

import ipaddress
import shutil
import subprocess
from pathlib import Path

from config.errors import HardwareAbsent, LuotError

DAYS = 3650  # nobody travels to a commune to renew a certificate
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificates(folder: Path, center: str, hosts: tuple[str, ...]) -> None:
    """Make `ca.crt` and, for these names and addresses of the broker, `broker.crt` and `broker.key`.

    An authority that is there already is kept, so the devices that trust it go on. Raises HardwareAbsent
    where openssl is not installed.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise HardwareAbsent("openssl is not installed.", hint="apt-get install openssl")

    def run(*arguments: str | Path) -> None:
        done = subprocess.run([openssl, *arguments], cwd=folder, check=False, capture_output=True, text=True)
        if done.returncode:
            raise LuotError("openssl could not make the certificates.", hint=done.stderr.strip())

    if not (folder / "ca.crt").exists():
        subject = ["-subj", f"/CN=Luot {center}"]
        run("req", "-x509", *CURVE, *subject, "-days", str(DAYS), "-keyout", "ca.key", "-out", "ca.crt")
    names = ",".join(f"{'IP' if _is_address(host) else 'DNS'}:{host}" for host in hosts)
    run("req", *CURVE, "-subj", f"/CN={hosts[0]}", "-keyout", "broker.key", "-out", "broker.csr")
    extension = folder / "broker.ext"
    extension.write_text(f"subjectAltName={names}\n")
    signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", str(DAYS)]
    run("x509", "-req", "-in", "broker.csr", *signed, "-extfile", extension, "-out", "broker.crt")
    for left_over in ("broker.csr", "broker.ext", "ca.srl"):
        (folder / left_over).unlink(missing_ok=True)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
