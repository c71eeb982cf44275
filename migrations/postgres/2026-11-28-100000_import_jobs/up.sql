-- Imports that run later: their job, how the person wants the file read (JSON), and how many batches have been taken in.
ALTER TABLE imports ADD COLUMN job_id BIGINT;
ALTER TABLE imports ADD COLUMN choice TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN batches BIGINT NOT NULL DEFAULT 0;

-- The file while its import is not done, in sealed pieces: it names people.
CREATE TABLE import_files (
    seller_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    piece BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (seller_id, import_id, piece),
    FOREIGN KEY (seller_id, import_id) REFERENCES imports (seller_id, id)
);
