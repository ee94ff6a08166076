import type { ConninfoOptions } from './args.ts';

export async function showConninfo(_options: ConninfoOptions): Promise<number> {
  return 0;
}
