"""Medians, spreads and ratios of the flows in a results file (one JSON object a line)."""
import json
import statistics
import sys

runs = {}
for line in open(sys.argv[1], encoding="utf-8"):
    run = json.loads(line)
    runs.setdefault(run["label"], []).append(run)


def median(label, pick):
    return statistics.median(pick(run) for run in runs[label])


def p99(run):
    return run["steps"]["callback"]["p99_ms"]


print("| run | flows/s (median, least to most) | callback p99 ms | failed |")
print("| --- | --- | --- | --- |")
for label, all_runs in runs.items():
    rates = [run["flows_per_s"] for run in all_runs]
    failed = sum(run["failed"] for run in all_runs)
    print(f"| {label} | {statistics.median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f}) "
          f"| {median(label, p99):.1f} | {failed} |")
for label in runs:
    seed = label.replace("quittance", "seed")
    if label.startswith("quittance") and seed in runs:
        ratio = median(label, lambda run: run["flows_per_s"]) / median(seed, lambda run: run["flows_per_s"])
        print(f"{label}: {ratio:.1f} times the seed's flows; callback p99 {median(label, p99) / median(seed, p99):.2f} of the seed's")
