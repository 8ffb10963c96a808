"""Options of `/v1/listen`: registry, parsing, values of one job."""
