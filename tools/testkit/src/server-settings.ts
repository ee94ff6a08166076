/** Settings every cluster starts with: quick, quiet, and the same on every machine. */
export function baseSettings(
  port: number,
  addresses: readonly string[],
  socketDirectory: string,
): Readonly<Record<string, string>> {
  return {
    listen_addresses: addresses.join(','),
    port: String(port),
    unix_socket_directories: socketDirectory,
    // Data of a test is never needed after a crash of the machine.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Everything that a killed server could leave in the system is memory-mapped or lies in its folder.
    shared_memory_type: 'mmap',
    dynamic_shared_memory_type: 'mmap',
    // The backup for one standby must not remove what another one is about to ask for.
    wal_keep_size: '128MB',
    max_connections: '60',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    autovacuum_naptime: '1h',
  };
}

/** Text of postgresql.conf for these settings. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`)
    .join('');
}
