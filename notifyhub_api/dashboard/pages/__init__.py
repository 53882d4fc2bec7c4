"""One file for each kind of page: `GET` and `POST` lead from paths to functions of a visit."""
