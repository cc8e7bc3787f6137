-- A row as a person corrected it, once more for each time. Only ever inserted: the row as it came stays in import_row, which
-- keeps its line and its id. The newest revision counts.
create table workbench.import_correction (
    tenant_id uuid not null,
    batch_id uuid not null,
    line integer not null,
    revision integer not null check (revision > 0),      -- import_batch.revision when it was made
    external_key text,
    raw text not null,
    payload jsonb not null,
    status text not null check (status in ('validated', 'failed')),
    errors jsonb,
    corrected_by text not null,
    corrected_at timestamptz not null default now(),
    primary key (batch_id, line, revision),
    foreign key (batch_id, line) references workbench.import_row (batch_id, line),
    foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id)
);
create index import_correction_key on workbench.import_correction (external_key);

-- How often a batch was corrected; 0 for most, whose rows are those of import_row.
alter table workbench.import_batch add column revision integer not null default 0;

-- The rows of a batch as they count: as a person corrected them last, else as they came.
create view workbench.corrected_row with (security_invoker = true) as
select r.tenant_id, r.batch_id, r.line, r.id,
       case when c.line is null then r.external_key else c.external_key end as external_key,
       coalesce(c.raw, r.raw) as raw, coalesce(c.payload, r.payload) as payload, coalesce(c.status, r.status) as status,
       case when c.line is null then r.errors else c.errors end as errors
from workbench.import_row r
left join (
    select distinct on (batch_id, line) batch_id, line, external_key, raw, payload, status, errors
    from workbench.import_correction order by batch_id, line, revision desc
) c on c.batch_id = r.batch_id and c.line = r.line;

-- A correction takes a planned batch back to staged: its plan no longer holds, and it cannot be committed without another.
create or replace function workbench.guard_batch() returns trigger language plpgsql as $$
declare
    rank constant text[] := array['queued', 'staging', 'staged', 'planned', 'completed', 'failed'];
    was int; is_ int; found record;
begin
    if tg_op = 'INSERT' then
        if new.stage <> 'queued' or new.plan <> 0 or new.revision <> 0 then
            raise exception 'batch % must begin as queued', new.id using errcode = 'WB001';
        end if;
        return new;
    end if;
    if new.id <> old.id or new.tenant_id <> old.tenant_id or new.data_type <> old.data_type
       or new.checksum is distinct from old.checksum or new.undo_of is distinct from old.undo_of then
        raise exception 'batch % cannot become another batch', old.id using errcode = 'WB001';
    end if;
    if new.revision < old.revision or (new.revision > old.revision
        and (old.stage not in ('staged', 'planned', 'held') or new.stage <> 'staged' or old.undo_of is not null)) then
        raise exception 'batch % is % and cannot be corrected', old.id, old.stage using errcode = 'WB001';
    end if;
    was := array_position(rank, case old.stage when 'held' then 'planned' else old.stage end);
    is_ := array_position(rank, case new.stage when 'held' then 'planned' else new.stage end);
    if (is_ < was and new.revision = old.revision) or (old.stage in ('completed', 'failed') and new.stage <> old.stage)
       or new.plan < old.plan then
        raise exception 'batch % is % and cannot become %', old.id, old.stage, new.stage using errcode = 'WB001';
    end if;
    if old.stage in ('completed', 'failed') then
        if exists (select from workbench.sign_off where batch_id = old.id) then
            raise exception 'batch % is signed off and frozen', old.id using errcode = 'WB003';
        end if;
        -- a generated column (status) has no value yet in a trigger before the write
        if to_jsonb(new) - array['notes', 'follow_ups', 'status'] <> to_jsonb(old) - array['notes', 'follow_ups', 'status'] then
            raise exception 'batch % is % and only its notes can change', old.id, old.stage using errcode = 'WB001';
        end if;
        return new;
    end if;
    if new.stage = 'completed' then
        if old.stage not in ('planned', 'held') then
            raise exception 'batch % was never planned', old.id using errcode = 'WB001';
        end if;
        select count(r.line) as rows, count(*) filter (where r.line is null or o.line is null) as loose,
               count(*) filter (where o.outcome = 'created') as created, count(*) filter (where o.outcome = 'updated') as updated,
               count(*) filter (where o.outcome = 'skipped') as skipped, count(*) filter (where o.outcome = 'unmatched') as unmatched,
               count(*) filter (where o.outcome = 'invalid') as invalid
        into found
        from (select line from workbench.import_row where batch_id = new.id) r
        full join (select line, outcome from workbench.import_outcome where batch_id = new.id and plan = new.plan) o using (line);
        if found.loose > 0 then
            raise exception '% of its rows and outcomes have no counterpart', found.loose using errcode = 'WB002';
        end if;
        if (found.rows, found.created, found.updated, found.skipped, found.unmatched, found.invalid)
           is distinct from (new.processed::bigint, new.created::bigint, new.updated::bigint, new.skipped::bigint,
                             new.unmatched::bigint, new.invalid::bigint) then
            raise exception 'its figures are not those of its % rows and their outcomes', found.rows using errcode = 'WB002';
        end if;
        if new.removed <> (select count(*) from workbench.import_removal where batch_id = new.id and plan = new.plan) then
            raise exception 'it does not list the % records that it removes', new.removed using errcode = 'WB002';
        end if;
        new.completed_at := now();
    end if;
    return new;
