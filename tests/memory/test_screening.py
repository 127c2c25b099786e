"""Secrets are replaced, and what only looks like one is not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memchat.memory.screening import screen

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7Z\nq9w8\n-----END RSA PRIVATE KEY-----"
HEX = "0123456789abcdef"
PROSE = "The quick brown fox, 12 jumps! über 東京 😀 it's a key password-free card."


def key(length: int = 40) -> str:
    """A made-up key, so that no scanner takes this file for a leak."""
    return ("aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY" * 8)[:length]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"my key is sk-{key(48)}", "api key"),
        (f"OPENAI_API_KEY=sk-proj-{key(80)}", "api key"),
        (f"sk-ant-api03-{key(90)}", "api key"),
        (f"ghp_{key(36)}", "token"),
        (f"use github_pat_{key(60)} please", "token"),
        (f"glpat-{key(20)}", "token"),
        (f"xoxb-1234567890-{key(24)}", "token"),
        (f"AIza{key(35)}", "api key"),
        (f"hf_{key(34)}", "api key"),
        ("AKIA" + "IOSFODNN7EXAMPLE"[:16], "aws key"),
        (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{key(43)}", "token"),
        (PEM, "private key"),
        (f'{{"api_key": "{key(32)}"}}', "api key"),
        (f"aws_secret_access_key = {key(40)}", "api key"),
        (f"Authorization: Bearer {key(40)}", "token"),
        ("postgres://admin:s3cr3tpw@db.example.org/app", "password"),
        ("My password is hunter2!x", "password"),
        ("PASSWORD=Tr0ub4dor&3", "password"),
        ("card 4111 1111 1111 1111", "card number"),
        ("amex 3782-822463-10005", "card number"),
        ("my visa number: 4111111111111111", "card number"),
        ("My password for the router is still bluehorse77.", "password"),
        ("Mein WLAN-Passwort ist Sommer2024, kannst du …", "password"),
        ("Mon mot de passe est soleil1987.", "password"),
        ("La contraseña de mi correo es gatonegro55", "password"),
        ("La clave del wifi es casa2020", "password"),
        ("A senha do meu banco é flamengo10", "password"),
        ("La mia password è fragola88", "password"),
        ("Mijn wachtwoord is fietsbel12", "password"),
        ("Мой пароль: kotik2015", "password"),
        ("Пароль от вайфая zayka777", "password"),
        ("Set my password to Winter2025! and continue", "password"),
        ("login: admin / pass: Sup3rS3cret9", "password"),
        ("The passcode to the garage is 559102, don't share it.", "password"),
        ("mdp: Azerty99!", "password"),
        ("the wifi key is 7hG5-kk21-Zp09", "password"),
        ("My bank pin's 0042", "pin"),
        ("验证码是 884213", "pin"),
        ("認証コードは553201です", "pin"),
        ("인증번호는 774411이에요", "pin"),
        ("我的密碼是 taipei101abc", "password"),
        ("我家wifi密码是woaini520,写个小卡片", "password"),
        ("パスワードはsakura1234です。", "password"),
        ("비밀번호는 hodu2020 이에요", "password"),
        ("Mein Passwort ist 12345678.", "password"),
        ("The PIN for my phone is 4821 in case I forget", "pin"),
        ("Meine PIN lautet 7391.", "pin"),
        ("Mon code PIN c'est 6602.", "pin"),
        ("Пин-код карты 9043", "pin"),
        ("Mein Zugangscode fürs Büro: 88-41-07", "pin"),
        ("提款卡密碼是7788", "password"),
        ("暗証番号は5519です", "password"),
        ("Mein API-Schlüssel ist aB3dE6fG9hJ2", "token"),
        ("My IBAN is DE89 3704 0044 0532 0130 00.", "bank account"),
    ],
)
def test_a_secret_becomes_a_typed_placeholder(text: str, kind: str) -> None:
    screened = screen(text)
    assert screened.replaced == (kind,)
    assert f"[secret: {kind}]" in screened.text


@pytest.mark.parametrize(
    "text",
    [
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709 broke it",
        "sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "session 550e8400-e29b-41d4-a716-446655440000",
        "call me at +1 415 555 2671 or (020) 7946 0958",
        "order 4111222233334444555 and invoice 2024-11-20-0001",
        "tracking number 1234567890123456",
        "ids 1111 2222 3333 4444 and 5555 6666 7777 8888",
        "the password is important, and my password: changeme",
        "How do I reset my password? The password field is empty.",
        "password: str = os.environ['PASSWORD']",
        "password = get_password(user_id=12)",
        "password is case-sensitive and 8-characters long",
        "the password is 12-characters long",
        "api_key=os.environ['OPENAI_API_KEY']",
        "api_key = settings.openai_api_key_2",
        "api_key_rotation_2024_policy_v2_final",
        "export API_KEY=$MY_API_KEY_FROM_VAULT_2",
        "API key: <your-api-key-goes-here-1>",
        "an access token expires_in_3600_seconds",
        "sk-learn-style-container-id-1-label",
        "token bucket with 1000 tokens, basket 12",
        "bearer of bad news",
        "http://localhost:8080/@scope/package and git@github.com:me/repo.git",
        "https://example.org/a/b?c=d#e",
        "postgres://user:${DB_PASSWORD}@host/db",
        "I think 512 tokens with 50-token overlap is working well.",
        "3.14159265358979323846 and 6.02214076e23",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB",
        "Reset my password to get into version2, pass: later.",
        "My password is from 2019 and the password is 12 characters long.",
        "Das Passwort ist zu kurz, und meine PIN ist neu seit 2021.",
        "The password hash is sha256round5 by default.",
        "Connect PIN 13 to ground; the pin is 1500 mm away.",
        "El mot de passe est trop court, la clave es practicar.",
        "DE89 3704 0044 0532 0130 01 has the wrong check digits",
        "我的密碼是什麼？忘記密碼怎麼辦",
        "卡號是什麼？我的密碼很重要。",
        "self.fc_1 = nn.Linear(4096, 4096)  # 4096 4096 4096 4096",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert screen(text).text == text
    assert screen(text).replaced == ()


def test_the_rest_of_the_text_stays_as_it_was() -> None:
    text = f"Before\n\n```\nTOKEN=ghp_{key(36)}\n```\nafter  "
    assert screen(text).text == "Before\n\n```\nTOKEN=[secret: token]\n```\nafter  "


@given(st.text())
@example("password: [secret: password]1a")
def test_screening_twice_changes_nothing_more(text: str) -> None:
    once = screen(text)
    assert screen(once.text).text == once.text
    assert bool(once.replaced) == (once.text != text)


@given(st.lists(st.sampled_from(PROSE.split())))
def test_prose_is_left_alone(words: list[str]) -> None:
    text = " ".join(words)
    assert screen(text).text == text


@given(st.text(HEX, min_size=40, max_size=64), st.sampled_from(["commit {}", "md5 {}", "[{}]", "x={}", "/obj/{}.o"]))
def test_hashes_stay(digest: str, place: str) -> None:
    text = place.format(digest)
    assert screen(text).text == text


@given(st.text(), st.text())
def test_a_key_is_found_in_any_text(before: str, after: str) -> None:
    secret = f"ghp_{key(36)}"
    assert secret not in screen(f"{before} {secret} {after}").text


@pytest.mark.parametrize(
    "piece",
    ["a-", "api_key ", "eyJ", "-----BEGIN PRIVATE KEY-----", "4111 ", "password is ", "pin is ", "密碼", "DE89", "x"],
)
@pytest.mark.timeout(30)
def test_no_text_makes_the_patterns_run_away(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert screen(text).text
