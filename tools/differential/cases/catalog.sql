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
