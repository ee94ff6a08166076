-- Settings of either end
L01  select dblink_connect('n',cp()) ;; select dblink_exec('n','set datestyle=''German, DMY''') ;; select * from dblink('n','select ''03.04.2020''') t(d date) ;; show datestyle
L02  select dblink_connect('n',cp()) ;; select dblink_exec('n','set intervalstyle=sql_standard') ;; select * from dblink('n','select ''-1 2:03:04''') t(i interval)
L03  select dblink_connect('n',cp()) ;; select dblink_exec('n','set datestyle=''German, DMY''') ;; select * from dblink('n','set datestyle=''ISO, MDY''; select ''03/04/2020''') t(d date)
L04  select dblink_connect('n',cp()) ;; select dblink_exec('n','set datestyle=''German, DMY''') ;; select dblink_send_query('n','select ''03.04.2020''') ;; select * from dblink_get_result('n') t(d date)
L05  select dblink_connect('n',cp()) ;; select dblink_exec('n','set datestyle=''German, DMY''') ;; select * from dblink('n','select ''bad''') t(d date) ;; show datestyle
L06  select dblink_connect('n',cp()) ;; select dblink_exec('n','set datestyle=''SQL, DMY''') ;; select * from dblink('n','select date ''2020-02-01''') t(d text)
L07  select * from dblink(cp()||' client_encoding=LATIN1','show client_encoding') t(e text)
L08  select * from dblink(cp()||' options=''-c search_path=foo''','show search_path') t(e text)
L09  select dblink_connect('n',cp()) ;; select dblink_exec('n','set timezone=''Asia/Tokyo''') ;; set timezone='UTC' ;; select * from dblink('n','select timestamptz ''2020-01-01 00:00+00'', timestamp ''2020-01-01 00:00''') t(a timestamptz, b timestamptz)
