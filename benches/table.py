"""The table of docs/PERFORMANCE.md from kept figures: one JSON object a line, each with a label.

Every figure is a median with the least and the most, every ratio one of medians. A wanted ratio that was
missed is said so. A run in which a flow failed, or a peer lost or repeated an event, ends with 1.
"""
import json
import statistics
import sys
from collections import defaultdict

with open(sys.argv[1], encoding="utf-8") as lines:
    runs = defaultdict(list)
    for line in lines:
        run = json.loads(line)
        runs[run["label"]].append(run)


def sample(label, metric):
    """All values of a metric, which may lie deeper: `steps.callback.p99_ms`."""
    values = []
    for run in runs.get(label, []):
        for key in metric.split("."):
            run = run[key]
        values.append(run)
    return values


def figure(values, unit):
    digits = 0 if statistics.median(values) >= 100 else 1
    median, least, most = (f"{v:,.{digits}f}" for v in (statistics.median(values), min(values), max(values)))
    return f"{median} ({least} to {most}){unit}"


def section(title):
    print(f"\n### {title}\n\n| figure | Quittance | beside it, in the same run | ratio | wanted |\n| --- | --- | --- | --- | --- |")


def row(what, ours, theirs=None, wanted="", unit=""):
    """`ours` is (label, metric), `theirs` (name, label, metric); left out where they were not measured.

    `wanted` is a bound of the ratio (`>= 3.3`), or with a trailing `!` of our own figure.
    """
    mine = sample(*ours)
    other = sample(*theirs[1:]) if theirs else None
    if not mine or other == []:
        return
    ratio = statistics.median(mine) / statistics.median(other) if other else None
    beside = f"{theirs[0]}: {figure(other, unit)}" if other else ""
    said = wanted.rstrip("!")
    if wanted:
        judged = statistics.median(mine) if wanted.endswith("!") else ratio
        sign, bound = said.split()
        met = judged >= float(bound.replace(",", "")) if sign == ">=" else judged <= float(bound.replace(",", ""))
        said += "" if met else " **missed**"
    print(f"| {what} | {figure(mine, unit)} | {beside} | {'' if ratio is None else f'{ratio:.2f}'} | {said} |")


def has(prefix):
    return any(label.startswith(prefix) for label in runs)


def sizes(prefix):
    return sorted(int(label.removeprefix(prefix)) for label in runs if label.startswith(prefix))


def stores():
    section("The stores alone: `benches/run.sh store`")
    for writers, wanted in (1, ">= 2.3"), (64, ">= 3.3"):
        row(f"embedded, writers: {writers}, appends/s", (f"embedded {writers}", "append_per_s"),
            (f"UmaDB, {writers}", f"umadb {writers}", "append_per_s"), wanted)
    row("embedded, writers: 256, appends/s", ("embedded 256", "append_per_s"),
        ("UmaDB, 64", "umadb 64", "append_per_s"), ">= 4.5")
    for writers, by_hand, wanted in (1, 1, ""), (64, 64, ">= 4.5"), (256, 64, ">= 10"), (256, 256, ">= 10"):
        row(f"PostgreSQL, writers: {writers}, appends/s", (f"postgres {writers}", "append_per_s"),
            (f"INSERT by hand, {by_hand}", f"insert {by_hand}", "append_per_s"), wanted)
    row("the INSERT by hand itself, 64 writers", ("insert 64", "append_per_s"),
        ("the peers' own", "raw 64", "append_per_s"))
    row("embedded, read back in order, events/s", ("embedded 64", "read_per_s"),
        ("UmaDB", "umadb 64", "read_per_s"), ">= 1.5")
    on_postgres = [name for name in ("insert", "raw", "cqrs-es", "disintegrate", "esrs", "message-db") if f"{name} 64" in runs]
    if on_postgres:
        best = max(on_postgres, key=lambda name: statistics.median(sample(f"{name} 64", "read_per_s")))
        row("PostgreSQL, read back in order, events/s", ("postgres 64", "read_per_s"),
            (f"the best on PostgreSQL ({best})", f"{best} 64", "read_per_s"), ">= 1.2")
    for engine, name in ("embedded", "embedded"), ("postgres", "PostgreSQL"):
        followed = f"{engine} 64 followed"
        row(f"{name}, each of 3 followers of 64 writers, events/s", (followed, "follow_per_s"),
            ("appends/s with nobody following", f"{engine} 64", "append_per_s"))
        row(f"{name}, p99 from taken by the writer to seen", (followed, "lag_p99_ms"),
            ("an append's own p99", followed, "p99_ms"), unit=" ms")
    print("\n| store | writers | an append's p99, ms | processor per append, µs | read back, events/s |\n| --- | --- | --- | --- | --- |")
    for store in "embedded", "postgres", "umadb", *on_postgres:
        for writers in 1, 64, 256:
            measured = runs.get(f"{store} {writers}")
            if measured:
                metrics = "p99_ms", "processor_us_per_append", "read_per_s"
                cells = [figure([run[it] for run in measured], "") if it in measured[0] else "" for it in metrics]
                print(f"| {store} | {writers} | {' | '.join(cells)} |")


