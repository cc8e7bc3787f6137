-- What the database does now: its functions, views and triggers, made anew whenever it is brought to a later version. The
-- migrations make what keeps data; what they need of this file they have in an older form, which is replaced here.

-- A text under the program's key: who knows the key not cannot make it.
create or replace function workbench.proof(text) returns text language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(key || sha256(key || convert_to($1, 'UTF8'))), 'hex') from workbench.program_key
$$;
revoke execute on function workbench.proof(text) from public;

-- For whom the running transaction is, as its setting says and proves: null, and so nothing at all is visible, when none was
-- said, and when it was said without proof. The setting is the tenant's id, the proof, and the person, with a point between.
create or replace function workbench.identity(out tenant_id uuid, out person text)
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
declare said text := current_setting('workbench.identity', true);
begin
    if said ~ '^[0-9a-f-]{36}\.[0-9a-f]{64}\..'
       and substr(said, 38, 64) = workbench.proof(concat_ws(chr(31), 'identity', left(said, 36), substr(said, 103))) then
        tenant_id := left(said, 36);
        person := substr(said, 103);
    end if;
end $$;
create or replace function workbench.current_tenant() returns uuid language sql stable parallel safe as
$$ select tenant_id from workbench.identity() $$;
create or replace function workbench.current_person() returns text language sql stable parallel safe as
$$ select person from workbench.identity() $$;

-- Whether the connection is a worker's, who takes up the jobs of every tenant and sees nothing else of theirs.
create or replace function workbench.is_worker() returns boolean language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp as
$$ select coalesce(current_setting('workbench.identity', true) = 'worker.' || workbench.proof('worker'), false) $$;

