import { describe, expect, it } from 'vitest';
import { type Outcome, playTour } from './play.ts';

async function play(script: string, answers: Readonly<Record<string, Outcome>>, signal?: AbortSignal): Promise<string> {
  const printed: string[] = [];
  await playTour(
    script,
    { atlas: 'host=a' },
    async (sql) => answers[sql] ?? { text: '', sqlState: undefined },
    {
      comment: (text) => void printed.push(`comment ${text}`),
      statement: (text) => void printed.push(`statement ${text}`),
      outcome: (text) => void printed.push(`outcome ${text}`),
    },
    signal ?? new AbortController().signal,
  );
  return printed.join('\n');
}

describe('a tour', () => {
  it('prints what the script says, the statement as written, and its outcome', async () => {
    const answers = { "SELECT f('host=a');": { text: 'OK', sqlState: undefined } };
    expect(await play("-- Hello.\n\nSELECT f(:'atlas');", answers)).toBe(
      "comment -- Hello.\nstatement SELECT f(:'atlas');\noutcome OK",
    );
  });

  it('goes on after an error that the script expects', async () => {
    const answers = { '-- expect error 42P01\nSELECT 1;': { text: 'ERROR', sqlState: '42P01' } };
    expect(await play('-- expect error 42P01\nSELECT 1;\n\nSELECT 2;', answers)).toContain('statement SELECT 2;');
  });

  it.each([
    {
      name: 'an error that it does not expect',
      script: 'SELECT 1;',
      sqlState: '42P01',
      message: 'expects success of this statement and got error 42P01',
    },
    {
      name: 'another error than it expects',
      script: '-- expect error 08006\nSELECT 1;',
      sqlState: '42P01',
      message: 'expects error 08006 of',
    },
    {
      name: 'the lack of an error that it expects',
      script: '-- expect error 08006\nSELECT 1;',
      sqlState: undefined,
      message: 'and got success',
    },
  ])('stops at $name', async ({ script, sqlState, message }) => {
    await expect(play(script, { [script]: { text: 'ERROR', sqlState } })).rejects.toThrow(message);
  });

  it('stops between statements when it is told to', async () => {
    await expect(play('SELECT 1;', {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
