import type { FakeScript } from './fake-script.ts';
import { startFake } from './fake-server.ts';

/* The program of `startFakeProcess`: plays the one script that it is sent, until the process that sent it is gone. */
process.once('message', (script: FakeScript) => {
  void startFake(script).then((fake) => process.send?.(fake.port));
});
process.once('disconnect', () => process.exit(0));