-- The tenant of a slug, made on first use, for somebody who proves that the program asks; and the identity that its
-- transactions carry from then on.
-- It runs with its owner's rights, so pg_temp comes last: else a caller's own type called uuid would be run with them too.
create or replace function workbench.enter(wanted text, who text, proven text, out tenant_id uuid, out identity text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if proven is distinct from workbench.proof(concat_ws(chr(31), 'enter', wanted, who)) then
        raise exception 'this connection does not prove for whom it is' using errcode = 'WB004';
    end if;
    select t.id into tenant_id from workbench.tenant t where t.slug = wanted;
    if tenant_id is null then
        insert into workbench.tenant (slug) values (wanted) on conflict (slug) do nothing;
        select t.id into tenant_id from workbench.tenant t where t.slug = wanted;
    end if;
    identity := tenant_id || '.' || workbench.proof(concat_ws(chr(31), 'identity', tenant_id, who)) || '.' || who;
    perform set_config('workbench.identity', identity, true);
    insert into workbench.person (tenant_id, name) values (enter.tenant_id, who) on conflict do nothing;
end $$;

-- Functions that guard what is written look for names in pg_catalog first: a type that somebody has made in a temporary schema,
-- and called as one of the system's, is else taken for it.

-- The rows of a batch as they count: as a person corrected them last, else as they came.
drop view if exists workbench.corrected_row;
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
grant select on workbench.corrected_row to workbench_app;

-- The batch that the transaction works on: outcomes and decisions go there and nowhere else, until it has ended.
create or replace function workbench.open_batch() returns uuid language sql stable as
$$ select id from workbench.import_batch
   where id = nullif(current_setting('workbench.batch', true), '')::uuid
     and stage not in ('completed', 'failed', 'discarded') $$;

-- The undo that took a batch back, the last of several; null while it stands. An undo whose dry run only shows is none.
create or replace function workbench.undone_by(batch uuid) returns uuid language sql stable parallel safe as $$
    select id from workbench.import_batch where undo_of = batch and stage = 'completed' order by completed_at desc, id desc limit 1
$$;

-- Whether a person's word is one for a row of that outcome: an unmatched row is explained, an invalid one rejected. A word from
-- before the two were told apart, and the run that has resolved a row, are for either.
create or replace function workbench.settles(word workbench.import_explanation, outcome text) returns boolean
language sql immutable parallel safe as
$$ select outcome in ('unmatched', 'invalid')
      and (word.rejected is null or word.resolved_by is not null or word.rejected = (outcome = 'invalid')) $$;

-- The order in which the outcomes of its parts decide the outcome of a source row, and where all are skipped, their reasons: from
-- 5 on it is skipped, 10 is a duplicate, 11 withheld, 12 what nothing was made of; 13 is no reason that there is.
drop function if exists workbench.weight(text);
create or replace function workbench.weight(outcome text, reason text) returns integer language sql immutable parallel safe as $$
    select case outcome when 'invalid' then 1 when 'unmatched' then 2 when 'created' then 3 when 'updated' then 4
        else case reason when 'kept' then 5 when 'protected' then 6 when 'known' then 7 when 'unchanged' then 8
                         when 'added_up' then 9 when 'duplicate' then 10 when 'withheld' then 11 when 'filtered' then 12
                         else 13 end end
$$;

-- How many source rows of a run have an outcome that is not what the one rule makes of its parts: the first of invalid,
-- unmatched, created and updated that any part has, else skipped, for the first reason that any part has. A record that several
-- rows make is created, updated or left as it is by the first of them that is not refused, and the others repeat that. A row that
-- was read as invalid is so whatever its parts are; one that nothing was made of is filtered.
-- Composed part by part: a batch that is named is looked up, where one that is joined would have all history read.
create or replace function workbench.unrolled(face uuid, number integer) returns bigint language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare made text; wrong bigint;
begin
    select string_agg(case when exists (
            select from workbench.import_row r where r.batch_id = b.id and r.sources is not null) then format(
        'select each.line, case when m.weight in (3, 4, 5, 7, 8) and each.line is distinct from m.first then 10
                                else m.weight end as weight
         from (
             select coalesce(r.sources, array[r.line]) as sources, workbench.weight(o.outcome, o.reason) as weight,
                    case when workbench.weight(o.outcome, o.reason) in (3, 4, 5, 7, 8) then (
                        select min(s.line) from unnest(coalesce(r.sources, array[r.line])) as s (line)
                        where s.line not in (select line from refused)) end as first
             from workbench.import_outcome o join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
             where o.batch_id = %1$L and o.plan = %2$L and r.batch_id = %1$L offset 0
         ) m cross join lateral unnest(m.sources) as each (line)', b.id, b.plan) else format(
        'select line, workbench.weight(outcome, reason) as weight from workbench.import_outcome
         where batch_id = %L and plan = %L',
        b.id, b.plan) end, ' union all ')
    into made from workbench.import_batch b where b.part_of = face and b.stage <> 'failed';
    execute format(
        'with refused as materialized (
             select line from workbench.import_outcome
             where batch_id = %1$L and plan = %2$L and outcome in (''invalid'', ''unmatched'')
         ), failed as materialized (
             select r.line from workbench.import_row r
             where r.batch_id = %1$L and r.errors is not null and r.status = ''failed'' and not exists (
                 select from workbench.import_correction c where c.batch_id = r.batch_id and c.line = r.line)
             union all
             select line from (
                 select distinct on (line) line, status from workbench.import_correction
                 where batch_id = %1$L order by line, revision desc
             ) corrected where status = ''failed''
         ), source as (
             select line, workbench.weight(outcome, reason) as weight from workbench.import_outcome
             where batch_id = %1$L and plan = %2$L
         ), rolled as (
             select made.line, min(made.weight) as weight from (%3$s) made group by made.line
         ), waits as materialized (                       -- rows that wait with another of their key, which is refused itself
             select w.line, w.external_key from workbench.corrected_row w
             join workbench.import_outcome o on o.batch_id = w.batch_id and o.line = w.line
             where w.batch_id = %1$L and o.batch_id = %1$L and o.plan = %2$L and o.reason = ''other line''
               and %4$L
         ), refusing as materialized (
             select distinct w.external_key from workbench.corrected_row w
             join workbench.import_outcome o on o.batch_id = w.batch_id and o.line = w.line
             where w.batch_id = %1$L and o.batch_id = %1$L and o.plan = %2$L and o.outcome in (''invalid'', ''unmatched'')
               and o.reason is distinct from ''other line'' and w.external_key <> '''' and %4$L
         )
         select (select count(*) from source full join rolled using (line)
                 where source.weight is distinct from coalesce(rolled.weight, 12)
                   and not (source.weight is not distinct from 1 and line in (select line from failed))
                   and not (coalesce(rolled.weight, 12) > 4 and line in (
                       select line from waits where external_key in (select external_key from refusing))))
              + (select count(*) from workbench.corrected_row w
                 join workbench.import_outcome o on o.batch_id = w.batch_id and o.line = w.line
                 where %4$L and w.batch_id = %1$L and o.batch_id = %1$L and o.plan = %2$L
                   and o.outcome in (''created'', ''updated'') and w.external_key in (select external_key from refusing))
              + (select count(*) from failed where line not in (
                     select line from workbench.import_outcome
                     where batch_id = %1$L and plan = %2$L and outcome = ''invalid''))', face, number, made,
        exists (select from workbench.import_batch b where b.id = face and b.summary @> '{"together": true}'
            and b.unmatched + b.invalid > 0))
    into wrong;
    return wrong;
end $$;

-- What every row of a run's source has come to, as the weight of it, where that is told of all of them at once: a part has a row of
-- each of its own, which all came to the same, and no row of another part came to what decides before it. Null where it is not so,
-- and wherever there is more to ask. As many lines as there are from the first to the last are all of these.
create or replace function workbench.alike(run workbench.import_batch) returns integer language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare lowest integer; highest integer; part record; same integer; first_of_all integer := 5; why record; first_why integer := 13;
begin
    if run.processed = 0 or run.unmatched + run.invalid > 0 or run.revision > 0 then
        return null;
    end if;
    select line into lowest from workbench.import_row where batch_id = run.id order by line limit 1;
    select line into highest from workbench.import_row where batch_id = run.id order by line desc limit 1;
    if highest - lowest + 1 is distinct from run.processed then
        return null;
    end if;
    for part in
        select b.id, b.processed, exists (
                   select from workbench.import_row r where r.batch_id = b.id and r.sources is not null) as is_grouped,
               case b.processed when b.created then 3 when b.updated then 4 when b.skipped then 5 end as all_of_it,
               case when b.invalid > 0 then 1 when b.unmatched > 0 then 2 when b.created > 0 then 3
                    when b.updated > 0 then 4 else 5 end as first_of_it
        from workbench.import_batch b where b.part_of = run.id and b.stage <> 'failed'
    loop
        first_of_all := least(first_of_all, part.first_of_it);
        if part.is_grouped and exists (
                select from workbench.import_row r cross join lateral unnest(coalesce(r.sources, array[r.line])) as each (line)
                where r.batch_id = part.id and each.line not between lowest and highest)
           or not part.is_grouped and exists (
                select from workbench.import_row r
                where r.batch_id = part.id and (r.line < lowest or r.line > highest)) then
            return null;
        end if;
        if not part.is_grouped and part.processed = run.processed then
            same := least(same, part.all_of_it);
        end if;
    end loop;
    if same is distinct from first_of_all or same < 5 then
        return case when same = first_of_all then same end;
    end if;
    same := null;                                        -- all are skipped, and the first reason of all decides
    for part in
        select b.id, b.plan, b.processed, exists (
            select from workbench.import_row r where r.batch_id = b.id and r.sources is not null) as is_grouped
        from workbench.import_batch b where b.id = run.id or b.part_of = run.id and b.stage <> 'failed' order by b.id <> run.id
    loop
        select min(workbench.weight(outcome, reason)) as first, max(workbench.weight(outcome, reason)) as last into why
        from workbench.import_outcome where batch_id = part.id and plan = part.plan;
        if part.id = run.id and why.first is distinct from why.last then
            return null;
        elsif part.id = run.id then
            first_of_all := why.first;
        elsif not part.is_grouped and part.processed = run.processed and why.first = why.last then
            same := least(same, why.first);
        end if;
        if part.id <> run.id then
            first_why := least(first_why, why.first);
        end if;
    end loop;
    return case when same = first_of_all and same = first_why then same end;
end $$;

-- Whether a line is one of those that are looked at, one in so many of them.
create or replace function workbench.drawn(line integer, lot bigint, one_in integer) returns boolean
language sql immutable parallel safe as
$$ select (hashint4extended($1, $2) & 9223372036854775807) % $3 = 0 $$;

-- Whether the rows of a batch are those of a source that are made into the rows of its parts, by a playbook or by a recipe.
create or replace function workbench.is_made_into_parts(batch workbench.import_batch) returns boolean language sql stable
set search_path = pg_catalog, pg_temp as
$$ select exists (select from workbench.import_batch p where p.part_of = batch.id and p.derived) $$;

-- How many outcomes of a batch say something of a record that is not so at the end of the transaction that writes it: what is
-- created, updated, restored or removed was so in this very transaction, and what is left as it is is there. Records that a
-- batch creates are found by their ids, which are those of its rows, and compared as a whole with what the outcomes come to
-- (the `mixed` hashes of all their ids, under a `lot` that nobody knows before): a million joined one by one would take as
-- long as they took to write. Of very many that are left as they are, ten thousand are looked up, or of all that the rows
-- speak of five hundred are asked whether they have the key of their row.
drop function if exists workbench.unwritten(workbench.import_batch);
create or replace function workbench.unwritten(batch workbench.import_batch, mixed bigint, lot bigint) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    mine constant xid := pg_current_xact_id()::xid;
    last constant uuid := left(batch.id::text, 28) || 'ffffffff';
    known workbench.dataset; made record; wanted text; wrong bigint := 0; more bigint;
begin
    select * into known from workbench.dataset d where d.data_type = batch.data_type;
    if not found or workbench.is_made_into_parts(batch) then
        return 0;                                        -- its parts write
    end if;
    if batch.undo_of is null and batch.created > 0 then
        perform set_config('enable_indexscan', case when batch.created < 20000 then 'on' else 'off' end, true),
                set_config('enable_bitmapscan', case when batch.created < 20000 then 'on' else 'off' end, true);
        execute format(
            'select count(*) as records, bit_xor(uuid_hash_extended(id, $4)) as mixed
             from %I.%I where id between $1 and $2 and xmin = $3', known.family, known.target)
            into made using batch.id, last, mine, lot;
        perform set_config('enable_indexscan', 'on', true), set_config('enable_bitmapscan', 'on', true);
        if (made.records, made.mixed) is distinct from (batch.created::bigint, mixed) then
            wrong := greatest(1, abs(made.records - batch.created));
        end if;
    end if;
    foreach wanted in array array[
        case when batch.undo_of is not null then
            $q$o.outcome in ('created', 'updated') and case o.reason when 'removed' then t.id is not null
                else t.xmin is distinct from $3 end$q$ end,
        case when batch.undo_of is null and batch.updated > 0 then
            $q$o.outcome = 'updated' and t.xmin is distinct from $3$q$ end,
        case when batch.undo_of is null and batch.skipped > 0 and known.key is null then
            $q$o.outcome = 'skipped' and o.record_id is not null and t.id is null
                and workbench.drawn(o.line, $4, 1 + $5 / 10000)$q$ end
    ] loop
        continue when wanted is null;
        execute format('select count(*) from workbench.import_outcome o left join %I.%I t on t.id = o.record_id
                        where o.batch_id = $1 and o.plan = $2 and ', known.family, known.target) || wanted
            into more using batch.id, batch.plan, mine, lot, batch.skipped;
        wrong := wrong + more;
    end loop;
    if known.key is not null and batch.undo_of is null then
        execute format(                                  -- looked up one by one, for they are few
            'select count(*) from (
                 select (select t.%I from %I.%I t where t.id = o.record_id) as key, coalesce(
                     case when $4 then (select c.external_key from workbench.import_correction c
                                        where c.batch_id = $1 and c.line = o.line order by c.revision desc limit 1) end,
                     (select r.external_key from workbench.import_row r where r.batch_id = $1 and r.line = o.line)) as said
                 from workbench.import_outcome o
                 where o.batch_id = $1 and o.plan = $2 and o.record_id is not null and workbench.drawn(o.line, $5, $3)
             ) looked_up where key is distinct from coalesce(said, key)', known.key, known.family, known.target)
            into more using batch.id, batch.plan, 1 + (batch.created + batch.updated + batch.skipped) / 500,
                batch.revision > 0, lot;
        wrong := wrong + more;
    end if;
    if batch.removed > 0 then
        execute format(
            'select count(*) from workbench.import_removal m left join %I.%I t on t.id = m.record_id
             where m.batch_id = $1 and m.plan = $2 and case m.action when ''deleted'' then t.id is not null
                 else t.xmin is distinct from $3 or %s end',
            known.family, known.target, case when known.active is null then 'false' else format('t.%I', known.active) end)
            into more using batch.id, batch.plan, mine;
        wrong := wrong + more;
    end if;
    return wrong;
end $$;

-- Whether a recipe cleans the source of a batch, and so may take rows out.
create or replace function workbench.cleans(batch workbench.import_batch) returns boolean language sql immutable parallel safe as
$$ select coalesce(jsonb_typeof(batch.mapping -> 'recipe') = 'object', false) $$;

-- How many outcomes of a batch have no ground in its rows: a row that was read as invalid is so, one is a duplicate of another
-- that is none, one is withheld for its source row's sake, one is left as it is because there is a record, one is filtered that
-- says what does not come in, or that a recipe took out. How many are not so by what the outcomes themselves say (`unsaid`), and whether there are `twins`,
-- is known to whoever has read them all.
drop function if exists workbench.groundless(workbench.import_batch);
create or replace function workbench.groundless(batch workbench.import_batch, unsaid bigint, twins boolean) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare wrong bigint; named_by text[]; cleans constant boolean := workbench.cleans(batch);
begin
    select count(*) into wrong
    from (
        select r.line from workbench.import_row r
        where r.batch_id = batch.id and r.errors is not null and r.status = 'failed' and (batch.revision = 0 or not exists (
            select from workbench.import_correction c where c.batch_id = r.batch_id and c.line = r.line))
        union all
        select line from (
            select distinct on (line) line, status from workbench.import_correction
            where batch_id = batch.id order by line, revision desc
        ) corrected where status = 'failed'
    ) failed join workbench.import_outcome o on o.batch_id = batch.id and o.plan = batch.plan and o.line = failed.line
    where o.outcome <> 'invalid';
    if cleans then
        wrong := wrong + (
            select count(*) from workbench.import_row r
            join workbench.import_outcome o on o.batch_id = r.batch_id and o.plan = batch.plan and o.line = r.line
            where r.batch_id = batch.id and r.status = 'skipped' and o.reason is distinct from 'filtered');
    end if;
    if batch.undo_of is not null or not exists (select from workbench.dataset d where d.data_type = batch.data_type)
       or workbench.is_made_into_parts(batch) then
        return wrong;                                    -- of an undo `unwritten` asks, of a playbook's rows `unrolled`
    end if;
    wrong := wrong + unsaid + (
        select count(*) from workbench.dataset d
        join workbench.import_outcome o on o.batch_id = batch.id and o.plan = batch.plan and o.reason = 'filtered'
        left join workbench.corrected_row r on r.batch_id = batch.id and r.line = o.line
        where d.data_type = batch.data_type and (d.only_field is not null or cleans) and r.status is distinct from 'skipped'
          and not coalesce(lower(r.payload ->> d.only_field) <> all(string_to_array(d.only_texts, ',')), false));
    if twins then
        -- rows that call one record by several names are known by the records that they name, which a duplicate says
        select array_agg(distinct name order by name) into named_by
        from workbench.import_outcome o cross join lateral jsonb_object_keys(o.refs) as name
        where o.batch_id = batch.id and o.plan = batch.plan and o.reason in ('added_up', 'duplicate')
            and o.refs is not null;
        wrong := wrong + (                               -- numbers are grouped in a third of the time that texts are
            select coalesce(sum(case when hash is null then again when counting = 0 then 1 else 0 end), 0)
            from (
                select hash, count(*) filter (where reason in ('added_up', 'duplicate')) as again,
                       count(*) filter (where reason in ('added_up', 'duplicate') is not true) as counting
                from (
                    select o.reason, hashtextextended(case when named_by is null then r.external_key else coalesce(
                               (select string_agg(o.refs ->> name, chr(31)) from unnest(named_by) as name), r.external_key
                           ) end, 0) as hash
                    from workbench.import_outcome o
                    join (
                        select line, external_key from workbench.import_row where batch_id = batch.id and batch.revision = 0
                        union all
                        select line, external_key from workbench.corrected_row where batch_id = batch.id and batch.revision > 0
                    ) r on r.line = o.line
                    where o.batch_id = batch.id and o.plan = batch.plan
                ) same group by hash
            ) keys);
    end if;
    return wrong;
end $$;

-- How many rows of a run's parts are withheld though a source row that they were made of is not refused.
create or replace function workbench.withheld_alone(run workbench.import_batch) returns bigint language sql stable
set search_path = pg_catalog, pg_temp as $$
    with refused as materialized (
        select line from workbench.import_outcome
        where batch_id = run.id and plan = run.plan and outcome in ('invalid', 'unmatched')
    )
    select count(*) from workbench.import_batch b
    join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.reason = 'withheld'
    left join workbench.import_row r on r.batch_id = o.batch_id and r.line = o.line
    where b.part_of = run.id and b.stage <> 'failed' and exists (
        select from unnest(coalesce(r.sources, array[o.line])) as each (line)
        where each.line not in (select line from refused))
$$;

-- How many rows of a batch are refused, though others are written that they go together with: rows of one key, or all rows where
-- a source is written whole or not at all. Of an undo, and of parts that are made of a run's rows, nothing is asked.
create or replace function workbench.torn(batch workbench.import_batch, refused bigint) returns bigint language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare is_whole boolean; torn bigint;
begin
    if refused = 0 or batch.undo_of is not null or batch.derived then
        return 0;
    end if;
    select whole into is_whole from workbench.indivisible i where i.data_type = batch.data_type;
    if is_whole is null then
        return 0;
    elsif is_whole then
        return refused;
    end if;
    select coalesce(sum(not_written), 0) into torn from (
        select count(*) filter (where o.outcome in ('unmatched', 'invalid')) as not_written
        from workbench.corrected_row r
        join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line
        where r.batch_id = batch.id and o.batch_id = batch.id and o.plan = batch.plan and r.external_key is not null
        group by r.external_key having bool_or(o.outcome in ('created', 'updated'))
    ) each;
    return torn;
end $$;

-- How many records a batch has changed, or the parts of a run: as many rows has its undo.
create or replace function workbench.changes_of(batch uuid) returns bigint language sql stable as $$
    select coalesce(nullif(sum(created + updated + removed) filter (where part_of = batch), 0),
                    max(created + updated + removed) filter (where id = batch))
    from workbench.import_batch where batch in (id, part_of) and stage = 'completed'
$$;

-- What a control total of a batch comes to, over all of its rows as they count: how many there are, the sum of a field, or how
-- many different keys. A sum is null where a row has something there that is no number: then nobody knows it.
create or replace function workbench.total_of(batch uuid, kind text, fields text[]) returns numeric language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare rows_of text; said text; is_lenient boolean; told numeric;
begin
    rows_of := format('workbench.%I where batch_id = %L', case when exists (
        select from workbench.import_correction c where c.batch_id = batch) then 'corrected_row' else 'import_row' end, batch);
    select string_agg(format('nullif(payload ->> %L, '''')', field), ', ' order by place) into said
    from unnest(fields) with ordinality as each (field, place);
    if kind = 'rows' then
        execute format('select count(*) from %s', rows_of) into told;
    elsif kind = 'keys' then
        execute format('select count(*) from (select distinct %1$s from %2$s and coalesce(%1$s) is not null) keys', said, rows_of)
            into told;
    else
        select coalesce(b.mapping -> 'lenient', '[]') <> '[]' into is_lenient from workbench.import_batch b where b.id = batch;
        if not is_lenient then
            begin                                        -- nearly every column has numbers alone, which are added up as they are
                execute format('select coalesce(sum((payload -> %L)::numeric), 0) from %s', fields[1], rows_of) into told;
                return told;
            exception when invalid_parameter_value then  -- a text, or null before version 18
            end;
        end if;
        execute format(
            'select case when count(*) = count(*) filter (where jsonb_typeof(payload -> %1$L) in (''number'', ''null''))
                then coalesce(sum((payload -> %1$L)::numeric) filter (where jsonb_typeof(payload -> %1$L) = ''number''), 0) end
             from %2$s', fields[1], rows_of) into told;
    end if;
    return told;
end $$;

-- How many records of a run that stand in two of its sheets are written in one of their rows, and refused in another.
create or replace function workbench.in_part(run workbench.import_batch) returns bigint language sql stable
set search_path = pg_catalog, pg_temp as $$
    select count(*) from (
        select from jsonb_array_elements(run.summary -> 'wholes') with ordinality as pair (said, place)
        cross join lateral (values (said ->> 'heads', said ->> 'head'), (said ->> 'parts', said ->> 'part')) as sheet (id, field)
        join workbench.import_batch b on b.id = sheet.id::uuid and b.part_of = run.id
        join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
        join workbench.corrected_row r on r.batch_id = b.id and r.line = o.line
        where r.payload ->> sheet.field is not null
        group by pair.place, r.payload ->> sheet.field
        having bool_or(o.outcome in ('created', 'updated')) and bool_or(o.outcome in ('unmatched', 'invalid'))
    ) mixed
$$;

-- What has to come to something is said before a batch is planned, and never otherwise; a person accepts that it comes to
-- something else as long as it is open. Who and when is what the connection says, and what is accepted what the rows come to.
create or replace function workbench.guard_control_total() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare stage_ text;
begin
    select stage into stage_ from workbench.import_batch where id = new.batch_id;
    if tg_op = 'INSERT' then
        if stage_ not in ('queued', 'staging') or new.reason is not null then
            raise exception 'batch % is %, and what it comes to is said beforehand', new.batch_id, stage_ using errcode = 'WB001';
        end if;
        new.said_by := workbench.current_person();
        new.said_at := now();
        return new;
    end if;
    if stage_ not in ('planned', 'held') then
        raise exception 'batch % is %, and nothing of it can be accepted', new.batch_id, stage_ using errcode = 'WB001';
    end if;
    new.found := workbench.total_of(new.batch_id, new.kind, new.fields);
    new.accepted_by := workbench.current_person();
    new.accepted_at := now();
    return new;
end $$;
create or replace trigger guard_control_total before insert or update on workbench.control_total
    for each row execute function workbench.guard_control_total();

-- A batch cannot be completed unless every row has one outcome of the plan that counts, every outcome a row, and the figures
-- are those of the outcomes; a run not without its parts; none whose plan waits for what nobody has let go on, and none whose
-- rows come to something else than was said of them, unless a person has accepted that, and said why.
create or replace function workbench.refuse_unproven(batch workbench.import_batch) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
    found record; behind record; total record; found_loose bigint; mixed bigint; filters boolean; adds_up boolean; alike integer;
    lot constant bigint := uuid_hash_extended(gen_random_uuid(), 0);
begin
    filters := workbench.cleans(batch)
        or exists (select from workbench.dataset d where d.data_type = batch.data_type and d.only_field is not null);
    adds_up := exists (select from workbench.indivisible i where i.data_type = batch.data_type and not i.whole);
    execute $q$                                          -- which may take several processors, as no other way of asking here
    select count(r.line) as rows, count(*) filter (where r.line is null or o.line is null) as loose,
           count(*) filter (where o.outcome = 'created' and o.record_id <> r.id and $3
               or o.outcome = 'skipped' and o.reason is null
               or o.outcome in ('unmatched', 'invalid') and o.tells_nothing and r.tells_nothing and $4 and $3) as strange,
           count(*) filter (where o.outcome = 'skipped' and not case
               when o.reason in ('unchanged', 'known', 'protected', 'kept') then o.record_id is not null
               when o.reason = 'withheld' then $5
               when o.reason = 'filtered' then $6
               when o.reason = 'added_up' then $7
               else o.reason = 'duplicate' end) as unsaid,
           coalesce(bool_or(o.outcome = 'skipped' and o.reason in ('added_up', 'duplicate')), false) as twins,
           bit_xor(uuid_hash_extended(o.record_id, $8)) filter (where o.outcome = 'created') as mixed,
           count(*) filter (where o.outcome = 'created') as created, count(*) filter (where o.outcome = 'updated') as updated,
           count(*) filter (where o.outcome = 'skipped') as skipped, count(*) filter (where o.outcome = 'unmatched') as unmatched,
           count(*) filter (where o.outcome = 'invalid') as invalid
    from (select line, id, errors is null as tells_nothing from workbench.import_row where batch_id = $1) r
    full join (select line, outcome, reason, record_id, errors is null as tells_nothing from workbench.import_outcome
               where batch_id = $1 and plan = $2) o using (line)$q$
    into found using batch.id, batch.plan, batch.undo_of is null, batch.revision = 0, batch.derived, filters, adds_up, lot;
    if found.loose > 0 then
        raise exception '% of its rows and outcomes have no counterpart', found.loose using errcode = 'WB002';
    end if;
    mixed := found.mixed;
    found_loose := found.strange + workbench.groundless(batch, found.unsaid, found.twins);
    if found_loose > 0 then
        raise exception '% of its outcomes have no ground in its rows', found_loose using errcode = 'WB002';
    end if;
    select count(*) as parts, count(*) filter (where stage <> 'completed') as open, bool_or(derived) as derived,
           sum(processed) as rows, sum(created) as created, sum(updated) as updated, sum(skipped) as skipped,
           sum(unmatched) as unmatched, sum(invalid) as invalid, coalesce(sum(removed), 0) as removed
    into behind from workbench.import_batch where part_of = batch.id and stage <> 'failed';
    if behind.parts < (select count(distinct part) from workbench.import_batch where part_of = batch.id) then
        raise exception 'only % of its parts are there', behind.parts using errcode = 'WB002';
    end if;
    if behind.open > 0 then
        raise exception '% of its % parts are not completed', behind.open, behind.parts using errcode = 'WB002';
    end if;
    if behind.derived and batch.undo_of is null then
        alike := workbench.alike(batch);
        found_loose := case
            when alike > 4 then found.rows - found.skipped
            when alike = 3 then found.rows - found.created
            when alike = 4 then found.rows - found.updated
            else workbench.unrolled(batch.id, batch.plan) end;
        if found_loose > 0 then
            raise exception '% of its rows have another outcome than their parts have', found_loose using errcode = 'WB002';
        end if;
        if behind.skipped > 0 then
            found_loose := workbench.withheld_alone(batch);
            if found_loose > 0 then
                raise exception '% of its parts'' rows are withheld of source rows that are not refused', found_loose
                    using errcode = 'WB002';
            end if;
        end if;
    elsif behind.parts > 0 and found.rows = 0 then
        found := behind;
    end if;
    found_loose := workbench.torn(batch, found.unmatched + found.invalid);
    if found_loose > 0 then
        raise exception '% of its rows are not written that go together with others', found_loose using errcode = 'WB002';
    end if;
    if (found.rows, found.created, found.updated, found.skipped, found.unmatched, found.invalid)
       is distinct from (batch.processed::bigint, batch.created::bigint, batch.updated::bigint, batch.skipped::bigint,
                         batch.unmatched::bigint, batch.invalid::bigint) then
        raise exception 'its figures are not those of its % rows and their outcomes', found.rows using errcode = 'WB002';
    end if;
    if batch.summary ? 'wholes' and batch.undo_of is null and batch.unmatched + batch.invalid > 0 then
        found_loose := workbench.in_part(batch);
        if found_loose > 0 then
            raise exception '% of its records are written of which a row is refused in one of two sheets', found_loose
                using errcode = 'WB002';
        end if;
    end if;
    if exists (select from jsonb_array_elements(batch.summary -> 'held_for') hold
               where not coalesce(batch.summary -> 'accepted', '[]') @> jsonb_build_array(
                   jsonb_build_object('code', hold -> 'code'))) then
        raise exception 'its plan waits for a person, and nobody has let it go on' using errcode = 'WB002';
    end if;
    for total in
        with made as materialized (
            select kind, fields, workbench.total_of(batch.id, kind, fields) as now
            from (select distinct kind, fields from workbench.control_total where batch_id = batch.id) each
        )
        select t.*, made.now from workbench.control_total t join made using (kind, fields) where t.batch_id = batch.id
    loop
        if total.now is distinct from total.expected and (
                total.reason is null or total.found is distinct from total.now) then
            raise exception 'its total % is %, where % was expected, and nobody has accepted that', total.name,
                coalesce(total.now::text, 'not known'), total.expected using errcode = 'WB002';
        end if;
    end loop;
    if batch.removed <> (select count(*) from workbench.import_removal where batch_id = batch.id and plan = batch.plan)
                      + behind.removed then
        raise exception 'it does not list the % records that it removes', batch.removed using errcode = 'WB002';
    end if;
    if batch.undo_of is not null and batch.processed <> workbench.changes_of(batch.undo_of) then
        raise exception 'it does not say of every change of batch % what becomes of it', batch.undo_of using errcode = 'WB002';
    end if;
    if batch.undo_of is not null and exists (
            select from workbench.import_batch u
            join workbench.import_outcome before on before.batch_id = u.id and before.plan = u.plan
            join workbench.import_outcome o on o.batch_id = batch.id and o.plan = batch.plan and o.line = before.line
            where u.undo_of = batch.undo_of and u.id <> batch.id and u.stage = 'completed'
              and before.outcome <> 'skipped' and o.outcome <> 'skipped') then
        raise exception 'it takes back again what an earlier undo has taken back' using errcode = 'WB002';
    end if;
    if exists (select from jsonb_array_elements(batch.summary -> 'accepted') a
               where a ->> 'by' is distinct from workbench.current_person()) then
        raise exception 'it was let go on in the name of somebody else' using errcode = 'WB002';
    end if;
    found_loose := workbench.unwritten(batch, mixed, lot);
    if found_loose > 0 then
        raise exception '% of its outcomes are not what was written', found_loose using errcode = 'WB005', detail = found_loose;
    end if;
end $$;

-- A batch only moves forward and begins at the beginning. A correction or a decision takes a planned one back to staged: its
-- plan no longer holds, and it cannot be committed without another.
create or replace function workbench.guard_batch() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
    rank constant text[] := array['queued', 'staging', 'staged', 'planned', 'completed', 'failed', 'discarded'];
    ended constant text[] := array['completed', 'failed', 'discarded'];
    was int; is_ int;
begin
    if tg_op = 'INSERT' then
        if new.stage <> 'queued' or new.plan <> 0 or new.revision <> 0 or new.decisions <> 0 then
            raise exception 'batch % must begin as queued', new.id using errcode = 'WB001';
        end if;
        if new.part_of is not null and not exists (select from workbench.import_batch b where b.id = new.part_of
               and b.part_of is null and b.stage <> all (ended)) then
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
    if new.mapping <> old.mapping and new.revision = old.revision then
        raise exception 'batch % keeps its mapping, unless its rows are read again', old.id using errcode = 'WB001';
    end if;
    if new.decisions < old.decisions or (new.decisions > old.decisions
        and (old.stage not in ('staged', 'planned', 'held') or new.stage <> 'staged' or old.undo_of is not null)) then
        raise exception 'batch % is % and nothing of it can be decided', old.id, old.stage using errcode = 'WB001';
    end if;
    was := array_position(rank, case old.stage when 'held' then 'planned' else old.stage end);
    is_ := array_position(rank, case new.stage when 'held' then 'planned' else new.stage end);
    if (is_ < was and new.revision = old.revision and new.decisions = old.decisions)
       or (old.stage = any (ended) and new.stage <> old.stage) or new.plan < old.plan then
        raise exception 'batch % is % and cannot become %', old.id, old.stage, new.stage using errcode = 'WB001';
    end if;
    if old.stage = any (ended) then
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
        perform workbench.refuse_unproven(new);
        new.completed_at := now();
    end if;
    return new;
end $$;

create or replace trigger guard_batch before insert or update on workbench.import_batch
    for each row execute function workbench.guard_batch();

-- A part is never completed without the others: when the transaction ends, so is the run.
create or replace function workbench.guard_part() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from workbench.import_batch where id = new.part_of and stage = 'completed') then
        raise exception 'batch % is a part of run %, which is not completed', new.id, new.part_of using errcode = 'WB002';
    end if;
    return null;
