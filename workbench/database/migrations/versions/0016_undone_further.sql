-- An import can be undone again while an earlier undo of it has kept something: that nothing is taken back twice is seen to when
-- the undo is completed (current.sql).
drop index workbench.import_batch_undone;
create index import_batch_undone on workbench.import_batch (undo_of) where stage = 'completed';
