import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairingCodeOf } from '@passfob/protocol/pairing';
import { base32nopad } from '@scure/base';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob, personWith, type Run, type RunOptions } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'mistakes and their errors', () => {
  let fob: SimulatedFob;
  beforeAll(async () => {
    fob = await simulatedFob();
    return () => fob.close();
  });
  const port = ({ pty, tcp }: SimulatedFob) => pty ?? tcp;
  const { home, pair } = personWith(() => fob, temporaryFolder('test', afterAll), port);
  const other = temporaryFolder('test', afterAll);
  const seed = secret(base32nopad.encode(new Uint8Array(randomBytes(20))));
  const uri = secret(`otpauth://hotp/alice?secret=${seed}&counter=0`);
  const onFob = (args: string[], options: Partial<RunOptions> = {}) =>
    passfob([...args, '--json', '--port', port(fob)], {
      home,
      ...(options.when ? {} : { input: '' }),
      ...options,
    });

  /** Checks the one sentence and next step of a failed run, and its exit code. */
  function expectFailure(failed: Run, name: keyof typeof EXIT_CODES, error: Record<string, unknown>): void {
    const exitCode = EXIT_CODES[name].code;
    expect(failed.whole()).toMatchObject({
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
    expect((await pair()).exitCode).toBe(0);
    const again = await onFob(['pair']);
    expectFailure(again, 'refused', { kind: 'already-owned', refusal: 'already-owned' });
    expectFailure(await onFob(['pair'], { home: other }), 'refused', { kind: 'already-owned' });
    expectFailure(await onFob(['list'], { home: other }), 'not-paired', { kind: 'not-in-inventory' });
  });

  it.each([
    ['no secret', 'otpauth://totp/a?issuer=b'],
    ['a bare secret', seed],
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

  it('a command reports a fob unplugged in the middle, and the next one works when it is back', async () => {
    expect((await onFob(['enroll', '--uri', '-'], { input: uri })).exitCode).toBe(0);
    const failed = await onFob(['code'], { when: ['hold its button', () => fob.ask({ do: 'unplug' })] });
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

  it('a key URI among the arguments is refused, and no error repeats it', async () => {
    const failed = await onFob(['enroll', uri]);
    expectFailure(failed, 'usage', { kind: 'usage' });
    const plain = await passfob(['enroll', uri], { home, input: '' });
    expect(plain.exitCode).toBe(EXIT_CODES.usage.code);
    expect(plain.stdout).toBe('');
    expect(plain.stderr.split('\n')).toHaveLength(3);
  });
});
