"""Steps on columns, before any record is written: mapped, normalized, judged, profiled. No database."""
