"""Time in English."""

from memchat.memory.dates.values import Language, Wording

WORDING = Wording(
    day=("{d} {month} {y}", "on {d} {month} {y}"),
    weekday=("{weekday} {d} {month} {y}", "on {weekday} {d} {month} {y}"),
    week=("the week of {d} {month} {y}", "in the week of {d} {month} {y}"),
    weekend=("the weekend of {d} {month} {y}", "on the weekend of {d} {month} {y}"),
    month=("{month} {y}", "in {month} {y}"),
    season=("the {season} of {y}", "in the {season} of {y}"),
    year=("{y}", "in {y}"),
    between=("{first} to {last}", "from {first} to {last}"),
    around="around {when}",
    since="since {when}",
    month_names=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    weekday_names=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    season_names=("spring", "summer", "autumn", "winter"),
)

_IRREGULAR = (
    "was|were|did|didn't|had|went|met|saw|got|came|bought|took|ate|left|began|wrote|made|said|told|found|sold|lost|won"
    "|broke|flew|drove|ran|sent|spent|gave|spoke|slept|felt|heard|kept|paid|taught|thought|knew|grew|caught|brought"
    "|built|fell|held|stood|understood|became|chose|drank|forgot|hurt|quit|sang|swam|woke|wore|dreamt|learnt|gone|been"
)
_PART = "(?:(?:early|late|earlier|later) )?"
_ABOUT = "(?:about |over |almost |nearly |more than )?"
_BOUNDS = "since|until|till|by|before|after|from|to|and|of|through"
_NOT_PAST = "scheduled|planned|supposed|excited|invited|interested|worried|tired|based|hundred|naked|sacred|embed|shed"

