/** What `\?` prints. */
export const HELP = `General
  \\conninfo              say which database this is
  \\errverbose            show the last error with everything known of it
  \\q                     quit
  \\timing [on|off]       show how long each query takes

Query buffer
  \\g [(OPTIONS)] [FILE]  send the query (again); results into FILE
  \\gx [(OPTIONS)] [FILE] as \\g, with a line for each value
  \\gexec                 send the query, then each value of its result as a query
  \\gset [PREFIX]         send the query, and keep its row in variables
  \\p                     show the query buffer
  \\r                     clear the query buffer
  \\w FILE                write the query buffer to a file

Input and output
  \\copy ...              COPY between the database and a file of this side
  \\echo [-n] [STRING]    write to standard output
  \\i FILE                run a file
  \\ir FILE               as \\i, relative to the script that says it
  \\o [FILE]              send results to a file, or to standard output again
  \\qecho [-n] [STRING]   write where results go
  \\warn [-n] [STRING]    write to standard error

Conditions
  \\if EXPR, \\elif EXPR, \\else, \\endif

Looking around (S: system objects too, +: more detail)
  \\d[S+] [NAME]          tables, views, sequences, or one of them in detail
  \\df[S+] [PATTERN]      functions; \\sf FUNCTION shows one's definition
  \\dn[S+] [PATTERN]      schemas
  \\dt[S+] [PATTERN]      tables; \\dv views, \\di indexes, \\ds sequences, \\dT types
  \\du[S+] [PATTERN]      roles
  \\dx[+] [PATTERN]       extensions; \\dx+ dblink lists its functions
  \\des [PATTERN]         foreign servers; \\deu user mappings
  \\l[+] [PATTERN]        databases
  \\h [NAME]              syntax of SQL commands

Display
  \\a                     aligned or unaligned
  \\C [TITLE]             title of tables
  \\f [STRING]            field separator of unaligned output
  \\pset [NAME [VALUE]]   set an option: border, columns, csv_fieldsep, expanded, fieldsep, footer,
                         format (aligned, csv, json, ndjson, unaligned), linestyle, null, recordsep,
                         title, tuples_only
  \\t [on|off]            rows only
  \\x [on|off|auto]       a line for each value

Variables
  \\set [NAME [VALUE]]    set a variable, or list them all
  \\unset NAME            unset a variable
  \\getenv NAME VARIABLE, \\setenv VARIABLE [VALUE]

Files and programs
  \\cd [DIRECTORY]        change the working directory
  \\! [COMMAND]           run a shell command
`;
