-- Names follow seed 002 (ImportBatch, ImportRow, ImportTemplate) in snake case; what the design adds is said beside it.
-- Every table carries tenant_id under forced row-level security. The program's role, workbench_app, owns nothing,
-- may insert rows, outcomes, explanations, signatures and log entries, and may change or delete none of them.

-- The tenant of the running transaction; null, and so nothing at all is visible, when none was set.
create function workbench.current_tenant() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('workbench.tenant', true), '')::uuid $$;

create table workbench.tenant (
    id uuid primary key default gen_random_uuid(),
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    created_at timestamptz not null default now()
);

-- The id behind a slug, made on first use: the one question that is asked before a tenant is known.
-- It runs with its owner's rights, so pg_temp comes last: else a caller's own type called uuid would be run with them too.
create function workbench.tenant_id(wanted text) returns uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare found uuid;
begin
    perform set_config('workbench.slug', wanted, true);
    select id into found from workbench.tenant where slug = wanted;
    if found is null then
        insert into workbench.tenant (slug) values (wanted) on conflict (slug) do nothing;
        select id into found from workbench.tenant where slug = wanted;
    end if;
    perform set_config('workbench.slug', '', true);
    return found;
end $$;

-- Who has worked in a tenant: a signature needs a second person as soon as there is one.
create table workbench.person (
    tenant_id uuid not null references workbench.tenant,
    name text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, name)
);

-- One source, imported under one or more contracts in order.
create table workbench.import_run (
    id uuid primary key,
    tenant_id uuid not null references workbench.tenant,
    title text not null,
    initiated_by_id text not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, id)
);

create table workbench.import_template (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid references workbench.tenant,          -- null: for every tenant
    kept_by uuid not null references workbench.tenant,   -- who alone may change it
    name text not null,
    data_type text not null,
    description text,
    config jsonb not null,
    created_by_id text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (tenant_id, data_type, name)
);

-- One import of one sheet under one contract.
create table workbench.import_batch (
    id uuid primary key,
    tenant_id uuid not null references workbench.tenant,
    run_id uuid not null,
    data_type text not null,
    source text not null,
    stage text not null default 'queued'
        check (stage in ('queued', 'staging', 'staged', 'planned', 'held', 'completed', 'failed')),
    -- seed 002's four words for it
    status text not null generated always as (
        case when stage in ('queued', 'completed', 'failed') then stage else 'processing' end) stored,
    template_id uuid,                                    -- may be gone since; what it said stands in mapping
    file_key text,                                       -- where the kept source file is, below the home's files folder
    checksum text,
    file_name text not null,
    initiated_by_id text not null,
    mode text not null,
    "window" text,
    notes text not null default '',
    follow_ups text not null default '',
    dry_run boolean not null default false,
    skip_errors boolean not null default false,
    headers text[] not null default '{}',                -- the source's columns, in their order: what import_row.raw lists
    fields text[] not null default '{}',                 -- the contract's fields that this import brings
    mapping jsonb not null default '{}',
    reading jsonb not null default '{}',
    undo_of uuid,
    plan integer not null default 0,                     -- the plan that counts; outcomes of earlier plans stay as they were
    plan_snapshot pg_snapshot,                           -- what the database looked like to that plan
    plan_writers integer,                                -- how many transactions stored that plan
    processed integer,
    created integer,
    updated integer,
    skipped integer,
    unmatched integer,
    invalid integer,
    removed integer not null default 0,                  -- records deactivated or deleted because the file no longer names them
    summary jsonb not null default '{}',                 -- seconds of each step, and why it failed
    created_at timestamptz not null default now(),
    started_at timestamptz,
    planned_at timestamptz,
    completed_at timestamptz,
    unique (tenant_id, id),
    foreign key (tenant_id, run_id) references workbench.import_run (tenant_id, id),
    foreign key (tenant_id, undo_of) references workbench.import_batch (tenant_id, id),
    constraint identity check (processed = created + updated + skipped + unmatched + invalid)
);
create index import_batch_stage on workbench.import_batch (tenant_id, stage, created_at desc);
create index import_batch_status on workbench.import_batch (tenant_id, status);
create index import_batch_checksum on workbench.import_batch (tenant_id, checksum);
-- a batch is undone once
create unique index import_batch_undone on workbench.import_batch (undo_of) where stage = 'completed';

-- One source row. Only ever inserted. Its id is its batch's with the line in the last eight digits, and a record that the row
-- creates takes that id: a record's id alone tells the batch and the line that made it.
create table workbench.import_row (
    tenant_id uuid not null,
    batch_id uuid not null,
    line integer not null,
    id uuid not null,
    external_key text,
    raw text not null,                                   -- the source's cells as they stood, a JSON list in the order of
                                                         -- import_batch.headers; text, for nobody looks into it with SQL
    payload jsonb not null,
    status text not null check (status in ('validated', 'failed')),
    errors jsonb,
    created_at timestamptz not null default now(),
    primary key (batch_id, line)
);

