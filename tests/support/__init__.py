"""Stand-ins that tests and benchmarks share: providers, servers, clocks, stores, batches."""
