"""Real mail servers of the tests, Dovecot and Postfix, as processes of their own on ports of their own.

They are Debian's packages `dovecot-imapd`, `dovecot-lmtpd` and `postfix`; tests/conftest.py leaves out the tests that
want them where they are not installed, and where nobody is root: Postfix starts for nobody else.
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "tajne-haslo"
DOMAINS = ("sklep.example", "poczta.example")


def find_port() -> int:
    """A free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process is not None and process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nothing listens on port {port}")


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found is not None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """Mailboxes of anybody at any domain, all with one password."""

    folder: Path
    imap: int
    lmtp: int

    def deliver(self, to: str, letter: bytes, sender: str = "anna@poczta.example") -> None:
        """Puts a letter into a mailbox, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
            client.sendmail(sender, [to], letter)

    def box(self, address: str) -> Path:
        """Where an address's letters lie."""
        return self.folder / "mail" / address

    def wait_for(self, address: str, many: int = 1) -> list[bytes]:
        """The letters of a mailbox, when so many are there: another program brings them."""
        until = time.monotonic() + 20
        while len(self.read(address)) < many and time.monotonic() < until:
            time.sleep(0.05)
        return self.read(address)

    def read(self, address: str) -> list[bytes]:
        """The letters of a mailbox, the oldest first."""
        letters = [path for part in ("new", "cur") for path in (self.box(address) / part).glob("*")]
        return [path.read_bytes() for path in sorted(letters, key=lambda path: path.stat().st_mtime_ns)]


@contextmanager
def run_dovecot(folder: Path, *, imap: int | None = None) -> Generator[Dovecot]:
    """Dovecot until the block ends. In the same folder again, it has the same letters.

    The folder has to be where other users of this machine get to.
    """
    program = _program("dovecot")
    me = getpass.getuser()
    # As root it wants users without rights for the rest.
    internal, login = ("dovecot", "dovenull") if os.getuid() == 0 else (me, me)
    mails = pwd.getpwnam("mail" if os.getuid() == 0 else me)
    group = grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name
    server = Dovecot(folder=folder, imap=imap or find_port(), lmtp=find_port())
    (folder / "mail").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    os.chown(folder / "mail", mails.pw_uid, mails.pw_gid)
    config = folder / "dovecot.conf"
    config.write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
recipient_delimiter = +
mail_location = maildir:{folder}/mail/%u
mailbox_list_index = no
lock_method = fcntl
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={mails.pw_uid} gid={mails.pw_gid} home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {server.lmtp}
  }}
}}
service stats {{
  chroot =
}}
"""
    )
    process = subprocess.Popen([program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(server.imap, process)
        _wait_for(server.lmtp, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def run_postfix(folder: Path, dovecot: Dovecot) -> Generator[int]:
    """Postfix until the block ends; the port that it takes letters on. What is for our domains goes to Dovecot.

    Whatever is for others is taken, and comes back with a report."""
    program = _program("postfix")
    port = find_port()
    for name in ("config", "data", "queue"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    shutil.chown(folder / "data", "postfix")
    (folder / "config" / "main.cf").write_text(
        f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/queue/postfix.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.sklep.example
mydestination =
virtual_mailbox_domains = {" ".join(DOMAINS)}
virtual_transport = lmtp:inet:127.0.0.1:{dovecot.lmtp}
recipient_delimiter = +
smtpd_recipient_restrictions = permit_mynetworks, reject
default_transport = nobody:
"""
    )
    lines = [f"127.0.0.1:{port} inet n - n - - smtpd"]
    for service, kind, rest in (
        ("pickup", "unix", "n - n 60 1 pickup"),
        ("cleanup", "unix", "n - n - 0 cleanup"),
        ("qmgr", "unix", "n - n 300 1 qmgr"),
        ("tlsmgr", "unix", "- - n 1000? 1 tlsmgr"),
        ("rewrite", "unix", "- - n - - trivial-rewrite"),
        ("bounce", "unix", "- - n - 0 bounce"),
        ("defer", "unix", "- - n - 0 bounce"),
        ("trace", "unix", "- - n - 0 bounce"),
        ("verify", "unix", "- - n - 1 verify"),
        ("proxymap", "unix", "- - n - - proxymap"),
        ("error", "unix", "- - n - - error"),
        ("retry", "unix", "- - n - - error"),
        ("lmtp", "unix", "- - n - - lmtp"),
        ("nobody", "unix", "- n n - - pipe user=nobody argv=/bin/sh -c {exit 67}"),  # as if nobody lived there
        ("anvil", "unix", "- - n - 1 anvil"),
        ("scache", "unix", "- - n - 1 scache"),
        ("postlog", "unix-dgram", "n - n - 1 postlogd"),
    ):
        lines.append(f"{service} {kind} {rest}")
    (folder / "config" / "master.cf").write_text("\n".join(lines) + "\n")
    started = subprocess.run([program, "-c", str(folder / "config"), "start"], capture_output=True, check=False)
    assert started.returncode == 0, started.stderr.decode()
    try:
        _wait_for(port)
        yield port
    finally:
        subprocess.run([program, "-c", str(folder / "config"), "stop"], capture_output=True, check=False)
