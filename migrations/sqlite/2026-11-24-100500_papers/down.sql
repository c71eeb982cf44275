DROP TABLE sheets;
DROP TABLE print_jobs;
