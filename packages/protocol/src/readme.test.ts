import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  backendLimits,
  decodeBackend,
  encodeQuery,
  encodeStartupMessage,
  encodeTerminate,
  FrameReader,
  PROTOCOL_3_0,
  Writer,
} from './index.ts';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
/** Each example, and the output that the README shows behind it. */
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```/gm)].map(
  ([, code = '', output = '']) => ({ code, output }),
);
let scratch = '';

beforeAll(() => {
  // Inside the package, where its own name resolves; node_modules is nobody's source.
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  scratch = mkdtempSync(join(folder, 'node_modules', '.readme-'));
});

afterAll(() => rmSync(scratch, { recursive: true }));

function start(
  index: number,
  environment: Record<string, string> = {},
): { process: ChildProcess; output: Promise<string> } {
  const file = join(scratch, `example-${index}.ts`);
  writeFileSync(file, examples[index]?.code ?? '');
  const child = spawn(process.execPath, ['--conditions=@pg-dblink/source', '--import', 'tsx', file], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return { process: child, output: once(child, 'close').then(() => text) };
}

test('the README has three examples', () => {
  expect(examples.length).toBe(3);
});

test.each([0, 2])('example %d prints what it says', { timeout: 30_000 }, async (index) => {
  expect(await start(index).output).toBe(examples[index]?.output);
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Connects as soon as somebody listens. */
async function connectTo(port: number): Promise<ReturnType<typeof connect>> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await delay(50);
    }
  }
  throw new Error('the fake server does not listen');
}

test('the fake server answers a client', { timeout: 30_000 }, async () => {
  const port = await freePort();
  const server = start(1, { PORT: String(port) });
  try {
    const socket = await connectTo(port);
    const writer = new Writer();
    encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', 'alice']]) });
    encodeQuery(writer, { sql: 'hello' });
    socket.write(writer.take());
    const tags: string[] = [];
    const reader = new FrameReader(backendLimits());
    let readies = 0;
    for await (const chunk of socket) {
      for (const frame of reader.frames(chunk)) {
        const message = decodeBackend(frame);
        if (message.type === 'CommandComplete') tags.push(message.commandTag);
        if (message.type === 'ReadyForQuery') readies += 1;
      }
      if (readies < 2) continue;
      encodeTerminate(writer);
      socket.end(writer.take());
    }
    expect(tags).toEqual(['HELLO']);
    expect(await server.output).toBe(examples[1]?.output);
  } finally {
    server.process.kill();
  }
});
