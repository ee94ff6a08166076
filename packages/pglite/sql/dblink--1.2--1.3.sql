-- What dblink 1.3 adds to the functions of the C extension, which stay as they are. CREATE EXTENSION runs the script of
-- 1.2 and then this one, so nothing of 1.2 is written down twice.
\echo Use "ALTER EXTENSION dblink UPDATE TO '1.3'" to load this file. \quit
