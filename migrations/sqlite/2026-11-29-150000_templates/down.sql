ALTER TABLE print_jobs DROP COLUMN template_version;
ALTER TABLE print_jobs DROP COLUMN template_id;
DROP TABLE template_versions;
DROP TABLE templates;
