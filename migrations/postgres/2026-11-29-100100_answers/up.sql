-- What a request asked for that a job works on, and what it is answered. Kept for a day: both may name people.
CREATE TABLE answers (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    job_id BIGINT NOT NULL,
    -- Of which print job it is the document, and in which form.
    print_job_id BIGINT,
    form TEXT NOT NULL,
    -- Sealed JSON; empty once it is answered.
    request TEXT NOT NULL,
    -- How the answer is given (JSON); empty until then.
    head TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    -- A document is given out once.
    taken_at TIMESTAMP,
    PRIMARY KEY (seller_id, job_id)
);
CREATE INDEX answers_by_print_job ON answers (seller_id, print_job_id) WHERE print_job_id IS NOT NULL;
CREATE INDEX answers_by_time ON answers (seller_id, created_at);

-- The answer itself, in sealed pieces.
CREATE TABLE answer_pieces (
    seller_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    piece BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (seller_id, job_id, piece),
    FOREIGN KEY (seller_id, job_id) REFERENCES answers (seller_id, job_id)
);
