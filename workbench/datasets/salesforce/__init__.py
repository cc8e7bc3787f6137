"""Salesforce's datasets (seed 001, Playbook D), one noun a file: records are keyed by Salesforce's own ids."""