end $$;
drop trigger if exists guard_part on workbench.import_batch;
create constraint trigger guard_part after update of stage on workbench.import_batch deferrable initially deferred
    for each row when (new.part_of is not null and new.stage = 'completed') execute function workbench.guard_part();

-- A person's words end with the signature, which under a run of several sheets is one under all of them, and with an undo; and
-- only a row that needs one takes one, of the kind that it needs. The outcomes of a plan that no longer holds are not shown, and
-- need none.
create or replace function workbench.guard_explanation() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare found record;
begin
    select case when b.stage not in ('staged', 'discarded') then o.outcome end as outcome,
           exists (select from workbench.sign_off s where s.batch_id in (b.id, b.part_of)) as signed,
           exists (select from workbench.import_batch u where u.undo_of = b.id and u.stage = 'completed') as undone
    into found
    from workbench.import_batch b
    left join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.line = new.line
    where b.id = new.batch_id;
    if found.signed then
        raise exception 'batch % is signed off and frozen', new.batch_id using errcode = 'WB003';
    end if;
    if found.undone then
        raise exception 'batch % is undone', new.batch_id using errcode = 'WB001';
    end if;
    if found.outcome is null or found.outcome not in ('unmatched', 'invalid') then
        raise exception 'line % has nothing to explain', new.line using errcode = 'WB001';
    end if;
    if new.rejected is null or not workbench.settles(new, found.outcome) then
        raise exception 'line % is %', new.line, found.outcome using errcode = 'WB001';
    end if;
    if new.resolved_by is not null and not exists (
        select from workbench.import_batch b join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
        where b.id = new.resolved_by and b.stage = 'completed' and o.line = new.line
          and o.outcome in ('created', 'updated', 'skipped')
          and (b.sweep_of = new.batch_id or exists (      -- or its source was put right and read again
              select from workbench.import_batch e where e.id = new.batch_id and e.id < b.id and e.data_type = b.data_type
                and e.file_name = b.file_name and e.headers = b.headers and b.undo_of is null))) then
        raise exception 'line % was not resolved by %', new.line, new.resolved_by using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace trigger guard_explanation before insert or update on workbench.import_explanation
    for each row execute function workbench.guard_explanation();

