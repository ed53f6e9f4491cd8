"""How well detectors find planted attacks, beside plain peers; what the benchmark suite `fraud` runs."""
