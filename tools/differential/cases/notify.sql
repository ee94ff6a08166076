-- dblink_get_notify
G01  select * from dblink_get_notify()
G02  select * from dblink_get_notify('nope')
G03  select dblink_connect(cp()) ;; select dblink_exec('listen ev') ;; select dblink_exec('notify ev') ;; select dblink_exec('notify ev, ''pay load''') ;; select nap(0.2) ;; select notify_name, be_pid=(select p from dblink('select pg_backend_pid()') t(p int)), extra, extra is null from dblink_get_notify() ;; select * from dblink_get_notify()
G04  select dblink_connect('n',cp()) ;; select dblink_exec('n','listen "Ev2"') ;; select dblink_exec(cp(),'notify "Ev2", ''x''') ;; select nap(0.2) ;; select notify_name, be_pid=(select p from dblink('n','select pg_backend_pid()') t(p int)), extra from dblink_get_notify('n')
G05  select dblink_connect('n',cp()) ;; select dblink_exec('n','listen ev') ;; select dblink_exec('n','notify ev; notify ev; notify ev, ''z''') ;; select nap(0.2) ;; select notify_name, extra from dblink_get_notify('n')
G06  select dblink_connect('n',cp()) ;; select * from dblink_get_notify(conname => 'n')
G07  select dblink_connect('n',cp()) ;; select dblink_exec('n','listen ev') ;; select dblink_exec(cp(),'begin; notify ev, ''rolled''; rollback') ;; select nap(0.2) ;; select notify_name, extra from dblink_get_notify('n')
