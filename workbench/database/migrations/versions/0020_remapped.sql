-- Which field a column fills may change until an import is written, with a new revision of its rows alone (guard_batch).
grant update (mapping) on workbench.import_batch to workbench_app;
