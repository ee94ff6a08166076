import type { RowFinder } from './field-finder.ts';

/** What has become of the kernels, which most processes never need. */
type Loading = 'not wanted yet' | 'under way' | 'impossible here' | LoadedFinders;

interface LoadedFinders {
  finderOf(columnCount: number, plain: RowFinder): RowFinder | undefined;
}

let loading: Loading = 'not wanted yet';

/**
 * A finder in the memory of the kernels; what they do not read it leaves to the plain one. There is none before they
 * are loaded, which this begins, and none where WebAssembly is forbidden: the plain loops give the same.
 */
export function kernelFinderOf(columnCount: number, plain: RowFinder): RowFinder | undefined {
  if (loading === 'not wanted yet') {
    loading = 'under way';
    void load();
  }
  return typeof loading === 'string' ? undefined : loading.finderOf(columnCount, plain);
}

async function load(): Promise<void> {
  try {
    const { loadKernels } = await import('./kernels.ts');
    loading = await loadKernels();
  } catch {
    loading = 'impossible here';
  }
}
