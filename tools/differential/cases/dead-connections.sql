-- Connections whose far end is gone
M01  select dblink_connect('n',cp()) ;; select killc('n') ;; select dblink_get_connections() ;; select dblink_exec('n','set a.b=1',false) ;; select dblink_exec('n','set a.b=1',false) ;; select dblink_connect('n',cp()) ;; select dblink_disconnect('n')
M02  select dblink_connect('n',cp()) ;; select killc('n') ;; select * from dblink('n','select 1',false) t(a int) ;; select * from dblink('n','select 1',false) t(a int)
M03  select dblink_connect('n',cp()) ;; select killc('n') ;; select dblink_open('n','c','select 1',false)
M04  select dblink_connect('n',cp()) ;; select killc('n') ;; select dblink_send_query('n','select 1') ;; select * from dblink_get_result('n',false) t(a int) ;; select * from dblink_get_result('n',false) t(a int) ;; select dblink_send_query('n','select 1')
M05  select dblink_connect('n',cp()) ;; select killc('n') ;; select dblink_is_busy('n') ;; select * from dblink_get_notify('n') ;; select dblink_cancel_query('n')
M06  select * from dblink(cp(),'select pg_terminate_backend(pg_backend_pid())',false) t(a bool)
