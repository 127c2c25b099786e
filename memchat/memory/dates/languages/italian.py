"""Time in Italian."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:circa |quasi |più di )?"
_BOUNDS = "da|dal|fino a|fino al|prima di|dopo|di|del|a|tra|fra|e|fine|inizio|metà|entro"

ITALIAN = Language(
    code="it",
    telling=(
        "il lo la i gli le un una e io sono è sei in nel nella di del della che mio mia mi noi tu lui lei con per non "
        "al cosa quando dove chi come era ho ha hanno scorso scorsa ieri abito abitavo da dal fa"
    ),
    wording=Wording(
        day=("il {d} {month} {y}", "il {d} {month} {y}"),
        weekday=("{weekday} {d} {month} {y}", "{weekday} {d} {month} {y}"),
        week=("la settimana del {d} {month} {y}", "nella settimana del {d} {month} {y}"),
        weekend=("il fine settimana del {d} {month} {y}", "nel fine settimana del {d} {month} {y}"),
        month=("{month} {y}", "a {month} {y}"),
        season=("{season} {y}", "nella stagione {season} {y}"),
        year=("{y}", "nel {y}"),
        between=("{first} al {last}", "dal {first} al {last}"),
        around="verso {when}",
        since="da {when}",
        month_names=(
            *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
            *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
        ),
        weekday_names=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
        season_names=("primavera", "estate", "autunno", "inverno"),
    ),
    units={
        "or[ae]|minut[oi]": "hour",
        "giorn[oi]": "day",
        "fine settimana|weekend": "weekend",
        "settiman[ae]": "week",
        "mes[ei]": "month",
        "ann[oi]": "year",
    },
    numbers={
        "un[oa']?": 1,
        "due|un paio di": 2,
        "tre": 3,
        "quattro": 4,
        "cinque": 5,
        "sei": 6,
        "sette": 7,
        "otto": 8,
        "nove": 9,
        "dieci": 10,
        "venti": 20,
    },
    few="qualche|alcun[ie]|poch[ie]|parecch[ie]|divers[ie]",
    months=(
        *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre"),
        *("ottobre", "novembre", "dicembre"),
    ),
    weekdays=("luned[ìi]", "marted[ìi]", "mercoled[ìi]", "gioved[ìi]", "venerd[ìi]", "sabato", "domenica"),
    seasons=("primavera", "estate", "autunno", "inverno"),
    fixed={
        "oggi|stamattina|stamani|stasera|stanotte|questa (?:mattina|sera|notte)": ("day", 0),
        "ieri(?: mattina| sera| pomeriggio| notte)?": ("day", -1),
        "l'altro ieri|avantieri|altroieri": ("day", -2),
        "domani(?: mattina| sera| pomeriggio)?": ("day", 1),
        "dopodomani": ("day", 2),
        "(?:nel)?l'anno (?:scorso|passato)": ("year", -1),
        "(?:nel)?l'anno prossimo": ("year", 1),
        "quest'anno": ("year", 0),
    },
    shifts={
        "(?:(?:la|il|nel|nella|lo) )?(?:{unit} (?:scors[oa]|passat[oa])|(?:scors[oa]|ultim[oa]) {unit})": -1,
        "(?:in )?quest[oae] {unit}": 0,
        "(?:(?:la|il|nel|nella|lo) )?(?:{unit} prossim[oa]|prossim[oa] {unit})": 1,
    },
    ago=(f"{_ABOUT}{{n}} {{unit}} fa",),
    ahead=("(?:tra|fra) {n} {unit}",),
    lately=("(?:negli |nelle |gli |le )?ultim[ie] {n} {unit}",),
    coming=("(?:nei |nelle |per i |per le |i |le )?prossim[ie] {n} {unit}",),
    lasting=(f"da {_ABOUT}{{n}} {{unit}}",),
    weekday={
        "{weekday} della settimana scorsa": "week before",
        "{weekday} della (?:prossima settimana|settimana prossima)": "week after",
        "(?:{weekday} (?:scors[oa]|passat[oa])|(?:lo |la )?scors[oa] {weekday})": "last",
        "(?:{weekday} prossim[oa]|(?:il |la )?prossim[oa] {weekday})": "next",
        "quest[oa] {weekday}": "this",
        "{weekday}(?: mattina| sera| pomeriggio| notte)?": "choose",
    },
    month={
        "(?:a |in |nel )?{month} (?:del )?{year}": "choose",
        "(?:a |in )?{month} dell'anno scorso": "last year",
        "(?:lo )?(?:{month} scorso|scorso {month})": "last",
        "(?:il )?(?:{month} prossimo|prossimo {month})": "next",
        "questo {month}": "this",
        "(?:a|ad|in|nel mese di) {month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:nell'|nella |in |l')?{season} (?:del )?{year}": "choose",
        "(?:nell'|nella |l'|la )?(?:{season} scors[oa]|scors[oa] {season})": "last",
        "(?:nell'|nella |l'|la )?(?:{season} prossim[oa]|prossim[oa] {season})": "next",
        "quest[ao'] ?{season}": "this",
    },
    dates=("(?:il |l')?{day} {month}(?: (?:del )?{year})?",),
    years=("nel {year}", f"(?:{_BOUNDS}) (?P<core>{{year}})"),
    since="da|dal|dalla|dall'|a partire da",
    until="fino a|fino al|fino alla|entro",
    before="prima di|prima del|prima della",
    after="dopo|dopo il|dopo la",
    between=(("tra|fra", "e"), ("da|dal", "a|al|fino al"), ("", "a|al|-|–")),
    prepositions="da|dal|dalla|fino a|fino al|prima di|dopo|di|del|tra|fra|e|entro|a partire da",
    recurring="ogni|tutti i|tutte le|il|la|di",
    yearly="compleanno|nat[oa]|anniversario|ogni anno|tutti gli anni",
    future=(
        "\\w+(?:erò|irò|arò|rò|eremo|iremo)|voglio|devo|dobbiamo|appuntamento|scadenza|prossim[oa]|domani|entro"
        "|vorrei|penso di|sto per"
    ),
    past=(
        "(?:ho|hai|ha|abbiamo|avete|hanno|sono|sei|è|siamo) (?:\\w+ )?"
        "\\w+(?:ato|ata|ati|uto|uta|ito|ita|so|sa|tto|tta|sto)"
        "|ero|era|eravamo|avevo|aveva|\\w{2,}(?:avo|evo|ivo|ava|eva|iva)|ieri|fa"
    ),
    used_to=(
        "una volta|un tempo|in passato|in precedenza|precedentemente|all'epoca|ero solit[oa]"
        "|quando ero (?:piccol[oa]|bambin[oa]|giovane|student\\w+)|(?:abitavo|vivevo|lavoravo|fumavo|studiavo)"
        "|ho (?:vissuto|abitato)"
    ),
    changes=(
        "trasferit[oa]|iniziato|cominciato|cambiato|lasciato|smesso|sposat[oa]|adottato|comprato"
        "|diventat[oa]|passat[oa] a"
    ),
    asks_past=(
        "prima(?! di (?:uscire|andare|partire|cominciare))|in passato|precedente(?:mente)?|precedenti|una volta"
        "|un tempo|abitavo|vivevo|lavoravo|usavo|vecchi[oae]?|ex"
    ),
)
