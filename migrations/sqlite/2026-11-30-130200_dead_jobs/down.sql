DROP INDEX finished_jobs_dead;
