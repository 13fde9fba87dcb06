"""Keys, accounts, sessions, links, and who somebody is."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.errors import InputError, NotFoundError
from assistant.identity import ROLES, Identity, secrets
from assistant.identity import sessions as sessions_module
from assistant.identity.users import principal_of


@pytest.fixture
def identity(tmp_path: Path) -> Iterator[Identity]:
    """An installation without keys or accounts."""
    made = Identity.open(tmp_path)
    yield made
    made.close()


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_key_opens_what_its_scopes_say_and_nothing_keeps_its_secret(
    identity: Identity, tmp_path: Path
) -> None:
    """Only the hash stands in the store."""
    key, secret = identity.keys.make("shop", ["ingest", "read"], by="test", workspace="outlet")
    who = identity.by_secret(secret)
    assert who is not None
    assert (who.kind, who.id, who.rights) == ("key", key.id, {"ingest", "read"})
    assert who.enters("outlet")
    assert not who.enters("default")
    assert secret.encode() not in files(tmp_path)
    assert secret.removeprefix("earmark_").encode() not in files(tmp_path)


def test_a_revoked_or_expired_key_opens_nothing(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revoking takes effect at once in this process."""
    key, secret = identity.keys.make("a", ["read"], by="test")
    assert identity.by_secret(secret) is not None
    identity.keys.revoke(key.id)
    identity.forget()
    assert identity.by_secret(secret) is None
    with pytest.raises(NotFoundError):
        identity.keys.revoke(key.id)
    now = secrets.now()
    _, brief = identity.keys.make("b", ["read"], by="test", expires=now + timedelta(hours=1))
    monkeypatch.setattr(secrets, "now", lambda: now + timedelta(hours=2))
    assert identity.by_secret(brief) is None


def test_last_use_is_known(identity: Identity) -> None:
    """To the minute."""
    _, secret = identity.keys.make("a", ["read"], by="test")
    assert identity.keys.all()[0].last_used is None
    identity.by_secret(secret)
    assert identity.keys.all()[0].last_used is not None


@pytest.mark.parametrize("secret", ["", "earmark_", "earmark_x", "x" * 5000, "ünï"])
def test_what_is_no_key_is_nobody(identity: Identity, secret: str) -> None:
    """Whatever it looks like."""
    identity.keys.make("a", ["read"], by="test")
    assert identity.by_secret(secret) is None


def test_an_installation_is_open_until_the_first_key_or_account(identity: Identity) -> None:
    """A token closes it too."""
    assert identity.is_open
    identity.users.add("ana", "admin", by="test")
    identity.forget()
    assert not identity.is_open


def test_passwords_are_checked_and_kept_as_argon2(identity: Identity, tmp_path: Path) -> None:
    """Names are the same in any case; a name that nobody has is refused like a wrong password."""
    identity.users.add("Ana@Shop.example", "agent", by="test", password="correct horse battery")
    assert identity.users.log_in("ana@shop.example ", "correct horse battery") is not None
    assert identity.users.log_in("ana@shop.example", "wrong horse battery") is None
    assert identity.users.log_in("nobody", "correct horse battery") is None
    assert b"correct horse" not in files(tmp_path)
    assert b"$argon2id$" in files(tmp_path)
    with pytest.raises(InputError, match="12"):
        identity.users.change("ana@shop.example", password="short")


def test_an_account_without_a_password_cannot_be_logged_into_with_any(identity: Identity) -> None:
    """Links are its only way in."""
    identity.users.add("ben", "viewer", by="test")
    assert identity.users.log_in("ben", "") is None
    assert identity.users.log_in("ben", "None") is None


def test_there_is_always_an_administrator(identity: Identity) -> None:
    """The last one can neither go nor lose the role."""
    identity.users.add("ana", "admin", by="test")
    for act in (lambda: identity.users.remove("ana"), lambda: identity.users.change("ana", role="lead")):
        with pytest.raises(InputError, match="administrator"):
            act()
    identity.users.add("ben", "admin", by="test")
    assert identity.users.remove("ana").name == "ana"


def test_a_name_is_taken_once(identity: Identity) -> None:
    """Whatever its case."""
    identity.users.add("ana", "viewer", by="test")
    with pytest.raises(InputError, match="already"):
        identity.users.add("ANA", "admin", by="test")
    assert identity.users.get("ana").role == "viewer"


def test_a_session_has_the_rights_of_now(identity: Identity) -> None:
    """A role that changes, or an account that goes, changes what open sessions may do."""
    identity.users.add("root", "admin", by="test")
    user = identity.users.add("ana", "viewer", by="test")
    cookie, csrf = identity.enter(principal_of(user))
    who = identity.by_cookie(cookie)
    assert who is not None
    assert (who.rights, who.csrf) == (ROLES["viewer"], csrf)
    identity.users.change("ana", role="lead")
    identity.forget()
    again = identity.by_cookie(cookie)
    assert again is not None
    assert again.rights == ROLES["lead"]
    identity.users.remove("ana")
    identity.forget()
    assert identity.by_cookie(cookie) is None


def test_a_session_ends(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """After half a day without use, by logging out, and when everything of somebody is closed."""
    user = identity.users.add("ana", "viewer", by="test")
    cookies = [identity.enter(principal_of(user))[0] for _ in range(3)]
    identity.sessions.close(cookies[0])
    assert [identity.by_cookie(cookie) is None for cookie in cookies] == [True, False, False]
    now = secrets.now()
    monkeypatch.setattr(secrets, "now", lambda: now + sessions_module.IDLE + timedelta(seconds=1))
    identity.forget()
    assert identity.by_cookie(cookies[1]) is None


def test_a_link_works_once_whoever_is_second(identity: Identity) -> None:
    """Twenty threads redeem one link; exactly one comes in."""
    identity.users.add("ana", "lead", by="test")
    code = identity.links.make(user="ana")
    came_in: list[object] = []
    start = threading.Barrier(20)

    def redeem() -> None:
        start.wait()
        if (who := identity.of_link(code)) is not None:
            came_in.append(who)

    threads = [threading.Thread(target=redeem) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came_in) == 1


def test_an_old_link_opens_nothing(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an hour is enough to click."""
    code = identity.links.make()
    now = secrets.now()
    monkeypatch.setattr(secrets, "now", lambda: now + timedelta(minutes=31))
    assert identity.of_link(code) is None


def test_the_audit_log_is_read_latest_first_in_pages(identity: Identity) -> None:
    """Every entry once."""
    for number in range(25):
        identity.audit.add(None, f"act {number}", status=200)
    first = identity.audit.page(limit=10)
    second = identity.audit.page(before=first[-1].id, limit=100)
    assert [entry.action for entry in (*first, *second)] == [
        f"act {number}" for number in reversed(range(25))
    ]
