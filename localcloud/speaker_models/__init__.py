"""Speaker models: the two networks that tell speakers apart, converted to ONNX from a package that contains them."""
