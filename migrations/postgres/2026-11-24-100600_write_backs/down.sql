DROP TABLE write_backs;
