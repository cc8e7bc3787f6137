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
