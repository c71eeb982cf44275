DROP TABLE deadline_alarms;
DROP TABLE deadlines;
