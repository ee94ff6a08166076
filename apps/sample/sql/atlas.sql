-- The first server: where people live.

CREATE TABLE country (
  code          char(2) PRIMARY KEY,
  name          text NOT NULL,
  native        text NOT NULL,
  continent     text NOT NULL,
  capital       text,
  languages     text[] NOT NULL,
  currencies    text[] NOT NULL,
  calling_codes integer[] NOT NULL,
  details       jsonb NOT NULL
);

CREATE TABLE city (
  id         integer PRIMARY KEY,
  name       text NOT NULL,
  country    char(2) NOT NULL REFERENCES country,
  kind       text NOT NULL,
  population integer NOT NULL,
  latitude   numeric(8,5) NOT NULL,
  longitude  numeric(8,5) NOT NULL
);

CREATE INDEX ON city (latitude);

-- Distance in kilometres on a sphere of the Earth's mean radius.
CREATE FUNCTION km(lat1 numeric, lon1 numeric, lat2 numeric, lon2 numeric) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2 * 6371.0088 * asin(sqrt(least(1,
  sind((lat2 - lat1)::float8 / 2) ^ 2 + cosd(lat1::float8) * cosd(lat2::float8) * sind((lon2 - lon1)::float8 / 2) ^ 2)));
