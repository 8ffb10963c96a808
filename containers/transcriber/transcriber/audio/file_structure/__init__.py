"""Structure of files: where recordings begin and end in the bytes, and headers whose lengths are not true."""
