-- Foreign servers, user mappings and the validator
K01  select dblink_connect('c','srv')
K02  set role dbu ;; select dblink_connect('c','srv')
K03  set role dbu ;; select * from dblink('srv3','select current_user') t(u name)
K04  set role dbu ;; select * from dblink('srv2','select current_user') t(u name)
K05  select * from dblink('srv2','select current_user') t(u name)
K06  select * from dblink('SRV2','select current_user') t(u name)
K07  set role dbu ;; select dblink_connect_u('u','srv3')
K08  select * from dblink('any1','select current_user') t(u name)
K09  select dblink_connect('srv2',cp()) ;; select * from dblink('srv2','select current_user') t(u name)
K10  create server sx foreign data wrapper dblink_fdw options (user 'x')
K11  create server sx foreign data wrapper dblink_fdw options (hos 'x')
K12  create server sx foreign data wrapper dblink_fdw options (client_encoding 'x')
K13  create server sx foreign data wrapper dblink_fdw options (zzzzzzzzzz 'x')
K14  create user mapping for dbu server srv2 options (host 'x')
K15  create user mapping for dbu server srv2 options (usr 'x')
K16  alter foreign data wrapper dblink_fdw options (nonexistent 'fdw')
K17  select dblink_fdw_validator('{host=a}', 'pg_foreign_server'::regclass)
K18  select dblink_fdw_validator('{host=a}', 0)
K19  begin ;; create server sx foreign data wrapper dblink_fdw options (use_scram_passthrough 'x') ;; rollback
K20  begin ;; create foreign table ftx(a int) server srv ;; select * from ftx
K21  begin ;; create server sx foreign data wrapper dblink_fdw options (port 'notanumber') ;; create user mapping for postgres server sx ;; select dblink_connect('sx')
K22  select * from dblink('srv2','select 1/0') t(a int)
K101  select dblink_connect('n', 'srv2') ;; select * from dblink('n', 'select current_user') t(u text)
K102  select dblink_connect('srv2') ;; select * from dblink('select current_user') t(u text)
K103  select dblink_exec('srv2', 'set a.b = 1') ;; select dblink_exec('srv2', 'select 1/0', false)
K104  select dblink_connect('n', ' srv2') ;; select dblink_connect('n', '"srv2"') ;; select dblink_connect('n', 'SRV2')
K105  set role dbu ;; select dblink_connect('n', 'srv3') ;; select * from dblink('n', 'select current_user') t(u text)
K106  set role dbu ;; select dblink_connect('n', 'any1')
K107  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r') ;; create user mapping for current_user server s4 options (user 'trustu') ;; select dblink_connect('n', 's4') ;; rollback
K108  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', application_name 'it''s \ me') ;; create user mapping for current_user server s4 options (user 'trustu', password 'a''b\c') ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; select * from dblink('s4', 'show application_name') t(a text) ;; rollback
K109  begin ;; create server s4 foreign data wrapper dblink_fdw ;; create user mapping for public server s4 options (user 'a') ;; create user mapping for postgres server s4 options (user 'trustu') ;; do $$ begin execute format('alter server s4 options (host ''127.0.0.1'', dbname ''r'', port %L)', rport()); end $$ ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K110  create server s5 foreign data wrapper dblink_fdw options (port 'x', dbname '') ;; drop server s5
K111  create server s5 foreign data wrapper dblink_fdw options (password 'x') ;; create server s5 foreign data wrapper dblink_fdw options (usr 'x') ;; create server s5 foreign data wrapper dblink_fdw options (sslpassword 'x')
K112  create server s5 foreign data wrapper dblink_fdw options (prot 'x') ;; create server s5 foreign data wrapper dblink_fdw options ("Host" 'x') ;; create server s5 foreign data wrapper dblink_fdw options (h 'x') ;; create server s5 foreign data wrapper dblink_fdw options (dbnam 'x')
K113  create server s5 foreign data wrapper dblink_fdw options (replication 'x') ;; create server s5 foreign data wrapper dblink_fdw options (scram_client_key 'x') ;; create server s5 foreign data wrapper dblink_fdw options (oauth_scope 'x') ;; create server s5 foreign data wrapper dblink_fdw options (sslkeylogfile 'x')
K114  create server s5 foreign data wrapper dblink_fdw options (min_protocol_version 'x', max_protocol_version 'x', sslnegotiation 'x', gssdelegation 'x', load_balance_hosts 'x', require_auth 'x', sslcertmode 'x', sslsni 'x', passfile 'x', service 'x', options 'x', sslcompression 'x', tcp_user_timeout 'x', krbsrvname 'x') ;; drop server s5
K115  create server s5 foreign data wrapper dblink_fdw options (use_scram_passthrough 'maybe') ;; drop server s5
K116  begin ;; create server s4 foreign data wrapper dblink_fdw options (use_scram_passthrough 'maybe', host '127.0.0.1') ;; create user mapping for postgres server s4 ;; select dblink_connect('n', 's4') ;; rollback
K117  begin ;; create server s4 foreign data wrapper dblink_fdw options (use_scram_passthrough 'true', host '127.0.0.1', dbname 'r') ;; create user mapping for postgres server s4 options (user 'trustu') ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K118  create foreign table scratch.ft(a int) server srv2 options (host 'x') ;; create foreign table scratch.ft(a int) server srv2 options (use_scram_passthrough 'true') ;; create foreign table scratch.ft(a int) server srv2 ;; insert into scratch.ft values (1)
K119  select dblink_fdw_validator('{user=a,password=b}', 'pg_user_mapping'::regclass) ;; select dblink_fdw_validator('{}', 0) ;; select dblink_fdw_validator(null, 0) ;; select dblink_fdw_validator('{host}', 'pg_foreign_server'::regclass) ;; select dblink_fdw_validator('{use=a}', 'pg_user_mapping'::regclass)
K120  alter server srv2 options (set port '1') ;; select dblink_connect('n', 'srv2') ;; do $$ begin execute format('alter server srv2 options (set port %L)', rport()); end $$ ;; select dblink_connect('n', 'srv2')
K121  alter user mapping for public server srv2 options (add host 'x') ;; alter user mapping for public server srv2 options (add sslpassword 'x', drop sslpassword)
K122  drop foreign data wrapper dblink_fdw ;; begin ;; create server sx foreign data wrapper dblink_fdw ;; alter server sx owner to dbu ;; rollback
K123  begin ;; set local role dbu ;; create user mapping for dbu server srv2 options (user 'pwu', password 'pw') ;; select * from dblink('srv2', 'select current_user') t(a text) ;; rollback
K124  select dblink_connect('n', repeat('s', 70))
K125  begin ;; create server "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss" foreign data wrapper dblink_fdw ;; select dblink_connect('n', repeat('s', 80)) ;; rollback
K126  select dblink_connect('srv2', cp()) ;; select dblink_connect('x', 'srv2') ;; select * from dblink('x', 'select current_user') t(u text) ;; select dblink_disconnect('srv2') ;; select * from dblink('srv2', 'select current_user') t(u text)
-- Without a log-in by SCRAM there are no keys to pass on: the option does nothing
K127  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', sslmode 'disable', use_scram_passthrough 'true') ;; create user mapping for public server s4 options (user 'scramu') ;; grant usage on foreign server s4 to dbu ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K128  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', sslmode 'disable', use_scram_passthrough 'TRUE') ;; create user mapping for public server s4 options (user 'scramu', password 'pw scram') ;; grant usage on foreign server s4 to dbu ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K129  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', sslmode 'disable') ;; create user mapping for public server s4 options (user 'scramu', use_scram_passthrough 'on') ;; grant usage on foreign server s4 to dbu ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K130  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', sslmode 'disable', use_scram_passthrough 'true') ;; create user mapping for public server s4 options (user 'scramu') ;; grant usage on foreign server s4 to dbu ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; set local role dbu ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
K131  begin ;; create server s4 foreign data wrapper dblink_fdw options (host '127.0.0.1', dbname 'r', sslmode 'disable', use_scram_passthrough 'perhaps', require_auth 'scram-sha-256') ;; create user mapping for public server s4 options (user 'scramu', password 'pw scram') ;; grant usage on foreign server s4 to dbu ;; do $$ begin execute format('alter server s4 options (add port %L)', rport()); end $$ ;; set local role dbu ;; select * from dblink('s4', 'select current_user') t(a text) ;; rollback