-- What was said of rows before somebody said it otherwise: an entry of the audit log for each word that counts no longer.
create or replace function workbench.keep_earlier_words() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    insert into workbench.audit_log (tenant_id, actor, action, batch_id, detail)
    select tenant_id, workbench.current_person(), 'said otherwise', batch_id, jsonb_build_object(
        'was', reason, 'by', explained_by, 'at', explained_at, 'rows', count(*), 'lines', (array_agg(line order by line))[:100])
    from earlier group by tenant_id, batch_id, reason, explained_by, explained_at order by explained_at, reason;
    return null;
end $$;

create or replace trigger keep_earlier_words after update on workbench.import_explanation
    referencing old table as earlier for each statement execute function workbench.keep_earlier_words();

-- What a run has resolved waits again when that run is taken back; nothing else takes an explanation away.
create or replace function workbench.wait_again(run uuid) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from workbench.import_explanation e
    where e.resolved_by = run and e.tenant_id = workbench.current_tenant()
      and exists (select from workbench.import_batch u where u.undo_of = run and u.stage = 'completed')
      and not exists (select from workbench.sign_off s join workbench.import_batch b on s.batch_id in (b.id, b.part_of)
                      where b.id = e.batch_id)
$$;

-- A person's user name as persons are compared by it: neither case nor the blanks around it make another one of somebody.
create or replace function workbench.as_person(text) returns text language sql immutable parallel safe as $$
    select lower(btrim(normalize($1, NFKC)))