end $$;

-- The outcomes of a plan that no longer holds are not shown, and need no explanation.
create or replace function workbench.guard_explanation() returns trigger language plpgsql as $$
begin
    if exists (select from workbench.sign_off where batch_id = new.batch_id) then
        raise exception 'batch % is signed off and frozen', new.batch_id using errcode = 'WB003';
    end if;
    if not exists (select from workbench.import_batch b join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
                   where b.id = new.batch_id and b.stage <> 'staged'
                     and o.line = new.line and o.outcome in ('unmatched', 'invalid')) then
        raise exception 'line % has nothing to explain', new.line using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace view workbench.import_result with (security_invoker = true) as
select r.tenant_id, r.batch_id, r.line, r.id,
       case when c.line is null then r.external_key else c.external_key end as external_key,
       coalesce(c.raw, r.raw)::json as raw, coalesce(c.payload, r.payload) as payload,
       case when o.outcome is null or b.stage <> 'completed' then coalesce(c.status, r.status)
            when e.line is not null then 'skipped'
            when o.outcome in ('created', 'updated') then 'applied'
            when o.outcome = 'skipped' then 'skipped'
            else 'failed' end as status,
       case when e.line is not null then 'skipped' else o.outcome end as outcome,
       case when e.line is not null then 'explained' else o.reason end as reason,
       o.outcome as planned_outcome, o.reason as planned_reason,
       e.reason as explanation, e.explained_by, e.explained_at,
       case when o.errors is null then case when c.line is null then r.errors else c.errors end
            else coalesce(case when c.line is null then r.errors else c.errors end, '[]') || o.errors end as errors,
       o.record_id, case when b.stage = 'completed' and o.outcome in ('created', 'updated') then o.record_id end as applied_record_id,
       o.refs, o.before, r.created_at,
       coalesce(e.explained_at, b.completed_at, b.planned_at, c.corrected_at, r.created_at) as updated_at,
       case when c.line is not null then r.raw::json end as original, c.corrected_by, c.corrected_at
from workbench.import_row r
join workbench.import_batch b on b.id = r.batch_id
left join lateral (                                      -- row by row: a page of rows is all that is ever asked for
    select n.line, n.external_key, n.raw, n.payload, n.status, n.errors, n.corrected_by, n.corrected_at
    from workbench.import_correction n
    where b.revision > 0 and n.batch_id = r.batch_id and n.line = r.line order by n.revision desc limit 1
) c on true
left join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = b.plan and b.stage <> 'staged'
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
     and o.outcome in ('unmatched', 'invalid');          -- a later plan may have found what an earlier one had not

