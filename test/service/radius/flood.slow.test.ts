import { createRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, test } from 'vitest';
import { codeNow } from '../kit.ts';
import { makeTrusted, PushFob } from '../push/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { type Answer, makeRequest, type Sent } from './client.ts';
import { ACCEPT, type ClientSocket, madeSecret, type RadiusRig, REJECT } from './kit.ts';
import { scene } from './press-kit.ts';

/** Held responses of one client: in all, and without a trusted source; of one source, and of one name there. */
const HELD_OF_ONE = 128;
const HELD_OF_STRANGERS = 96;
const HELD_OF_SOURCE = 32;
const HELD_OF_NAME = 4;
const CALLING_STATION = 31;
const HOME = '192.0.2.10';

/** An attacker at the log-in form of a waiting client, who asks for many names from many sources. */
class Crowd {
  private readonly socket: ClientSocket;
  private readonly secret: string;
  private readonly sent = new Map<number, Sent>();

  constructor(socket: ClientSocket, secret: string) {
    this.socket = socket;
    this.secret = secret;
  }

  async ask(user: string, station?: string): Promise<number> {
    const identifier = this.sent.size;
    const attributes = station === undefined ? [] : [[CALLING_STATION, station] as const];
    const sent = makeRequest({ secret: this.secret, identifier, user, password: '', attributes });
    this.sent.set(identifier, sent);
    await this.socket.send(sent.bytes);
    return identifier;
  }

  /**
   * Waits for so many responses. @returns all responses so far, by the requests' identifiers, in the order of arrival
   */
  async answers(count: number): Promise<ReadonlyMap<number, Answer>> {
    await this.socket.until(count);
    return new Map(
      this.socket.received.map(bytes => {
        const identifier = bytes[1] ?? -1;
        const sent = this.sent.get(identifier);
        if (sent === undefined) throw new Error('nobody asked for that');
        return [identifier, this.socket.read(bytes, sent)] as const;
      }),
    );
  }
}

const crowdOf = async (rig: RadiusRig) => new Crowd(await rig.socket(), rig.secret);
const upTo = (count: number) => Array.from({ length: count }, (_one, index) => index);

test('a source that asks for 128 made-up names displaces no user at another source, earlier or later', async () => {
  const { rig, approve, asked } = await scene('wait');
  const crowd = await crowdOf(rig);
  const ada = { user: 'ada', password: '', attributes: [[CALLING_STATION, HOME]] } as const;
  const before = rig.ask(ada);
  await asked();
  for (const index of upTo(HELD_OF_ONE)) await crowd.ask(`nobody-${index}`, '198.51.100.66');
  await asked(1 + HELD_OF_ONE);
  // The earliest give way, and are refused as if they had expired.
  const answers = await crowd.answers(HELD_OF_ONE - HELD_OF_SOURCE);
  expect([...answers.keys()].sort((one, other) => one - other)).toEqual(upTo(HELD_OF_ONE - HELD_OF_SOURCE));
  await approve();
  expect((await before).code).toBe(ACCEPT);
  const behind = rig.ask(ada);
  await asked(2 + HELD_OF_ONE);
  await approve();
  expect((await behind).code).toBe(ACCEPT);
  const refused = [...answers.values()].map(({ code, attributes }) => JSON.stringify([code, attributes]));
  expect(new Set(refused.map(one => one.slice(0, 3)))).toEqual(new Set([`[${REJECT},`]));
  expect(await rig.fates()).toMatchObject({ displaced: HELD_OF_ONE - HELD_OF_SOURCE, accept: 2 });
});

test('a user at a trusted source keeps the place while 200 sources ask, and a user elsewhere gives way', async () => {
  const { rig, management, approve, asked } = await scene('wait');
  await rig.office.users('bob');
  await PushFob.of(rig.office, 'bob');
  await makeTrusted(rig.office, 'ada', HOME);
  const crowd = await crowdOf(rig);
  const at = (user: string) => ({ user, password: '', attributes: [[CALLING_STATION, HOME]] }) as const;
  const ada = rig.ask(at('ada'));
  await asked();
  const bob = rig.ask(at('bob'));
  await asked(2);
  for (const index of upTo(200)) await crowd.ask(`nobody-${index}`, `198.51.100.${index}`);
  await asked(202);
  expect((await bob).code).toBe(REJECT);
  const { db } = management;
  const states = db
    .selectFrom('pushes')
    .select('state')
    .where('fob_id', 'is not', null)
    .orderBy('created_ms');
  // The fob of the displaced request stops asking.
  expect((await states.execute()).map(({ state }) => state).sort()).toEqual(['waiting', 'withdrawn']);
  await approve();
  expect((await ada).code).toBe(ACCEPT);
});

test('held responses are limited for each client, and block neither passcodes nor other clients', async () => {
  const radius = ['127.0.0.1', '::1'].map(address => ({ address, port: 0 }));
  const { rig, management, fob, approve, asked, ask } = await scene('wait', 'otp', { radius });
  const crowd = await crowdOf(rig);
  // These requests state no source, so each name counts as a source.
  for (const index of upTo(HELD_OF_ONE)) await crowd.ask(`nobody-${index}`);
  await asked(HELD_OF_ONE);
  const answers = await crowd.answers(HELD_OF_ONE - HELD_OF_STRANGERS);
  expect([...answers.values()].map(({ code }) => code)).toEqual(
    upTo(HELD_OF_ONE - HELD_OF_STRANGERS).map(() => REJECT),
  );
  expect((await ask(codeNow(fob.token, rig.nowMs))).code).toBe(ACCEPT);
  const given = {
    name: 'other gate',
    address: '::1',
    applicationId: rig.applicationId,
    push: 'wait',
  } as const;
  const shared = madeSecret(accepted(await createRadiusClient(management, grace, given)));
  const elsewhere = await rig.socket(rig.service.radius[1]?.port, '::1', shared);
  await elsewhere.insist(makeRequest({ secret: shared, code: 12 }));
  const held = elsewhere.ask({ user: 'ada', password: '' });
  await asked(HELD_OF_ONE + 1);
  await approve();
  expect((await held).code).toBe(ACCEPT);
});

test('the oldest held responses of a name give way to its newest, with the same bytes for unknown names', async () => {
  const { rig, approve, asked } = await scene('wait');
  const crowd = await crowdOf(rig);
  // All spellings count as one name.
  const spellings = ['', ' ', ''];
  for (const index of upTo(HELD_OF_NAME + 3))
    for (const user of ['ada', 'nobody']) await crowd.ask(`${spellings[index % 3]}${user}`, HOME);
  await asked(2 * (HELD_OF_NAME + 3));
  const answers = await crowd.answers(6);
  const refused = ({ code, attributes }: Answer) => JSON.stringify([code, attributes.slice(1)]);
  expect([...answers.keys()].sort((one, other) => one - other)).toEqual(upTo(6));
  expect(new Set([...answers.values()].map(refused)).size).toBe(1);
  expect(answers.get(0)?.code).toBe(REJECT);
  await approve();
  // The fob shows the newest request.
  const [newest] = [...(await crowd.answers(7)).entries()].slice(-1);
  expect([newest?.[0], newest?.[1].code]).toEqual([2 * HELD_OF_NAME + 4, ACCEPT]);
});
