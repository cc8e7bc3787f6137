-- Which rows of a dataset come in: those that have one of these texts in this field (separated by commas, in lower case), or
-- nothing. The others are filtered.
alter table workbench.dataset add column only_field text;
alter table workbench.dataset add column only_texts text;
