import { withDoctor } from 'passfob/cli/base/doctor-hint';
import { type ErrorKind, FobError } from 'passfob/errors';
import { NATIVE_DATABASE_TEXT } from 'passfob/native-database';
import { TEXTS } from 'passfob/texts';
import { expect, it } from 'vitest';

const nextOf = (error: FobError, port?: string) => {
  const said = withDoctor(error, port);
  return said instanceof FobError ? said.next : '';
};

it('an error of a port, a permission or a library ends with the doctor, and the port where it was named', () => {
  for (const kind of [
    'no-answer',
    'no-fob',
    'port-absent',
    'port-busy',
    'port-failed',
    'port-hung',
    'inventory',
  ] as const) {
    expect(nextOf(new FobError(kind, { subject: 'X' }))).toMatch(/\. Run: passfob doctor$/);
  }
  expect(nextOf(new FobError('port-absent'), 'serial:/dev/ttyACM0')).toMatch(
    /\. Run: passfob doctor --port \/dev\/ttyACM0$/,
  );
  expect(nextOf(new FobError('no-answer'), "serial:/dev/it's")).toMatch(/--port '\/dev\/it'\\''s'$/);
  expect(nextOf(new FobError('inventory', NATIVE_DATABASE_TEXT))).toMatch(/Run: passfob doctor$/);
  expect(nextOf(new FobError('port-forbidden'))).toMatch(/^Run: passfob doctor, which says/);
});

it('no other error is sent to the doctor, and the facts of an error stay', () => {
  const others = (Object.keys(TEXTS) as ErrorKind[]).filter(
    kind => !/^(?:no-|port-|inventory$|unfit)/.test(kind) || kind === 'no-row',
  );
  for (const kind of others) expect(nextOf(new FobError(kind))).toBe(TEXTS[kind as 'usage'].next);
  const error = new FobError('no-answer', { sentence: 'A sentence.', details: { a: 1 } });
  expect(withDoctor(error, undefined)).toMatchObject({
    kind: 'no-answer',
    message: 'A sentence.',
    details: { a: 1 },
  });
  const foreign = new Error('other');
  expect(withDoctor(foreign, undefined)).toBe(foreign);
});
