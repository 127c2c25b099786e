"""Time in Portuguese."""

from memchat.memory.dates.values import Language, Wording

_ABOUT = "(?:cerca de |quase |mais de |uns |umas )?"
_BOUNDS = "desde|até|antes de|depois de|após|de|a|entre|e|fim de|início de|meados de|a partir de|para"
_NOW = "moro|mora|vivo|vive|trabalho|trabalha|estou|está|sou|tenho|estudo|uso|faço|toco|namoro|jogo|sigo"

PORTUGUESE = Language(
    code="pt",
    telling=(
        "o a os as um uma e eu sou é está em no na do da de que meu minha me nós você ele ela com por para não ao quê "
        "quando onde quem como foi era tenho moro morava desde até há passado passada ontem mês"
    ),
    wording=Wording(
        day=("{d} de {month} de {y}", "em {d} de {month} de {y}"),
        weekday=("{weekday}, {d} de {month} de {y}", "{weekday}, {d} de {month} de {y}"),
        week=("a semana de {d} de {month} de {y}", "na semana de {d} de {month} de {y}"),
        weekend=("o fim de semana de {d} de {month} de {y}", "no fim de semana de {d} de {month} de {y}"),
        month=("{month} de {y}", "em {month} de {y}"),
        season=("{season} de {y}", "na estação {season} de {y}"),
        year=("{y}", "em {y}"),
        between=("{first} a {last}", "de {first} a {last}"),
        around="por volta de {when}",
        since="desde {when}",
        month_names=(
            *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
            *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
        ),
        weekday_names=(
            *("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
        ),
        season_names=("primavera", "verão", "outono", "inverno"),
    ),
    units={
        "horas?|minutos?": "hour",
        "dias?": "day",
        "(?:fim|fins|final|finais) de semana": "weekend",
        "semanas?": "week",
        "m[êe]s(?:es)?": "month",
        "anos?": "year",
    },
    numbers={
        "uma?": 1,
        "dois|duas": 2,
        "três|tres": 3,
        "quatro": 4,
        "cinco": 5,
        "seis": 6,
        "sete": 7,
        "oito": 8,
        "nove": 9,
        "dez": 10,
        "quinze": 15,
        "vinte": 20,
    },
    few="alguns|algumas|vários|várias|uns|umas|poucos|poucas",
    months=(
        *("janeiro", "fevereiro", "março|marco", "abril", "maio", "junho", "julho", "agosto", "setembro"),
        *("outubro", "novembro", "dezembro"),
    ),
    weekdays=("segunda", "terça", "quarta", "quinta", "sexta", "s[áa]bado", "domingo"),
    seasons=("primavera", "verão", "outono", "inverno"),
    fixed={
        "hoje(?: de manhã| à tarde| à noite)?|esta (?:manhã|tarde|noite)": ("day", 0),
        "ontem(?: de manhã| à tarde| à noite)?": ("day", -1),
        "anteontem|antes de ontem": ("day", -2),
        "amanhã(?: de manhã| à tarde| à noite)?": ("day", 1),
        "depois de amanhã": ("day", 2),
    },
    shifts={
        "(?:(?:no|na|o|a) )?(?:{unit} passad[oa]|últim[oa] {unit})": -1,
        "n?est[ea] {unit}": 0,
        "(?:(?:no|na|o|a) )?(?:próxim[oa] {unit}|{unit} que vem|{unit} seguinte)": 1,
    },
    ago=(f"há {_ABOUT}{{n}} {{unit}}(?: atrás)?|{{n}} {{unit}} atrás|faz {{n}} {{unit}}",),
    ahead=("(?:em|daqui a|dentro de) {n} {unit}",),
    lately=("(?:n?[oa]s )?últim[oa]s {n} {unit}",),
    coming=("(?:n?[oa]s |pel[oa]s )?próxim[oa]s {n} {unit}",),
    lasting=(
        f"(?:{_NOW})(?: \\w+){{0,6}}? (?P<core>há {_ABOUT}{{n}} {{unit}})(?! atrás)",
        f"(?P<core>há {_ABOUT}{{n}} {{unit}}) que (?:{_NOW})",
    ),
    weekday={
        "(?:na |no )?{weekday}(?:-feira)? da semana passada": "week before",
        "(?:na |no )?{weekday}(?:-feira)? da (?:próxima semana|semana que vem)": "week after",
        "(?:na |no )?(?:{weekday}(?:-feira)? passad[oa]|últim[oa] {weekday}(?:-feira)?)": "last",
        "(?:na |no )?(?:{weekday}(?:-feira)? que vem|próxim[oa] {weekday}(?:-feira)?)": "next",
        "n?est[ea] {weekday}(?:-feira)?": "this",
        "(?:na |no ){weekday}(?:-feira)?(?: à noite| à tarde| de manhã)?": "choose",
        "{weekday}-feira": "choose",
        "(?:até|desde|para|antes de|depois de) (?:[oa] )?(?P<core>{weekday}(?:-feira)?)": "choose",
    },
    month={
        "(?:em )?{month} de {year}": "choose",
        "(?:em )?{month} do ano passado": "last year",
        "(?:em |no )?(?:{month} passado|último {month})": "last",
        "(?:em |no )?(?:próximo {month}|{month} que vem)": "next",
        "n?este {month}": "this",
        "em {month}": "choose",
        f"(?:{_BOUNDS}) (?P<core>{{month}})": "choose",
    },
    season={
        "(?:n?[oa] )?{season} de {year}": "choose",
        "(?:n?[oa] )?(?:{season} passad[oa]|últim[oa] {season})": "last",
        "(?:n?[oa] )?(?:próxim[oa] {season}|{season} que vem)": "next",
        "n?est[ea] {season}": "this",
    },
    dates=("(?:em |no dia |dia )?{day}º? de {month}(?: de {year})?",),
    years=("em {year}", f"(?:{_BOUNDS}) (?P<core>{{year}})"),
    since="desde(?: o| a)?|a partir de",
    until="até(?: o| a| ao| à)?",
    before="antes d[eoa]",
    after="depois d[eoa]|após(?: o| a)?",
    between=(("entre", "e"), ("de|desde", "a|até"), ("", "a|até|-|–")),
    prepositions="desde|até|antes de|depois de|após|de|a|entre|e|para|a partir de|fim de|início de|meados de",
    recurring="cada|tod[oa]s?(?: [oa]s?)?|às|aos",
    yearly="aniversário|nasci|nasceu|todos os anos|cada ano",
    future=(
        "\\w+(?:arei|erei|irei|aremos|eremos|iremos)|vou|vamos|vai|quero|devo|tenho (?:que|de)|preciso|consulta|prazo"
        "|próxim[oa]|amanhã|planejo|pretendo"
    ),
    past=(
        "\\w{2,}(?:ei|ou|aram|eram|iram|ava|avam|ia|iam|aste|este)|fui|foi|fomos|fiz|fez"
        "|tive|estive|vi|disse|ontem|há|desde"
    ),
    used_to=(
        "costumava|antigamente|antes,? (?:eu |\\w+ava)|no passado|anteriormente|naquela época"
        "|quando (?:eu )?era (?:criança|jovem|pequen[oa]|estudante)|(?:eu )?(?:morava|vivia|trabalhava|fumava|estudava)"
        "|morei em|vivi em|trabalhei (?:em|para|como|na|no)"
    ),
    changes="mudei|mudamos|comecei|troquei|deixei|parei|casei|adotei|comprei|passei a|entrei|virei|aposentei",
    asks_past=(
        "antes(?! de (?:sair|ir|começar))|antigamente|anterior(?:es|mente)?|previamente|costumava|no passado|morava"
        "|vivia|trabalhava|usava|antig[oa]s?|velh[oa]s?|já não"
    ),
)
