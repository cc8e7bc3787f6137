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

-- The words of a name that tell: of two letters and more, without case, accents and punctuation.
create function workbench.words(name text) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(word), '{}') from regexp_split_to_table(
        lower(translate(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), 'øłđØŁĐ', 'oldOLD')),
        '[][[:space:][:punct:]\u2000-\u206f]+') word
    where length(word) > 1
$$;

-- Whether two names have no such word in common; not when one of them has none, or is blank.
create function workbench.quite_another(name text, other text) returns boolean language sql immutable parallel safe as $$
    select coalesce(name <> other and not workbench.words(name) && workbench.words(other)
        and workbench.words(name) <> '{}' and workbench.words(other) <> '{}', false)
$$;

-- A key as it is compared with what is written nearly so: its letters and digits, without case.
create function workbench.folded(text) returns text language sql immutable parallel safe as $$
    select lower(regexp_replace(normalize($1, NFKC), '[[:space:][:punct:]\u2000-\u206f]+', '', 'g'))
$$;

-- What was decided asks for a plan that knows of it: the batch goes back, as after a correction.
create or replace function workbench.guard_batch() returns trigger language plpgsql as $$
declare
    rank constant text[] := array['queued', 'staging', 'staged', 'planned', 'completed', 'failed'];
    was int; is_ int; found record; behind record; found_loose bigint;
begin
    if tg_op = 'INSERT' then
        if new.stage <> 'queued' or new.plan <> 0 or new.revision <> 0 or new.decisions <> 0 then
            raise exception 'batch % must begin as queued', new.id using errcode = 'WB001';
        end if;
        if new.part_of is not null and not exists (select from workbench.import_batch b where b.id = new.part_of
               and b.part_of is null and b.stage not in ('completed', 'failed')) then
            raise exception 'run % takes no more parts', new.part_of using errcode = 'WB001';
        end if;
        return new;
    end if;
    if new.id <> old.id or new.tenant_id <> old.tenant_id or new.data_type <> old.data_type
       or new.checksum is distinct from old.checksum or new.undo_of is distinct from old.undo_of
       or new.part_of is distinct from old.part_of or new.derived <> old.derived then
        raise exception 'batch % cannot become another batch', old.id using errcode = 'WB001';
    end if;
    if new.revision < old.revision or (new.revision > old.revision
        and (old.stage not in ('staged', 'planned', 'held') or new.stage <> 'staged' or old.undo_of is not null)) then
        raise exception 'batch % is % and cannot be corrected', old.id, old.stage using errcode = 'WB001';
    end if;
    if new.decisions < old.decisions or (new.decisions > old.decisions
        and (old.stage not in ('staged', 'planned', 'held') or new.stage <> 'staged' or old.undo_of is not null)) then
        raise exception 'batch % is % and nothing of it can be decided', old.id, old.stage using errcode = 'WB001';
    end if;
    was := array_position(rank, case old.stage when 'held' then 'planned' else old.stage end);
    is_ := array_position(rank, case new.stage when 'held' then 'planned' else new.stage end);
    if (is_ < was and new.revision = old.revision and new.decisions = old.decisions) or (old.stage in ('completed', 'failed') and new.stage <> old.stage)
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
        select count(*) as parts, count(*) filter (where stage <> 'completed') as open, bool_or(derived) as derived,
               sum(processed) as rows, sum(created) as created, sum(updated) as updated, sum(skipped) as skipped,
               sum(unmatched) as unmatched, sum(invalid) as invalid, coalesce(sum(removed), 0) as removed
        into behind from workbench.import_batch where part_of = new.id and stage <> 'failed';
        if behind.parts < (select count(distinct part) from workbench.import_batch where part_of = new.id) then
            raise exception 'only % of its parts are there', behind.parts using errcode = 'WB002';
        end if;
        if behind.open > 0 then
            raise exception '% of its % parts are not completed', behind.open, behind.parts using errcode = 'WB002';
        end if;
        if behind.derived and new.undo_of is null then
            found_loose := workbench.unrolled(new.id, new.plan);
            if found_loose > 0 then
                raise exception '% of its rows have another outcome than their parts have', found_loose using errcode = 'WB002';
            end if;
        elsif behind.parts > 0 and found.rows = 0 then
            found := behind;
        end if;
        if (found.rows, found.created, found.updated, found.skipped, found.unmatched, found.invalid)
           is distinct from (new.processed::bigint, new.created::bigint, new.updated::bigint, new.skipped::bigint,
                             new.unmatched::bigint, new.invalid::bigint) then
            raise exception 'its figures are not those of its % rows and their outcomes', found.rows using errcode = 'WB002';
        end if;
        if new.removed <> (select count(*) from workbench.import_removal where batch_id = new.id and plan = new.plan)
                          + behind.removed then
            raise exception 'it does not list the % records that it removes', new.removed using errcode = 'WB002';
        end if;
        new.completed_at := now();
    end if;
    return new;
end $$;

alter table workbench.import_decision enable row level security;
alter table workbench.import_decision force row level security;
create policy seen on workbench.import_decision for select using (tenant_id = (select workbench.current_tenant()));
create policy decided on workbench.import_decision for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.open_batch()));
grant select, insert on workbench.import_decision to workbench_app;
grant update (decisions) on workbench.import_batch to workbench_app;
