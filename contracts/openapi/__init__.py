"""Reading OpenAPI 3.0 and 3.1 documents: texts, references, the operation among many, schemas in a plain form."""
