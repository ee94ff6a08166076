import { egressRules, isUsageError } from '@pg-dblink/client/egress';
import type { EgressPolicy } from '@pg-dblink/pglite';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** The flags that say where connections of dblink may go; each may be given again. */
export interface EgressFlags {
  readonly allowHost?: readonly string[];
  readonly allowNetwork?: readonly string[];
  readonly allowPort?: readonly string[];
  readonly allowSocket?: readonly string[];
  readonly refuseNetwork?: readonly string[];
}

/** Adds the flags; an entry that cannot be understood is refused where it stands. */
export function egressOptions(command: Command): Command {
  const add = (flags: string, description: string, list: keyof EgressPolicy): void => {
    const read = (text: string, before: readonly string[] = []): readonly string[] => {
      try {
        egressRules({ [list]: [text] });
      } catch (error) {
        if (isUsageError(error)) throw new InvalidArgumentError(`${error.message}.`);
        throw error;
      }
      return [...before, text];
    };
    command.addOption(new Option(flags, description).argParser(read));
  };
  add(
    '--allow-host <name>',
    'let dblink connect to this host, *.domain or *; with any of these, nowhere else',
    'hosts',
  );
  add('--allow-network <cidr>', 'to addresses of this network, or of loopback, private, link-local, any', 'networks');
  add('--allow-port <ports>', 'to this TCP port, or low-high; all of them unless given', 'ports');
  add('--allow-socket <path>', 'to sockets in this directory, to this one, or to an abstract one (@name)', 'sockets');
  add('--refuse-network <cidr>', 'but never to this network, whatever else allows it', 'refusedNetworks');
  return command;
}

/** The policy that the flags make; undefined when none was given. */
export function egressPolicy(flags: EgressFlags): EgressPolicy | undefined {
  const policy: EgressPolicy = {
    ...(flags.allowHost === undefined ? {} : { hosts: flags.allowHost }),
    ...(flags.allowNetwork === undefined ? {} : { networks: flags.allowNetwork }),
    ...(flags.allowPort === undefined ? {} : { ports: flags.allowPort }),
    ...(flags.allowSocket === undefined ? {} : { sockets: flags.allowSocket }),
    ...(flags.refuseNetwork === undefined ? {} : { refusedNetworks: flags.refuseNetwork }),
  };
  return Object.keys(policy).length === 0 ? undefined : policy;
}
