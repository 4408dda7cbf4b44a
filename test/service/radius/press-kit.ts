import type { Factors } from '@passfob/service/base/kinds';
import type { ServiceOptions } from '@passfob/service/service';
import type { RadiusPush } from '@passfob/service/storage/schema/schema';
import { endPush } from '@passfob/service/subjects/push/delivery';
import { changeRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, onTestFinished } from 'vitest';
import { PushFob } from '../push/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import type { Answer } from './client.ts';
import { attributeOf, RadiusRig } from './kit.ts';

const REPLY_MESSAGE = 18;
const STATE = 24;

/** Returns the message of a response to its person. */
export const said = (answer: Answer) => `${attributeOf(answer, REPLY_MESSAGE)}`;

/** Opens a scene with a user whose fob is at an agent, and a client in a mode. */
export async function scene(
  mode: RadiusPush = 'challenge',
  factors: Factors = 'otp',
  options: Partial<ServiceOptions> = {},
) {
  const rig = await RadiusRig.open(factors, options);
  onTestFinished(() => rig[Symbol.asyncDispose]());
  const { management } = rig.office;
  accepted(await changeRadiusClient(management, grace, { id: rig.clientId, push: mode }));
  await rig.office.users('ada');
  const fob = await PushFob.of(rig.office, 'ada');
  const approve = async () => {
    await fob.approve();
    await rig.office.store.announce();
  };
  const deny = async () => {
    const { id, link } = await fob.show();
    expect(await endPush(management, { id, link }, 'denied')).toBe(true);
    await rig.office.store.announce();
  };
  const after = (answer: Answer) => [[STATE, attributeOf(answer, STATE) ?? ''] as const];
  const ask = (password?: string, before?: Answer, port?: number) =>
    rig.ask(
      {
        user: 'ada',
        ...(password !== undefined && { password }),
        attributes: before === undefined ? [] : after(before),
      },
      port,
    );
  /** Waits until so many requests are stored. */
  const asked = async (count = 1) => {
    while ((await rows()).length < count) await new Promise(resolve => setTimeout(resolve, 10));
  };
  const rows = () => rig.office.store.db.selectFrom('pushes').selectAll().orderBy('created_ms').execute();
  return { rig, management, fob, approve, deny, ask, after, asked, rows };
}
