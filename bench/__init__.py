"""What must be fast, against its peer, as ratios in one run; `make bench` runs `bench.run`."""
