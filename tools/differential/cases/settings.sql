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
L101  select dblink_connect('n', cp()) ;; set datestyle = 'German' ;; select * from dblink('n', 'select date ''2020-02-01'', timestamp ''2020-02-01 10:00'', timestamptz ''2020-02-01 10:00+02''') t(a date, b timestamp, c timestamptz)
L102  set datestyle = 'SQL, DMY' ;; select * from dblink(cp(), 'select date ''2020-02-01''') t(a date) ;; select * from dblink(cp(), 'select ''02/01/2020''') t(a date) ;; show datestyle
L103  set intervalstyle = 'iso_8601' ;; select * from dblink(cp(), 'select interval ''-1 day 02:03''') t(a interval) ;; show intervalstyle
L104  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set intervalstyle = ''iso_8601''') ;; select * from dblink('n', 'select interval ''1 year -2 days 03:04:05.6''') t(a interval) ;; select * from dblink('n', 'select interval ''1 year -2 days''') t(a text)
L105  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set intervalstyle = ''postgres_verbose''') ;; select * from dblink('n', 'select interval ''-1 year -2 days 03:04:05.6''') t(a interval)
L106  set timezone = 'Asia/Tokyo' ;; select * from dblink(cp(), 'select timestamptz ''2020-01-01 00:00+00'', timestamp ''2020-01-01''') t(a timestamptz, b timestamptz) ;; select * from dblink(cp(), 'select timestamptz ''2020-01-01 00:00+00''') t(a timestamp)
L107  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set timezone = ''America/New_York''') ;; select * from dblink('n', 'select timestamptz ''2020-07-01 00:00+00''') t(a timestamptz) ;; select * from dblink('n', 'select timestamptz ''2020-07-01 00:00+00''') t(a text) ;; select * from dblink('n', 'select timestamptz ''2020-07-01 00:00+00''') t(a timestamp)
L108  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set bytea_output = escape') ;; select * from dblink('n', 'select ''\x00ff41''::bytea') t(a bytea) ;; select * from dblink('n', 'select ''\x00ff41''::bytea') t(a text)
L109  set bytea_output = escape ;; select * from dblink(cp(), 'select ''\x00ff41''::bytea') t(a bytea) ;; select * from dblink(cp(), 'select ''\x00ff41''::bytea') t(a text)
L110  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set extra_float_digits = 0') ;; select a, a = 0.1::float8 + 0.2::float8 from dblink('n', 'select 0.1::float8 + 0.2::float8') t(a float8)
L111  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set extra_float_digits = -5') ;; select * from dblink('n', 'select 1.23456789::float8, 1.2345678::float4') t(a float8, b float4)
L112  set extra_float_digits = -5 ;; select * from dblink(cp(), 'select 1.23456789::float8') t(a float8)
L113  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set client_encoding = latin1') ;; select * from dblink('n', 'show client_encoding') t(a text) ;; select * from dblink('n', 'select ''abc''') t(a text)
L114  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set standard_conforming_strings = off') ;; select * from dblink('n', 'select ''a\\b'', E''c\\d''') t(a text, b text)
L115  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set standard_conforming_strings = off') ;; select * from dblink('n', 'select ''a\''; select 2 --''') t(a text)
L116  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set datestyle = ''Postgres, DMY''') ;; select * from dblink('n', 'select timestamp ''2020-02-01 10:00'', date ''2020-02-01''') t(a timestamp, b date) ;; select dblink_send_query('n', 'select date ''2020-02-01''') ;; select * from dblink_get_result('n') t(a date)
L117  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set datestyle = ''German''') ;; select dblink_open('n', 'c', 'select date ''2020-02-01''') ;; select * from dblink_fetch('n', 'c', 1) t(a date) ;; show datestyle
L118  create domain scratch.d as date check (value > '2000-01-01' and current_setting('datestyle') <> 'German, DMY') ;; select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set datestyle = ''German''') ;; select * from dblink('n', 'select date ''2020-02-01''') t(a scratch.d)
L119  begin ;; set local datestyle = 'German' ;; select * from dblink(cp(), 'select date ''2020-02-01''') t(a date) ;; show datestyle ;; commit ;; show datestyle
L120  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set datestyle = ''German''') ;; begin ;; select * from dblink('n', 'select ''bad''') t(a date) ;; rollback ;; show datestyle
L121  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set search_path = pg_catalog') ;; select * from dblink('n', 'select ''public.foo''::regclass') t(a text) ;; select * from dblink('n', 'select ''public.foo''::regclass') t(a regclass)
L122  set search_path = s1, public ;; select * from dblink(cp(), 'show search_path') t(a text)
L123  set lc_monetary = 'C' ;; select * from dblink(cp(), 'select 12.34::money') t(a money) ;; select * from dblink(cp(), 'select 12.34::money') t(a text)
L124  set default_transaction_read_only = on ;; select dblink_exec(cp(), 'insert into rw values (1)')
L125  set client_min_messages = error ;; select dblink_exec(cp(), 'select 1/0', false) ;; select dblink_connect(repeat('u', 64), cp())
L126  set client_min_messages = debug1 ;; select dblink_exec(cp(), 'set a.b = 1')
L127  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set lc_messages = ''C''') ;; select dblink_exec('n', 'set client_min_messages = error') ;; select * from dblink('n', 'select noisy(1)') t(a int)
L128  set statement_timeout = '300ms' ;; select * from dblink(cp(), 'select 1 from pg_sleep(5)') t(a int) where false
