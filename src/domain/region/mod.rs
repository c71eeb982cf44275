//! Divisions of China: names, codes, former names.