-- What a plan means to do with one row. Only ever inserted. Skipped rows say why, unmatched rows what was not found.
create table workbench.import_outcome (
    tenant_id uuid not null,
    batch_id uuid not null,
    plan integer not null,
    line integer not null,
    seen xid,                                            -- who had last written the record when the plan looked at it
    outcome text not null check (outcome in ('created', 'updated', 'skipped', 'unmatched', 'invalid')),
    reason text,
    record_id uuid,
    refs jsonb,                                          -- ids of the records it refers to, by column
    before jsonb,                                        -- the record's columns before an update
    errors jsonb,                                        -- issues that only the database could see
    primary key (batch_id, line, plan)                   -- the line before the plan: a row finds its outcome at once
);
create index import_outcome_record on workbench.import_outcome (record_id) where outcome = 'updated';

-- What a plan means to do with records that the file no longer names.
create table workbench.import_removal (
    tenant_id uuid not null,
    batch_id uuid not null,
    plan integer not null,
    record_id uuid not null,
    seen xid not null,                                   -- who had last written it when the plan looked at it
    action text not null check (action in ('deactivated', 'deleted')),
    before jsonb not null,                               -- the whole record
    primary key (batch_id, plan, record_id)
);

-- A person's word on a row that was unmatched or invalid: it counts as skipped from then on.
create table workbench.import_explanation (
    tenant_id uuid not null,
    batch_id uuid not null,
    line integer not null,
    reason text not null check (reason <> ''),
    explained_by text not null,
    explained_at timestamptz not null default now(),
    primary key (batch_id, line)
);

create table workbench.sign_off (
    tenant_id uuid not null,
    batch_id uuid primary key,
    signed_by text not null,
    signed_at timestamptz not null default now(),
    digest text not null,                                -- SHA-256 over the evidence
    evidence jsonb not null                              -- counts and log as they were signed
);

-- Who did what, when.
create table workbench.audit_log (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    batch_id uuid,
    detail jsonb not null default '{}'
);
create index audit_log_batch on workbench.audit_log (batch_id, id);

-- Nothing in them ever dies, so there is nothing to clean up after each import; what freezes old rows can wait for more.
alter table workbench.import_row set (autovacuum_vacuum_insert_threshold = 5000000);
alter table workbench.import_outcome set (autovacuum_vacuum_insert_threshold = 5000000);

-- References within one tenant, here and above, so that no tenant can hang anything on another's batch.
alter table workbench.import_explanation add foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id);
alter table workbench.sign_off add foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id);
alter table workbench.import_removal add foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id);

-- The batch that the transaction works on, and its plan: rows and outcomes go there and nowhere else.
-- Asked once a statement, not once a row, which is why it is no trigger.
create function workbench.open_batch() returns uuid language sql stable as
$$ select id from workbench.import_batch
   where id = nullif(current_setting('workbench.batch', true), '')::uuid and stage not in ('completed', 'failed') $$;
create function workbench.staging_batch() returns uuid language sql stable as
$$ select id from workbench.import_batch
   where id = nullif(current_setting('workbench.batch', true), '')::uuid and stage in ('queued', 'staging') $$;

-- A batch only moves forward, begins at the beginning, and cannot be completed unless every row has one outcome
-- of the plan that counts, every outcome a row, and the figures are those of the outcomes.
create function workbench.guard_batch() returns trigger language plpgsql as $$
declare
    rank constant text[] := array['queued', 'staging', 'staged', 'planned', 'completed', 'failed'];
    was int; is_ int; found record;
begin
    if tg_op = 'INSERT' then
        if new.stage <> 'queued' or new.plan <> 0 then
            raise exception 'batch % must begin as queued', new.id using errcode = 'WB001';
        end if;
        return new;
    end if;
    if new.id <> old.id or new.tenant_id <> old.tenant_id or new.data_type <> old.data_type
       or new.checksum is distinct from old.checksum or new.undo_of is distinct from old.undo_of then
        raise exception 'batch % cannot become another batch', old.id using errcode = 'WB001';
    end if;
    was := array_position(rank, case old.stage when 'held' then 'planned' else old.stage end);
    is_ := array_position(rank, case new.stage when 'held' then 'planned' else new.stage end);
    if is_ < was or (old.stage in ('completed', 'failed') and new.stage <> old.stage) or new.plan < old.plan then
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
create trigger guard_batch before insert or update on workbench.import_batch
    for each row execute function workbench.guard_batch();

-- Explanations end with the signature, and only a row that needs one takes one.
create function workbench.guard_explanation() returns trigger language plpgsql as $$
begin
    if exists (select from workbench.sign_off where batch_id = new.batch_id) then
        raise exception 'batch % is signed off and frozen', new.batch_id using errcode = 'WB003';
    end if;
    if not exists (select from workbench.import_batch b join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
                   where b.id = new.batch_id and o.line = new.line and o.outcome in ('unmatched', 'invalid')) then
        raise exception 'line % has nothing to explain', new.line using errcode = 'WB001';
    end if;
    return new;
