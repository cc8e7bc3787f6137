-- A person's word on a row can be said otherwise until the signature: the later one counts, with who says it and when, and the
-- earlier one goes into the audit log (current.sql). What a run has resolved is no person's word.
grant update (reason, explained_by, explained_at, rejected) on workbench.import_explanation to workbench_app;
create policy by_whom_now on workbench.import_explanation as restrictive for update using (resolved_by is null)
    with check (explained_by = (select workbench.current_person()) and explained_at = now());
