DROP TABLE paused_lanes;
DROP TABLE job_slots;
DROP TABLE job_errors;
DROP TABLE finished_jobs;
DROP TABLE jobs;