end $$;
create trigger guard_explanation before insert on workbench.import_explanation
    for each row execute function workbench.guard_explanation();

create function workbench.guard_sign_off() returns trigger language plpgsql as $$
begin
    if not exists (select from workbench.import_batch where id = new.batch_id and stage = 'completed') then
        raise exception 'batch % is not completed', new.batch_id using errcode = 'WB001';
    end if;
    if exists (select from workbench.import_batch b join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
               left join workbench.import_explanation e on e.batch_id = b.id and e.line = o.line
               where b.id = new.batch_id and o.outcome in ('unmatched', 'invalid') and e.line is null) then
        raise exception 'batch % has unexplained rows', new.batch_id using errcode = 'WB001';
    end if;
    if exists (select from workbench.import_batch where id = new.batch_id and initiated_by_id = new.signed_by)
       and (select count(*) from workbench.person where tenant_id = new.tenant_id) > 1 then
        raise exception '% ran batch % and cannot sign it', new.signed_by, new.batch_id using errcode = 'WB001';
    end if;
    return new;
end $$;
create trigger guard_sign_off before insert on workbench.sign_off
    for each row execute function workbench.guard_sign_off();

-- One row with everything that is known of it: what seed 002's ImportRow shows, after the plan, the commit and the explanations.
create view workbench.import_result with (security_invoker = true) as
select r.tenant_id, r.batch_id, r.line, r.id, r.external_key, r.raw::json as raw, r.payload,
       case when o.outcome is null or b.stage <> 'completed' then r.status
            when e.line is not null then 'skipped'
            when o.outcome in ('created', 'updated') then 'applied'
            when o.outcome = 'skipped' then 'skipped'
            else 'failed' end as status,
       case when e.line is not null then 'skipped' else o.outcome end as outcome,
       case when e.line is not null then 'explained' else o.reason end as reason,
       o.outcome as planned_outcome, o.reason as planned_reason,
       e.reason as explanation, e.explained_by, e.explained_at,
       case when r.errors is null then o.errors when o.errors is null then r.errors else r.errors || o.errors end as errors,
       o.record_id, case when b.stage = 'completed' and o.outcome in ('created', 'updated') then o.record_id end as applied_record_id,
       o.refs, o.before, r.created_at, coalesce(e.explained_at, b.completed_at, b.planned_at, r.created_at) as updated_at
from workbench.import_row r
join workbench.import_batch b on b.id = r.batch_id
left join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = b.plan
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
     and o.outcome in ('unmatched', 'invalid');          -- a later plan may have found what an earlier one had not

-- Row-level security, forced on the owner too.
do $$
declare name text;
begin
    foreach name in array array['person', 'import_run', 'import_batch', 'import_explanation', 'sign_off', 'audit_log']
    loop
        execute format('alter table workbench.%I enable row level security', name);
        execute format('alter table workbench.%I force row level security', name);
        execute format('create policy tenant on workbench.%I using (tenant_id = (select workbench.current_tenant()))', name);
    end loop;
    foreach name in array array['tenant', 'import_template', 'import_row', 'import_outcome', 'import_removal']
    loop
        execute format('alter table workbench.%I enable row level security', name);
        execute format('alter table workbench.%I force row level security', name);
    end loop;
end $$;
create policy tenant on workbench.tenant
    using (id = (select workbench.current_tenant()) or slug = (select nullif(current_setting('workbench.slug', true), '')));
create policy own on workbench.import_template using (kept_by = (select workbench.current_tenant()))
    with check (kept_by = (select workbench.current_tenant()) and coalesce(tenant_id, kept_by) = kept_by);
create policy shared on workbench.import_template for select using (tenant_id is null);
create policy seen on workbench.import_row for select using (tenant_id = (select workbench.current_tenant()));
create policy staged on workbench.import_row for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.staging_batch()));
create policy seen on workbench.import_outcome for select using (tenant_id = (select workbench.current_tenant()));
create policy planned on workbench.import_outcome for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.open_batch()));
create policy seen on workbench.import_removal for select using (tenant_id = (select workbench.current_tenant()));
create policy planned on workbench.import_removal for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.open_batch()));

grant usage on schema workbench to workbench_app;
grant select on all tables in schema workbench to workbench_app;
grant insert on workbench.person, workbench.import_run, workbench.import_template, workbench.import_batch, workbench.import_row,
    workbench.import_outcome, workbench.import_removal, workbench.import_explanation, workbench.sign_off, workbench.audit_log
    to workbench_app;
-- what a batch was begun with, by whom and from what, stays
grant update (stage, started_at, fields, reading, summary, plan, planned_at, plan_snapshot, plan_writers, processed, created,
    updated, skipped, unmatched, invalid, removed, notes, follow_ups) on workbench.import_batch to workbench_app;
grant update (description, config, updated_at) on workbench.import_template to workbench_app;
grant delete on workbench.import_template to workbench_app;
