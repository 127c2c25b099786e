"""Time in Dutch."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:ongeveer |bijna |ruim )?"
_BOUNDS = "sinds|tot|vanaf|voor|na|van|tussen|en|begin|eind|half"

DUTCH = Language(
    code="nl",
    telling=(
        "de het een en ik ben is was in te van met niet mijn mij wij we je jij hij op voor om aan heb heeft had wat "
        "wanneer waar wie hoe sinds tot na nog ook vorige volgende gisteren woon werk naar"
    ),
    wording=Wording(
        day=("{d} {month} {y}", "op {d} {month} {y}"),
        weekday=("{weekday} {d} {month} {y}", "op {weekday} {d} {month} {y}"),
        week=("de week van {d} {month} {y}", "in de week van {d} {month} {y}"),
        weekend=("het weekend van {d} {month} {y}", "in het weekend van {d} {month} {y}"),
        month=("{month} {y}", "in {month} {y}"),
        season=("de {season} van {y}", "in de {season} van {y}"),
        year=("{y}", "in {y}"),
        between=("{first} tot {last}", "van {first} tot {last}"),
        around="rond {when}",
        since="sinds {when}",
        month_names=(
            *("januari", "februari", "maart", "april", "mei", "juni"),
            *("juli", "augustus", "september", "oktober", "november", "december"),
        ),
        weekday_names=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        season_names=("lente", "zomer", "herfst", "winter"),
    ),
    units={
        "uur|uren|minuut|minuten": "hour",
        "dag(?:en)?": "day",
        "weekend(?:en)?": "weekend",
        "we(?:ek|ken)": "week",
        "maand(?:en)?": "month",
        "ja(?:ar|ren)": "year",
    },
    numbers={
        "een|één": 1,
        "twee": 2,
        "drie": 3,
        "vier": 4,
        "vijf": 5,
        "zes": 6,
        "zeven": 7,
        "acht": 8,
        "negen": 9,
        "tien": 10,
        "twaalf": 12,
        "twintig": 20,
    },
    few="een paar|paar|enkele|verschillende",
    months=(
        *("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober"),
        *("november", "december"),
    ),
    weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    seasons=("lente|voorjaar", "zomer", "herfst|najaar", "winter"),
    fixed={
        "vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht": ("day", 0),
        "gisteren(?:ochtend|middag|avond)?": ("day", -1),
        "eergisteren": ("day", -2),
        "(?<!goede )morgen(?:ochtend|middag|avond)?": ("day", 1),
        "overmorgen": ("day", 2),
        "een half jaar geleden": ("month", -6),
    },
    shifts={
        "(?:in |het )?(?:de )?(?:vorige?|afgelopen) {unit}": -1,
        "(?:in )?(?:deze|dit) {unit}": 0,
        "(?:in |het )?(?:de )?(?:volgende?|komende?) {unit}": 1,
    },
    ago=(f"{_ABOUT}{{n}} {{unit}} geleden",),
    ahead=("over {n} {unit}",),
    lately=("(?:in |de )*(?:afgelopen|laatste) {n} {unit}",),
    coming=("(?:in |de )*komende {n} {unit}",),
    lasting=(f"(?:sinds|al) {_ABOUT}{{n}} {{unit}}",),
    weekday={
        "(?:op )?(?:vorige|afgelopen) {weekday}": "last",
        "(?:op )?(?:volgende|komende) {weekday}": "next",
        "(?:op )?deze {weekday}": "this",
        "(?:op )?{weekday}(?:ochtend|middag|avond)?": "choose",
    },
    month={
        "(?:in )?(?:begin |eind |half )?{month} {year}": "choose",
        "(?:in )?{month} vorig jaar": "last year",
        "(?:in )?(?:vorige|afgelopen) {month}": "last",
        "(?:in )?(?:volgende|komende) {month}": "next",
        "(?:in |begin |eind |half ){month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:in )?(?:de )?{season} (?:van )?{year}": "choose",
        "(?:in )?(?:de )?(?:vorige|afgelopen) {season}": "last",
        "(?:in )?(?:de )?(?:volgende|komende) {season}": "next",
        "deze {season}": "this",
    },
    dates=("(?:op )?{day} {month}(?: {year})?",),
    years=("in {year}", f"(?:{_BOUNDS}) (?P<core>{{year}})"),
    since="sinds(?: de| het)?|vanaf",
    until="tot(?: en met)?(?: de| het)?",
    before="voor(?: de| het)?",
    after="na(?: de| het)?",
    between=(("tussen", "en"), ("van", "tot(?: en met)?"), ("", "tot|-|–")),
    prepositions="sinds|tot|tot en met|vanaf|voor|na|van|tussen|en",
    recurring="elke?|iedere?|alle",
    yearly="verjaardag|jarig|geboren|jubileum|elk jaar",
    future="zal|zullen|ga|gaan|gaat|wil|willen|moet|moeten|plan|afspraak|deadline|morgen|volgende?|komende?",
    past=(
        "ge\\w{2,}(?:d|t|en)|was|waren|had|hadden|ging|gingen|kwam|zag|deed|begon|werd|kocht|verhuisd|begonnen|bezocht"
        "|ontmoet\\w*|besproken|gisteren|sinds"
    ),
    used_to=(
        "vroeger|voorheen|destijds|indertijd|als kind|toen ik (?:jong|klein|een kind|student) was|ik woonde|ik werkte"
    ),
    changes="verhuisd|verhuisde|begonnen|begon|gestopt|overgestapt|getrouwd|gekocht|geworden|veranderd|gewisseld",
    asks_past="vroeger|voorheen|hiervoor|daarvoor|eerder|vorige|destijds|oude|niet meer|woonde|werkte",
)
