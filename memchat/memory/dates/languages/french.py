"""Time in French."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:environ |presque |à peu près |plus de )?"
_BOUNDS = "depuis|jusqu'en|jusqu'à|avant|après|dès|de|à|entre|et|fin|début|mi"

FRENCH = Language(
    code="fr",
    telling=(
        "le la les un une des et je j'ai suis est c'est mon ma mes nous tu vous il elle on de du à au en dans pour "
        "avec que qui quoi où quand pas ne ce cette était dernière dernier depuis hier j'habite j'étais"
    ),
    wording=Wording(
        day=("le {d} {month} {y}", "le {d} {month} {y}"),
        weekday=("le {weekday} {d} {month} {y}", "le {weekday} {d} {month} {y}"),
        week=("la semaine du {d} {month} {y}", "la semaine du {d} {month} {y}"),
        weekend=("le week-end du {d} {month} {y}", "le week-end du {d} {month} {y}"),
        month=("{month} {y}", "en {month} {y}"),
        season=("{season} {y}", "à la saison {season} {y}"),
        year=("{y}", "en {y}"),
        between=("{first} au {last}", "du {first} au {last}"),
        around="vers {when}",
        since="depuis {when}",
        month_names=(
            *("janvier", "février", "mars", "avril", "mai", "juin"),
            *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        ),
        weekday_names=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        season_names=("printemps", "été", "automne", "hiver"),
    ),
    units={
        "heures?|minutes?": "hour",
        "jours?": "day",
        "week-?ends?": "weekend",
        "semaines?": "week",
        "mois": "month",
        "ans?|années?": "year",
    },
    numbers={
        "une?": 1,
        "deux": 2,
        "trois": 3,
        "quatre": 4,
        "cinq": 5,
        "six": 6,
        "sept": 7,
        "huit": 8,
        "neuf": 9,
        "dix": 10,
        "quinze": 15,
        "vingt": 20,
    },
    few="quelques|plusieurs",
    months=(
        *("janvier", "février|fevrier", "mars", "avril", "mai", "juin", "juillet", "août|aout"),
        *("septembre", "octobre", "novembre", "décembre|decembre"),
    ),
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    seasons=("printemps", "été", "automne", "hiver"),
    fixed={
        "aujourd'hui|ce (?:matin|midi|soir)|cet après-midi|cette nuit": ("day", 0),
        "hier(?: matin| soir| après-midi)?|la nuit dernière": ("day", -1),
        "avant-hier": ("day", -2),
        "demain(?: matin| soir| après-midi)?": ("day", 1),
        "après-demain": ("day", 2),
        "l'an(?:née)? (?:derni(?:er|ère)|passée?)": ("year", -1),
        "l'an(?:née)? prochaine?": ("year", 1),
    },
    shifts={
        "(?:la |le )?{unit} (?:derni(?:er|ère)|passée?|précédente?)": -1,
        "(?:cette|ce) {unit}": 0,
        "(?:la |le )?{unit} prochaine?": 1,
    },
    ago=(f"il y a {_ABOUT}{{n}} {{unit}}",),
    ahead=("dans {n} {unit}",),
    lately=("(?:au cours des |pendant les |ces |les )?{n} derni(?:er|ère)s {unit}",),
    coming=("(?:au cours des |pendant les |ces |les )?{n} prochaine?s {unit}",),
    lasting=(f"depuis {_ABOUT}{{n}} {{unit}}", f"(?P<core>ça fait {_ABOUT}{{n}} {{unit}}) que"),
    weekday={
        "{weekday} de la semaine dernière": "week before",
        "{weekday} de la semaine prochaine": "week after",
        "{weekday} (?:dernier|passé)": "last",
        "{weekday} (?:prochain|qui vient)": "next",
        "ce {weekday}": "this",
        "{weekday}(?: matin| soir| après-midi)?": "choose",
    },
    month={
        "(?:en |au mois de |fin |début |mi-)?{month} {year}": "choose",
        "(?:en )?{month} de l'an(?:née)? (?:derni(?:er|ère)|passée?)": "last year",
        "(?:en )?{month} dernier": "last",
        "(?:en )?{month} prochain": "next",
        "(?:en |au mois de |au mois d'|fin |début |mi-){month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:à |en |pendant )?(?:l'|le |au )?{season} {year}": "choose",
        "(?:pendant )?(?:l'|le |au )?{season} (?:dernier|passé)": "last",
        "(?:pendant )?(?:l'|le |au )?{season} prochain": "next",
        "cet? {season}": "this",
    },
    dates=("(?:le )?{day}(?:er)? {month}(?: {year})?",),
    years=("en {year}", f"(?:{_BOUNDS}) (?:l'année )?(?P<core>{{year}})"),
    since="depuis(?: le| la)?|à partir (?:de|du|d')|dès",
    until="jusqu'(?:en|au|à|à la)|d'ici(?: à)?",
    before="avant(?: le| la)?",
    after="après(?: le| la)?",
    between=(("entre", "et"), ("de|du", "à|au|jusqu'en|jusqu'au|jusqu'à"), ("", "à|au|-|–")),
    prepositions="depuis|jusqu'en|jusqu'à|jusqu'au|avant|après|dès|de|d'|du|à|entre|et|à partir de",
    recurring="chaque|tous les|toutes les|le|les",
    yearly="anniversaire|née?|chaque année|tous les ans",
    future=(
        "vais|vas|va|allons|allez|vont|prévois|prévue?|dois|doit|veux|voudrais|rendez-vous|échéance|demain|prochaine?"
        "|(?!vrai\\b)\\w+(?:erai|erons|irai|irons|endrai)"
    ),
    past=(
        "(?:ai|as|a|avons|avez|ont|suis|es|est|sommes|êtes|sont) (?:\\w+ )?"
        "\\w+(?:é|ée|és|ées|i|ie|is|it|u|ue|us|ert|ait)"
        "|étais|était|étions|avais|avait|\\w{3,}(?:ais|ait|aient)|hier|depuis"
    ),
    used_to=(
        "autrefois|jadis|dans le passé|à l'époque|auparavant|anciennement|avant,? (?:je|j'\\w+|nous|on)"
        "|quand j'étais (?:petite?|jeune|enfant|étudiante?)|j'(?:habitais|étudiais)"
        "|je (?:vivais|travaillais|fumais|jouais)"
        "|j'ai (?:vécu|habité)"
    ),
    changes="déménagé|emménagé|commencé|arrêté|changé|rejoint|quitté|devenue?|adopté|acheté|mariée?|passée? à",
    asks_past=(
        "avant|auparavant|autrefois|précédemment|précédente?s?|ancienne?s?|anciennement|jadis|à l'époque|habitais"
        "|vivais|travaillais|utilisais|dans le passé"
    ),
)
