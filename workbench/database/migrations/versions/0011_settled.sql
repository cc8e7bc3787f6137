-- What a row's record gets, where that is not what the row alone says: rows of one record together, merged with what is stored.
alter table workbench.import_outcome add column settled jsonb;
