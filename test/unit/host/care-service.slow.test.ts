import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPairingCode } from '@passfob/protocol/pairing';
import type { Service } from '@passfob/service/service';
import { fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import { eraseFob } from '@passfob/service/subjects/care/task-acts';
import { listTasks } from '@passfob/service/subjects/care/tasks';
import { changeSettings } from 'passfob/agent/network/settings';
import { connect } from 'passfob/client/client';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { keyOfService } from '../../service/agents/world.ts';
import { makeAssignedBy } from '../../service/kit/fob.ts';
import { Rig } from '../../service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { passfob } from './kit/cli.ts';
import { fobAtHand, needsBuild, type SimulatedFob } from './kit/simulated-fob.ts';

describeNeeds(needsBuild, 'care by the service that owns the fob, over the command line', () => {
  const rig = new Rig();
  let service: Service;
  let office: Office;
  let fingerprint: string;
  let folder: string;
  beforeAll(async () => {
    service = await rig.start({ clock: Date.now });
    office = await Office.beside(rig);
    office.nowMs = Date.now();
    fingerprint = fingerprintOfKey(await keyOfService(office));
    folder = mkdtempSync(join(tmpdir(), 'passfob-care-service-'));
  });
  afterAll(async () => {
    await office[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** Returns a fob that the service owns. */
  async function ownedFob(): Promise<{ readonly fob: SimulatedFob; readonly serial: string }> {
    const fob = await fobAtHand();
    const client = connect(await openTransport(readAddress(fob.tcp)), {
      random: length => new Uint8Array(randomBytes(length)),
    });
    office.nowMs = Date.now();
    try {
      const { serial } = await makeAssignedBy(office, client, async () => {
        await expect.poll(() => fob.code()).toMatch(/^(?:[a-z0-9]{3} ?){6}$/i);
        return secret(readPairingCode(await fob.code()) ?? '');
      });
      return { fob, serial };
    } finally {
      await client.close();
    }
  }

  const care = (fob: SimulatedFob, args: readonly string[], home = join(folder, 'ada')) =>
    passfob(['care', '--service', service.url, '--port', fob.tcp, ...args], { home, input: '' });

  async function tasks(serial: string): Promise<string[]> {
    return accepted(await listTasks(office.store.db, serial)).map(({ kind, state }) => `${kind} ${state}`);
  }

  it('a fob of the service that lost its time with its power has it back after passfob care --service', async () => {
    const { fob, serial } = await ownedFob();
    for (const step of ['cutPower', 'loseTime', 'powerOn']) await fob.ask({ do: step });
    const own = await passfob(['care', '--port', fob.tcp, '--json'], {
      home: join(folder, 'eve'),
      input: '',
    });
    expect(own.exitCode).toBe(8);
    const done = await care(fob, ['--fingerprint', fingerprint]);
    expect([done.exitCode, done.stderr]).toEqual([
      0,
      `Connecting to ${service.url}.\nThe fob ${serial}: Set the clock. The clock has no time.\n`,
    ]);
    expect(done.stdout).toBe(`The fob ${serial}: The fob needs nothing more now.\n  done    Set the clock\n`);
    expect(await tasks(serial)).toEqual(['clock done']);
    expect((await care(fob, ['--fingerprint', fingerprint, '--json'])).json()).toMatchObject({
      ok: true,
      service: service.url,
      fobs: [{ serial, outcome: 'done', done: [], waiting: [] }],
    });
  });

  it('a hold is announced with its reason, and what is declined waits with an exit code of its own', async () => {
    const { fob, serial } = await ownedFob();
    accepted(await eraseFob(office.management, grace, { serial }));
    const run = (answer: () => Promise<void>) =>
      passfob(['care', '--service', service.url, '--port', fob.tcp, '--fingerprint', fingerprint], {
        home: join(folder, 'ada'),
        input: '',
        when: ['Hold the button', answer],
      });
    const declined = await run(() => fob.deny());
    expect(declined.exitCode).toBe(26);
    expect(declined.stderr).toContain(
      `The fob ${serial}: Hold the button of the fob for a second to agree. Press it to decline. Erase the fob: A person asked for it.`,
    );
    expect(declined.stdout).toContain('waits   Erase the fob: The person at the fob declined.');
    const agreed = await run(() => fob.approve());
    expect(agreed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The fob is erased.') });
    expect(await tasks(serial)).toContain('erase done');
  });

  it('a service is used only with its fingerprint: given, known to the agent, or compared by a person', async () => {
    const { fob, serial } = await ownedFob();
    expect((await care(fob, [])).exitCode).toBe(2);
    expect((await care(fob, ['--fingerprint', 'ab'.repeat(16)])).exitCode).toBe(22);
    const home = join(folder, 'known');
    changeSettings(home, () => ({
      services: [{ url: service.url, name: 'Example', fingerprint: fingerprint.replaceAll(' ', '') }],
    }));
    // Other commands name the owner, and the way to it.
    const hint = await passfob(['clock', '--port', fob.tcp], { home, input: '' });
    expect(hint.exitCode).toBe(8);
    expect(hint.stderr).toContain(`passfob care --service ${service.url}`);
    const known = await care(fob, ['--json'], home);
    expect(known.json()).toMatchObject({ ok: true, fobs: [{ serial, outcome: 'done' }] });
  });

  it('a fob of another owner is left alone, and ends care with the code for that', async () => {
    const fob = await fobAtHand();
    const blank = await care(fob, ['--fingerprint', fingerprint, '--json']);
    expect(blank.exitCode).toBe(8);
    expect(blank.json()).toMatchObject({
      error: { kind: 'not-in-inventory', details: { fobs: [{ outcome: 'other' }] } },
    });
    expect((await care(fob, ['--fingerprint', fingerprint, '--dry-run', '--json'])).exitCode).toBe(0);
  });
});
