import { fromExports } from '../../tools/build/tsup.base.ts';

export default fromExports(import.meta.dirname);
