// biome-ignore lint/correctness/noUndeclaredDependencies: as for every test, vitest is the workspace's
import { bench, describe } from 'vitest';
import { encodeBind } from '../messages/bind.ts';
import { encodeDescribe } from '../messages/describe.ts';
import { encodeSync } from '../messages/empty-bodied.ts';
import { encodeExecute } from '../messages/execute.ts';
import { encodeQuery } from '../messages/query.ts';
import { Writer } from './writer.ts';

const binary = new Uint8Array(8).fill(7);
let taken = 0;

// 1,000 requests a turn, taken as one buffer.
describe('requests', () => {
  bench('Query', () => {
    const writer = new Writer();
    for (let index = 0; index < 1000; index += 1) encodeQuery(writer, { sql: 'select * from orders where id = 42' });
    taken += writer.take().byteLength;
  });

  bench('Bind, Describe, Execute and Sync with two parameters', () => {
    const writer = new Writer();
    for (let index = 0; index < 1000; index += 1) {
      const parameters = ['some text', binary];
      encodeBind(writer, { portal: '', statement: 's1', parameterFormats: [0, 1], parameters, resultFormats: [1] });
      encodeDescribe(writer, { target: 'portal', name: '' });
      encodeExecute(writer, { portal: '', maxRows: 0 });
      encodeSync(writer);
    }
    taken += writer.take().byteLength;
    if (taken === 0) throw new Error('nothing was written');
  });
});
