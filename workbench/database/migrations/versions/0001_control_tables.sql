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
