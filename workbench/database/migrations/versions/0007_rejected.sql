-- A person's word is of two kinds: an unmatched row is explained, and counts as skipped; an invalid one is rejected, and goes on
-- counting as invalid. Null is a word from before they were told apart: it explains whatever it was given for.
alter table workbench.import_explanation add column rejected boolean;
alter table workbench.import_explanation alter column rejected set default false;
-- a row that a later plan judges otherwise needs another word
alter table workbench.import_explanation drop constraint import_explanation_pkey;
create unique index import_explanation_once on workbench.import_explanation (batch_id, line, rejected) nulls not distinct;

-- A batch that nobody wants is put away: it stays to be read, and is never planned or written.
alter table workbench.import_batch
    drop constraint import_batch_stage_check,
    add constraint import_batch_stage_check check (
        stage in ('queued', 'staging', 'staged', 'planned', 'held', 'completed', 'failed', 'discarded'));
-- seed 002 has four words for it, and PostgreSQL before 17 cannot change how a column is generated
alter table workbench.import_batch drop column status;
alter table workbench.import_batch add column status text not null generated always as (
    case when stage in ('queued', 'completed', 'failed') then stage when stage = 'discarded' then 'failed'
         else 'processing' end) stored;
create index import_batch_status on workbench.import_batch (tenant_id, status);
