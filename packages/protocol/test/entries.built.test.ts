import * as client from '@pg-dblink/protocol';
import * as server from '@pg-dblink/protocol/server';
import * as trace from '@pg-dblink/protocol/trace';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What a bundler makes of a program that uses all of one entry. */
async function bundleOf(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as entry from '@pg-dblink/protocol${entry}';\nglobalThis.entry = { ...entry };`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** The encoders and decoders of messages that one entry has and the other has not. */
function own(entry: object, other: object): readonly string[] {
  return Object.keys(entry).filter((name) => /^(?:encode|decode)(?!Utf8)[A-Z]/.test(name) && !(name in other));
}

function isDefined(bundle: string, name: string): boolean {
  return new RegExp(`function ${name}\\(`).test(bundle);
}

test('a program that uses the client entry carries no server code', async () => {
  const bundle = await bundleOf('');
  const foreign = own(server, client);
  expect(foreign.length).toBeGreaterThan(30);
  expect(foreign.filter((name) => isDefined(bundle, name))).toEqual([]);
  expect(own(client, server).filter((name) => !isDefined(bundle, name))).toEqual([]);
  expect(bundle).not.toContain('Tracer');
});

test('a program that uses the server entry carries no client code', async () => {
  const bundle = await bundleOf('/server');
  const foreign = own(client, server);
  expect(foreign.length).toBeGreaterThan(30);
  expect(foreign.filter((name) => isDefined(bundle, name))).toEqual([]);
  expect(own(server, client).filter((name) => !isDefined(bundle, name))).toEqual([]);
});

test('an error thrown behind one entry is known to another', () => {
  const reader = new client.FrameReader(server.frontendLimits());
  reader.push(new Uint8Array([0x51, 0, 0, 0, 0]));
  expect(() => reader.next()).toThrow(client.RemoteProtocolError);
  expect(Object.keys(trace)).toEqual(['Tracer']);
});
