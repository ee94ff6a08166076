import {
  type ConninfoHost,
  type ConninfoOptions,
  type ConninfoSources,
  type IntegerKeyword,
  isConninfoError,
  parseConninfo,
  parseInteger,
  parsePort,
  resolveConninfo,
  socketPath,
} from '../src/index.ts';

const TCP_INTEGERS: readonly IntegerKeyword[] = [
  'connect_timeout',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
];

/** The text of a connection attempt on a machine where nothing listens and no name resolves. */
export function failureWithoutServers(conninfo: string, sources: ConninfoSources = { osUser: 'root' }): string {
  const lines: string[] = [];
  try {
    const { hosts, values } = resolveConninfo(parseConninfo(conninfo), sources);
    for (const host of hosts) {
      try {
        lines.push(attempt(host, values));
      } catch (error) {
        if (!isConninfoError(error)) throw error;
        if (error.code !== 'invalid-port' && error.code !== 'socket-path') throw error;
        lines.push(error.message);
      }
    }
  } catch (error) {
    if (!isConninfoError(error)) throw error;
    lines.push(error.message);
  }
  return lines.join('\n');
}

function attempt(host: ConninfoHost, values: ConninfoOptions): string {
  const port = parsePort(host.port);
  if (host.kind === 'unix') {
    const reason = host.host.startsWith('@') ? 'Connection refused' : 'No such file or directory';
    return `connection to server on socket "${socketPath(host.host, port)}" failed: ${reason}`;
  }
  const address = host.kind === 'address' ? host.hostaddr : host.host;
  if (!/^[0-9.]+$|^[0-9a-f]*:[0-9a-f:]*$/.test(address)) {
    const what = host.kind === 'address' ? 'could not parse network address' : 'could not translate host name';
    return `${what} "${address}"${host.kind === 'address' ? '' : ' to address'}: Name or service not known`;
  }
  const prefix = `connection to server at "${address}", port ${host.port} failed: `;
  try {
    for (const keyword of TCP_INTEGERS) {
      const value = values[keyword];
      if (value === undefined) continue;
      if (parseInteger(value, keyword) === 0 && keyword === 'keepalives') break;
    }
  } catch (error) {
    if (isConninfoError(error)) return `${prefix}${error.message}`;
    throw error;
  }
  return `${prefix}Connection refused`;
}
