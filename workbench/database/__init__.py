"""Everything that speaks SQL: the control tables, and the steps of an import as statements over whole sets of rows."""
