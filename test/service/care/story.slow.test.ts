import { setTimeout as wait } from 'node:timers/promises';
import { fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import { systemTime } from 'passfob/agent/base/time';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { accountOf, putAccount } from 'passfob/owner/account';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { expect, it, onTestFinished } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { AgentRig } from '../../system/agent/kit/agent.ts';
import { seedOf } from '../../unit/host/kit/seeds.ts';
import { needsBuild, type SimulatedFob, simulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { keyOfService } from '../agents/world.ts';
import { makeAssignedBy } from '../kit/fob.ts';
import { codeNow, Rig } from '../kit.ts';
import { Office } from '../users/kit.ts';

const LOOK_MS = 100;
const PRESS_MS = 100;
const HOLD_MS = 1_300;
/** More than the holds and presses that show a passcode. */
const LOOKS_MAX = 300;

const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));

/** A service on this computer's clock, with the fob of its user, which has a TOTP account. */
async function world(fob: SimulatedFob) {
  const rig = new Rig();
  const service = await rig.start({ clock: Date.now });
  const clock = {
    get nowMs() {
      return Date.now();
    },
  };
  const office = await Office.beside({ directory: rig.directory, clock, database: rig.database });
  onTestFinished(async () => {
    await office[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
  });
  const client = connect(await openTransport(readAddress(fob.tcp)));
  const owned = await makeAssignedBy(office, client, async () => (await fob.code()).replaceAll(' ', ''));
  await client.openSession(pairingKey(owned.key));
  const seed = { ...seedOf({ kind: 2 }), issuer: 'Example', label: 'ada' };
  const tools = { now: Date.now, random };
  await putAccount(tools, client, accountOf(seed, Uint8Array.of(7, ...random(3))), seed);
  await client.close();
  const token = await office.token('ada', { secret: seed.secret });
  await office.set('tokens', { fob_id: owned.id }, { serial: token.serial });
  return { service, office, owned, token, fingerprint: fingerprintOfKey(await keyOfService(office)) };
}

/** Does what a person does who wants a passcode, goes on, and holds at the account, until the screen says something. */
async function sees<T>(fob: SimulatedFob, found: (text: string) => T | undefined): Promise<T> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const text = (await fob.screen()).join('\n');
    const seen = found(text);
    if (seen !== undefined) return seen;
    await fob.ask({ do: 'press', heldMs: /ada|Hold: go on/.test(text) ? HOLD_MS : PRESS_MS });
    await wait(LOOK_MS);
  }
  throw new Error(`not on the screen: ${(await fob.screen()).join(' / ')}`);
}

/** Presses and holds until a passcode is on the screen, and returns it. */
const passcode = (fob: SimulatedFob) => sees(fob, text => /(\d{3}) ?(\d{3})/.exec(text)?.slice(1).join(''));

/** Wants a passcode of a fob without time. @returns everything that the screen says, until it says that it has none */
function withoutTime(fob: SimulatedFob): Promise<string> {
  const seen = new Set<string>();
  return sees(fob, text => {
    seen.add(text.replaceAll('\n', ' '));
    return text.includes('Clock not set') ? [...seen].join('\n') : undefined;
  });
}

/** The fob is unplugged, and loses its time with its battery; without power its memories keep their content. */
async function loseTime(fob: SimulatedFob): Promise<void> {
  await fob.ask({ do: 'unplug' });
  await fob.ask({ do: 'cutPower' });
  await fob.ask({ do: 'loseTime' });
  await fob.ask({ do: 'powerOn' });
}

describeNeeds(needsBuild, 'a fob whose battery ran empty', () => {
  it('its clock is right again after it is plugged in where the agent runs, and nobody holds the button', async () => {
    const fob = await simulatedFob();
    onTestFinished(() => fob.close());
    const { service, office, owned, token, fingerprint } = await world(fob);
    const settings = { url: service.url, name: '', fingerprint: fingerprint.replaceAll(' ', '') };
    await using agent = new AgentRig([settings], {}, systemTime);
    const open = () => openTransport(readAddress(fob.tcp));
    const found = { serial: owned.serial, port: 'serial', open };
    agent.desk.plug(found);
    await expect.poll(() => agent.service().fobs[0]?.standing, { interval: LOOK_MS }).toBe('own');
    expect(await passcode(fob)).toBe(codeNow(token, Date.now()));

    await agent.desk.unplug(found);
    await loseTime(fob);
    // A stranger's view: the fob says that its clock was without power, and gives no passcode.
    const seen = await withoutTime(fob);
    console.log(`Meanwhile the screen said: ${seen.replaceAll('\n', ' | ')}`);
    expect(seen).toMatch(/The clock module lost its power/);
    await fob.ask({ do: 'press', heldMs: PRESS_MS });
    const said = new Set<string>();
    const pluggedMs = performance.now();
    await fob.ask({ do: 'replug' });
    agent.desk.plug({ ...found });
    const clock = () => office.row('fobs', { id: owned.id });
    const before = (await clock()).clock_set_ms ?? 0;
    await expect
      .poll(
        async () => {
          for (const line of await fob.screen()) said.add(line);
          const { clock_state, clock_set_ms } = await clock();
          return clock_state === 'trusted' && (clock_set_ms ?? 0) > before;
        },
        { interval: LOOK_MS },
      )
      .toBe(true);
    const tookMs = performance.now() - pluggedMs;
    console.log(`The clock was right ${(tookMs / 1_000).toFixed(1)} s after the fob was plugged in.`);
    // Nothing was asked meanwhile.
    expect([...said].filter(line => /\?$|Hold: yes/.test(line))).toEqual([]);
    const shown = await passcode(fob);
    const nowMs = Date.now();
    expect([codeNow(token, nowMs), codeNow(token, nowMs - 10_000)]).toContain(shown);
    const tasks = await office.rows('fob_tasks', { kind: 'clock' });
    expect(tasks).toMatchObject([{ kind: 'clock', state: 'done', cause: 'clock_unset' }]);
  });
});
