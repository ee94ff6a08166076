import type { Engine } from '../engine/engine.ts';
import type { ServeOptions } from './options.ts';

export async function serve(_options: ServeOptions, _starting: Promise<Engine>): Promise<number> {
  return 0;
}
