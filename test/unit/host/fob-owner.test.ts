import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeSettings } from 'passfob/agent/network/settings';
import type { AgentStatus } from 'passfob/agent/status';
import { holdControl } from 'passfob/cli/agent/control';
import { withOwner } from 'passfob/cli/owner-hint';
import { info } from 'passfob/commands/info';
import { pair } from 'passfob/commands/pair';
import { FobError } from 'passfob/errors';
import { addHistory } from 'passfob/inventory/history';
import { openInventory } from 'passfob/inventory/inventory';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { atHand, pairedAt, workplace } from './kit/workplace.ts';

const serial = 'PF-QPZR-Y9X8';
const SERVICE = { url: 'https://otp.example.org', name: 'Example', fingerprint: '0'.repeat(32) };
const foreign = (kind: 'not-in-inventory' | 'not-authentic' = 'not-in-inventory') =>
  new FobError(kind, { subject: serial });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'passfob-owner-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

const explained = (error: FobError): Promise<FobError> => withOwner(error, { PASSFOB_HOME: home });

/** A running agent, of which the service has said this about the fob. */
async function agent(standing: AgentStatus['services'][number]['fobs'][number]['standing']): Promise<void> {
  const held = await holdControl(home, async () => ({
    services: [{ ...SERVICE, fobs: [{ serial, standing }] }],
  }));
  onTestFinished(() => held.release());
}

async function noted(...events: Parameters<typeof addHistory>[2][]): Promise<void> {
  const inventory = openInventory(home);
  for (const event of events) await addHistory(inventory, serial, event, Date.UTC(2026, 10, 20));
  await inventory.close();
}

it('a service that the running agent knows as the owner is named, with the way to it', async () => {
  await agent('own');
  const error = await explained(foreign());
  expect(error.kind).toBe('not-in-inventory');
  expect(error.message).toContain(
    'it has another owner. Its owner is the service Example (https://otp.example.org).',
  );
  expect(error.next).toContain('passfob care --service https://otp.example.org');
  expect(error.details).toEqual({
    owner: { kind: 'service', name: 'Example', url: SERVICE.url, standing: 'own' },
  });
  // It is said once.
  expect(await explained(error)).toBe(error);
});

it('a service that does not know the fob is not named', async () => {
  await agent('other');
  changeSettings(home, () => ({ services: [SERVICE] }));
  const error = foreign();
  expect(await explained(error)).toBe(error);
});

it('a fob that fails to prove itself belongs only to an owner to whom it proved itself', async () => {
  changeSettings(home, () => ({ services: [SERVICE] }));
  const doubtful = foreign('not-authentic');
  expect(await explained(doubtful)).toBe(doubtful);
  await agent('unproved');
  expect(await explained(doubtful)).toBe(doubtful);
  expect((await explained(foreign())).message).toContain('Its owner is the service Example');
});

it('without a running agent the services that may be the owner are named', async () => {
  const error = foreign();
  expect(await explained(error)).toBe(error);
  changeSettings(home, () => ({ services: [SERVICE] }));
  const said = await explained(error);
  expect(said.message).toContain('Its owner may be the service Example (https://otp.example.org).');
  expect(said.next).toContain('passfob care --service https://otp.example.org');
});

it('an owner to whom this inventory gave the fob is remembered, until it comes back', async () => {
  await noted('paired', 'given', 'forgotten');
  const error = foreign();
  const said = await explained(error);
  expect(said.message).toContain('This inventory gave it to another owner on 2026-11-20.');
  expect(said.details).toEqual({ owner: { kind: 'receiver', given: '2026-11-20T00:00:00.000Z' } });
  await noted('taken');
  expect(await explained(error)).toBe(error);
});

it('other errors, and errors that name no fob, stay as they are', async () => {
  await agent('own');
  for (const error of [
    new FobError('no-answer', { subject: serial }),
    new FobError('not-in-inventory'),
    new FobError('already-owned', { subject: 'no serial' }),
  ]) {
    expect(await explained(error)).toBe(error);
  }
});

it('commands that meet a fob of another owner name it in their errors', async () => {
  const fob = new CoreFob();
  const atFob = await pairedAt(workplace(fob), fob);
  const stranger = workplace();
  const subject = atFob.hello.serial;
  expect(await failure(info(stranger.context, await atHand(fob)))).toMatchObject({
    kind: 'not-in-inventory',
    subject,
  });
  const pairing = pair(stranger.context, await atHand(fob), { askCode: async () => '' });
  expect(await failure(pairing)).toMatchObject({ kind: 'already-owned', subject });
  // Erased, and paired with somebody else since.
  const owner = workplace(fob);
  await pairedAt(owner, new CoreFob());
  await owner.context.inventory.db.updateTable('pairings').set({ serial: subject }).execute();
  expect(await failure(info(owner.context, await atHand(fob)))).toMatchObject({
    kind: 'not-authentic',
    subject,
  });
});
