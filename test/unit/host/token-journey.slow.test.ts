import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hmac } from '@passfob/protocol/hmac';
import { ocra } from '@passfob/protocol/ocra';
import { hostPrimitives } from 'passfob/client/primitives';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { beforeAll, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { personWith } from './kit/cli.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from './kit/simulated-fob.ts';

const FIRST = secret('730258');
const SECOND = secret('91827364');

/** The owner's commands for an enrolled fob: each test continues where the one before stopped. */
describeNeeds(needsBuild, 'a fob in the hands of its owner and its person', () => {
  let fob: SimulatedFob;
  const { home, json: run, answering, pair } = personWith(() => fob);
  beforeAll(async () => {
    fob = await simulatedFob('--clock', 'virtual');
    await pair();
    return () => fob.close();
  });

  const approved = async (...args: string[]) => (await answering(approve, ...args, '--json')).whole();
  /** Keys are deaf for a moment when a question appears. */
  async function approve() {
    await fob.ask({ do: 'advance', ms: 800 });
    await fob.ask({ do: 'press', heldMs: 1_300 });
  }
  async function wake() {
    await fob.ask({ do: 'advance', ms: 6_000 });
    if ((await fob.screen()).length === 0) await fob.ask({ do: 'press' });
  }
  const labels = async () =>
    ((await run('list')).accounts as { label: string }[] | undefined)?.map(({ label }) => label);
  const status = async () => (await run('info')).status;

  it('a fob shows from the start what its owner can change', async () => {
    for (const label of ['alice', 'bob']) {
      const made = ['--generate', '--kind', 'hotp', '--issuer', 'Example', '--label', label];
      expect(await run('enroll', ...made)).toMatchObject({ exitCode: 0 });
    }
    expect(await run('info')).toMatchObject({
      exitCode: 0,
      board: 'pico',
      protocolVersion: 2,
      accounts: 2,
      status: { pin: 'none', isLocked: false, canBeReset: true, wentBack: 'no' },
    });
  });

  it('an owner renames and reorders accounts', async () => {
    expect(await run('rename', 'bob', '--label', 'carol')).toMatchObject({
      exitCode: 0,
      account: { issuer: 'Example', label: 'carol' },
    });
    expect(await run('move', 'carol', '1')).toMatchObject({ exitCode: 0, position: 1 });
    expect([await labels(), (await run('verify')).exitCode]).toEqual([['carol', 'alice'], 0]);
  });

  it('a fob answers OCRA questions', async () => {
    const out = join(home, 'bank');
    const made = ['--generate', '--label', 'bank', '--ocra-suite', 'OCRA-1:HOTP-SHA1-6:QN08'];
    const kept = ['--out', out, '--plain-seeds', '--yes'];
    expect(await run('enroll', ...made, ...kept)).toMatchObject({ exitCode: 0, account: { kind: 'ocra' } });
    const { secret: key, suite } = parseOtpauth(readFileSync(out, 'utf8'));
    if (suite === undefined) throw new Error('no suite was handed on');
    const hmac = new Hmac(hostPrimitives, 1, secret(key));
    const question = new TextEncoder().encode('12345678');
    const asked = ['--service', 'Example Bank', '--user', 'alice', '--number', '42'];
    expect(await approved('respond', 'bank', '12345678', ...asked)).toMatchObject({
      exitCode: 0,
      code: ocra(hostPrimitives, hmac, suite, question, 0, new Uint8Array(0), 0),
    });
  });

  it('a fob asks for a new PIN, which only its person knows', async () => {
    const policy = ['--digits', '6', '--attempts', '5', '--on-limit', 'lock'];
    expect(await run('pin', 'policy', ...policy)).toMatchObject({
      exitCode: 0,
      isSet: true,
      pin: 'to-be-chosen',
      policy: { pinDigits: 6, attempts: 5, onLimit: 'lock' },
    });
    await wake();
    await fob.enter(FIRST);
    await fob.enter(FIRST);
    expect(await status()).toMatchObject({ pin: 'set', isLocked: false, failures: 0 });
  });

  it('an unused fob locks itself, and says so', async () => {
    await fob.ask({ do: 'advance', ms: 200_000 });
    expect(await run('list')).toMatchObject({ exitCode: 14, error: { kind: 'refused', refusal: 'locked' } });
    const locked = await run('info');
    expect(locked).toMatchObject({ exitCode: 0, status: { isLocked: true } });
    expect(locked).not.toHaveProperty('accounts');
  });

  it('an owner opens a fob with a forgotten PIN, after a press, and its accounts stay', async () => {
    expect(await approved('pin', 'reset')).toMatchObject({ exitCode: 0 });
    expect(await status()).toMatchObject({ pin: 'to-be-chosen', isLocked: false });
    await wake();
    await fob.enter(SECOND);
    await fob.enter(SECOND);
    expect(await status()).toMatchObject({ pin: 'set' });
    expect([await labels(), (await run('verify')).exitCode]).toEqual([['carol', 'alice', 'bank'], 0]);
  });

  it('a fob asks for a new PIN when its owner requires one', async () => {
    expect((await run('pin', 'require')).exitCode).toBe(0);
    expect(await status()).toMatchObject({ pin: 'to-be-chosen' });
    await wake();
    await fob.enter(FIRST);
    await fob.enter(FIRST);
    expect(await status()).toMatchObject({ pin: 'set' });
  });

  it('a fob opens for an update, after a press, until its power goes', async () => {
    expect(await answering(approve, 'maintain')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('take the power off and on'),
    });
    await fob.ask({ do: 'cutPower' });
    await fob.ask({ do: 'powerOn' });
    expect(await status()).toMatchObject({ isLocked: true });
  });
});
