DROP TABLE answer_pieces;
DROP TABLE answers;
