import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function record(isTTY: boolean): { readonly output: { isTTY: boolean; write(text: string): void }; text(): string } {
  const parts: string[] = [];
  return { output: { isTTY, write: (text) => void parts.push(text) }, text: () => parts.join('') };
}

describe('progress', () => {
  it('writes a line at the beginning and one at the end where the output is no terminal', () => {
    const { output, text } = record(false);
    const task = createProgress(output).begin('loading');
    task.at(0.5);
    task.done('2 rows');
    expect(text()).toMatch(/^loading \.\.\.\nloading: 2 rows \(\d+\.\d s\)\n$/);
  });

  it('redraws one line on a terminal', () => {
    const { output, text } = record(true);
    const task = createProgress(output).begin('loading');
    task.at(0.5);
    task.done('2 rows');
    expect(text()).toContain('\r\u001b[Kloading [############............] 50 %\r\u001b[Kloading: 2 rows');
  });

  it('draws a percentage once', () => {
    const { output, text } = record(true);
    const task = createProgress(output).begin('loading');
    task.at(0.501);
    task.at(0.502);
    expect(text().match(/50 %/g)).toHaveLength(1);
  });

  it('says a line', () => {
    const { output, text } = record(true);
    createProgress(output).say('hello');
    expect(text()).toBe('hello\n');
  });

  it('says a line in the middle of a task without writing over it', () => {
    const { output, text } = record(true);
    const progress = createProgress(output);
    const task = progress.begin('loading');
    progress.say('stopping');
    task.done('stopped');
    expect(text()).toMatch(/^loading \.\.\.\nstopping\nloading: stopped \(\d\.\d s\)\n$/);
  });
});