$$;

create or replace function workbench.guard_sign_off() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from workbench.import_batch where id = new.batch_id and stage = 'completed' and part_of is null) then
        raise exception 'batch % is not completed', new.batch_id using errcode = 'WB001';
    end if;
    if workbench.undone_by(new.batch_id) is not null then
        raise exception 'batch % is undone', new.batch_id using errcode = 'WB001';
    end if;
    if exists (select from workbench.import_batch b join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan
               left join workbench.import_explanation e
                   on e.batch_id = b.id and e.line = o.line and workbench.settles(e, o.outcome)
               where (b.id = new.batch_id or b.part_of = new.batch_id and not b.derived and b.stage = 'completed')
                 and o.outcome in ('unmatched', 'invalid') and e.line is null) then
        raise exception 'batch % has rows that nobody has explained or rejected', new.batch_id using errcode = 'WB001';
    end if;
    if exists (select from workbench.import_batch
               where id = new.batch_id and workbench.as_person(initiated_by_id) = workbench.as_person(new.signed_by))
       and (select count(distinct workbench.as_person(name)) from workbench.person where tenant_id = new.tenant_id) > 1 then
        raise exception '% ran batch % and cannot sign it', new.signed_by, new.batch_id using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace trigger guard_sign_off before insert on workbench.sign_off
    for each row execute function workbench.guard_sign_off();

