-- Whose records are meant, as was decided: views over the tables of the contracts, made anew whenever the database is brought to
-- a later version. A decision is kept by texts, so a view has it also for a record that came after it.

-- The teachers of the rosters with their accounts. An address that somebody else has by now is nobody's until it is decided.
drop view if exists polaris.teacher_link;
create view polaris.teacher_link with (security_invoker = true) as
select r.tenant_id, r.id as roster_id, r.email as roster_email, r.academic_year, t.id as teacher_id, t.email as teacher_email,
       m.automatic, m.decided_by, m.decided_at
from polaris.teacher_progress r
join workbench.link m on m.tenant_id = r.tenant_id and m.of = 'polaris.teacher_roster' and m.dataset = 'polaris.teachers'
     and m.said = workbench.address(r.email)
join polaris.teachers t on t.tenant_id = r.tenant_id and t.email = m.known
where not workbench.quite_another(r.name, m.texts ->> 'name');
grant select on polaris.teacher_link to workbench_app;

-- Who presented at sessions, with the volunteers' records.
drop view if exists polaris.volunteer_link;
create view polaris.volunteer_link with (security_invoker = true) as
select p.tenant_id, p.id as participation_id, p.event_id, v.id as volunteer_id, v.email as volunteer_email,
       m.automatic, m.decided_by, m.decided_at
from polaris.event_volunteers p
join workbench.link m on m.tenant_id = p.tenant_id and m.of = 'polaris.event_volunteers' and m.dataset = 'polaris.volunteers'
     and m.said = coalesce(workbench.said(p.pathful_user_id), workbench.said(p.name, p.organization))
join polaris.volunteers v on v.tenant_id = p.tenant_id and v.email = m.known;
grant select on polaris.volunteer_link to workbench_app;

-- How far the teachers of the rosters are (seed 001, Playbook A): sessions that they took part in, and those still to come. A
-- session that was shared counts for who is registered for it, and one that is over and of which nobody knows is to be reviewed.
drop view if exists polaris.teacher_progress_status;
create view polaris.teacher_progress_status with (security_invoker = true) as
select tenant_id, roster_id, email, name, building, district, academic_year, is_active, target, completed, planned, to_review,
       case when completed >= target then 'Achieved' when completed + planned > 0 then 'In Progress' else 'Not Started' end as progress
from (
    select r.tenant_id, r.id as roster_id, r.email, r.name, r.building, r.district, r.academic_year, r.is_active,
           coalesce(r.target_sessions, 1) as target,
           count(*) filter (where t.status = 'attended' or t.status = 'registered' and e.status in ('Simulcast', 'Count'))::int
               as completed,
           count(*) filter (where t.status = 'registered' and e.starts_at >= now()
               and e.status in ('Draft', 'Requested', 'Confirmed', 'Published'))::int as planned,
           count(*) filter (where t.status = 'registered' and e.starts_at < now()
               and e.status in ('Requested', 'Confirmed', 'Published'))::int as to_review
    from polaris.teacher_progress r
    left join polaris.event_teachers t on t.tenant_id = r.tenant_id and t.teacher_id = r.id
    left join polaris.events e on e.tenant_id = t.tenant_id and e.id = t.event_id
    group by r.id, r.tenant_id
) counted;
grant select on polaris.teacher_progress_status to workbench_app;

-- The districts of Salesforce's sessions: those that a session names, those of the schools that it names, and those of the schools
-- of the students who take part in it. So it does not matter what came first, and a session of two districts has both.
drop view if exists salesforce.session_district;
create view salesforce.session_district with (security_invoker = true) as
with named as (
    select a.tenant_id, a.session_id, a.account_id, 'account' as by
    from salesforce.session_accounts a
    union
    select p.tenant_id, p.session_id, l.school_id, 'students'
    from salesforce.participations p
    join salesforce.placements l on l.tenant_id = p.tenant_id and l.person_id = p.person_id
    where p.kind = 'Student' and not coalesce(p.is_deleted, false) and l.school_id is not null
)
select n.tenant_id, n.session_id, d.id as district_id, d.name as district, array_agg(distinct n.by order by n.by) as by
from named n
left join salesforce.school_districts s on s.tenant_id = n.tenant_id and s.school_id = n.account_id
join salesforce.accounts d on d.tenant_id = n.tenant_id and d.id = coalesce(s.district_id, n.account_id)
where d.type = 'School District'
group by n.tenant_id, n.session_id, d.id, d.name;
grant select on salesforce.session_district to workbench_app;

-- The skills that people have, and whether their contact still names them: what it names now stands with the person, so that it
-- matters in no way in which order they came. Of one who has never been told all are.
drop view if exists salesforce.person_skill;
create view salesforce.person_skill with (security_invoker = true) as
select s.tenant_id, s.id as skill_id, p.id as person_id, p.salesforce_id, s.skill,
       coalesce(s.skill = any(string_to_array(p.skills, '; ')), true) as is_current
from salesforce.skills s
join salesforce.people p on p.tenant_id = s.tenant_id and p.id = s.person_id;
grant select on salesforce.person_skill to workbench_app;

-- What of each invoice is paid and what is open (seed 002): exactly, with refunds below zero.
drop view if exists commerce.invoice_balance;
create view commerce.invoice_balance with (security_invoker = true) as
select tenant_id, invoice_id, number, total, payments, paid, total - paid as open,
       case when case when total < 0 then paid < total else paid > total end then 'overpaid' when paid = total then 'paid'
            when payments = 0 or paid = 0 then 'open' else 'partly paid' end as state
from (
    select i.tenant_id, i.id as invoice_id, i.number, coalesce(i.total, 0) as total, count(p.id)::int as payments,
           coalesce(sum(p.amount), 0.00) as paid
    from commerce.invoices i
    left join commerce.payments p on p.tenant_id = i.tenant_id and p.invoice_id = i.id
    group by i.tenant_id, i.id, i.number, i.total
) counted;
grant select on commerce.invoice_balance to workbench_app;

-- What is in stock and where it stands: the place of a SKU is that of all its stock. A SKU of which nobody has told any stock is
-- unknown, and not sold out.
drop view if exists commerce.stock;
create view commerce.stock with (security_invoker = true) as
select s.tenant_id, s.id as sku_id, s.code as sku, n.id as inventory_id, n.warehouse, n.units, l.aisle, l."row", l.shelf, l.bin,
       l.sort_order,
       case when n.id is null then 'unknown' when n.units > 0 then 'in stock' else 'out of stock' end as state
from commerce.skus s
left join commerce.inventory n on n.tenant_id = s.tenant_id and n.sku_id = s.id and n.is_active
left join commerce.sku_locations l on l.tenant_id = s.tenant_id and l.sku_id = s.id;
grant select on commerce.stock to workbench_app;
