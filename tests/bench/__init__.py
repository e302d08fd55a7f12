"""The benchmark: the product beside a plain app, Datasette and the limit (`make bench`, docs/benchmark.md)."""
