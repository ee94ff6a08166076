import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { type Captured, readCaptured } from './captured.ts';
import { ReplaySession } from './session.ts';

// usage: replay SOCKET FILE… where a file holds the answer to the statement that is its name.
const [socketPath = '', ...files] = process.argv.slice(2);
const captured = new Map<string, Captured>();
for (const file of files) captured.set(file.replace(/^.*\//, ''), readCaptured(readFileSync(file)));

const server = createServer((socket: Socket) => {
  const session = new ReplaySession(socket, captured);
  socket.on('data', (chunk) => session.receive(chunk));
  socket.on('error', () => socket.destroy());
});
server.listen(socketPath, () => process.stdout.write('ready\n'));
// The bench holds the other end of standard input: whatever becomes of it, this server goes with it.
process.stdin.on('end', () => process.exit(0)).resume();
