-- What CREATE EXTENSION installs
N01  select count(*) from pg_proc p join pg_depend d on d.objid=p.oid and d.classid='pg_proc'::regclass and d.deptype='e' join pg_extension e on e.oid=d.refobjid where e.extname='dblink'
N02  select proisstrict, provolatile, proparallel, prosecdef from pg_proc where proname='dblink_connect_u' limit 1
N03  select proname, proisstrict, provolatile, proparallel from pg_proc where proname in ('dblink_get_connections','dblink_current_query') order by 1
N04  select dblink_current_query()
N05  explain select * from dblink('select 1') t(a int)
N06  select dblink_connect('a','b','c')
N07  select pg_get_function_result('dblink_get_notify(text)'::regprocedure), pg_get_function_arguments('dblink_get_notify(text)'::regprocedure)
N08  select fdwhandler, fdwvalidator::regproc, fdwacl from pg_foreign_data_wrapper where fdwname='dblink_fdw'
N09  select dblink_connect('n',cp()) ;; do $$ declare a text; b text; c text; begin perform dblink_exec('n','select 1/0'); exception when division_by_zero then get stacked diagnostics a=returned_sqlstate, b=message_text, c=pg_exception_context; raise notice '% % %', a,b,split_part(c,E'\n',1); end $$
N101  select oid::regprocedure::text, prorettype::regtype, proretset, provolatile, proparallel, proisstrict, prosecdef, prorows, procost, prosrc, proargnames, proargmodes from pg_proc where proname like 'dblink%' order by 1
N102  select extversion, extrelocatable from pg_extension where extname = 'dblink'
N103  select attname, atttypid::regtype from pg_attribute where attrelid = 'dblink_pkey_results'::regclass order by attnum
N104  select proname, proacl from pg_proc where proname like 'dblink_connect_u' order by pg_get_function_arguments(oid)
N105  select obj_description(oid, 'pg_extension') from pg_extension where extname = 'dblink'
N106  {diverges D9: version 1.3 adds functions to 1.2, which is the C extension's}  select name, default_version, comment from pg_available_extensions where name = 'dblink' ⇒ [dblink | 1.3 | connect to other PostgreSQL databases from within a database]
N107  select name, version, superuser, trusted, relocatable, schema, requires from pg_available_extension_versions where name = 'dblink' and version <= '1.2'
N108  begin ;; drop extension dblink cascade ;; create schema d ;; create extension dblink schema d version '1.2' ;; select * from d.dblink('dbname=r user=postgres host=' || rsocket() || ' port=' || rport(), 'select 1') t(a int) ;; rollback ;; select * from dblink(cp(), 'select 1') t(a int)
N109  drop extension dblink ;; create extension dblink version '1.2' ;; create extension if not exists dblink
N110  select dblink_current_query() is not null, dblink_current_query()
N111  select typname, typtype, typinput::text, typcategory from pg_type where typname like '%dblink%' order by 1
N112  select pg_describe_object(classid, objid, objsubid) from pg_depend where refclassid = 'pg_extension'::regclass and refobjid = (select oid from pg_extension where extname = 'dblink') order by 1
N113  alter function dblink_connect(text) rename to conn ;; select conn(cp()) ;; alter function conn(text) rename to dblink_connect
N114  select dblink_connect(cp), 1 from (select cp()) t(cp) ;; select dblink_nosuch()
N115  select prolang = (select oid from pg_language where lanname = 'c'), probin from pg_proc where proname = 'dblink_is_busy'