-- Whether something was imported of what a playbook asks for.
create or replace function workbench.has_brought(of_playbook text, of_asked text) returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
    select exists (select from workbench.salesforce_read r join workbench.import_batch b on b.id = r.batch_id
                   where r.playbook = of_playbook and r.asked = of_asked and b.stage = 'completed')
$$;

-- A reading is of the import that is begun with it, in the same transaction, and of no other; it was over when it is kept; that all
-- is nothing can only be said of what has never brought anything, and that nothing was changed, only from where the readings end.
create or replace function workbench.guard_read() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if new.batch_id is not null and not exists (
        select from workbench.import_batch b
        where b.id = new.batch_id and b.data_type = new.playbook and b.file_name = 'salesforce:' || new.object
          and b.stage = 'queued' and b.created_at = now() and b.part_of is null and b.undo_of is null and b.sweep_of is null) then
        raise exception 'batch % is no import of % that begins now', new.batch_id, new.object using errcode = 'WB001';
    end if;
    if new.until > clock_timestamp() + interval '10 minutes' then
        raise exception 'what is read of % up to % is not over yet', new.object, new.until using errcode = 'WB001';
    end if;
    if new.batch_id is null and new.since is null and workbench.has_brought(new.playbook, new.asked) then
        raise exception 'all of %, which has brought records, cannot be nothing', new.object using errcode = 'WB001';
    end if;
    if new.batch_id is null and new.since is not null
       and new.since > coalesce(workbench.read_until(new.playbook, new.asked), '-infinity') then
        raise exception 'nothing was read of % until %', new.object, new.since using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace trigger guard_read before insert on workbench.salesforce_read
    for each row execute function workbench.guard_read();

-- Of a reading without an import nothing else tells: it is an entry of the audit log.
create or replace function workbench.tell_read() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    insert into workbench.audit_log (tenant_id, actor, action, detail)
    values (new.tenant_id, new.read_by, 'read nothing', jsonb_build_object('playbook', new.playbook, 'object', new.object,
        'asked', new.asked, 'since', new.since, 'until', new.until));
    return null;
end $$;

create or replace trigger tell_read after insert on workbench.salesforce_read
    for each row when (new.batch_id is null) execute function workbench.tell_read();

-- The readings that count, as far as no undo has taken back since what they found here: there was nothing to import, or the import is
-- written and not undone, and of its invalid rows each was rejected by somebody, with a reason. An unmatched row does not keep a
-- reading from counting, for it is kept, and waits. One that was kept before its time had come has not seen what was changed until
-- then.
drop view if exists workbench.standing_read;
create view workbench.standing_read with (security_invoker = true) as
select r.* from workbench.salesforce_read r left join workbench.import_batch b on b.id = r.batch_id
where r.until <= r.read_at + interval '10 minutes' and (r.batch_id is null or b.stage = 'completed')
  and not exists (select from workbench.import_batch u where u.undo_of = r.batch_id and u.stage = 'completed')
  and (coalesce(b.invalid, 0) = 0 or b.invalid <= (
      select count(*) from workbench.import_explanation e
      join workbench.import_outcome o on o.batch_id = e.batch_id and o.line = e.line
      where e.batch_id = b.id and o.plan = b.plan and o.outcome = 'invalid' and workbench.settles(e, o.outcome)));
grant select on workbench.standing_read to workbench_app;

