"""Reading OpenAPI 3.0 and 3.1 documents: texts, references, the operation, plain schemas."""
