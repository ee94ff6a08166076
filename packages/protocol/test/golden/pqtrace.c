/* Plays one dialogue with libpq and writes what PQtrace says about it; record-pqtrace.ts compiles and runs it.
 * Arguments: conninfo, trace flags (1 without timestamps, 2 regress mode), trace file, dialogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <libpq-fe.h>

/* Since libpq 17; the header found may be older than the library. */
extern PGresult *PQclosePrepared(PGconn *, const char *);
extern PGresult *PQclosePortal(PGconn *, const char *);

static PGconn *conn;

static void
run(PGresult *result)
{
	PQclear(result);
}

static void
query(const char *sql)
{
	run(PQexec(conn, sql));
}

static void
finish(void)
{
	PGresult *result;

	while ((result = PQgetResult(conn)) != NULL)
		run(result);
}

static void
finish_pipeline(void)
{
	for (;;)
	{
		PGresult *result = PQgetResult(conn);
		int ended = result != NULL && PQresultStatus(result) == PGRES_PIPELINE_SYNC;

		run(result);
		if (ended)
			return;
	}
}

static void
read_copy(void)
{
	char *data;

	while (PQgetCopyData(conn, &data, 0) > 0)
		PQfreemem(data);
}

static void
simple(void)
{
	query("select 1 as a, null::text as b, 'é~' as \"c\", '' as d");
	query("");
	query("select 1/0");
	query("do $$ begin raise warning 'careful'; end $$");
	query("begin; create temp table t(a int, b text); insert into t values (1,'x'),(2,null); select * from t; commit");
	query("listen ch");
	query("notify ch, 'pay load'");
	query("set application_name = 'tr'");
	query("select E'\\x01\\x7f\\\\q''\"'::bytea");
}

static void
extended(void)
{
	const char *texts[2] = {"a'b", NULL};
	const char binary[4] = {0, 0, 1, 2};
	const char *binaries[1] = {binary};
	const int text_formats[2] = {0, 0}, binary_formats[1] = {1}, lengths[1] = {4};
	const Oid types[1] = {23};

	run(PQexecParams(conn, "select $1::text,$2::text", 2, NULL, texts, NULL, text_formats, 1));
	run(PQprepare(conn, "st", "select $1 + 1 as n", 1, types));
	run(PQdescribePrepared(conn, "st"));
	run(PQexecPrepared(conn, "st", 1, binaries, lengths, binary_formats, 1));
	run(PQclosePrepared(conn, "st"));
	run(PQexecParams(conn, "", 0, NULL, NULL, NULL, NULL, 0));
	query("begin");
	query("declare c cursor for select generate_series(1,3)");
	run(PQdescribePortal(conn, "c"));
	run(PQclosePortal(conn, "c"));
	query("rollback");
	run(PQexecParams(conn, "select nope", 0, NULL, NULL, NULL, NULL, 0));
}

static void
pipeline(void)
{
	PQenterPipelineMode(conn);
	PQsendQueryParams(conn, "select 1", 0, NULL, NULL, NULL, NULL, 0);
	PQsendFlushRequest(conn);
	PQsendQueryParams(conn, "select 1/0", 0, NULL, NULL, NULL, NULL, 0);
	PQsendQueryParams(conn, "select 2", 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
	finish_pipeline();
	PQsendQueryParams(conn, "create temp table pt(a int)", 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
	finish_pipeline();
	PQexitPipelineMode(conn);
}

static void
copy(void)
{
	query("create temp table t(a int, b text)");
	run(PQexec(conn, "copy t from stdin"));
	PQputCopyData(conn, "1\tx\n2\t\\N\n", 9);
	PQputCopyEnd(conn, NULL);
	finish();
	run(PQexec(conn, "copy t from stdin"));
	PQputCopyEnd(conn, "no \"more\"");
	finish();
	run(PQexec(conn, "copy t to stdout (format binary)"));
	read_copy();
	finish();
}

static void
function(void)
{
	int value, length;
	char text[16];
	PQArgBlock numbers[2] = {{.len = 4, .isint = 1, .u.integer = 7}, {.len = 4, .isint = 1, .u.integer = 5}};
	PQArgBlock string[1] = {{.len = 3, .isint = 0, .u.ptr = (int *) "abc"}};

	run(PQfn(conn, 177, &value, &length, 1, numbers, 2));
	run(PQfn(conn, 1257, (int *) text, &length, 1, string, 1));
	run(PQfn(conn, 999999, (int *) text, &length, 1, string, 1));
}

static void
replication(void)
{
	char command[100];
	PGresult *system = PQexec(conn, "IDENTIFY_SYSTEM");

	snprintf(command, sizeof command, "START_REPLICATION %s TIMELINE %s", PQgetvalue(system, 0, 2), PQgetvalue(system, 0, 1));
	run(system);
	query(command);
	PQputCopyEnd(conn, NULL);
	read_copy();
	finish();
}

static void
connect_traced(const char *conninfo, int flags, FILE *trace)
{
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	conn = PQconnectStart(conninfo);
	PQtrace(conn, trace);
	PQsetTraceFlags(conn, flags);
	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED)
	{
		fd_set readable, writable;
		int socket = PQsocket(conn);

		FD_ZERO(&readable);
		FD_ZERO(&writable);
		FD_SET(socket, status == PGRES_POLLING_READING ? &readable : &writable);
		select(socket + 1, &readable, &writable, NULL, NULL);
		status = PQconnectPoll(conn);
	}
}

static void
silent(void *arg, const char *message)
{
	(void) arg;
	(void) message;
}

int
main(int argc, char **argv)
{
	static const struct
	{
		const char *name;
		void (*play)(void);
	} dialogues[] = {{"simple", simple}, {"extended", extended}, {"pipeline", pipeline}, {"copy", copy}, {"function", function}, {"replication", replication}};
	FILE *trace = argc == 5 ? fopen(argv[3], "w") : NULL;

	if (trace == NULL)
		return 2;
	connect_traced(argv[1], atoi(argv[2]), trace);
	PQsetNoticeProcessor(conn, silent, NULL);
	if (PQstatus(conn) == CONNECTION_OK)
		for (size_t i = 0; i < sizeof dialogues / sizeof dialogues[0]; i++)
			if (strcmp(dialogues[i].name, argv[4]) == 0)
				dialogues[i].play();
	PQfinish(conn);
	return fclose(trace);
}
