-- A run is one source. Under one contract its batch is all there is; a composed run has parts, batches of their own: either its
-- rows are made into theirs (derived), or they are several sheets and the rows are the parts'.
alter table workbench.import_batch
    add column part_of uuid,
    add column part integer not null default 0,          -- its place among the parts, from 1 on
    add column derived boolean not null default false,   -- its rows were made of those of the batch it is a part of
    add column sweep_of uuid,                            -- whose unmatched rows it brings in
    add column on_conflict text not null default 'first' check (on_conflict in ('first', 'hold')),
    add foreign key (tenant_id, part_of) references workbench.import_batch (tenant_id, id),
    add foreign key (tenant_id, sweep_of) references workbench.import_batch (tenant_id, id),
    add constraint part check ((part > 0) = (part_of is not null));
create index import_batch_part on workbench.import_batch (part_of, part) where part_of is not null;
create unique index import_batch_parts on workbench.import_batch (part_of, part) where part_of is not null and stage <> 'failed';

-- The lines of the source that a part's row was made of; null where it is the row of its own line.
alter table workbench.import_row add column sources integer[];

create index import_row_sources on workbench.import_row (batch_id) where sources is not null;

-- A row that was unmatched and that a later run has imported, now that what it refers to is there.
alter table workbench.import_explanation add column resolved_by uuid;
alter table workbench.import_explanation add foreign key (tenant_id, resolved_by) references workbench.import_batch (tenant_id, id);
