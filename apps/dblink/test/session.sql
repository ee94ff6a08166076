\cd :folder
\echo == messages
\warn == messages
do $$ begin raise notice 'n %', 1; raise warning 'w' using hint = 'h'; end $$;
select 1/0;
select nocol
  from nowhere;
select '漢字漢字' || nocol;
select 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + nocol + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1;
select	'a	tab',	nocol;
select * from;
\set VERBOSITY sqlstate
select 1/0;
do $$ begin raise notice 'n'; end $$;
\set VERBOSITY terse
select nocol;
\set VERBOSITY nonsense
\set VERBOSITY default
\set SHOW_CONTEXT always
do $$ begin raise notice 'n'; end $$;
\set SHOW_CONTEXT never
do $$ begin perform 1/0; end $$;
\set SHOW_CONTEXT errors
do $$ begin perform 1/0; end $$;

\echo == variables
\warn == variables
\set a 'it''s'
\set b 1 2
\set c 'a\\b'
select :'a', :b, :'c', :"a" from (select 1 as "it's") t;
\echo :a :'a' :"a" :{?a} :{?z} :z "quoted :a" 'single :a' a:a ::a
\unset a
select :a;
select 'array' as t, (array[1, 2, 3])[1:2], 1::int, :{?a};
\echo :ROW_COUNT :ERROR :SQLSTATE :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE
select 1/0;
\echo :ROW_COUNT :ERROR :SQLSTATE :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE
\set ECHO nonsense
\set 'not a name' 1
\unset
\set AUTOCOMMIT maybe
\set FETCH_COUNT many

\echo == results that are sent on
\warn == results that are sent on
select 1 as a, 'x' as b \gset p_
\echo :p_a :p_b
select 1 where false \gset
select 1 as a union select 2 \gset
select 1 as "not a name" \gset
select format('select %s as n', g) from generate_series(1, 2) g \gexec
select 'select 1/0', 'select 3 as n' \gexec
select 1 as a \g (format=csv tuples_only=on)
select 1 as a \g (nonsense=1)
select 1 as a \g (border=2
;
select 2 as b \gx
\g
select 3 as c \g :folder/out
\! cat out 2>/dev/null; true
select 4 as d \; select 5 as e;
\set SHOW_ALL_RESULTS off
select 4 as d \; select 5 as e;
\set SHOW_ALL_RESULTS on
\o :folder/out
select 6 as f;
\echo to standard output
\qecho to the file
\o

\echo == conditions
\warn == conditions
\if true
select 1;
\elif true
select 2;
\else
select 3;
\endif
\if no
\nonsense
\set x 1
select 4;
\elif yes
select 5 as five
\if false
, 6 as six
\endif
;
\endif
\echo :x
\if x
select 6;
\else
select 7;
\endif
\endif
\else
\elif true
\if true \else \else \endif
\endif

\echo == the end of a statement
\warn == the end of a statement
select $$;$$, 'a;b', "c;d" from (select 1 as "c;d") t /* ; /* nested; */ */ -- ;
;
select $tag$ $$ ; $tag$, E'\';', U&'\003b;', U&"\0061" from (select 1 as a) t;
create function pg_temp.f() returns int begin atomic select 1; select case when true then 2 end; end;
select pg_temp.f(); select 1; \echo behind; select 2;
select (1;
2);
;;
select 3 -- without an end

  as three
;
\echo a \\ select 4; \\ \echo b
begin; create temp table begin_end(a int); end;

\echo == copy
\warn == copy
create temp table t(a int, b text);
copy t from stdin;
1	one
2	\N
\.
copy t to stdout with csv;
\copy t to out csv header
\copy t(a, b) from stdin with (delimiter ',')
3,a\,b
\.
copy t from stdin;
x
\.
select count(*) from t;
\copy (select 1 as a, 'x' as b) to stdout (format csv, header)
\copy nothing
\copy nothing from missing.csv
\copy t from 'missing file.csv'
copy (select 7) to stdout \g :folder/out

\echo == transactions
\warn == transactions
begin;
select 1/0;
select 1;
commit;
\set AUTOCOMMIT off
create temp table off(a int);
rollback;
table off;
rollback;
\set AUTOCOMMIT on
\set ON_ERROR_ROLLBACK on
begin;
select 1 as before;
select 1/0;
select 2 as after;
commit;
begin;
begin;
commit;
commit;
\set ON_ERROR_ROLLBACK off

\echo == settings
\warn == settings
\pset border 2
\pset null N
\t
\x auto
\a
\f ;
\pset fieldsep
\pset fieldsep_zero
\pset recordsep_zero
\pset recordsep '\n'
\pset format csv
\C title
\C
\pset title 'a title'
select null as n;
\pset title
\pset border
\pset expanded nonsense
\pset tuples_only maybe
\pset csv_fieldsep xx
\pset csv_fieldsep '"'
\pset linestyle unicode
\pset nonsense
\pset footer
\pset footer
\pset footer off
\pset footer on
\pset columns 40
\pset columns 0
\x off
\t off
\pset format aligned
select null as n, E'two\nlines' as m;
\pset border 1
\pset linestyle ascii
\pset null ''
\pset fieldsep '|'
\timing off
\timing nonsense

\echo == the query buffer
\warn == the query buffer
select 1
\p
\r
\p
select 2;
\p
\w :folder/out
\w
select 8
\w :folder/out
\r
\e1
\errverbose
\nonsense
\echo -n no newline
\echo
\echo 'one  two'   three
\echo `echo from the shell`
\warn to standard error
\encoding
\encoding nonsense

\echo == looking around
\warn == looking around
create table public.looked(a int primary key, b text default 'x' check (b <> ''), c numeric(10,2)[]);
create view public.seen as select a from looked;
create index on looked (lower(b));
\d looked
\d+ seen
\d nonsense
\dn pub*
\df lower
\sf nonsense
\sv public.seen
drop view seen; drop table looked;

\echo == dblink
\warn == dblink
-- The version that both have.
drop extension dblink;
create extension dblink version '1.2';
select dblink_connect('c', :'remote');
select dblink_get_connections();
select * from dblink('c', 'select 1, null::text') as t(a int, b text);
select dblink_exec('c', 'create temp table x(a int)');
select * from dblink('c', 'select 1/0') as t(a int);
select * from dblink('c', 'select nocol', false) as t(a int);
select * from dblink('c', 'select 1, 2') as t(a int);
select * from dblink('c', $$select 'x'$$) as t(a int);
select * from dblink('c', 'select 1');
select dblink_exec('c', 'do $$ begin raise notice ''from afar''; end $$');
select dblink_send_query('c', 'select 1 union all select 2');
select * from dblink_get_result('c') as t(a int);
select * from dblink_get_result('c') as t(a int);
select dblink_error_message('c');
\set VERBOSITY sqlstate
select * from dblink('c', 'select 1/0') as t(a int);
\set VERBOSITY default
select dblink_disconnect('c');
select dblink_disconnect('c');
select dblink_connect('nonsense=1');
select dblink_connect('foo');
select dblink('none', 'select 1');
