"""Time in Spanish."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:casi |como |más de |aproximadamente )?"
_BOUNDS = (
    "desde|hasta|antes de|después de|de|a|entre|y|a? ?finales de|a? ?principios de|a? ?mediados de|a partir de|para|del"
)

SPANISH = Language(
    code="es",
    telling=(
        "el la los las un una y yo soy es está en de del que mi mis me nos tú te se con por para no lo al qué "
        "cuándo dónde quién cómo fue era he ha desde hasta hace pasado pasada ayer vivo vivía tengo"
    ),
    wording=Wording(
        day=("el {d} de {month} de {y}", "el {d} de {month} de {y}"),
        weekday=("el {weekday} {d} de {month} de {y}", "el {weekday} {d} de {month} de {y}"),
        week=("la semana del {d} de {month} de {y}", "la semana del {d} de {month} de {y}"),
        weekend=("el fin de semana del {d} de {month} de {y}", "el fin de semana del {d} de {month} de {y}"),
        month=("{month} de {y}", "en {month} de {y}"),
        season=("{season} de {y}", "en {season} de {y}"),
        year=("{y}", "en {y}"),
        between=("{first} al {last}", "del {first} al {last}"),
        around="hacia {when}",
        since="desde {when}",
        month_names=(
            *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
            *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        ),
        weekday_names=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        season_names=("primavera", "verano", "otoño", "invierno"),
    ),
    units={
        "horas?|minutos?": "hour",
        "d[ií]as?": "day",
        "fin(?:es)? de semana": "weekend",
        "semanas?": "week",
        "mes(?:es)?": "month",
        "años?": "year",
    },
    numbers={
        "una?|uno": 1,
        "dos|un par de": 2,
        "tres": 3,
        "cuatro": 4,
        "cinco": 5,
        "seis": 6,
        "siete": 7,
        "ocho": 8,
        "nueve": 9,
        "diez": 10,
        "quince": 15,
        "veinte": 20,
    },
    few="un[oa]s cuant[oa]s|un[oa]s poc[oa]s|un[oa]s|algun[oa]s|vari[oa]s|poc[oa]s",
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre|setiembre"),
        *("octubre", "noviembre", "diciembre"),
    ),
    weekdays=("lunes", "martes", "mi[ée]rcoles", "jueves", "viernes", "s[áa]bado", "domingo"),
    seasons=("primavera", "verano", "otoño", "invierno"),
    fixed={
        "hoy|esta (?:mañana|tarde|noche)": ("day", 0),
        "ayer(?: por la (?:mañana|tarde|noche))?|anoche": ("day", -1),
        "anteayer|antes de ayer|antier": ("day", -2),
        "(?<!la )(?<!esta )mañana(?: por la (?:mañana|tarde|noche))?": ("day", 1),
        "pasado mañana": ("day", 2),
    },
    shifts={
        "(?:durante |en )?(?:(?:el|la) )?(?:{unit} (?:pasad[oa]|anterior)|últim[oa] {unit})": -1,
        "(?:en )?est[ea] {unit}": 0,
        "(?:durante |en )?(?:(?:el|la) )?(?:{unit} (?:que viene|próxim[oa]|siguiente|entrante)|próxim[oa] {unit})": 1,
    },
    ago=(f"hace {_ABOUT}{{n}} {{unit}}", "{n} {unit} atrás"),
    ahead=("(?:en|dentro de) {n} {unit}",),
    lately=("(?:en |durante )?(?:los|las) (?:últim[oa]s {n} {unit}|{n} últim[oa]s {unit})",),
    coming=("(?:en |durante |por )?(?:los|las) próxim[oa]s {n} {unit}",),
    lasting=(
        f"desde hace {_ABOUT}{{n}} {{unit}}",
        f"(?P<core>hace {_ABOUT}{{n}} {{unit}}) que (?:vivo|trabajo|soy|estoy|tengo|estudio|uso|juego)",
        f"llev(?:o|amos) (?P<core>{_ABOUT}{{n}} {{unit}})",
    ),
    weekday={
        "(?:el )?{weekday} de la semana pasada": "week before",
        "(?:el )?{weekday} de la (?:próxima semana|semana que viene)": "week after",
        "(?:el )?(?:{weekday} pasado|pasado {weekday})": "last",
        "(?:el )?(?:próximo {weekday}|{weekday} que viene|{weekday} próximo)": "next",
        "este {weekday}": "this",
        "(?:el )?{weekday}(?: por la (?:mañana|tarde|noche))?": "choose",
    },
    month={
        "(?:en )?{month} del? {year}": "choose",
        "(?:en )?{month} del año pasado": "last year",
        "(?:en |el )?(?:pasado {month}|{month} pasado)": "last",
        "(?:en |el )?(?:próximo {month}|{month} próximo|{month} que viene)": "next",
        "(?:en )?este {month}": "this",
        "en {month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:en |durante )?(?:el |la )?{season} del? {year}": "choose",
        "(?:en |durante )?(?:el |la )?{season} pasad[oa]": "last",
        "(?:en |durante )?(?:(?:el |la )?{season} que viene|(?:el |la )?próxim[oa] {season})": "next",
        "est[ea] {season}": "this",
    },
    dates=("(?:el )?{day} de {month}(?: del? {year})?",),
    years=("en (?:el año |el )?{year}", f"(?:{_BOUNDS}) (?:el )?(?P<core>{{year}})"),
    since="desde(?: el| la)?|a partir de(?:l)?",
    until="hasta(?: el| la)?|para(?: el| la)?",
    before="antes de(?:l)?(?: la)?",
    after="después de(?:l)?(?: la)?",
    between=(("entre", "y"), ("de(?:l)?|desde(?: el)?", "a(?:l)?|hasta(?: el)?"), ("", "al?|hasta|-|–")),
    prepositions="desde|hasta|antes de|después de|de|a|entre|y|para|a partir de|finales de|principios de|mediados de",
    recurring="cada|todos los|todas las|los|las",
    yearly="cumpleaños|cumplo|nac[íi]|nació|nacid[oa]|aniversario|todos los años|cada año",
    future=(
        "(?:\\w+)(?:aré|eré|iré|ará|erá|irá|aremos|eremos|iremos|drá|dré)|voy a|vamos a|va a|van a|quiero"
        "|debo|tengo que"
        "|cita|plazo|próxim[oa]|mañana|planeo|pienso|espero"
    ),
    past=(
        "\\w{2,}(?:é|í|ó|aron|ieron|aba|aban|ía|ían|aste|iste)|fui|fue|fuimos|hice|hizo|tuve|estuve|dijo|compré|vi|ayer"
        "|(?:he|has|ha|hemos|han) \\w+(?:ado|ido|to|cho)|desde"
    ),
    used_to=(
        "solía(?:mos)?|antes,? (?:yo |\\w+(?:ía|aba)|era)|antiguamente|en el pasado|anteriormente|en aquella época"
        "|cuando era (?:niñ[oa]|joven|pequeñ[oa]|estudiante)|(?:yo )?(?:vivía|trabajaba|residía|estudiaba|fumaba)"
        "|viví en|trabajé (?:en|para|como)|he vivido"
    ),
    changes=(
        "mudé|mudamos|mudado|empecé|comencé|cambié|dejé|casé|adopté|compré|pasé a|convertí|jubilé|ascendieron"
        "|he empezado|he dejado|he cambiado"
    ),
    asks_past=(
        "antes(?! de (?:que|salir|ir|irme|empezar))|antiguamente|anterior(?:es|mente)?|previamente|solía|en el pasado"
        "|vivía|trabajaba|usaba|antigu[oa]s?|viej[oa]s?|ya no"
    ),
)
