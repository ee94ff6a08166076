-- What both sides find at the far end. It runs once, as superuser, in database r of the third server.
-- Two connections of one session may wait for each other's locks: they give up soon.
alter database r set lock_timeout = '1500ms';
create role dbu login;
create role pwu login password 'pw';
create role trustu login password 'pw';
create role scramu login password 'pw scram';
create role saslu login password U&'\0070\00AD\2168';
set password_encryption = 'md5';
create role md5u login password 'pw md5';
reset password_encryption;
create role norole;
create database latin1 encoding 'LATIN1' locale 'C' template template0;
create database ascii encoding 'SQL_ASCII' locale 'C' template template0;
create database jp encoding 'EUC_JP' locale 'C' template template0;
create extension dblink;
create schema scratch;
create table foo (f1 int, f2 text, f3 text[], primary key (f1, f2));
insert into foo select i, chr(97 + i), array['a' || i, 'b' || i, 'c' || i] from generate_series(0, 9) i;
create table rw (i int);
create type colour as enum ('red', 'green', 'blue');
create type point3 as (x int, y int, label text);
create domain percent as numeric(5, 2) check (value between 0 and 100);
create table painted (id int primary key, c colour, cs colour[], p percent, at point3);
insert into painted values (1, 'red', '{red,blue}', 12.5, '(1,2,"a b")'), (2, null, '{}', null, null);
create function noisy(n int) returns int language plpgsql as
  $$ begin raise notice 'noise %', n; raise warning 'louder %', n; return n; end $$;
create function two_lines() returns int language plpgsql as
  $$ begin raise exception E'first line\nsecond line' using detail = E'd1\nd2', hint = 'h'; end $$;
create procedure plain_procedure() language plpgsql as $$ begin null; end $$;
create procedure out_procedure(out a int) language plpgsql as $$ begin a := 7; end $$;
