DROP TABLE packings;
