"""The note on method that goes with every committee report: what was counted, and how sure it is."""

from licence_server.domain.estimate import MIN_DAYS, MIN_REPORTERS, Range

ATTENDANCES = (
    "Attendances add up the headcounts of all sessions. Whoever came twice counts twice: these are not people."
)
SESSIONS = "Sittings in which the kit was used, on the day they began."
ORGANISATIONS = "Organisations with at least one session. Over a longer time each counts once."

_COUNTED = (
    "Kits count on the PC they run on and send what they counted when they next reach us, at once or months later. "
    "Each report counts once, on the day the session began in the service's time zone ({timezone}). No names, "
    "addresses or devices of learners are kept."
)
_UNKNOWN = (
    "An installation we have not heard from is unknown, not unused. Silent installations have not been in touch within "
    "the time their licence asks for; declined ones have objected to reporting; missing reports are numbers that a kit "
    "skipped and that never came. Reports still on their way will raise these figures."
)
_RANGE = (
    "The lower end is what was counted, in the published form the least that its count stands for. The upper end adds "
    "what could have happened unseen, on one assumption: that "
    "those we have not heard from used the kit no more than busy reporters did. The time that installations have not "
    "reported on counts at the upper quartile of attendances per installation and month among organisations that "
    f"report sessions and at least {MIN_DAYS} days (at their mean, where that is higher; by sector, where a sector has "
    f"{MIN_REPORTERS} of them), and each missing report as one of their sessions. If the assumption is wrong, the "
    "total could lie above it. Sources: C. F. Manski, Partial Identification of Probability Distributions (2003), "
    "chapter 1, on bounds from what is not known; S. L. Lohr, Sampling: Design and Analysis (3rd edition, 2021), "
    "chapter 8, on rates within classes in place of non-response."
)
_PUBLISHED = (
    "Counts of 1 to 4 are shown as “fewer than 5”, all others to the nearest 5; 0 is 0. Totals are added up before "
    "they are rounded, so rounded parts need not add up to them. A figure is “not shown” where, with everything "
    "else published for any month and for the trial to date, it would tell a small count: for every count that is not "
    "shown exactly, another table with another count there fits all that is published. In a small trial that can be "
    "most figures of a month. The range and the mean rating are shown where not even a reader who knew every count "
    "they are reckoned from could find a suppressed one. Only whole months that are over and the whole trial up to the "
    "last of them are published. Reports that arrive later change later copies of a "
    "report. After the Government Statistical Service’s guidance on disclosure control for tables produced from "
    "administrative sources, and A. Hundepool and others, Statistical Disclosure Control (2012), chapters 4 and 5."
)
_STAFF = (
    "These figures are counted to the last one and are for the team. What leaves the team is the published form, in "
    "which small counts are suppressed."
)


def paragraphs(form: str, timezone: str) -> tuple[tuple[str, str], ...]:
    """(title, text), in order."""
    return (
        ("What was counted", f"{_COUNTED.format(timezone=timezone)} {ATTENDANCES}"),
        ("What is not known", _UNKNOWN),
        ("The range that the total could lie in", _RANGE),
        ("Small numbers", _PUBLISHED if form == "published" else _STAFF),
    )


def basis(told: Range) -> str:
    """What a range rests on, in one sentence."""
    if told.upper is None:
        return "No organisation has reported enough to say how much the others could have used the kit."
    if told.upper == told.lower:
        return "Every activated installation has reported up to the end, and no report is missing."
    rate = f"{told.monthly_rate:g} attendances an installation and month, {told.per_session:g} a missing report"
    return (
        f"Could be, if those we have not heard from used the kit no more than busy reporters: "
        f"{told.unknown_months:,.0f} installation-months are not reported on and {told.missing_reports:,} reports are "
        f"missing; {told.reporters:,} busy reporters had {rate} (rate of all; {told.own_rates} sectors have their own)."
    )
