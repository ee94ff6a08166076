-- What the calling session finds at home, the same in both engines; :'socket' and :'port' lead to the third server.
create extension dblink version '1.2';
create role dbu login;
create schema scratch;
create function rsocket() returns text language sql as $$ select :'socket'::text $$;
create function rport() returns text language sql as $$ select :'port'::text $$;
create function cp() returns text language sql as
  $$ select 'dbname=r user=postgres host=' || rsocket() || ' port=' || rport() $$;
create function lb(who text, more text) returns text language sql as
  $$ select 'dbname=r host=127.0.0.1 user=' || who || ' port=' || rport() || ' ' || more $$;
create function fake(name text) returns text language sql as $$ select :hostile $$;
create function fk(name text) returns text language sql as
  $$ select 'host=127.0.0.1 sslmode=disable user=u dbname=d password=p port=' || fake(name) $$;
create function nap(seconds float8) returns text language sql as
  $$ select 'rested' from dblink(cp(), 'select 1 from pg_sleep(' || seconds || ')') t(i int) $$;
create function killc(conn text) returns text language plpgsql as $$
declare pid int;
begin
  select p into pid from dblink(conn, 'select pg_backend_pid()') t(p int);
  perform * from dblink(cp(), 'select pg_terminate_backend(' || pid || ', 5000)') t(done bool);
  perform nap(0.1);
  return 'killed';
end $$;
create function settled(conn text) returns text language plpgsql as $$
begin
  while dblink_is_busy(conn) = 1 loop
    perform pg_sleep(0.002);
  end loop;
  return 'settled';
end $$;
create function asleep(conn text) returns text language plpgsql security definer as $$
declare n int;
begin
  while dblink_is_busy(conn) = 1 loop
    select c into n from dblink(cp(), 'select count(*) from pg_stat_activity where wait_event = ''PgSleep''') t(c int);
    if n > 0 then return 'asleep'; end if;
    perform pg_sleep(0.01);
  end loop;
  return 'awake';
end $$;
create table foo (f1 int, f2 text, f3 text[], primary key (f1, f2));
insert into foo select i, chr(97 + i), array['a' || i, 'b' || i, 'c' || i] from generate_series(0, 9) i;
create table pk1 (a int, b text, c int, primary key (c, a));
insert into pk1 values (1, E'o''brien \\ back', 2), (1, null, 3), (5, '', 6);
create table nopk (a int, b text);
insert into nopk values (1, 'x'), (1, 'x'), (2, null), (null, 'n');
create table "Weird Name" ("select" int primary key, "Col""q" text, "UPPER" text);
insert into "Weird Name" values (1, 'a"b', 'U');
create schema s1;
create table s1.t (id int primary key, v text);
insert into s1.t values (1, 'one');
create view v1 as select * from pk1;
create sequence seq1;
create index pk1i on pk1 (a);
create type ct as (a int);
create table part (id int primary key, v text) partition by range (id);
create table part1 partition of part for values from (0) to (10);
insert into part values (3, 'p');
create table gen (id int generated always as identity primary key, a int, b int generated always as (a * 2) stored);
insert into gen (a) values (5);
create table dropt (x1 int, id int primary key, x2 int, v text, x3 int, w text);
insert into dropt values (1, 2, 3, 'v', 5, 'w');
alter table dropt drop x1, drop x2, drop x3;
alter table dropt add z int default 4;
create table priv (id int primary key, s text);
insert into priv values (1, 'z');
grant select (id), insert, update, delete on priv to dbu;
create table lrw (i int);
create domain posint as int check (value > 0);
create domain nn as int not null;
create domain dtext as text;
create domain short as varchar(3);
create type comp as (x int, y text);
create type colour as enum ('red', 'green', 'blue');
create type hue as enum ('red', 'mauve');
create type point3 as (x int, y int, label text);
create domain percent as numeric(5, 2) check (value between 0 and 100);
create server srv foreign data wrapper dblink_fdw;
create server srv2 foreign data wrapper dblink_fdw;
create server srv3 foreign data wrapper dblink_fdw;
create foreign data wrapper anyfdw options (host 'fdwhost', dbname 'fdwdb');
create server any1 foreign data wrapper anyfdw
  options (bogus 'x', dbname 'r', user 'baduser', password 'zz', client_encoding 'LATIN1');
do $$
declare name text;
begin
  foreach name in array array['srv', 'srv2', 'srv3'] loop
    execute format('alter server %I options (add host ''127.0.0.1'', add port %L, add dbname ''r'')', name, rport());
  end loop;
  execute format('alter server any1 options (add host %L, add port %L)', rsocket(), rport());
end $$;
create user mapping for dbu server srv options (user 'pwu', password 'pw');
create user mapping for public server srv2 options (user 'trustu', password 'zz');
grant usage on foreign server srv2 to dbu;
create user mapping for dbu server srv3 options (user 'pwu', password 'pw');
grant usage on foreign server srv3 to dbu;
create user mapping for postgres server any1 options (user 'trustu', host 'ignored', junk 'x');
grant execute on function dblink_connect_u(text, text) to dbu;
