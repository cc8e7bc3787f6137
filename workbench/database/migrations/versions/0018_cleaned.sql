-- What a recipe changed in a row: {column: [what the source has there, number of the step]}; null where it changed nothing. The
-- cells in raw are as the recipe left them. Under the name "" stands the step that took the whole row out: that is a row of the
-- source all the same, which is skipped.
alter table workbench.import_row add column cleaned jsonb;
alter table workbench.import_row drop constraint import_row_status_check;
alter table workbench.import_row add constraint import_row_status_check
    check (status in ('validated', 'failed') or status = 'skipped' and cleaned ? '')
    not valid;                                           -- what is there has passed a stricter one
