"""The benchmarks: ratios against other ways of doing the same, interleaved in one run."""
