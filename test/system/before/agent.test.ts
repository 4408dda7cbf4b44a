import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from 'passfob/agent/network/settings';
import { expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { Rig } from '../../service/kit.ts';
import { fobAtHand, needsBuild, type SimulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { Workstation } from '../agent/kit/program.ts';
import { facts, unpack } from './kit.ts';

const { service: made } = facts;
const MINUTE_MS = 60_000;
const DEAF_MS = 900;
const HOLD_MS = 1_300;

it('the settings of an older agent are read as they were written', async () => {
  await using station = new Workstation();
  unpack(station.home, 'agent.json');
  const half = made.fingerprint.slice(0, 32);
  expect(readSettings(station.home).services).toMatchObject([
    { url: made.url, fingerprint: half },
    {
      url: 'https://tokens.example.org',
      fingerprint: made.fingerprint,
      proxy: 'http://proxy.example.org:3128',
    },
  ]);
});

/**
 * Approves a log-in on the fob.
 * @returns the status that the application gets
 */
async function approved(fob: SimulatedFob, url: string): Promise<number> {
  const session = `session-${made.fob}`;
  const post = (path: string, body: object) =>
    fetch(`${url}/v1/pushes${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${made.apiKey}` },
      body: JSON.stringify(body),
    });
  const asked = (await (await post('', { user: 'ada', session })).json()) as { id: string; number: string };
  await expect.poll(() => fob.screen()).toContain(asked.number);
  await fob.ask({ do: 'advance', ms: DEAF_MS });
  await fob.ask({ do: 'press', heldMs: HOLD_MS });
  return (await post(`/${asked.id}/take`, { session, waitMs: 10_000 })).status;
}

describeNeeds(needsBuild, 'passfob agent', () => {
  it('an agent with older settings connects, and a log-in is approved on the fob that the older service owns', async () => {
    await using rig = new Rig();
    unpack(rig.directory, 'service.db', 'service.key', 'service.fob');
    rig.clock.nowMs = made.madeMs + MINUTE_MS;
    const service = await rig.start();
    const memory = join(rig.directory, 'service.fob');
    const fob = await fobAtHand('--storage', memory, '--clock', 'virtual');
    await using station = new Workstation();
    unpack(station.home, 'agent.json');
    // The service has another port today, and nothing listens at the old address.
    const settings = JSON.parse(readFileSync(join(station.home, 'agent.json'), 'utf8')) as {
      services: { url: string }[];
    };
    const services = settings.services.slice(0, 1).map(one => ({ ...one, url: service.url }));
    writeFileSync(join(station.home, 'agent.json'), JSON.stringify({ ...settings, services }));
    const agent = station.start(['--port', fob.tcp, '--no-notify']);
    await agent.said({ event: 'standing', standing: 'own', serial: made.fob });
    expect([await approved(fob, service.url), await agent.kill('SIGTERM')]).toEqual([200, 0]);
  });
});
