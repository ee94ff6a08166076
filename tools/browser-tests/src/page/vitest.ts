/** What the tests import as `vitest` on the page: Vitest's own runner functions and assertions, without its Node side. */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect';
import * as chai from 'chai';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

function assert(value: unknown, message?: string): Chai.Assertion {
  return chai.expect(value, message);
}

/** What Vitest's chai plug-ins look up on the function that they extend. */
const globals = globalThis as unknown as Record<symbol, unknown>;

export const expect: typeof assert = Object.assign(assert, chai.expect, globals[ASYMMETRIC_MATCHERS_OBJECT], {
  unreachable: (message?: string): never => chai.assert.fail(message ?? 'this was not to be reached'),
});
globals[GLOBAL_EXPECT] = expect;
// The plug-in takes the function to extend as its first argument, which its types do not say.
const extend = chai.expect as unknown as { extend(target: unknown, matchers: typeof customMatchers): void };
extend.extend(expect, customMatchers);