ENGLISH = Language(
    code="en",
    telling=(
        "the and is am are was were i i'm i've my me you your we our to of in on at for with that this it have has "
        "had do did does what when where who which how not be been will would can from last next ago since until "
        "yesterday today tomorrow week weeks month months year years day days morning night met before used"
    ),
    wording=WORDING,
    units={
        "hours?|hrs?|minutes?|mins?": "hour",
        "days?": "day",
        "weekends?": "weekend",
        "weeks?": "week",
        "months?": "month",
        "years?|yrs?": "year",
    },
    numbers={
        "an?|one": 1,
        "two|a couple(?: of)?": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
        "eleven": 11,
        "twelve": 12,
        "fifteen": 15,
        "twenty": 20,
        "thirty": 30,
    },
    few="a few|few|several|some|many",
    months=(
        *("january|jan\\.?", "february|feb\\.?", "march|mar\\.", "april|apr\\.?", "may", "june|jun\\.?"),
        *("july|jul\\.?", "august|aug\\.?", "september|sept?\\.?", "october|oct\\.?", "november|nov\\.?"),
        "december|dec\\.?",
    ),
    weekdays=(
        *("monday|mon\\.", "tuesday|tues?\\.", "wednesday|wed\\.", "thursday|thurs?\\.", "friday|fri\\."),
        *("saturday|sat\\.", "sunday|sun\\."),
    ),
    seasons=("spring", "summer", "autumn|fall", "winter"),
    fixed={
        "(?:earlier |later )?today|tonight|this (?:morning|afternoon|evening)|just now": ("day", 0),
        "yesterday(?: morning| afternoon| evening| night)?|last (?:night|evening)": ("day", -1),
        "(?:the )?day before yesterday": ("day", -2),
        "tomorrow(?: morning| afternoon| evening| night)?": ("day", 1),
        "(?:the )?day after tomorrow": ("day", 2),
        "(?:the )?week before last": ("week", -2),
        "(?:the )?month before last": ("month", -2),
        "(?:the )?year before last": ("year", -2),
        "(?:the )?week after next": ("week", 2),
        "a fortnight ago": ("week", -2),
        "half a year ago": ("month", -6),
    },
    shifts={
        f"{_PART}(?:in |during |over |on )?(?:the )?(?:last|past|previous) {{unit}}(?! of\\b)": -1,
        f"{_PART}(?:in |during |over )?this(?: current)? {{unit}}": 0,
        f"{_PART}(?:in |during |over )?(?:the )?(?:next|coming|following) {{unit}}(?! of\\b)": 1,
    },
    ago=("(?:about |around |some |over |almost |nearly )?{n} {unit} (?:ago|back|earlier)",),
    ahead=("in (?:about |around |the next )?{n} {unit}(?:'s?)?(?: time)?", "{n} {unit} from (?:now|today)"),
    lately=("(?:in |over |during |for |within )?(?:the |these )?(?:last|past) {n} {unit}",),
    coming=("(?:in |over |during |for |within )?(?:the )?(?:next|coming) {n} {unit}",),
    lasting=(
        f"(?:have|has|\\w+'ve|\\w+'s|been)(?: \\w+){{0,6}}? (?P<core>for {_ABOUT}{{n}} {{unit}})",
        f"(?P<core>for {_ABOUT}{{n}} {{unit}}) now",
    ),
    weekday={
        "(?:on )?{weekday} (?:of )?last week|last week(?: on|'s)? {weekday}": "week before",
        "(?:on )?{weekday} (?:of )?next week|next week(?: on|'s)? {weekday}": "week after",
        "(?:on )?{weekday} this week": "this week",
        "(?:on )?(?:last|the past|past) {weekday}": "last",
        "(?:on )?next {weekday}": "week after",
        "(?:on )?(?:this|the coming|coming|this coming) {weekday}": "this",
        "(?:on )?{weekday}(?: morning| afternoon| evening| night)?": "choose",
    },
    month={
        "(?:in |during |back in )?(?:early |late |mid-?)?{month},? (?:of )?{year}": "choose",
        "(?:in |during )?last {month}": "last",
        "(?:in |during )?next {month}": "next",
        "(?:in |during )?this {month}": "this",
        "(?:back in|in|during) (?:early |late |mid-?|the (?:beginning|end|middle) of )?{month}": "choose",
        f"(?:{_BOUNDS}|for|between) (?P<core>(?:early |late |mid-?)?{{month}})": "choose",
    },
    season={
        "(?:in |during )?(?:the )?{season}(?: of)? {year}": "choose",
        "(?:in |during |over )?(?:the )?(?:last|past) {season}": "last",
        "(?:in |during |over )?next {season}": "next",
        "(?:in |during |over )?this {season}": "this",
        "(?:in|during|over) (?:the )?{season}": "choose",
        "(?:since|until|before|after) (?P<core>(?:the )?{season})": "choose",
    },
    dates=(
        "(?:on )?(?:the )?{day}(?:st|nd|rd|th)?(?: of)? {month}(?:,? {year})?",
        "(?:on )?{month} (?:the )?{day}(?:st|nd|rd|th)?(?:,? {year})?",
    ),
    years=(
        "(?:back )?(?:in|during) (?:the year )?{year}",
        f"(?:{_BOUNDS}|between) (?P<core>(?:the year )?{{year}})",
    ),
    since="(?:ever )?since|starting(?: from| on| in)?|as of|beginning(?: on| in)?|from",
    until="until|till|up to|through|by",
    before="before|prior to|earlier than",
    after="after|later than|following",
    between=(("between", "and"), ("from", "(?:to|until|till|through)"), ("", "(?:to|until|till|through|-|–)")),
    prepositions="since|until|till|by|before|after|from|to|and|of|through|for|up to|prior to|as of|between|than",
    recurring="(?:every|each|most|any|on most)(?: other| second| single)?",
    yearly="birthdays?|born|anniversar(?:y|ies)|every year|annually|yearly",
    future=(
        "will|won't|'ll|shall|going to|gonna|plan(?:ning|s)? (?:to|on)|want(?:s)? to|need(?:s)? to|have to|has to|must"
        "|should|let's|upcoming|coming up|due|deadline|appointment|scheduled|hope to|tomorrow|can|could"
        "|leave on|arrive on|fly(?:ing)? (?:to|on|out)|remind me"
    ),
    past=f"(?!(?:{_NOT_PAST})\\b)[a-z]{{2,}}(?<!e)ed|{_IRREGULAR}|since",
    used_to=(
        "(?<!get )(?<!getting )(?<!got )(?<!am )(?<!'m )(?<!is )(?<!are )(?<!be )used to|formerly|previously"
        "|in the past|back then|in those days"
        "|once upon a time|not any ?more|no longer am|when i was (?:a (?:kid|child|teen\\w*|student)|young\\w*|little)"
        "|as a (?:kid|child|teenager)|i (?:lived in|resided in|worked (?:at|as)|was (?:a|an) \\w+ (?:at|until))"
        "|i worked for (?!\\d|an? |two |three |four |five |several |hours|days|weeks)"
    ),
    changes=(
        "moved|relocated|started|joined|began|switched|changed|became|got|adopted|bought|quit|left|stopped|gave up"
        "|married|graduated|retired|promoted|hired|turned|converted|upgraded|migrated"
        "|have been|has been|'ve been|'s been"
    ),
    asks_past=(
        "used? to|before(?! (?:that )?(?:i|we|you) (?:can|go|leave|start)\\b)|previous(?:ly)?|former(?:ly)?|earlier"
        "|back then|in the past|past|originally|at first|(?<!how )old|no longer|any ?more|prior"
    ),
)
