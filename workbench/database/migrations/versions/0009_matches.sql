-- Whom imported rows mean: a person's decision, or one that was plain (the same id, e-mail, or name and school, once on both
-- sides). It is kept by texts, not by ids, so that it is still known after the next import and under a new roster. No record is
-- written by it, and nothing is deleted: what no longer counts is withdrawn.
create table workbench.match (
    tenant_id uuid not null references workbench.tenant,
    id uuid not null default gen_random_uuid(),
    of text not null check (of <> ''),                   -- the dataset whose rows say it
    said text not null check (said <> ''),               -- what they say, as workbench.said() makes it
    dataset text not null check (dataset <> ''),         -- whose record is meant
    known text,                                          -- that record's key, the first field of it; null: none of them, or later
    verdict text not null check (verdict in ('same', 'different', 'later')),
    score numeric(4, 3) check (score between 0 and 1),
    reasons jsonb not null default '{}',                 -- which fields agreed, and how
    pass text not null default 'person',                 -- how the two were found
    texts jsonb not null default '{}',                   -- what was said, as it was written: name, school, e-mail
    automatic boolean not null default false,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    withdrawn_by text,
    withdrawn_at timestamptz,
    primary key (id, tenant_id),
    check (verdict <> 'same' or known is not null),
    check (num_nulls(withdrawn_by, withdrawn_at) <> 1),
    -- what only looks alike is a person's to decide
    check (not automatic or verdict = 'same' and pass in ('identifier', 'email', 'name'))
);
create unique index match_same on workbench.match (tenant_id, of, said, dataset)
    where verdict = 'same' and withdrawn_at is null;
create unique index match_pair on workbench.match (tenant_id, of, said, dataset, known) nulls not distinct
    where withdrawn_at is null;
create index match_known on workbench.match (tenant_id, of, dataset, known) where verdict = 'same' and withdrawn_at is null;
create index match_decided on workbench.match (tenant_id, of, decided_at desc);

alter table workbench.match enable row level security;
alter table workbench.match force row level security;
create policy seen on workbench.match for select using (tenant_id = (select workbench.current_tenant()));
create policy decided on workbench.match for insert with check (tenant_id = (select workbench.current_tenant()));
create policy by_whom on workbench.match as restrictive for insert
    with check (decided_by = (select workbench.current_person()) and decided_at = now() and withdrawn_at is null);
create policy withdrawn on workbench.match for update
    using (tenant_id = (select workbench.current_tenant()) and withdrawn_at is null)
    with check (tenant_id = (select workbench.current_tenant())
        and withdrawn_by = (select workbench.current_person()) and withdrawn_at = now());
grant select, insert, update (withdrawn_by, withdrawn_at) on workbench.match to workbench_app;

-- Whom a text may mean, as the last run found: made anew by every run, and nobody's word.
create table workbench.match_candidate (
    tenant_id uuid not null references workbench.tenant,
    of text not null,
    said text not null,
    dataset text not null,
    known text not null,
    pass text not null,
    score numeric(4, 3) not null,
    reasons jsonb not null,
    found_at timestamptz not null default now(),
    primary key (tenant_id, of, said, dataset, known)
);
alter table workbench.match_candidate enable row level security;
alter table workbench.match_candidate force row level security;
create policy tenant on workbench.match_candidate using (tenant_id = (select workbench.current_tenant()));
grant select, insert, delete on workbench.match_candidate to workbench_app;