def rebuilds():
    section("Read models made anew: `benches/run.sh rebuild`")
    all_sizes = sizes("rebuild ")
    for size in all_sizes:
        events = sample(f"rebuild {size}", "events")[0]
        row(f"{events:,} events, events/s", (f"rebuild {size}", "events_per_s"),
            ("the log read alone", f"rebuild {size}", "read_alone_per_s"), ">= 100,000!")
        row(f"{events:,} events, peak memory", (f"rebuild {size}", "peak_mib"), unit=" MiB")
    for size in all_sizes[1:]:
        row(f"flat: {size:,} payments' events, events/s", (f"rebuild {size}", "events_per_s"),
            (f"{all_sizes[0]:,} payments", f"rebuild {all_sizes[0]}", "events_per_s"), ">= 0.8")


def flows():
    section("Complete flows: `benches/run.sh flows`")
    for clients in sizes("flows quittance "):
        ours, theirs = f"flows quittance {clients}", f"flows peer {clients}"
        most = clients == max(sizes("flows quittance "))
        row(f"{clients} clients, flows/s", (ours, "flows_per_s"),
            ("the Node service", theirs, "flows_per_s"), ">= 25" if most else "")
        row(f"{clients} clients, callback p99", (ours, "steps.callback.p99_ms"),
            ("the Node service", theirs, "steps.callback.p99_ms"), "<= 0.1" if most else "", " ms")


def reports():
    section("A report of 100,000 payments: `benches/run.sh reports`")
    row("the daily report", ("report quittance", "median_ms"), ("the Node service", "report peer", "median_ms"), unit=" ms")
    row("peak memory after it", ("report quittance", "server_peak_mib"),
        ("the Node service", "report peer", "server_peak_mib"), unit=" MiB")
    for name, who, wanted in ("quittance", "", "<= 2"), ("peer", "the Node service, ", ""):
        row(f"{who}4 clients while it is read: callback p99", (f"meanwhile {name}", "steps.callback.p99_ms"),
            ("its own, alone", f"alone {name}", "steps.callback.p99_ms"), wanted, " ms")
        row(f"{who}4 clients while it is read: flows/s", (f"meanwhile {name}", "flows_per_s"),
            ("its own, alone", f"alone {name}", "flows_per_s"))


def exports():
    section("Reports as files: `benches/run.sh exports`")
    row("totals of 100,000 payments", ("exports totals", "median_ms"), wanted="<= 5!", unit=" ms")
    row("the same, flat in the number of payments", ("exports totals", "median_ms"),
        ("of 10,000 payments", "exports totals of 10000", "median_ms"), "<= 1.5", " ms")
    for what, wanted, memory in ("report", "<= 0.1", 100), ("excel", "<= 0.0833", 40):
        row(f"100,000 payments as {what}", (f"exports {what}", "median_ms"),
            ("the Node service", f"exports peer {what}", "median_ms"), wanted, " ms")
        row(f"memory for it beside the resting server", (f"exports {what}", "server_peak_delta_mib"),
            ("the Node service's peak", f"exports peer {what}", "server_peak_mib"), f"<= {memory}!", " MiB")
    row("10,000 payments as PDF", ("exports pdf", "median_ms"), wanted="<= 2000!", unit=" ms")
    row("memory for it beside the resting server", ("exports pdf", "server_peak_delta_mib"), wanted="<= 100!", unit=" MiB")
    for what in "totals", "excel", "pdf":
        row(f"4 clients meanwhile ({what}): callback p99", (f"exports meanwhile {what}", "steps.callback.p99_ms"),
            ("its own, alone", f"exports alone {what}", "steps.callback.p99_ms"), "<= 2", " ms")


def growth():
    section("What grows with the ledger: `benches/run.sh growth`")
    least, *larger = sizes("grown ")
    for size in larger:
        small = f"{least:,} payments"
        row(f"{size:,} payments: flows/s, 64 clients", (f"grown {size}", "flows_per_s"),
            (small, f"grown {least}", "flows_per_s"), ">= 0.8")
        row(f"{size:,} payments: status p99", (f"grown {size}", "steps.status.p99_ms"),
            (small, f"grown {least}", "steps.status.p99_ms"), "<= 1.2", " ms")
        row(f"{size:,} payments: memory of the server", (f"memory {size}", "rss_mib"),
            (small, f"memory {least}", "rss_mib"), "<= 100!", " MiB")
        row(f"{size:,} payments: `verify`, events/s", (f"verify {size}", "events_per_s"),
            (small, f"verify {least}", "events_per_s"), ">= 0.8")


for prefix, print_section in ("embedded", stores), ("rebuild", rebuilds), ("flows", flows), ("alone", reports), ("exports", exports), ("grown", growth):
    if has(prefix):
        print_section()

wrong = [f"{label}: {run['failed']} flows failed" for label in runs for run in runs[label] if run.get("failed")]
wrong += [f"{label}: lost {run.get('read_missing', 0)}, twice {run.get('read_twice', 0)}" for label in runs
          for run in runs[label] if run.get("read_missing") or run.get("read_twice")]
wrong += [f"{label}: an old revision was taken" for label in runs for run in runs[label] if run.get("stale_refused") is False]
print("\n" + ("\n".join(wrong) or "No flow failed; every store gave back each event once and refused an old revision."))
counts = sorted({len(kept) for label, kept in runs.items() if label != "warm-up" and "meanwhile" not in label})
print(f"Medians, the least and the most, of {' or '.join(map(str, counts))} runs.")
sys.exit(bool(wrong))
