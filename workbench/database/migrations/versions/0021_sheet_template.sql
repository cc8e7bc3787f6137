-- A configured Google Sheet may name the template that maps and cleans it.
alter table workbench.google_sheet add column template_id uuid;  -- may have retired since
grant update (template_id) on workbench.google_sheet to workbench_app;
