-- The second server: what shook.

CREATE TABLE quake (
  id         text PRIMARY KEY,
  at         timestamptz NOT NULL,
  updated    timestamptz NOT NULL,
  magnitude  numeric NOT NULL,
  place      text NOT NULL,
  latitude   numeric NOT NULL,
  longitude  numeric NOT NULL,
  depth_km   numeric NOT NULL,
  kind       text NOT NULL,
  status     text NOT NULL,
  networks   text[] NOT NULL,
  products   text[] NOT NULL,
  properties jsonb NOT NULL
);

CREATE INDEX ON quake (at);
