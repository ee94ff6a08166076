/* The works of the C library: reads commands on standard input, as the other sides do, and answers in JSON.
 * usage: libpq WORK CONNINFO COUNT SQL */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static PGconn *connection;
static long count;
static const char *sql;

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s", what, PQerrorMessage(connection));
    exit(1);
}

static double milliseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* FNV-1a over the text of every value; a NULL is the byte 0. */
static unsigned fingerprint = 2166136261u;

static void take_byte(unsigned char byte)
{
    fingerprint = (fingerprint ^ byte) * 16777619u;
}

static void take_value(PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column)) {
        take_byte(0);
    } else {
        const char *value = PQgetvalue(result, row, column);
        int length = PQgetlength(result, row, column);
        for (int at = 0; at < length; at += 1) take_byte((unsigned char) value[at]);
    }
    take_byte('\n');
}

/* Each row in turn, as it comes, and none kept. */
static double rows_seen(const char *statement, int with_fingerprint)
{
    double sum = 0;
    PGresult *result;
    if (!PQsendQuery(connection, statement) || !PQsetSingleRowMode(connection)) fail("send");
    while ((result = PQgetResult(connection)) != NULL) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE) {
            int columns = PQnfields(result);
            sum += atoi(PQgetvalue(result, 0, 0));
            for (int column = 1; column < columns; column += 1) PQgetvalue(result, 0, column);
            if (with_fingerprint)
                for (int column = 0; column < columns; column += 1) take_value(result, 0, column);
        } else if (status != PGRES_TUPLES_OK) {
            fail("query");
        }
        PQclear(result);
    }
    return sum;
}

static double rows_seen_of_task(void)
{
    return rows_seen(sql, 0);
}

static void wait_for_socket(short events)
{
    struct pollfd socket = {PQsocket(connection), events, 0};
    poll(&socket, 1, -1);
}

/* All queries are on their way before the first answer is taken; one Sync ends them. */
static double pipelined(void)
{
    double sum = 0;
    long answered = 0;
    if (!PQenterPipelineMode(connection)) fail("pipeline");
    for (long key = 1; key <= count; key += 1) {
        char text[24];
        const char *values[1] = {text};
        snprintf(text, sizeof text, "%ld", key);
        if (!PQsendQueryPrepared(connection, "by key", 1, values, NULL, NULL, 0)) fail("send");
    }
    if (!PQpipelineSync(connection)) fail("sync");
    while (PQflush(connection) == 1) {
        wait_for_socket(POLLIN | POLLOUT);
        if (!PQconsumeInput(connection)) fail("consume");
    }
    for (;;) {
        PGresult *result = PQgetResult(connection);
        ExecStatusType status = PQresultStatus(result);
        if (result == NULL) continue;
        if (status == PGRES_TUPLES_OK) {
            sum += atoi(PQgetvalue(result, 0, 0));
            answered += 1;
        } else if (status != PGRES_PIPELINE_SYNC) {
            fail("result");
        }
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) break;
    }
    if (answered != count) fail("answers are missing");
    if (!PQexitPipelineMode(connection)) fail("leave the pipeline");
    return sum;
}

static void prepare_by_key(void)
{
    PGresult *result = PQprepare(connection, "by key", sql, 1, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail("prepare");
    PQclear(result);
    if (PQsetnonblocking(connection, 1) != 0) fail("nonblocking");
}

static void run(double (*work)(void))
{
    struct rusage usage;
    double cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
    double started = milliseconds(CLOCK_MONOTONIC);
    double sum = work();
    double ms = milliseconds(CLOCK_MONOTONIC) - started;
    cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"ms\":%.6f,\"cpuMs\":%.6f,\"sum\":%.0f,\"peakMiB\":%.1f}\n", ms, cpu, sum, usage.ru_maxrss / 1024.0);
}

int main(int argc, char **argv)
{
    static char line[65536];
    double (*work)(void) = rows_seen_of_task;
    if (argc != 5) {
        fprintf(stderr, "usage: libpq WORK CONNINFO COUNT SQL\n");
        return 2;
    }
    connection = PQconnectdb(argv[2]);
    if (PQstatus(connection) != CONNECTION_OK) fail("connect");
    count = atol(argv[3]);
    sql = argv[4];
    if (strcmp(argv[1], "pipelined") == 0) {
        work = pipelined;
        prepare_by_key();
    } else if (strcmp(argv[1], "seen") != 0) {
        fprintf(stderr, "no such work: %s\n", argv[1]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("{\"ready\":true,\"version\":%d}\n", PQlibVersion());
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "run") == 0) {
            run(work);
        } else if (strncmp(line, "outcome ", 8) == 0) {
            fingerprint = 2166136261u;
            rows_seen(line + 8, 1);
            printf("{\"outcome\":\"%08x\"}\n", fingerprint);
        } else {
            break;
        }
    }
    PQfinish(connection);
    return 0;
}
