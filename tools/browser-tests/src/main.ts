// Runs the tests of the packages that do no I/O in a real browser, and says "N passed, N failed".
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { bundleTests } from './bundle.ts';
import { findChromium, openChromium } from './chromium.ts';
import type { PageResult } from './result.ts';
import { findTestFiles } from './test-files.ts';

const timeoutMs = 240_000;
const root = resolve(import.meta.dirname, '../../..');

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Serves the page and waits for what it tells, for the browser's end or for the time to run out. */
async function runInBrowser(path: string, script: string): Promise<PageResult> {
  let tell: (result: PageResult) => void = () => undefined;
  const told = new Promise<PageResult>((done) => {
    tell = done;
  });
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      void bodyOf(request).then((body) => {
        response.end();
        tell(JSON.parse(body) as PageResult);
      });
    } else if (request.url === '/tests.js') {
      response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>tests</title><script type="module" src="/tests.js"></script>');
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the page has no address');
  const browser = openChromium(path, `http://127.0.0.1:${address.port}/`);
  const timer = AbortSignal.timeout(timeoutMs);
  try {
    return await Promise.race([
      told,
      browser.ended.then((reason) => Promise.reject(new Error(reason))),
      once(timer, 'abort').then(() => Promise.reject(new Error(`no result after ${timeoutMs / 1000} s`))),
    ]);
  } finally {
    await browser.stop();
    server.closeAllConnections();
    server.close();
  }
}

const files = findTestFiles(root);
const chromium = findChromium();
if (chromium === undefined) {
  for (const file of files) console.log(`skipped: ${file}, because there is no Chromium on the PATH`);
  console.log(`0 passed, 0 failed, ${files.length} skipped`);
} else {
  const { script, included, needNode } = await bundleTests(files, root);
  for (const [file, module] of needNode) console.log(`skipped: ${file}, which needs ${module}`);
  const result = await runInBrowser(chromium, script);
  for (const failure of result.failures) console.log(`failed: ${failure}`);
  console.log(result.browser);
  if (result.files !== included.length) console.log(`failed: ${result.files} of ${included.length} files were run`);
  const failed = result.failures.length + (result.files === included.length ? 0 : 1);
  if (failed > 0 || result.passed === 0) process.exitCode = 1;
  const skipped = needNode.size + result.skipped;
  console.log(`${result.passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
}