-- What is asked of a million rows. Most rows are in none of the first two, and so cost nothing.
create index import_row_issues on workbench.import_row (batch_id, line) where errors is not null;
create index import_outcome_open on workbench.import_outcome (batch_id, plan, line)
    where outcome in ('unmatched', 'invalid') or errors is not null;
-- A key is looked for in every batch there ever was. An entry for every row would make each import slower; this index says of
-- some thousand rows together which keys are not among them. Rows that it does not know of yet are read: a million of them
-- in a tenth of a second. It learns of them when somebody calls tidy, or with the next vacuum; not beside an import, which
-- would wait for it.
create index import_row_key on workbench.import_row using brin (external_key text_bloom_ops (false_positive_rate = 0.001))
    with (pages_per_range = 64);
create function workbench.tidy() returns integer language sql security definer set search_path = pg_catalog, pg_temp as
$$ select brin_summarize_new_values('workbench.import_row_key') $$;

-- Profiles of sources, to compare the next one with.
create table workbench.import_profile (
    tenant_id uuid not null references workbench.tenant,
    data_type text not null,
    checksum text not null,                              -- of the source's bytes
    digest text not null,                                -- of the profile: a workbook has one for each worksheet
    file_name text not null,
    batch_id uuid,
    profile jsonb not null,
    kept_by text not null,
    kept_at timestamptz not null default now(),
    primary key (tenant_id, data_type, checksum, digest),
    foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id)
);

-- Seed 002's table of source datasets, and whether their imports are paused.
create table workbench.import_source (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references workbench.tenant,
    dataset text not null check (dataset <> ''),
    owner text not null default '',
    format text not null default '',
    location text not null default '',
    refresh_cadence text not null default '',
    notes text not null default '',
    samples text not null default '',                    -- of its columns
    quirks text not null default '',
    data_type text,                                      -- the contract it is imported under
    template_id uuid,                                    -- may have retired since
    paused boolean not null default false,
    pause_reason text not null default '',
    paused_by text,
    paused_at timestamptz,
    place integer not null default 0,                    -- in the list
    updated_by text not null,
    updated_at timestamptz not null default now(),
    unique (tenant_id, dataset)
);

-- A template retires when nobody is to use it any more; its name is free then.
alter table workbench.import_template add column retired_at timestamptz, add column retired_by text;
alter table workbench.import_template drop constraint import_template_tenant_id_data_type_name_key;
create unique index import_template_name on workbench.import_template (tenant_id, data_type, name) nulls not distinct
    where retired_at is null;

do $$
declare name text;
begin
    foreach name in array array['import_profile', 'import_source']
    loop
        execute format('alter table workbench.%I enable row level security', name);
        execute format('alter table workbench.%I force row level security', name);
        execute format('create policy tenant on workbench.%I using (tenant_id = (select workbench.current_tenant()))', name);
    end loop;
end $$;
alter table workbench.import_correction enable row level security;
alter table workbench.import_correction force row level security;
create policy seen on workbench.import_correction for select using (tenant_id = (select workbench.current_tenant()));
create policy corrected on workbench.import_correction for insert with check (
    tenant_id = (select workbench.current_tenant())
    and (batch_id, revision) = (select b.id, b.revision from workbench.import_batch b
                                where b.id = nullif(current_setting('workbench.batch', true), '')::uuid and b.stage = 'staged'));

grant select on workbench.import_correction, workbench.corrected_row, workbench.import_profile, workbench.import_source
    to workbench_app;
grant insert on workbench.import_correction, workbench.import_profile, workbench.import_source to workbench_app;
grant update (revision) on workbench.import_batch to workbench_app;
grant update (dataset, owner, format, location, refresh_cadence, notes, samples, quirks, data_type, template_id, paused,
    pause_reason, paused_by, paused_at, place, updated_by, updated_at), delete on workbench.import_source to workbench_app;
grant update (tenant_id, name, retired_at, retired_by) on workbench.import_template to workbench_app;
revoke delete on workbench.import_template from workbench_app;