-- Whether an undo has taken back since what an import had found as it should be, and left as it was: what it has read is here no
-- more. The import itself may well stand.
create or replace function workbench.lost_since(import uuid) returns boolean language sql stable cost 100000
set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from workbench.import_batch b
        join workbench.dataset d on d.data_type = b.data_type
        join workbench.dataset same on same.family = d.family and same.target = d.target
        join workbench.import_batch u on u.undo_of is not null and u.stage = 'completed' and u.updated > 0
            and u.data_type = same.data_type and u.completed_at > b.planned_at
        join workbench.import_outcome t on t.batch_id = u.id and t.plan = u.plan and t.outcome = 'updated'
        join workbench.import_outcome o on o.batch_id = b.id and o.plan = b.plan and o.outcome = 'skipped'
            and o.record_id = t.record_id
        where import in (b.id, b.part_of) and b.stage = 'completed' and b.skipped > 0)
$$;

-- Up to when the changes of what a playbook asks for have been read: from the last whole reading on as far as the readings leave no
-- gap. Null when nothing was ever read whole. In the order of their beginnings each is looked at once, however many there are, and
-- looked through for what is lost only where there was an undo since, and it would count.
create or replace function workbench.read_until(of_playbook text, of_asked text) returns timestamptz language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
    reached timestamptz; reading record;
    undone constant timestamptz := (select max(u.completed_at) from workbench.import_batch u
                                    where u.undo_of is not null and u.stage = 'completed' and u.updated > 0);
begin
    for reading in
        select since, until, batch_id, coalesce(batch_id is not null and undone > read_at, false) as doubtful
        from workbench.standing_read where playbook = of_playbook and asked = of_asked
        order by since nulls first, until desc
    loop
        exit when reading.since is not null and (reached is null or reading.since > reached);
        if (reached is null or reading.until > reached)
           and not (reading.doubtful and workbench.lost_since(reading.batch_id)) then
            reached := reading.until;
        end if;
    end loop;
    return reached;
end $$;

-- Whether a text is minute, hour, day of the month, month and day of the week, as cron writes them.
create or replace function workbench.is_cron(text) returns boolean language sql immutable parallel safe
set search_path = pg_catalog, pg_temp as $$
    select count(*) = 5 and bool_and(part ~* ('^' || one || '(,' || one || ')*$') and not exists (
        select from regexp_matches(regexp_replace(part, '[/#][0-9]+|l[0-7]', '', 'gi'), '[0-9]+', 'g') number
        where number[1]::int not between (array[0, 0, 1, 1, 0])[place] and (array[59, 23, 31, 12, 7])[place]))
    from (
        select part, place::int,
               '([*?]|l[0-7]?|([0-9]{1,2}|[a-z]{3})(-([0-9]{1,2}|[a-z]{3}))?)(/[0-9]{1,2})?(#([1-5]|l))?' as one
        from regexp_split_to_table($1, ' ') with ordinality as each (part, place)
    ) parts
$$;

-- A schedule can become due, and then is so from now on: no time of it is made up.
create or replace function workbench.guard_schedule() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if not workbench.is_cron(new.cron) then
        raise exception '% is no cron expression', new.cron using errcode = 'WB001';
    end if;
    begin
        perform now() at time zone new.zone;
    exception when invalid_parameter_value then
        raise exception '% is no time zone', new.zone using errcode = 'WB001';
    end;
    if new.next_due < now() - interval '10 minutes' and (tg_op = 'INSERT' or new.next_due is distinct from old.next_due) then
        raise exception 'schedule % cannot be due at %, which is over', new.name, new.next_due using errcode = 'WB001';
    end if;
    if new.removed_at is not null and new.next_due is not null then
        raise exception 'schedule % is removed, and never due', new.name using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace trigger guard_schedule before insert or update on workbench.schedule
    for each row execute function workbench.guard_schedule();

-- A run of a schedule does what that says; by the calendar it is in the transaction that takes the schedule up, for a time that has
-- come. What came of its steps is added to, and never changed.
create or replace function workbench.guard_schedule_run() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.due > now() + interval '10 minutes' then
            raise exception 'a run that is due at % has not come yet', new.due using errcode = 'WB001';
        end if;
        if new.schedule_id is not null and not exists (
            select from workbench.schedule s
            where s.id = new.schedule_id and s.tenant_id = new.tenant_id and s.removed_at is null and not new.only_missing
              and (s.name, s.sequence, s.steps, s.google_sheet, s."window", s.everything) is not distinct from
                  (new.name, new.sequence, new.steps, new.google_sheet, new."window", new.everything)
              and (new.asked_by is not null or s.next_due > new.due and s.xmin = pg_current_xact_id()::xid)) then
            raise exception 'it is no run of schedule % that is due', new.schedule_id using errcode = 'WB001';
        end if;
        return new;
    end if;
    if jsonb_array_length(new.done) < jsonb_array_length(old.done) or exists (
        select from jsonb_array_elements(old.done) with ordinality as each (step, place)
        where step is distinct from new.done -> (place::int - 1)) then
        raise exception 'what came of run % stays', old.id using errcode = 'WB001';
    end if;
    return new;
end $$;

create or replace trigger guard_schedule_run before insert or update on workbench.schedule_run
    for each row execute function workbench.guard_schedule_run();

-- One row with everything that is known of it: what seed 002's ImportRow shows, after the plan, the commit and the explanations.
drop view if exists workbench.import_result;
create view workbench.import_result with (security_invoker = true) as
select r.tenant_id, r.batch_id, r.line, r.id,
       case when c.line is null then r.external_key else c.external_key end as external_key,
       coalesce(c.raw, r.raw)::json as raw, coalesce(o.settled, c.payload, r.payload) as payload,
       case when o.outcome is null or b.stage <> 'completed' then coalesce(c.status, r.status)
            when e.line is not null and e.rejected is not true then 'skipped'
            when o.outcome in ('created', 'updated') then 'applied'
            when o.outcome = 'skipped' then 'skipped'
            else 'failed' end as status,
       case when e.line is not null and e.rejected is not true then 'skipped' else o.outcome end as outcome,
       case when e.resolved_by is not null then 'resolved' when e.rejected then 'rejected' when e.line is not null then 'explained'
            else o.reason end as reason,
       o.outcome as planned_outcome, o.reason as planned_reason,
       e.reason as explanation, e.explained_by, e.explained_at,
       case when o.errors is null then case when c.line is null then r.errors else c.errors end
            else coalesce(case when c.line is null then r.errors else c.errors end, '[]') || o.errors end as errors,
       o.record_id, case when b.stage = 'completed' and o.outcome in ('created', 'updated') then o.record_id end as applied_record_id,
       o.refs, o.before, r.created_at,
       coalesce(e.explained_at, b.completed_at, b.planned_at, c.corrected_at, r.created_at) as updated_at,
       case when c.line is not null then r.raw::json end as original, c.corrected_by, c.corrected_at, e.resolved_by, r.sources,
       r.cleaned
from workbench.import_row r
join workbench.import_batch b on b.id = r.batch_id
left join lateral (                                      -- row by row: a page of rows is all that is ever asked for
    select n.line, n.external_key, n.raw, n.payload, n.status, n.errors, n.corrected_by, n.corrected_at
    from workbench.import_correction n
    where b.revision > 0 and n.batch_id = r.batch_id and n.line = r.line order by n.revision desc limit 1
) c on true
left join workbench.import_outcome o on o.batch_id = r.batch_id and o.line = r.line and o.plan = b.plan and b.stage <> 'staged'
left join workbench.import_explanation e on e.batch_id = r.batch_id and e.line = r.line
     and workbench.settles(e, o.outcome);                -- a later plan may have found what an earlier one had not
grant select on workbench.import_result to workbench_app;

