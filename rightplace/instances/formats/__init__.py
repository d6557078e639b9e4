"""Statutory files become instances: the SSDA903 return and the Ofsted provider list (``docs/national_files.md``)."""
