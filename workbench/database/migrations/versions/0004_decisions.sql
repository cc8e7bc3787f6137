-- Rows of one key that say different things wait for a decision, unless one was given beforehand.
alter table workbench.import_batch
    drop constraint import_batch_on_conflict_check,
    add constraint import_batch_on_conflict_check check (on_conflict in ('first', 'last', 'hold')),
    add column decisions integer not null default 0;     -- how often a person decided of its rows

-- A person's word on which rows count: one line for its key, or a rule for every key of which no line was named. Only ever
-- inserted; the newest counts.
create table workbench.import_decision (
    tenant_id uuid not null,
    batch_id uuid not null,
    number integer not null check (number > 0),          -- import_batch.decisions when it was made
    line integer,
    rule text check (rule in ('first', 'last', 'hold')),
    about text,                                          -- what the line was chosen for: its key; where a playbook makes the keys, its cells
    decided_by text not null,
    decided_at timestamptz not null default now(),
    check (num_nonnulls(line, rule) = 1),
    foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id)
);
create unique index import_decision_once on workbench.import_decision (batch_id, number, line) nulls not distinct;

alter table workbench.import_decision enable row level security;
alter table workbench.import_decision force row level security;
create policy seen on workbench.import_decision for select using (tenant_id = (select workbench.current_tenant()));
create policy decided on workbench.import_decision for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.open_batch()));
grant select, insert on workbench.import_decision to workbench_app;
grant update (decisions) on workbench.import_batch to workbench_app;
