"""Time in German."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:etwa |ungefähr |rund |fast |über |gut )?"
_BOUNDS = "seit|bis|bis zum|ab|vor|nach|von|zwischen|und|anfang|mitte|ende"

GERMAN = Language(
    code="de",
    telling=(
        "der die das und ich ist bin war in zu den dem mit von nicht ein eine mein meine mich wir du sie es auf für im "
        "am habe hat hatte was wann wo wer wie seit bis vor nach noch auch letzte letzten nächste gestern wohne"
    ),
    wording=Wording(
        day=("{d}. {month} {y}", "am {d}. {month} {y}"),
        weekday=("{weekday}, {d}. {month} {y}", "am {weekday}, {d}. {month} {y}"),
        week=("der Woche vom {d}. {month} {y}", "in der Woche vom {d}. {month} {y}"),
        weekend=("dem Wochenende vom {d}. {month} {y}", "am Wochenende vom {d}. {month} {y}"),
        month=("{month} {y}", "im {month} {y}"),
        season=("{season} {y}", "im {season} {y}"),
        year=("{y}", "{y}"),
        between=("{first} bis {last}", "vom {first} bis {last}"),
        around="um {when}",
        since="seit {when}",
        month_names=(
            *("Januar", "Februar", "März", "April", "Mai", "Juni"),
            *("Juli", "August", "September", "Oktober", "November", "Dezember"),
        ),
        weekday_names=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        season_names=("Frühling", "Sommer", "Herbst", "Winter"),
    ),
    units={
        "stunden?|minuten?": "hour",
        "tage?[ns]?": "day",
        "wochenenden?": "weekend",
        "wochen?": "week",
        "monat(?:e[ns]?|s)?": "month",
        "jahr(?:e[ns]?|s)?": "year",
    },
    numbers={
        "ein(?:e[rmns]?)?": 1,
        "zwei": 2,
        "drei": 3,
        "vier": 4,
        "fünf": 5,
        "sechs": 6,
        "sieben": 7,
        "acht": 8,
        "neun": 9,
        "zehn": 10,
        "elf": 11,
        "zwölf": 12,
        "zwanzig": 20,
    },
    few="ein paar|paar|einigen?|mehreren?|wenigen",
    months=(
        *("januar|jänner|jan\\.", "februar|feb\\.", "märz", "april|apr\\.", "mai", "juni", "juli", "august|aug\\."),
        *("september|sept?\\.", "oktober|okt\\.", "november|nov\\.", "dezember|dez\\."),
    ),
    weekdays=("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend", "sonntag"),
    seasons=("frühling|frühjahr", "sommer", "herbst", "winter"),
    fixed={
        "heute(?: morgen| früh| mittag| nachmittag| abend| nacht)?": ("day", 0),
        "gestern(?: morgen| früh| mittag| nachmittag| abend| nacht)?|letzte nacht": ("day", -1),
        "vorgestern": ("day", -2),
        "(?<!guten )(?<!am )(?<!den )(?<!diesen )morgen(?: früh| mittag| nachmittag| abend)?": ("day", 1),
        "übermorgen": ("day", 2),
        "(?:in der )?vorletzten? woche": ("week", -2),
        "(?:in der )?übernächsten? woche": ("week", 2),
        "(?:im )?vorletzte[ns] jahr": ("year", -2),
        "vor einem halben jahr": ("month", -6),
    },
    shifts={
        "(?:in der |im |am |den |das )?(?:letzte|vergangene|vorige)[nmrs]? {unit}": -1,
        "(?:in |am )?diese[nmrs]? {unit}": 0,
        "(?:in der |im |am |den |das )?(?:nächste|kommende)[nmrs]? {unit}": 1,
    },
    ago=(f"vor {_ABOUT}{{n}} {{unit}}",),
    ahead=("in {n} {unit}",),
    lately=("(?:in den |während der |die )?(?:letzten|vergangenen) {n} {unit}",),
    coming=("(?:in den |für die |die )?(?:nächsten|kommenden) {n} {unit}",),
    lasting=(f"seit {_ABOUT}{{n}} {{unit}}",),
    weekday={
        "(?:am )?{weekday} (?:der )?letzte[rn]? woche|letzte woche (?:am )?{weekday}": "week before",
        "(?:am )?{weekday} (?:der )?nächste[rn]? woche|nächste woche (?:am )?{weekday}": "week after",
        "(?:am )?(?:letzten|vergangenen|vorigen) {weekday}": "last",
        "(?:am )?(?:nächsten|kommenden) {weekday}": "next",
        "(?:am )?diesen {weekday}": "this",
        "(?:am )?{weekday}(?:morgen|mittag|nachmittag|abend|nacht)?": "choose",
    },
    month={
        "(?:im )?(?:anfang |mitte |ende )?{month} {year}": "choose",
        "im {month} (?:letzten|vergangenen|vorigen) jahres": "last year",
        "(?:im )?(?:letzten|vergangenen) {month}": "last",
        "(?:im )?(?:nächsten|kommenden) {month}": "next",
        "(?:in )?diesen {month}": "this",
        "(?:im |anfang |mitte |ende ){month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:im )?{season} {year}": "choose",
        "(?:im |in diesem )?(?:letzten|vergangenen|letztes) {season}": "last",
        "(?:im )?(?:nächsten|kommenden|nächstes) {season}": "next",
        "(?:in )?diese[nms] {season}": "this",
        "im {season}": "choose",
        "(?:seit|bis|vor|nach) (?:dem |zum )?(?P<core>{season})": "choose",
    },
    dates=("(?:am |den )?{day}\\. ?{month}(?: {year})?",),
    years=(
        "(?:im jahre? |in ){year}",
        "{year}(?= (?:war|habe|hatte|bin|wurde|zog|ging|lebte|wohnte|begann|kam))",
        f"(?:{_BOUNDS}) (?P<core>{{year}})",
    ),
    since="seit(?: dem)?|ab(?: dem)?",
    until="bis(?: zum| zur| einschließlich)?",
    before="vor(?: dem| der)?",
    after="nach(?: dem| der)?",
    between=(("zwischen(?: dem)?", "und(?: dem)?"), ("vom|von", "bis(?: zum)?"), ("", "bis(?: zum)?|-|–")),
    prepositions="seit|bis|ab|vor|nach|von|zwischen|und|für|als",
    recurring="jede[nrms]?|alle|immer",
    yearly="geburtstag\\w*|geboren|jubiläum|hochzeitstag|jährlich",
    future=(
        "werden?|wirst?|wird|will|wollen|möchten?|muss|müssen|soll(?:te)?n?|plane|geplant|vor(?:haben?)|termin|frist"
        "|fällig|morgen|nächste\\w*|kommende\\w*"
    ),
    past=(
        "(?!(?:gehen|geben|gegen|gewinnen|genießen|gefallen|gehören|gestern)\\b)ge\\w{2,}(?:t|en)|\\w{3,}iert|\\w+ge\\w{2,}(?:t|en)"
        "|war(?:en|st)?|wurden?|hatten?|ging(?:en)?|kam(?:en)?|traf(?:en)?|sah(?:en)?|zog(?:en)?|begann|fing|kauften?"
        "|machten?|sagten?|lebten?|wohnten?|besuchten?|besucht|begonnen|bekommen|verloren|gestern|seit"
    ),
    used_to=(
        "früher|damals|ehemals|einst|vormals|als kind|als ich (?:jung|klein|ein kind|student\\w*) war"
        "|ich (?:lebte|wohnte|arbeitete (?:bei|als|für))|habe (?:\\w+ ){0,5}(?:gelebt|gewohnt)"
    ),
    changes=(
        "umgezogen|gezogen|angefangen|begonnen|gewechselt|gekündigt|geheiratet|aufgehört|geworden|zog|wechselte|begann"
        "|fing|adoptiert|befördert|gekauft|umgestiegen"
    ),
    asks_past=(
        "früher(?:e[nmrs]?)?|vorher|zuvor|davor|damals|ehemal(?:s|ige[nmrs]?)|ursprünglich|vorherige[nmrs]?|alte[nmrs]?"
        "|nicht mehr|einst"
    ),
)
