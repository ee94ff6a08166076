-- Text in other encodings
T101  select dblink_connect('n', cp() || ' dbname=latin1') ;; select * from dblink('n', 'select getdatabaseencoding(), current_setting(''client_encoding'')') t(a text, b text) ;; select * from dblink('n', 'select ''héé''') t(a text) ;; select * from dblink('n', 'select chr(233), length(''é''), octet_length(''é'')') t(a text, b int, c int)
T102  select dblink_connect('n', cp() || ' dbname=latin1') ;; select * from dblink('n', 'select ''€''') t(a text)
T103  select dblink_connect('n', cp() || ' dbname=latin1') ;; select * from dblink('n', 'select ''€''', false) t(a text) ;; select dblink_error_message('n')
T104  select dblink_connect('n', cp() || ' dbname=jp') ;; select * from dblink('n', 'select ''日本語'', octet_length(''日本語'')') t(a text, b int) ;; select * from dblink('n', 'select ''é''') t(a text)
T105  select dblink_connect('n', cp() || ' dbname=jp client_encoding=EUC_JP') ;; select * from dblink('n', 'show client_encoding') t(a text) ;; select * from dblink('n', 'select ''日本''') t(a text)
T106  select dblink_connect('n', cp() || ' dbname=ascii') ;; select * from dblink('n', 'select getdatabaseencoding(), current_setting(''client_encoding'')') t(a text, b text) ;; select * from dblink('n', 'select ''é'', octet_length(''é'')') t(a text, b int)
T107  {diverges Q25: bytes that are no UTF-8 may not become local text}  select dblink_connect('n', cp() || ' dbname=ascii') ;; select dblink_exec('n', 'set client_encoding = sql_ascii') ;; select octet_length(a) from dblink('n', 'select E''\xe9''') t(a text) ;; select * from dblink('n', 'select ''é''') t(a text) ⇒ [OK] ⇒ [SET] ⇒ ERROR 22021 invalid byte sequence for encoding "UTF8": 0xe9 ⇒ [é]
T108  {diverges Q25: bytes that are no UTF-8 may not become local text}  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set client_encoding = latin1') ;; select octet_length(a) from dblink('n', 'select chr(233)') t(a text) ⇒ [OK] ⇒ [SET] ⇒ ERROR 22021 invalid byte sequence for encoding "UTF8": 0xe9
T109  select dblink_connect('n', cp()) ;; select dblink_exec('n', 'set client_encoding = latin1') ;; select * from dblink('n', 'select ''abc''') t(a text) ;; select dblink_exec('n', 'set client_encoding = utf8') ;; select * from dblink('n', 'select ''é''') t(a text)
T110  select dblink_connect('n', cp() || ' dbname=latin1') ;; select dblink_exec('n', 'create temp table "é" ("ü" text)') ;; select dblink_exec('n', 'insert into "é" values (''ö'')') ;; select * from dblink('n', 'table "é"') t(a text) ;; select dblink_exec('n', 'select 1 from "è"', false) ;; select dblink_error_message('n')
T111  select dblink_connect('n', cp() || ' dbname=latin1') ;; select dblink_exec('n', 'do $$ begin raise exception ''ÿ'' using hint = ''é''; end $$', false)
T112  select dblink_connect('n', cp() || ' dbname=latin1') ;; select dblink_exec('n', 'listen "é"; notify "é", ''ü''') ;; select notify_name, extra from dblink_get_notify('n')
T113  select dblink_connect('n', cp() || ' dbname=latin1') ;; select dblink_open('n', '"é"', 'select ''à''') ;; select * from dblink_fetch('n', '"é"', 1) t(a text) ;; select dblink_close('n', '"é"')
T114  select * from dblink(cp(), 'select chr(0)') t(a text)
T115  select * from dblink(cp(), 'select E''\x01\x1f\x7f'', chr(128), chr(1114111), chr(65534)') t(a text, b text, c text, d text)
T116  select * from dblink(cp(), 'select ''e' || chr(769) || '''') t(a text) ;; select a = 'é' from dblink(cp(), 'select ''e' || chr(769) || '''') t(a text)
T117  select * from dblink(cp(), 'select "Ünïcödé" from (select 1 as "Ünïcödé") s') t("Ünïcödé" int)
T118  select * from dblink(cp(), 'select nö from (select 1) s')
T119  select * from dblink(cp(), 'select nö from (select 1) s') t(a int)
T120  select dblink_connect('é', cp()) ;; select dblink_exec('é', 'select 1/0', false) ;; select dblink_connect('É', cp()) ;; select dblink_get_connections() @> '{é,É}'
T121  select * from dblink(cp() || ' dbname=ascii', 'select E''\xe9''') t(a text)
