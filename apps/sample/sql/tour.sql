-- A tour of dblink in plain SQL.
--
-- It is run in the embedded database, and runs in any PostgreSQL with dblink as well:
--   psql -v atlas='host=… dbname=…' -v seismo='host=… dbname=…' -f tour.sql
-- The two servers hold the tables of atlas.sql and seismo.sql; :'atlas' and :'seismo' stand for their
-- connection strings. Where an error is part of the tour, the line above the statement says which.

-- 1. The extension, and what only this database knows: who answers the phone, and at which hours (UTC).

CREATE EXTENSION IF NOT EXISTS dblink;

SET timezone = 'UTC';

CREATE TEMP TABLE desk (name text, languages text[], hours int4multirange);

INSERT INTO desk VALUES
  ('Lisboa',   '{pt,es,en}', '{[6,14)}'),
  ('Bogotá',   '{es,en}',    '{[12,24)}'),
  ('Montréal', '{fr,en}',    '{[11,19)}'),
  ('東京',     '{ja,zh,en}', '{[0,8),[22,24)}'),
  ('Jakarta',  '{id,ms,en}', '{[0,10)}'),
  ('دبي',      '{ar,fa,ps}', '{[4,16)}');

-- 2. Two connections by name. The first is authenticated by SCRAM-SHA-256 inside TLS.

SELECT dblink_connect('atlas', :'atlas');

SELECT dblink_connect('seismo', :'seismo');

SELECT unnest(dblink_get_connections()) AS connection ORDER BY connection;

