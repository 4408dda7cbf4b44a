import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { relayActivation } from 'passfob/activation/relay';
import { endpointOf } from 'passfob/agent/network/endpoint';
import type { CarrierStep } from 'passfob/carrier/messages';
import { openNodeSocket } from 'passfob/cli/activate-socket';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { newDatabase } from '../kit.ts';
import { type Node, startNode } from '../nodes/node.ts';
import { Office } from '../users/kit.ts';
import { makeActivation } from './kit.ts';

/** No proxy, and Node's own authorities. */
const directTo = (url: string) => ({
  target: endpointOf(url.replace(/^ws/, 'http')),
  proxy: undefined,
  ca: undefined,
});

it('an enrolment continues after the service is killed at three steps', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'passfob-relay-killed-'));
  const databaseUrl = await newDatabase();
  // The port stays reserved while no node uses it.
  const port = await freePort();
  const order = { kind: 'service', directory, port, ...(databaseUrl && { databaseUrl }) } as const;
  let node: Node = await startNode(order);
  const { url } = node;
  const database = Promise.resolve(databaseUrl);
  const office = await Office.beside({ directory, clock: { nowMs: Date.now() }, database });
  onTestFinished(async () => {
    await office[Symbol.asyncDispose]();
    await node.kill();
    rmSync(directory, { recursive: true });
  });
  const fob = new CoreFob();
  const left = new Set<CarrierStep>(['pairing', 'writing', 'press']);
  let restarting: Promise<unknown> = Promise.resolve();
  let kills = 0;
  const done = await relayActivation({
    activation: await makeActivation(office, url),
    openSocket: async (address, signal) => {
      await restarting;
      return openNodeSocket(address, directTo(address), signal);
    },
    openFob: async () => ({ transport: fob.plugIn().transport, port: 'tcp' }),
    askCode: async () => fob.code,
    report(event) {
      if (event.event !== 'step') return;
      if (event.step === 'press') fob.approve();
      if (!left.delete(event.step)) return;
      kills++;
      restarting = node.kill().then(async () => {
        node = await startNode(order);
      });
    },
    signal: new AbortController().signal,
  });
  secret(done.ticket);
  expect(kills).toBe(3);
  const { db } = office.store;
  expect(await db.selectFrom('tokens').select(['serial', 'state']).execute()).toEqual([
    { serial: done.token, state: 'active' },
  ]);
  expect(await db.selectFrom('activations').select(['state', 'step']).execute()).toEqual([
    { state: 'used', step: 'done' },
  ]);
  expect(await db.selectFrom('fob_pairings').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('assignments').select('to_ms').execute()).toEqual([{ to_ms: null }]);
});
