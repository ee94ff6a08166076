import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/*
 * What a program puts into the machine while it runs, seen from outside through /proc: itself and its descendants, the
 * TCP ports they listen on, their POSIX and System V shared memory. Others work on the machine at the same time, so
 * everything is told apart by the process that made it, not by what was there before.
 */

/** What was seen while the program ran. */
export interface Traces {
  /** Process ids, each with its start time, because ids are used again. */
  readonly processes: ReadonlyMap<number, string>;
  readonly ports: ReadonlySet<number>;
  readonly sharedMemoryFiles: ReadonlySet<string>;
}

/** True where this machine has what the functions here look at. */
export const canTrace: boolean = existsSync('/proc/self/net/tcp') && existsSync('/proc/sysvipc/shm');

/** Looks at a process and all that descends from it, again and again until told to stop. */
export function traceProcess(pid: number): { stop(): Traces } {
  const processes = new Map<number, string>();
  const ports = new Set<number>();
  const sharedMemoryFiles = new Set<string>();
  const look = (): void => {
    const all = allProcesses();
    const family = new Set([pid, ...processes.keys()]);
    // A parent has a smaller id than its child except where ids have wrapped around; the next look finds those.
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
    for (const one of all) {
      if (!family.has(one.pid) || processes.get(one.pid) === one.startTime) continue;
      processes.set(one.pid, one.startTime);
    }
    const listening = listeningPorts();
    for (const one of processes.keys()) {
      for (const inode of socketInodes(one)) {
        const port = listening.get(inode);
        if (port !== undefined) ports.add(port);
      }
      for (const file of sharedMemoryOf(one)) sharedMemoryFiles.add(file);
    }
  };
  look();
  const timer = setInterval(look, 40);
  return {
    stop: () => {
      clearInterval(timer);
      return { processes, ports, sharedMemoryFiles };
    },
  };
}

/** What of the traces is still there, in words; empty when nothing is. */
export function whatIsLeft(traces: Traces): readonly string[] {
  const alive = allProcesses().filter((one) => traces.processes.get(one.pid) === one.startTime);
  const listening = new Set(listeningPorts().values());
  return [
    ...alive.map((one) => `process ${one.pid} (${one.name})`),
    ...[...traces.ports].filter((port) => listening.has(port)).map((port) => `port ${port}`),
    ...[...traces.sharedMemoryFiles].filter((file) => existsSync(file)),
    ...systemVSegments()
      .filter((segment) => traces.processes.has(segment.creator))
      .map((segment) => `System V shared memory ${segment.id}`),
  ];
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** In clock ticks since the machine started. */
  readonly startTime: string;
}

function allProcesses(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((name) => {
      const stat = readOrEmpty(`/proc/${name}/stat`);
      const at = stat.lastIndexOf(')');
      if (at === -1) return [];
      const fields = stat.slice(at + 2).split(' ');
      // A zombie waits only for its parent to look: nothing of the program is left in it.
      if (fields[0] === 'Z') return [];
      return [
        {
          pid: Number(name),
          parent: Number(fields[1]),
          name: stat.slice(stat.indexOf('(') + 1, at),
          startTime: fields[19] ?? '',
        },
      ];
    });
}

function listeningPorts(): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const table of ['/proc/self/net/tcp', '/proc/self/net/tcp6'])
    for (const line of readOrEmpty(table).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local, , state] = fields;
      const inode = fields[9];
      if (state === '0A' && local !== undefined && inode !== undefined)
        ports.set(inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
    }
  return ports;
}

function socketInodes(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function sharedMemoryOf(pid: number): readonly string[] {
  return readOrEmpty(`/proc/${pid}/maps`)
    .split('\n')
    .flatMap((line) => /(\/dev\/shm\/\S+)$/.exec(line)?.[1] ?? []);
}

function systemVSegments(): readonly { readonly id: string; readonly creator: number }[] {
  return readOrEmpty('/proc/sysvipc/shm')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [, id, , , creator] = fields;
      return id === undefined || creator === undefined ? [] : [{ id, creator: Number(creator) }];
    });
}

// A process may be gone between two looks.
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
