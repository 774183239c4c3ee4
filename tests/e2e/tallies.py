"""Reads the tally of a patient as a stranger's program would, by docs/tallies.md alone, and counts what it should say; its practice's counts; and the tally of a clinician's month.

Arguments: sqlite <views.db> | redis <url> <prefix>, and what was sent, as JSON:
{"practice", "patient", "clinician", "zone", "readings": [ms], "stretches": [[ms, ms]]}. Prints {"found": {...}, "expected": {...}, "counts": {...}, "expectedCounts": {...},
"month": {...}, "expectedMonth": {...}}.
"""
import json
import sqlite3
import subprocess
import sys
from calendar import monthrange
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def from_sqlite(path, name, month):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tally, of_month = (
        dict(database.execute("SELECT field, value FROM tallies WHERE patient = ?", (one,))) for one in (name, month)
    )
    by_state = "SELECT state, sum(patients) FROM counts WHERE practice = ? GROUP BY state"
    return tally, dict(database.execute(by_state, (name.split("/")[0],))), of_month


def from_redis(url, prefix, name, month):
    def cli(*words):
        asked = subprocess.run(["redis-cli", "-u", url, "--json", *words], capture_output=True, text=True, check=True)
        return json.loads(asked.stdout)

    def tally(of):
        keys = cli("KEYS", f"{prefix}g*:tally:{of}")
        return cli("HGETALL", keys[0]) if keys else {}

    counts = Counter()
    for key in cli("KEYS", f"{prefix}g*:counts:{name.split('/')[0]}"):
        counts.update({state: int(patients) for state, patients in cli("HGETALL", key).items()})
    return tally(name), dict(counts), tally(month)


def expected(asked):
    zone = ZoneInfo(asked["zone"])
    local = lambda ms: datetime.fromtimestamp(ms / 1000, zone)
    dates = [local(ms).date() for ms in asked["readings"]]
    start = min(dates)
    period = [start + timedelta(days=day) for day in range(30)]
    per_date = [dates.count(date) for date in period]
    month = datetime.now(zone).strftime("%Y-%m")
    milliseconds = {ms for first, last in asked["stretches"] for ms in range(first, last, 1000)}
    seconds = sum(1 for ms in milliseconds if local(ms).strftime("%Y-%m") == month)
    data_days = sum(1 for count in per_date if count > 0)
    return {
        "version": "1",
        "practice": asked["practice"],
        "patient": asked["patient"],
        "zone": asked["zone"],
        "periodStart": period[0].isoformat(),
        "periodEnd": period[-1].isoformat(),
        "readingsPerDate": " ".join(str(count) for count in per_date),
        "dataDays": str(data_days),
        "missing.99454": f"{16 - data_days} days {period[-1].isoformat()}",
        "lastReadingAt": str(max(asked["readings"]) // 1000 * 1000),
        "waitsFor": "",
        "month": month,
        "seconds": str(seconds),
        "conversations": "0",
        "changes": "0",
    }


def expected_counts(tally):
    """Of a practice with this one patient."""
    if not tally:
        return {}
    seconds, days = int(tally["seconds"]), int(tally["dataDays"])
    states = {
        "patients": True,
        "call": seconds >= 600 and tally["conversations"] == "0",
        "near": (seconds > 0 and any(0 < mark - seconds <= 120 for mark in (600, 1200, 2400, 3600))) or days in (14, 15),
        "missing": bool(set(tally["waitsFor"].split()) - {"READING"}),
        "working": tally["working"] != "",
    }
    for field, lines in tally.items():
        if field.startswith("code."):
            states.update({f"{field}.{line.split()[0]}": True for line in lines.split(", ")})
    return {state: 1 for state, holds in states.items() if holds}


def expected_month(asked):
    """Of a clinician with these stretches and no others, each moment once."""
    zone = ZoneInfo(asked["zone"])
    month = datetime.now(zone).strftime("%Y-%m")
    written = [ms for first, last in asked["stretches"] for ms in range(first, last, 1000)]
    dates = Counter(datetime.fromtimestamp(ms / 1000, zone).date().isoformat() for ms in set(written))
    days = monthrange(*map(int, month.split("-")))[1]
    per_date = [dates[f"{month}-{day:02}"] for day in range(1, days + 1)]
    in_month = [ms for ms in written if datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m") == month]
    if not in_month:
        return {}
    return {
        "version": "1",
        "practice": asked["practice"],
        "clinician": asked["clinician"],
        "zone": asked["zone"],
        "month": month,
        "seconds": str(len(set(in_month))),
        "secondsDeducted": str(len(in_month) - len(set(in_month))),
        "patients": "1",
        "secondsPerDate": " ".join(map(str, per_date)),
    }


engine, *where, sent = sys.argv[1:]
asked = json.loads(sent)
name = f"{asked['practice']}/{asked['patient']}"
this_month = datetime.now(ZoneInfo(asked["zone"])).strftime("%Y-%m")
month = f"clinician:{asked['practice']}/{asked['clinician']}:{this_month}"
found, counts, of_month = (from_sqlite if engine == "sqlite" else from_redis)(*where, name, month)
print(
    json.dumps(
        {
            "found": found,
            "expected": expected(asked),
            "counts": counts,
            "expectedCounts": expected_counts(found),
            "month": of_month,
            "expectedMonth": expected_month(asked),
        }
    )
)
