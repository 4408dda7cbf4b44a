import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairingCodeOf } from '@passfob/protocol/pairing';
import { base32nopad } from '@scure/base';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { openSerial } from 'passfob/transports/serial';
import { openTcp } from 'passfob/transports/tcp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { describeNeeds, itNeeds } from '../kit/tools.ts';
import { passfob, type Run, type RunOptions } from './kit/cli.ts';
import {
  needsBuild,
  needsOrdinaryUser,
  needsPty,
  type SimulatedFob,
  simulatedFob,
} from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'mistakes and their errors', () => {
  let fob: SimulatedFob;
  let home: string;
  let other: string;
  const seed = secret(base32nopad.encode(new Uint8Array(randomBytes(20))));
  const uri = secret(`otpauth://hotp/alice?secret=${seed}&counter=0`);
  const fobPort = () => fob.pty ?? fob.tcp;
  const run = (args: string[], options: Partial<RunOptions> = {}) =>
    passfob([...args, '--json'], { home, ...(options.when ? {} : { input: '' }), ...options });
  const onFob = (args: string[], options?: Partial<RunOptions>) =>
    run([...args, '--port', fobPort()], options);
  const pairIn = (inventory: string) =>
    onFob(['pair'], {
      home: inventory,
      when: ['Code on the screen', async ({ type }) => type(`${await fob.code()}\n`)],
    });

  beforeAll(async () => {
    fob = await simulatedFob();
    home = mkdtempSync(join(tmpdir(), 'passfob-wrong-'));
    other = mkdtempSync(join(tmpdir(), 'passfob-other-'));
  });
  afterAll(async () => {
    await fob.close();
    rmSync(home, { recursive: true });
    rmSync(other, { recursive: true });
  });

  /** Checks the one sentence and next step of a failed run, and its exit code. */
  function expectFailure(failed: Run, name: keyof typeof EXIT_CODES, error: Record<string, unknown>): void {
    const exitCode = EXIT_CODES[name].code;
    expect({ exitCode: failed.exitCode, ...failed.json() }).toMatchObject({
      exitCode,
      ok: false,
      error: {
        message: expect.stringMatching(/^[A-Z][^\n]*\.$/),
        next: expect.stringMatching(/\S/),
        exitCode,
        ...error,
      },
    });
  }

  it('a command refuses a blank fob as not paired', async () => {
    for (const command of ['list', 'code', 'clock', 'verify']) {
      expectFailure(await onFob([command]), 'not-paired', { kind: 'not-paired', next: 'Run: passfob pair' });
    }
    expectFailure(await onFob(['erase', '--yes']), 'not-paired', { kind: 'not-paired' });
    expectFailure(await onFob(['enroll', '--uri', '-'], { input: uri }), 'not-paired', {
      kind: 'not-paired',
    });
  });

  it('a mistyped or foreign pairing code leaves the fob blank', async () => {
    const mistyped = await onFob(['pair'], { input: 'qqqq qqqq\nqqqq qqqq qqqq qqqq qx\nqpz\n' });
    expectFailure(mistyped, 'bad-input', { kind: 'bad-input' });
    expect(mistyped.stderr).toContain('The code has 18 characters in six groups of three; those were 8.');
    expect(mistyped.stderr).toContain('A character is wrong');
    expectFailure(await onFob(['pair'], { input: 'qpz\n' }), 'bad-input', { kind: 'bad-input' });
    const foreign = secret(pairingCodeOf(new Uint8Array(randomBytes(10))));
    expectFailure(await onFob(['pair'], { input: `${foreign}\n` }), 'bad-input', { kind: 'wrong-code' });
    expect((await onFob(['devices'])).json()).toMatchObject({
      devices: [{ state: 'blank', pairing: 'none' }],
    });
  });

  it('a command refuses a fob that is owned already, by this inventory or another', async () => {
    expect((await pairIn(home)).exitCode).toBe(0);
    const again = await onFob(['pair']);
    expectFailure(again, 'refused', { kind: 'already-owned', refusal: 'already-owned' });
    expectFailure(await onFob(['pair'], { home: other }), 'refused', { kind: 'already-owned' });
    expectFailure(await onFob(['list'], { home: other }), 'not-paired', { kind: 'not-in-inventory' });
  });

  it.each([
    ['no secret', 'otpauth://totp/a?issuer=b'],
    ['a bare secret', seed],
    ['11 digits', `otpauth://totp/a?secret=${seed}&digits=11`],
    ['period 0', `otpauth://totp/a?secret=${seed}&period=0`],
    ['a 0 in the secret', `otpauth://totp/a?secret=${seed.slice(1)}0`],
    ['nothing', ''],
  ])('a URI with %s is refused and never reaches the fob', async (_, input) => {
    expectFailure(await onFob(['enroll', '--uri', '-'], { input }), 'bad-input', { kind: 'bad-input' });
    expect((await onFob(['list'])).json()).toMatchObject({ accounts: [] });
  });

  it('a missing file, a file that is too big and a file without a picture are refused', async () => {
    const absent = join(home, 'absent');
    expectFailure(await onFob(['enroll', '--uri-file', absent]), 'bad-input', { kind: 'bad-input' });
    expectFailure(await onFob(['enroll', '--qr', absent]), 'bad-input', { kind: 'bad-input' });
    const large = join(home, 'large');
    writeFileSync(large, 'x'.repeat(10_000));
    expectFailure(await onFob(['enroll', '--uri-file', large]), 'bad-input', { kind: 'bad-input' });
    expectFailure(await onFob(['enroll', '--qr', large]), 'bad-input', { kind: 'bad-input' });
  });

  it('an absent port and an invalid address are refused', async () => {
    const absent = join(home, 'tty');
    expectFailure(await run(['list', '--port', absent]), 'no-fob', { kind: 'port-absent' });
    expectFailure(await run(['list', '--port', 'nonsense']), 'bad-input', { kind: 'bad-input' });
    expectFailure(await run(['list', '--port', home]), 'no-fob', { kind: 'port-failed' });
    const named = await run(['list'], { environment: { PASSFOB_PORT: absent } });
    expectFailure(named, 'no-fob', { kind: 'port-absent' });
  });

  it('a command refuses another fob than the named one', async () => {
    const failed = await onFob(['list', '--fob', 'PF-QQQQ-QQQQ']);
    expectFailure(failed, 'no-fob', { kind: 'no-fob' });
  });

  itNeeds(needsPty, 'a command refuses a serial port that another program uses', async () => {
    const held = await openSerial(fobPort());
    try {
      expectFailure(await onFob(['list']), 'port-busy', { kind: 'port-busy' });
    } finally {
      await held.close();
    }
  });

  it('a command refuses a TCP port that another program uses', async () => {
    const [, host = '', port = ''] = fob.tcp.split(':');
    const held = await openTcp(host, Number(port));
    try {
      expectFailure(await run(['list', '--port', fob.tcp]), 'port-busy', { kind: 'port-busy' });
    } finally {
      await held.close();
    }
    expect((await run(['list', '--port', fob.tcp])).exitCode).toBe(0);
  });

  itNeeds(needsOrdinaryUser, 'a command refuses a port that this user may not open', async through => {
    chmodSync(fobPort(), 0o000);
    chmodSync(other, 0o777);
    try {
      const failed = await onFob(['list'], { home: join(other, 'nobody'), through });
      expectFailure(failed, 'port-forbidden', { kind: 'port-forbidden' });
    } finally {
      chmodSync(fobPort(), 0o600);
    }
  });

  it('a command reports a fob unplugged in the middle, and the next one works when it is back', async () => {
    expect((await onFob(['enroll', '--uri', '-'], { input: uri })).exitCode).toBe(0);
    const failed = await onFob(['code'], {
      when: ['hold its button', () => fob.ask({ do: 'unplug' })],
    });
    expectFailure(failed, 'no-answer', { kind: 'unplugged' });
    await fob.ask({ do: 'replug' });
    expect((await onFob(['verify'])).exitCode).toBe(0);
  });

  it('a command reports a fob without power', async () => {
    await fob.ask({ do: 'cutPower' });
    expectFailure(await onFob(['list']), 'no-answer', { kind: 'no-answer' });
    await fob.ask({ do: 'powerOn' });
    expect((await onFob(['verify'])).exitCode).toBe(0);
  });

  it('a command reports a fob that lost power during a request for a passcode', async () => {
    const failed = await onFob(['code'], {
      when: [
        'hold its button',
        async () => {
          await fob.ask({ do: 'cutPower' });
          await fob.ask({ do: 'powerOn' });
        },
      ],
    });
    expectFailure(failed, 'refused', { refusal: 'no-session' });
  });

  it('a command refuses an inventory whose key others may read', async () => {
    chmodSync(join(home, 'inventory.key'), 0o644);
    expectFailure(await onFob(['list']), 'inventory', { kind: 'inventory' });
    chmodSync(join(home, 'inventory.key'), 0o600);
    expect((await onFob(['list'])).exitCode).toBe(0);
  });

  it('a key URI among the arguments is refused, and no error repeats it', async () => {
    const failed = await onFob(['enroll', uri]);
    expectFailure(failed, 'usage', { kind: 'usage' });
    const plain = await passfob(['enroll', uri], { home, input: '' });
    expect(plain.exitCode).toBe(EXIT_CODES.usage.code);
    expect(plain.stdout).toBe('');
    expect(plain.stderr.split('\n')).toHaveLength(3);
  });
});
