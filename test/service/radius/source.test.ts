import { expect, test } from 'vitest';
import { makeTrusted, PushFob } from '../push/kit.ts';
import { CHALLENGE, RadiusRig } from './kit.ts';

const CALLING_STATION = 31;

test('a push is from a trusted source only if the client sends the person’s address', async () => {
  await using rig = await RadiusRig.open();
  await rig.office.users('ada');
  await PushFob.of(rig.office, 'ada');
  const { db } = rig.office.store;
  const ask = (station?: string) =>
    rig.ask({
      user: 'ada',
      password: '',
      attributes: station === undefined ? [] : [[CALLING_STATION, station]],
    });
  const familiar = async (station?: string) => {
    expect((await ask(station)).code).toBe(CHALLENGE);
    rig.rig.clock.nowMs += 1000;
    const latest = db
      .selectFrom('pushes')
      .select(['source', 'familiar_source'])
      .orderBy('created_ms', 'desc');
    return Object.values(await latest.executeTakeFirstOrThrow());
  };
  for (const station of ['198.51.100.7', '127.0.0.1']) await makeTrusted(rig.office, 'ada', station);
  expect(await familiar('198.51.100.7')).toEqual(['198.51.100.7', '198.51.100.7']);
  expect(await familiar('198.51.100.8')).toEqual(['198.51.100.8', null]);
  // The client's own address is no user's trusted source.
  expect(await familiar()).toEqual(['127.0.0.1', null]);
});
