"""Times in what people write: which days they mean, how they are told later, and when what is said holds."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memchat.memory.dates import TimeSpan, asks_about_past, resolve, spans, validity
from memchat.memory.zones import MACHINE, zone_named

LISBON = ZoneInfo("Europe/Lisbon")
FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=LISBON)


def day(moment: datetime | None) -> str | None:
    return moment.astimezone(LISBON).date().isoformat() if moment else None


def told(text: str, at: datetime = FRIDAY) -> str:
    return resolve(text, at, LISBON)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("what did we discuss yesterday?", "2026-11-19", "2026-11-20"),
        ("what did we discuss last week?", "2026-11-09", "2026-11-16"),
        ("what did we discuss last month?", "2026-10-01", "2026-11-01"),
        ("what did we discuss in March?", "2026-03-01", "2026-04-01"),
        ("what did we discuss in December?", "2025-12-01", "2026-01-01"),
        ("what did we discuss in March 2025?", "2025-03-01", "2025-04-01"),
        ("what did we discuss on 3 March?", "2026-03-03", "2026-03-04"),
        ("what did we discuss on March 3rd, 2025?", "2025-03-03", "2025-03-04"),
        ("what did we discuss on 2026-03-03?", "2026-03-03", "2026-03-04"),
        ("what did we discuss two weeks ago?", "2026-11-02", "2026-11-09"),
        ("what did we discuss on Monday?", "2026-11-16", "2026-11-17"),
        ("what did we discuss last summer?", "2026-06-01", "2026-09-01"),
        ("what did we discuss last weekend?", "2026-11-14", "2026-11-16"),
        ("what have we discussed since March?", "2026-03-01", None),
        ("what did we discuss before March?", None, "2026-03-01"),
        ("what did we discuss after March?", "2026-04-01", None),
        ("what did we discuss between March and May?", "2026-03-01", "2026-06-01"),
        ("what did I read over the last three days?", "2026-11-17", "2026-11-21"),
        ("Was haben wir vor zwei Wochen besprochen?", "2026-11-02", "2026-11-09"),
        ("Was haben wir im März besprochen?", "2026-03-01", "2026-04-01"),
        ("De quoi avons-nous parlé le mois dernier ?", "2026-10-01", "2026-11-01"),
        ("De quoi avons-nous parlé en mars ?", "2026-03-01", "2026-04-01"),
        ("¿De qué hablamos el año pasado?", "2025-01-01", "2026-01-01"),
        ("¿De qué hablamos hace tres días?", "2026-11-17", "2026-11-18"),
        ("Sobre o que falamos na semana passada?", "2026-11-09", "2026-11-16"),
        ("Di cosa abbiamo parlato due settimane fa?", "2026-11-02", "2026-11-09"),
        ("上個月我們聊了什麼？", "2026-10-01", "2026-11-01"),
        ("我们三月讨论了什么？", "2026-03-01", "2026-04-01"),
        ("兩天前我們談了什麼？", "2026-11-18", "2026-11-19"),
        ("先週何を話しましたか？", "2026-11-09", "2026-11-16"),
        ("Waar hadden we het vorige maand over?", "2026-10-01", "2026-11-01"),
        ("О чём мы говорили две недели назад?", "2026-11-02", "2026-11-09"),
        ("지난주에 무슨 이야기를 했지?", "2026-11-09", "2026-11-16"),
        ("3月3日に何を話しましたか？", "2026-03-03", "2026-03-04"),
    ],
)
def test_a_question_names_a_time_before_it(text: str, start: str | None, end: str | None) -> None:
    (span,) = spans(text, FRIDAY, LISBON, prefer="past")
    assert (day(span.start), day(span.end)) == (start, end)
    assert span.words == text[slice(*span.place)]


@pytest.mark.parametrize(
    "text",
    [
        "I swim every Friday.",
        "I work from Monday to Friday.",
        "On Fridays I swim.",
        "I may go, or march on.",
        "I have 3 cats and 2 dogs.",
        "Spring is a framework.",
        "Jeden Freitag gehe ich schwimmen.",
        "Tous les vendredis, je nage.",
        "毎週金曜日に泳ぎます。",
        "我每星期五游泳。",
        "",
    ],
)
def test_what_comes_every_week_or_is_no_time_names_none(text: str) -> None:
    assert spans(text, FRIDAY, LISBON) == []
    assert told(text) == text


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("I moved to Lisbon last week.", "I moved to Lisbon in the week of 9 November 2026."),
        ("Yesterday I met Bob.", "On 19 November 2026 I met Bob."),
        ("I met Bob yesterday and will see him on Friday.", None),
        ("I have lived here since March.", "I have lived here since March 2026."),
        ("I've been vegan for two years.", "I've been vegan since 2024."),
        ("yesterday's meeting was long", "yesterday's (19 November 2026) meeting was long"),
        ("a few weeks ago I bought a bike", "around October 2026 I bought a bike"),
        ("My birthday is on 3 March.", "My birthday is on 3 March."),
        ("I was born in 1990.", "I was born in 1990."),
        ("Ich bin letzte Woche umgezogen.", "Ich bin in der Woche vom 9. November 2026 umgezogen."),
        ("Seit zwei Jahren bin ich Vegetarier.", "Seit 2024 bin ich Vegetarier."),
        ("J'ai déménagé la semaine dernière.", "J'ai déménagé la semaine du 9 novembre 2026."),
        ("Me mudé el mes pasado.", "Me mudé en octubre de 2026."),
        ("Moro em Lisboa há dois anos.", "Moro em Lisboa desde 2024."),
        ("Mi sono trasferito ieri.", "Mi sono trasferito il 19 novembre 2026."),
        ("上個月我搬到台北。", "2026年10月我搬到台北。"),
        ("Ik ben vorige week verhuisd.", "Ik ben in de week van 9 november 2026 verhuisd."),
        ("Я переехал на прошлой неделе.", "Я переехал на прошлой неделе (с 9.11.2026)."),
        ("지난달에 이사했어요.", "2026년 10월에 이사했어요."),
        ("先週引っ越しました。", "2026年11月9日の週引っ越しました。"),
    ],
)
def test_a_statement_is_told_with_its_dates(text: str, later: str | None) -> None:
    later = later or "I met Bob on 19 November 2026 and will see him on Friday 27 November 2026."
    assert told(text) == later
    assert resolve(later, FRIDAY + timedelta(days=400), LISBON) == later


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("I met Anna on Monday.", "2026-11-16"),
        ("I will meet Anna on Monday.", "2026-11-23"),
        ("I have an appointment on Monday.", "2026-11-23"),
        ("Am Montag habe ich Anna getroffen.", "2026-11-16"),
        ("Am Montag habe ich einen Termin.", "2026-11-23"),
        ("月曜日にアンナに会いました。", "2026-11-16"),
        ("月曜日に会議の予定があります。", "2026-11-23"),
    ],
)
def test_the_tense_tells_which_monday_is_meant(text: str, monday: str) -> None:
    assert [day(span.start) for span in spans(text, FRIDAY, LISBON)] == [monday]


@pytest.mark.parametrize(
    ("text", "begins", "ends", "over"),
    [
        ("I have lived in Berlin since March.", "2026-03-01", None, False),
        ("I'm in Berlin until Friday.", None, "2026-11-28", False),
        ("I moved to Lisbon last week.", "2026-11-09", None, False),
        ("I met Bob last week.", None, None, False),
        ("I used to live in Taipei.", None, "2026-11-20", True),
        ("I lived in Taipei from 2015 to 2020.", "2015-01-01", "2021-01-01", True),
        ("I no longer eat meat.", None, None, False),
        ("I'm used to early mornings.", None, None, False),
        ("Früher habe ich in Köln gewohnt.", None, "2026-11-20", True),
        ("El año pasado viví en Madrid.", "2025-01-01", "2026-01-01", True),
        ("J'habite à Paris depuis deux ans.", "2024-01-01", None, False),
        ("我以前住在台北。", None, "2026-11-20", True),
        ("星期五以前要交報告", None, "2026-11-27", False),
        ("Vroeger woonde ik in Leiden.", None, "2026-11-20", True),
        ("Раньше я жил в Москве.", None, "2026-11-20", True),
        ("Я живу в Берлине с марта.", "2026-03-01", None, False),
        ("2년 전부터 부산에 살아요.", "2024-01-01", None, False),
        ("以前は大阪に住んでいました。", None, "2026-11-20", True),
        ("2年前から東京に住んでいます。", "2024-01-01", None, False),
    ],
)
def test_a_statement_tells_when_it_holds(text: str, begins: str | None, ends: str | None, over: bool) -> None:
    valid_from, valid_to, past = validity(text, FRIDAY, LISBON)
    assert (day(valid_from), day(valid_to), past) == (begins, ends, over)


@pytest.mark.parametrize(
    ("text", "past"),
    [
        ("Where did I live before?", True),
        ("What editor did I use to... what did I previously use?", True),
        ("Where do I live?", False),
        ("How old is my cat?", False),
        ("What did we discuss before March?", False),
        ("Wo habe ich früher gewohnt?", True),
        ("Où est-ce que j'habitais avant ?", True),
        ("¿Dónde vivía antes?", True),
        ("Onde eu morava antes?", True),
        ("Dove abitavo prima?", True),
        ("我以前住在哪裡？", True),
        ("以前はどこに住んでいましたか？", True),
        ("Waar woonde ik vroeger?", True),
        ("Где я жил раньше?", True),
        ("예전에 어디에 살았지?", True),
        ("我住在哪裡？", False),
    ],
)
def test_a_question_about_the_past_is_told_from_one_about_the_present(text: str, past: bool) -> None:
    assert asks_about_past(text, FRIDAY, LISBON) is past


@pytest.mark.parametrize("hours", [-12, 0, 12])
def test_yesterday_is_the_users_own(hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    late = datetime(2026, 3, 3, 23, 30, tzinfo=zone)
    (span,) = spans("yesterday", late.astimezone(UTC), zone)
    assert span.start == datetime(2026, 3, 2, tzinfo=zone)
    assert span.end == datetime(2026, 3, 3, tzinfo=zone)
    assert resolve("We met yesterday", late.astimezone(UTC), zone) == "We met on 2 March 2026"


def test_this_machines_zone_knows_the_summer_time_of_each_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Lisbon")
    time.tzset()
    try:
        for at in (datetime(2026, 1, 5, 23, 30, tzinfo=UTC), datetime(2026, 7, 5, 23, 30, tzinfo=UTC)):
            assert at.astimezone(MACHINE).isoformat() == at.astimezone(LISBON).isoformat()
            assert spans("yesterday", at, MACHINE) == spans("yesterday", at, LISBON)
            assert spans("yesterday", at, None) == spans("yesterday", at, LISBON)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_zone_is_named_as_iana_does() -> None:
    assert zone_named("Asia/Taipei") == ZoneInfo("Asia/Taipei")
    for unknown in ("Taipei time", "", "../etc/passwd", "Asia"):
        assert zone_named(unknown) is None


def test_days_are_as_long_as_the_clocks_make_them() -> None:
    (autumn,) = spans("yesterday", datetime(2026, 10, 26, 8, tzinfo=LISBON), LISBON)
    (spring,) = spans("yesterday", datetime(2026, 3, 30, 8, tzinfo=LISBON), LISBON)
    assert _length(autumn) == timedelta(hours=25)
    assert _length(spring) == timedelta(hours=23)


def _length(span: TimeSpan) -> timedelta:
    assert span.start is not None
    assert span.end is not None
    return span.end - span.start


EXPRESSIONS = (
    *("yesterday", "last week", "two months ago", "last summer", "on Friday", "next year", "this weekend", "in March"),
    *("vor drei Tagen", "letzten Monat", "la semaine dernière", "il y a deux ans", "el mes pasado", "hace dos semanas"),
    *("na semana passada", "due giorni fa", "上個月", "兩年前", "先週", "3日前"),
)
MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2090, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - of each zone


@given(st.sampled_from(EXPRESSIONS), MOMENTS)
def test_times_begin_before_they_end_and_their_dates_never_move(text: str, at: datetime) -> None:
    zone = at.tzinfo
    for span in spans(text, at, zone):
        assert _length(span) > timedelta()
    fixed = resolve(text, at, zone)
    assert fixed != text
    assert resolve(fixed, at + timedelta(days=777), zone) == fixed


@given(st.integers(0, 3_000), MOMENTS)
def test_the_days_ago_are_counted(count: int, at: datetime) -> None:
    expected = at.date() - timedelta(days=count)
    found = spans(f"{count} days ago", at, at.tzinfo)
    if 0 <= count < 1_000:
        assert [span.start.astimezone(at.tzinfo).date() for span in found if span.start] in (
            [expected],
            [_next(expected)],
        )


def _next(day: date) -> date:
    return day + timedelta(days=1)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*EXPRESSIONS, "since", "until", "I", "was", ",", "and"])).map(" ".join)
)
def test_any_text_can_be_read(text: str) -> None:
    places = [span.place for span in spans(text, FRIDAY, LISBON)]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    validity(text, FRIDAY, LISBON)
    resolve(text, FRIDAY, LISBON)


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("I'm getting married on 12 June next year.", "I'm getting married on 12 June 2027."),
        ("I moved in June last year.", "I moved in June 2025."),
        ("Das war am 3. Mai letztes Jahr.", "Das war am 3. Mai 2025."),
    ],
)
def test_a_day_of_another_year_is_one_time(text: str, resolved: str) -> None:
    assert resolve(text, datetime(2026, 11, 20, 12, 0, tzinfo=UTC), UTC) == resolved
