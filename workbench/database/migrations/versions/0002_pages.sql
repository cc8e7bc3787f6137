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

grant select on workbench.import_correction, workbench.import_profile, workbench.import_source
    to workbench_app;
grant insert on workbench.import_correction, workbench.import_profile, workbench.import_source to workbench_app;
grant update (revision) on workbench.import_batch to workbench_app;
grant update (dataset, owner, format, location, refresh_cadence, notes, samples, quirks, data_type, template_id, paused,
    pause_reason, paused_by, paused_at, place, updated_by, updated_at), delete on workbench.import_source to workbench_app;
grant update (tenant_id, name, retired_at, retired_by) on workbench.import_template to workbench_app;
revoke delete on workbench.import_template from workbench_app;
