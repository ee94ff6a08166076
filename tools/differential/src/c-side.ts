import { startCluster } from '@pg-dblink/testkit';
import { outcomeText } from './outcome-text.ts';
import { localSetUp, type Remote } from './servers.ts';
import { type Side, sessionStart, within } from './side.ts';

/** PostgreSQL with the C extension, in a server of its own. */
export async function startCSide(remote: Remote, version?: number): Promise<Side> {
  const cluster = await startCluster({ ...(version === undefined ? {} : { version }), databases: ['r'] });
  await cluster.psql(localSetUp(remote), 'r');
  return {
    name: `C dblink in PostgreSQL ${cluster.version}`,
    run: async ({ id, steps }) => {
      await remote.reset();
      const session = await cluster.session({ database: 'r' });
      try {
        await session.run(sessionStart);
        const texts: string[] = [];
        for (const step of steps)
          texts.push(remote.unnamed(outcomeText(await within(session.run(step), `C, ${id}: ${step}`))));
        return texts;
      } finally {
        await session.close();
      }
    },
    stop: () => cluster.stop(),
  };
}
