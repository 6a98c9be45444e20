"""Signing in with an issuer: who gets in, with which roles, and what is refused without a trace of a user."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from joserfc.jwk import RSAKey

from orchestrator.accounts.models import IssuerLink
from orchestrator.config.oidc import oidc_settings
from orchestrator.workspace import roles
from tests.accounts.conftest import PASSWORD, demand, give_factor, inside, sign_in
from tests.accounts.fake_issuer import CLIENT, SECRET, FakeIssuer

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running() -> Iterator[FakeIssuer]:
    one = FakeIssuer()
    yield one
    one.close()


@pytest.fixture
def issuer(running: FakeIssuer, settings: Any) -> FakeIssuer:
    """As new, and set up."""
    running.claims = {"sub": "s-1", "groups": ["journeys-marketing"], "preferred_username": "ewa"}
    running.header, running.sign_with, running.unsigned, running.says_issuer = {}, None, False, ""
    running.secret = None
    running.asked.clear()
    roles.set_up()
    settings.OIDC = {
        "issuer": running.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "role_claim": "groups",
        "roles": {"journeys-marketing": "marketer", "journeys-admins": "admin"},
        "scopes": "openid profile email",
        "second_factor": "amr",
    }
    return running


def begin(client: Client, then: str = "") -> str:
    answer = client.get("/admin/login/with/", {"next": then})
    assert answer.status_code == 302
    return str(answer["Location"])


def back(client: Client, code: str, state: str) -> Any:
    return client.get("/admin/login/back/", {"code": code, "state": state})


def come(issuer: FakeIssuer, client: Client | None = None, then: str = "") -> tuple[Any, Client]:
    """The whole way."""
    client = client or Client()
    return back(client, *issuer.agree(begin(client, then))), client


def held(name: str = "ewa") -> list[str]:
    return sorted(User.objects.get(username=name).groups.values_list("name", flat=True))


def nobody(client: Client) -> bool:
    """Nobody is signed in, no user is made, nothing is linked."""
    return not inside(client) and not User.objects.exists() and not IssuerLink.objects.exists()


def test_the_first_time_makes_a_user_with_the_role_that_the_issuer_says(issuer: FakeIssuer) -> None:
    issuer.claims |= {
        "email": "ewa@shop.example",
        "email_verified": True,
        "given_name": "Ewa",
        "family_name": "Lis",
    }
    answer, client = come(issuer, then="/admin/journeys/journey/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/journeys/journey/")
    user = User.objects.get()
    assert (user.username, user.email, user.get_full_name()) == ("ewa", "ewa@shop.example", "Ewa Lis")
    assert (user.is_staff, user.is_superuser, user.has_usable_password(), held()) == (
        True,
        False,
        False,
        ["marketer"],
    )
    link = IssuerLink.objects.get()
    assert (link.user, link.issuer, link.subject) == (user, issuer.issuer, "s-1")
    assert inside(client)
    assert issuer.asked == [
        "/.well-known/openid-configuration", "/.well-known/openid-configuration", "/token", "/keys",
    ]  # fmt: skip


def test_roles_follow_the_claim_at_each_sign_in_and_a_houses_own_groups_stay(issuer: FakeIssuer) -> None:
    come(issuer)
    own = Group.objects.create(name="our own")
    User.objects.get().groups.add(own)
    issuer.claims["groups"] = ["journeys-admins", "something else"]
    come(issuer)
    assert held() == ["admin", "our own"]
    issuer.claims["groups"] = []
    answer, client = come(issuer)
    assert (answer.status_code, inside(client), held()) == (403, False, ["our own"])
    assert (User.objects.count(), IssuerLink.objects.count()) == (1, 1)


def _wrongs(issuer: FakeIssuer) -> dict[str, Any]:
    now = int(time.time())
    return {
        "expired": {"claims": {"exp": now - 61}},
        "issued in the future": {"claims": {"iat": now + 600}},
        "not yet": {"claims": {"nbf": now + 600}},
        "other audience": {"claims": {"aud": "another"}},
        "other audience, our azp": {"claims": {"aud": ["another"], "azp": CLIENT}},
        "two audiences, other azp": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        "no audience": {"claims": {"aud": None}},
        "other issuer": {"claims": {"iss": "https://evil.example"}},
        "no issuer": {"claims": {"iss": None}},
        "wrong nonce": {"claims": {"nonce": "another"}},
        "no nonce": {"claims": {"nonce": None}},
        "no subject": {"claims": {"sub": None}},
        "empty subject": {"claims": {"sub": ""}},
        "subject is a number": {"claims": {"sub": 7}},
        "no expiry": {"claims": {"exp": None}},
        "alg none": {"unsigned": True},
        "HS256 with the public key": {"secret": issuer.key.as_pem(private=False)},
        "signed by another's key": {"sign_with": RSAKey.generate_key(2048, parameters={"kid": issuer.key.kid})},
        "settings of another issuer": {"says_issuer": "https://evil.example"},
    }  # fmt: skip


# What is wrong, and what the log then says of it: so that none is refused for another reason than its own.
WRONGS = {
    "expired": "expired_token exp", "issued in the future": "invalid_claim iat", "not yet": "invalid_claim nbf",
    "other audience": "invalid_claim aud", "other audience, our azp": "invalid_claim aud",
    "two audiences, other azp": "invalid_claim azp", "no audience": "missing_claim aud", "other issuer": "invalid_claim iss",
    "no issuer": "missing_claim iss", "wrong nonce": "invalid_claim nonce", "no nonce": "missing_claim nonce",
    "no subject": "missing_claim sub", "empty subject": "no_subject", "subject is a number": "invalid_claim sub",
    "no expiry": "missing_claim exp", "alg none": "unsupported_algorithm",
    "HS256 with the public key": "unsupported_algorithm", "signed by another's key": "bad_signature",
    "settings of another issuer": "other_issuer",
}  # fmt: skip


@pytest.mark.parametrize("case", WRONGS)
def test_a_token_with_one_thing_wrong_lets_nobody_in(
    issuer: FakeIssuer, case: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Client()
    code, state = issuer.agree(begin(client))
    wrong = _wrongs(issuer)[case]
    issuer.claims |= wrong.pop("claims", {})
    for name, value in wrong.items():
        setattr(issuer, name, value)
    with caplog.at_level(logging.WARNING, "orchestrator.studio.signing_in.with_issuer"):
        answer = back(client, code, state)
    with capsys.disabled():
        said = caplog.messages[0].rpartition(": ")[2]
        print(f"\n{case:28} | {answer.status_code} | users made {User.objects.count()} | {said}")
    assert answer.status_code == 403
    assert "Signing in did not work. Begin anew." in answer.text
    assert nobody(client)
    assert caplog.messages[0] == f"signing in with the issuer was refused: {WRONGS[case]}"


def test_a_clock_may_be_off_by_a_minute(issuer: FakeIssuer) -> None:
    issuer.claims |= {"exp": int(time.time()) - 50, "iat": int(time.time()) + 50}
    assert come(issuer)[0].status_code == 302


def test_another_state_and_a_state_of_another_session_are_refused(issuer: FakeIssuer) -> None:
    client, victim = Client(), Client()
    code, state = issuer.agree(begin(client))
    assert back(client, code, "another").status_code == 403
    assert back(victim, code, state).status_code == 403  # whoever is made to open another's link
    assert nobody(client)
    assert nobody(victim)
    assert "/token" not in issuer.asked


def test_a_code_is_good_once_and_so_is_a_state(issuer: FakeIssuer) -> None:
    client = Client()
    code, state = issuer.agree(begin(client))
    assert back(client, code, state).status_code == 302
    client.post("/admin/logout/")
    assert back(client, code, state).status_code == 403  # the state is used
    other = Client()
    _, fresh = issuer.agree(begin(other))
    assert back(other, code, fresh).status_code == 403  # the issuer has given its token for this code
    assert not inside(other)


def test_a_code_of_another_session_is_refused_by_its_proof_key(issuer: FakeIssuer) -> None:
    thief, victim = Client(), Client()
    stolen, _ = issuer.agree(begin(victim))
    _, state = issuer.agree(begin(thief))
    assert back(thief, stolen, state).status_code == 403
    assert nobody(thief)


def test_a_key_that_was_turned_is_taken_and_the_old_one_is_not(issuer: FakeIssuer) -> None:
    come(issuer)
    old = issuer.key
    issuer.turn_key()
    assert come(issuer)[0].status_code == 302
    issuer.sign_with, issuer.header = old, {"kid": "one"}
    assert come(issuer)[0].status_code == 403


@pytest.mark.parametrize(
    "groups", [[], ["another"], None, "JOURNEYS-ADMINS", {"journeys-admins": True}, "admin"]
)
def test_without_a_role_no_user_is_made(issuer: FakeIssuer, groups: Any) -> None:
    issuer.claims["groups"] = groups
    answer, client = come(issuer)
    assert answer.status_code == 403
    assert "Your account has no role here." in answer.text
    assert nobody(client)


def test_a_user_who_is_switched_off_stays_so(issuer: FakeIssuer) -> None:
    come(issuer)
    User.objects.update(is_active=False)
    issuer.claims["groups"] = ["journeys-admins"]
    answer, client = come(issuer)
    assert answer.status_code == 403
    assert "is switched off" in answer.text
    assert not inside(client)
    assert held() == ["marketer"]


@pytest.mark.parametrize("verified", [True, False, "true", None])
def test_nobody_is_taken_for_another_by_an_address_or_a_name(issuer: FakeIssuer, verified: Any) -> None:
    boss = User.objects.create_superuser("ewa", "boss@shop.example", PASSWORD)
    issuer.claims |= {"email": "boss@shop.example", "email_verified": verified}
    _, client = come(issuer)
    made = User.objects.exclude(pk=boss.pk).get()
    assert (made.username, made.is_superuser, held("ewa-2")) == ("ewa-2", False, ["marketer"])
    assert made.email == ("boss@shop.example" if verified is True else "")
    assert IssuerLink.objects.get().user == made
    assert client.session["_auth_user_id"] == str(made.pk)


@pytest.mark.parametrize(
    ("written", "name"),
    [("a b/<script>", "a_b__script_"), ("x" * 400, "x" * 140), ("", "s-1"), (7, "s-1"), ("\u202e", "s-1")],
)
def test_names_are_of_letters_that_names_have(issuer: FakeIssuer, written: Any, name: str) -> None:
    issuer.claims["preferred_username"] = written
    come(issuer)
    assert User.objects.get().username == name


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_nobody_is_led_to_another_site_after_it(issuer: FakeIssuer, then: str) -> None:
    assert come(issuer, then=then)[0]["Location"] == "/admin/"


def test_what_the_issuer_says_of_one_is_not_said_of_another(issuer: FakeIssuer, ola: User) -> None:
    demand("everybody")
    give_factor(ola)
    issuer.claims["amr"] = ["mfa"]
    answer, client = come(issuer)
    assert (answer["Location"], inside(client)) == ("/admin/", True)
    assert (
        sign_in(client)["Location"] == "/admin/login/code/"
    )  # with her password, in the session that ewa left open


@pytest.mark.parametrize(
    ("setting", "amr", "asked"),
    [
        ("amr", ["pwd", "mfa"], False),
        ("amr", ["pwd"], True),
        ("amr", None, True),
        ("issuer", None, False),
        ("ours", ["mfa"], True),
    ],
)
def test_ours_is_asked_for_where_the_issuer_has_not(
    issuer: FakeIssuer, settings: Any, setting: str, amr: Any, asked: bool
) -> None:
    settings.OIDC["second_factor"] = setting
    demand("everybody")
    issuer.claims["amr"] = amr
    answer, client = come(issuer)
    assert answer["Location"] == ("/admin/login/set-up/" if asked else "/admin/")
    assert inside(client) is not asked
    give_factor(User.objects.get())
    answer, client = come(issuer)
    assert answer["Location"] == ("/admin/login/code/" if asked else "/admin/")


def test_signing_out_ends_the_issuers_session_too(issuer: FakeIssuer) -> None:
    _, client = come(issuer)
    answer = client.post("/admin/logout/")
    assert answer["Refresh"] == (
        f"0; url={issuer.issuer}/end?client_id=journeys"
        "&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fadmin%2Flogin%2F"
    )
    assert not inside(client)
    User.objects.create_superuser("ola", password=PASSWORD)
    sign_in(client)
    assert client.post("/admin/logout/").status_code == 200


def test_with_passwords_switched_off_only_the_issuer_lets_in(issuer: FakeIssuer, settings: Any) -> None:
    User.objects.create_superuser("ola", password=PASSWORD)
    settings.OIDC_ONLY = True
    client = Client()
    page = client.get("/admin/login/").text
    assert ('name="password"' in page, 'href="/admin/login/with/"' in page) == (False, True)
    assert sign_in(client)["Location"] == "/admin/login/"
    assert not client.login(username="ola", password=PASSWORD)
    assert not inside(client)
    assert inside(come(issuer)[1])


def test_an_issuer_that_is_away_is_said_to_be(issuer: FakeIssuer, settings: Any) -> None:
    settings.OIDC["issuer"] = "http://127.0.0.1:9"
    answer = Client().get("/admin/login/with/")
    assert answer.status_code == 503
    assert "does not answer" in answer.text


def test_what_the_issuer_says_of_an_error_is_not_repeated(issuer: FakeIssuer) -> None:
    client = Client()
    begin(client)
    told = {"error": "<script>alert(1)</script>", "error_description": "<b>pay here</b>", "state": "x"}
    answer = client.get("/admin/login/back/", told)
    assert answer.status_code == 403
    assert "pay here" not in answer.text
    assert "alert(1)" not in answer.text


def test_without_an_issuer_there_is_no_such_door(settings: Any) -> None:
    settings.OIDC = None
    assert Client().get("/admin/login/with/").status_code == 404
    assert Client().get("/admin/login/back/").status_code == 404
    assert "/admin/login/with/" not in Client().get("/admin/login/").text


GIVEN: dict[str, Any] = {
    "issuer": "https://id.shop.example", "client_id": "a", "client_secret": "b", "role_claim": "", "scopes": "",
    "roles": ["x=admin"], "second_factor": "", "only": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issuer": "http://id.shop.example"}, "OIDC_ISSUER must begin with https://"),
        ({"issuer": "", "only": True}, "OIDC_ONLY needs OIDC_ISSUER"),
        ({"client_secret": ""}, "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET"),
        ({"roles": []}, "OIDC_ROLES says which group"),
        ({"roles": ["admins"]}, "OIDC_ROLES says which group"),
        ({"second_factor": "no"}, "OIDC_SECOND_FACTOR must be one of amr, issuer, ours, not 'no'"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        oidc_settings(**{**GIVEN, **wrong})
    assert str(refused.value).startswith(said)


def test_settings_have_their_defaults() -> None:
    told, only = oidc_settings(**{**GIVEN, "roles": ["cn=x,=admin", "m=marketer"]})
    assert told == {
        "issuer": "https://id.shop.example", "client_id": "a", "client_secret": "b", "role_claim": "groups",
        "roles": {"cn=x,": "admin", "m": "marketer"}, "scopes": "openid profile email", "second_factor": "amr",
    }  # fmt: skip
    assert only is False