-- The words of a name that tell: of two letters and more, without case, accents and punctuation. A sign of Chinese or Japanese
-- is a word by itself: names are written with and without blanks between them.
create or replace function workbench.words(name text) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(word), '{}') from regexp_split_to_table(
        case when octet_length(name) = length(name) then lower(name)
             else lower(translate(regexp_replace(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'),
                 '([\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g'), 'øłđØŁĐ', 'oldOLD')) end,
        '[][[:space:][:punct:]\u2000-\u206f]+') word
    where length(word) > 1 or ascii(word) >= 11904       -- 2E80, where these signs begin
$$;

-- Whether two names have no such word in common; not when one of them has none, or is blank.
create or replace function workbench.quite_another(name text, other text) returns boolean language sql immutable parallel safe as $$
    select coalesce(name <> other and not workbench.words(name) && workbench.words(other)
        and workbench.words(name) <> '{}' and workbench.words(other) <> '{}', false)
$$;

-- A key as it is compared with what is written nearly so: its letters and digits, without case.
create or replace function workbench.folded(text) returns text language sql immutable parallel safe as $$
    select lower(regexp_replace(normalize($1, NFKC), '[[:space:][:punct:]\u2000-\u206f]+', '', 'g'))
$$;

-- A person's name as it is compared: folded, without the titles before it, which are no part of it.
create or replace function workbench.person_named(text) returns text language sql immutable parallel safe as $$
    select workbench.folded(coalesce(
        nullif(regexp_replace($1, '^\s*((dr|mr|mrs|ms|miss|mx|prof|professor|rev|hon)(\.\s*|\s+))+', '', 'i'), ''), $1))
$$;

-- An e-mail address as decisions are kept by it: its very points and signs tell it from another.
create or replace function workbench.address(text) returns text language sql immutable parallel safe as $$
    select case when octet_length($1) = length($1) then lower(translate(btrim($1), '|', ''))
                else lower(normalize(translate(btrim($1), '|', ''), NFKC)) end
$$;

-- What a row says of a person or a thing, as decisions are kept by it (workbench.match): its parts, folded, with a bar between.
-- Null when the first part is blank: nobody is named.
create or replace function workbench.said(variadic parts text[]) returns text language sql immutable parallel safe as $$
    select case when min(part) filter (where place = 1) <> '' then string_agg(part, '|' order by place) end
    from (
        select place, case when part like '%@%' then workbench.address(part)
                           else coalesce(workbench.folded(part), '') end as part
        from unnest(parts) with ordinality as each (part, place)
    ) plain
$$;

-- Whom a text means, as far as that was decided. The views over it are made anew when the tables of the contracts are there.
drop view if exists workbench.link cascade;
create view workbench.link with (security_invoker = true) as
select tenant_id, of, said, dataset, known, texts, automatic, decided_by, decided_at
from workbench.match where verdict = 'same' and withdrawn_at is null;
grant select on workbench.link to workbench_app;

-- Lets the server know how many decisions and candidates there are by now: fifty thousand come at once, and until it learns of
-- them by itself it would ask for each of them one by one. With its owner's rights, whose the tables are.
create or replace function workbench.count_matches() returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    analyze workbench.match;
    analyze workbench.match_candidate;
end $$;

-- Lets the server know of rows that were just staged, as it would by itself at its next look (a tenth of the table is new): until
-- then it takes a million of them for one, and builds what it joins the wrong way round. Nobody is waited for.
create or replace function workbench.count_rows(staged bigint) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    if staged * 10 >= (select reltuples from pg_class where oid = 'workbench.import_row'::regclass) then
        analyze (skip_locked) workbench.import_row (tenant_id, batch_id, line, status);
    end if;
end $$;

-- The same of the outcomes of a plan: whoever knows of the rows alone looks through all outcomes for each of them.
create or replace function workbench.count_outcomes(planned bigint) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    if planned * 10 >= (select reltuples from pg_class where oid = 'workbench.import_outcome'::regclass) then
        analyze (skip_locked) workbench.import_outcome (tenant_id, batch_id, plan, line, outcome);
    end if;
end $$;

-- And the same of the records that a transaction has just written and goes on to refer to.
create or replace function workbench.count_records(family text, records text) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    execute format('analyze %I.%I (id, tenant_id)', family, records);
end $$;

-- What there is to do by itself now, for a worker: whose schedules are due, and whose runs wait. With its owner's rights, for a
-- worker sees nothing else of the tenants.
create or replace function workbench.due_schedules() returns table (tenant text, person text, schedule uuid, run uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.slug, s.updated_by, s.id, null::uuid
    from workbench.schedule s join workbench.tenant t on t.id = s.tenant_id
    where workbench.is_worker() and s.next_due <= now() and s.removed_at is null
    union all
    select t.slug, coalesce(r.asked_by, s.updated_by), null, r.id
    from workbench.schedule_run r join workbench.tenant t on t.id = r.tenant_id
    left join workbench.schedule s on s.id = r.schedule_id and s.tenant_id = r.tenant_id
    where workbench.is_worker() and r.status = 'waiting'
$$;

-- A failed batch keeps no rows: nothing will ever come of them. Those of a part that was made anew stay, for its run goes on, and
-- may be signed.
create or replace function workbench.forget_rows() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare given_up uuid;
begin
    select b.id into given_up from workbench.import_batch b left join workbench.import_batch run on run.id = b.part_of
    where b.id = nullif(current_setting('workbench.batch', true), '')::uuid and b.tenant_id = workbench.current_tenant()
      and b.stage = 'failed' and coalesce(run.stage, 'failed') = 'failed'
      and not exists (select from workbench.sign_off where batch_id in (b.id, b.part_of));
    if given_up is null then
        raise exception 'only a failed batch forgets its rows' using errcode = 'WB001';
    end if;
    delete from workbench.import_correction where batch_id = given_up;
    delete from workbench.import_decision where batch_id = given_up;
    delete from workbench.import_outcome where batch_id = given_up;
    delete from workbench.import_removal where batch_id = given_up;
    delete from workbench.import_row where batch_id = given_up;
    delete from workbench.salesforce_read where batch_id = given_up;
    delete from workbench.control_total where batch_id = given_up;
end $$;

create or replace function workbench.tidy() returns integer language sql security definer set search_path = pg_catalog, pg_temp as
$$ select brin_summarize_new_values('workbench.import_row_key') $$;

-- The hash of an entry of the audit log, which depends on every entry before it. What it is made of can never change.
create or replace function workbench.entry_hash(previous text, entry workbench.audit_log) returns text language sql stable
set timezone = 'UTC' as $$
    select encode(sha256(convert_to(previous || json_build_array(entry.number, entry.id, entry.tenant_id, entry.at,
        entry.actor, entry.action, entry.batch_id, entry.detail)::text, 'UTF8')), 'hex')
$$;

-- Puts an entry at the end of its tenant's chain. Whoever writes one waits here for those who have just written another, so
-- that a transaction writes its entries last. With its owner's rights, for nobody else may write the head. Its name lets it come
-- after every other trigger: what they change of an entry is in the hash.
create or replace function workbench.chain_entry() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare last text;
begin
    insert into workbench.audit_head (tenant_id, entries, hash) values (new.tenant_id, 0, '') on conflict do nothing;
    select entries + 1, hash into new.number, last from workbench.audit_head where tenant_id = new.tenant_id for update;
    new.hash := workbench.entry_hash(last, new);
    update workbench.audit_head set entries = new.number, hash = new.hash where tenant_id = new.tenant_id;
    return new;
end $$;
create or replace trigger written_into_chain before insert on workbench.audit_log
    for each row execute function workbench.chain_entry();
