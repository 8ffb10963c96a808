"""Tables of options, one a subject; `functions.options.registry` joins them."""
