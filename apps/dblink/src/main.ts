import { readFileSync } from 'node:fs';
import { type EngineArguments, type Invocation, parseArguments } from './args.ts';
import { type Engine, EngineError } from './engine/engine.ts';

/** Starts the engine first: what it is needed for is loaded while it starts. */
async function startEngine(engine: EngineArguments): Promise<Engine> {
  const { startEngine: start } = await import('./engine/start.ts');
  const { dataDirectory, createExtension, allowLocalFiles, egress } = engine;
  return await start({
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
    createExtension,
    allowLocalFiles,
    ...(egress === undefined ? {} : { egress }),
    environment: 'libpq',
  });
}

async function carryOut(invocation: Invocation): Promise<number> {
  switch (invocation.kind) {
    case 'done':
      return invocation.status;
    case 'run': {
      const starting = startEngine(invocation.options.engine);
      starting.catch(() => undefined);
      const { run } = await import('./run/run.ts');
      return await run(invocation.options, starting);
    }
    case 'serve': {
      const starting = startEngine(invocation.engine);
      starting.catch(() => undefined);
      const { serve } = await import('./serve/serve.ts');
      return await serve(invocation.options, starting);
    }
    case 'conninfo': {
      const { showConninfo } = await import('./conninfo.ts');
      return await showConninfo(invocation.options);
    }
  }
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const invocation = parseArguments(process.argv.slice(2), manifest.version, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
try {
  process.exitCode = await carryOut(invocation);
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  process.stderr.write(`dblink: error: ${error.message}\n`);
  process.exitCode = 2;
}