SELECT * FROM dblink('atlas', 'SELECT current_user, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  AS session("user" text, tls boolean, version text);

-- 3. Whatever the remote can do in SQL, dblink passes on as it is; the column list says what comes back.

SELECT * FROM dblink('seismo', $$
    SELECT at, magnitude, place, networks, properties->'felt'
    FROM quake ORDER BY magnitude DESC, at LIMIT 3
  $$) AS quake(at timestamptz(0), magnitude numeric(3,1), place text, networks text[], felt_by jsonb);

-- 4. A report across three databases: strong earthquakes (seismo), the nearest large city and the people within
--    100 km (atlas, asked once per earthquake with its coordinates), and the desk that speaks the language there,
--    preferring one that was open at that hour (here).

CREATE TEMP TABLE report AS
SELECT quake.id, quake.at, quake.magnitude, near.city, near.km, near.people, country.native AS country, desk.name AS desk
FROM dblink('seismo', $$
    SELECT id, at, magnitude, latitude, longitude FROM quake WHERE magnitude >= 5
  $$) AS quake(id text, at timestamptz(0), magnitude numeric(3,1), latitude numeric, longitude numeric)
CROSS JOIN LATERAL dblink('atlas', format($$
    SELECT country, name, round(km), sum(population) FILTER (WHERE km <= 100) OVER ()
    FROM (SELECT *, km(latitude, longitude, %1$s, %2$s) AS km
          FROM city WHERE latitude BETWEEN %1$s - 3 AND %1$s + 3 AND population >= 50000) AS city
    WHERE km <= 300 ORDER BY km LIMIT 1
  $$, quake.latitude, quake.longitude)) AS near(country char(2), city text, km integer, people bigint)
JOIN dblink('atlas', 'SELECT code, native, languages FROM country')
  AS country(code char(2), native text, languages text[]) ON country.code = near.country
LEFT JOIN LATERAL (
    SELECT * FROM desk WHERE desk.languages && country.languages
    ORDER BY desk.hours @> extract(hour FROM quake.at)::integer DESC, desk.name COLLATE "C" LIMIT 1
  ) AS desk ON true;

SELECT to_char(at, 'Dy DD HH24:MI') AS utc, magnitude, city, km, people, country, desk
FROM report ORDER BY people DESC NULLS LAST, magnitude DESC, id COLLATE "C";

-- 5. Synchronisation: a local copy that starts with half of the week and then fetches only what is newer.

CREATE TEMP TABLE quake (
  id text PRIMARY KEY, at timestamptz, magnitude numeric, place text, networks text[], properties jsonb
);

INSERT INTO quake SELECT * FROM dblink('seismo', $$
    SELECT id, at, magnitude, place, networks, properties FROM quake WHERE at < '2018-02-04 00:00Z'
  $$) AS t(id text, at timestamptz, magnitude numeric, place text, networks text[], properties jsonb);

INSERT INTO quake SELECT * FROM dblink('seismo', format($$
    SELECT id, at, magnitude, place, networks, properties FROM quake WHERE at > %L
  $$, (SELECT max(at) FROM quake)))
  AS t(id text, at timestamptz, magnitude numeric, place text, networks text[], properties jsonb);

SELECT 'here' AS copy, count(*), sum(magnitude), md5(string_agg(id || properties, ',' ORDER BY id COLLATE "C")) FROM quake
UNION ALL
SELECT 'there', * FROM dblink('seismo', $$
    SELECT count(*), sum(magnitude), md5(string_agg(id || properties, ',' ORDER BY id COLLATE "C")) FROM quake
  $$) AS t(count bigint, sum numeric, md5 text);

-- 6. Two queries at the same time: both servers work while this session is free. (pg_sleep makes it long enough to see.)

SELECT dblink_send_query('atlas', $$
    SELECT now(), clock_timestamp(), continent, cities, people FROM (
      SELECT continent, count(*) AS cities, sum(population) AS people
      FROM city JOIN country ON code = country, pg_sleep(0.3) GROUP BY continent) AS t
  $$) AS atlas,
  dblink_send_query('seismo', $$
    SELECT now(), clock_timestamp(), pairs FROM (
      SELECT count(*) AS pairs FROM quake AS a JOIN quake AS b
        ON b.at > a.at AND b.at < a.at + interval '1 hour' AND b.networks && a.networks, pg_sleep(0.3)) AS t
  $$) AS seismo;

SELECT dblink_is_busy('atlas') AS atlas, dblink_is_busy('seismo') AS seismo;

CREATE TEMP TABLE continent AS SELECT * FROM dblink_get_result('atlas')
  AS t(started timestamptz, ended timestamptz, continent text, cities bigint, people bigint);

CREATE TEMP TABLE swarm AS SELECT * FROM dblink_get_result('seismo')
  AS t(started timestamptz, ended timestamptz, pairs bigint);

-- One more call per query, which has nothing left to return, frees the connection for the next command.

SELECT * FROM dblink_get_result('atlas') AS t(nothing text);

SELECT * FROM dblink_get_result('seismo') AS t(nothing text);

SELECT continent, cities, people FROM continent ORDER BY people DESC;

SELECT pairs, (continent.started, continent.ended) OVERLAPS (swarm.started, swarm.ended) AS at_the_same_time
FROM swarm, (SELECT * FROM continent LIMIT 1) AS continent;

-- 7. Commands: the report goes back to the seismologists, in one remote transaction.

SELECT dblink_exec('seismo', 'BEGIN');

SELECT dblink_exec('seismo', 'CREATE TABLE call (quake text PRIMARY KEY REFERENCES quake, desk text, city text)');

SELECT dblink_exec('seismo', 'INSERT INTO call VALUES ' ||
  (SELECT string_agg(format('(%L, %L, %L)', id, desk, city), ', ') FROM report WHERE desk IS NOT NULL));

SELECT dblink_exec('seismo', 'COMMIT');

SELECT * FROM dblink('seismo', $$
    SELECT desk, count(*), array_agg(DISTINCT city ORDER BY city) FROM call GROUP BY desk ORDER BY desk COLLATE "C"
  $$) AS t(desk text, calls bigint, cities text[]);

-- 8. A mistake on the remote becomes an error here, with the remote's own words ...

-- expect error 42P01
SELECT * FROM dblink('atlas', 'SELECT name FROM citty LIMIT 1') AS t(name text);

SELECT dblink_error_message('atlas');

-- ... or a notice, where one asks for that ...

SELECT dblink_exec('atlas', 'DELETE FROM country WHERE code = ''TW''', false);

-- ... and the connection is as good as before.

SELECT * FROM dblink('atlas', $$
    SELECT name, population FROM city WHERE country = 'TW' ORDER BY population DESC LIMIT 3
  $$) AS t(city text, population integer);

-- 9. Good-bye.

SELECT dblink_disconnect('atlas'), dblink_disconnect('seismo');

SELECT dblink_get_connections();
