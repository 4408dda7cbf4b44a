import { relayLimits } from '@passfob/service/base/limits/relay';
import { careFor } from '@passfob/service/subjects/care/run/run';
import { assignToken } from '@passfob/service/subjects/tokens/acts';
import { secretOf } from '@passfob/service/subjects/tokens/tokens';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { afterAll, beforeAll } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import type { CoreFob } from '../../unit/host/kit/core-fob.ts';
import type { RelayWishes, Scene } from '../enrolment/kit.ts';
import { asOwner, type OwnedFob } from '../kit/fob.ts';
import { codeAt, newToken } from '../kit.ts';
import { accepted, grace, randomSecret } from '../users/kit.ts';

/** The PIN that the new user chooses. */
export const NEW_PIN = secret('40718293');

/** A fob of the service that ada has, and her token. */
export interface AdasFob {
  readonly owned: OwnedFob;
  readonly serial: string;
  /** Her next passcode, and the following ones, which the fob would make for her. */
  readonly passcodes: readonly string[];
}

/** Gives ada, or another user, a fob with an account, and has the service read it once. */
export async function adas(
  scene: Scene,
  kind: 'totp' | 'hotp' = 'totp',
  fob?: CoreFob,
  user = 'ada',
): Promise<AdasFob> {
  const { owned, serial } = await scene.ownWithAccount(kind, fob);
  const { management } = scene.office;
  await scene.office.users(user);
  accepted(await assignToken(management, grace, { serial, user }));
  await look(scene, owned);
  const token = await scene.office.row('tokens', { serial });
  const seed = secretOf(management.keys, token);
  if (seed === undefined) throw new Error('no seed');
  const first = kind === 'totp' ? Math.floor(scene.office.nowMs / 30_000) - 1 : token.last_step + 1;
  const passcodes = [0, 1, 2, 3].map(n => secret(codeAt(newToken({ secret: seed }), first + n)));
  return { owned, serial, passcodes };
}

/** Has the service read a fob, and do what needs no hold. */
export function look({ office: { management } }: Scene, owned: OwnedFob) {
  return asOwner(owned, async client => {
    const session = { client, hello: await client.hello(), fobId: owned.id };
    const tools = { now: management.clock, random: randomSecret };
    const relay = { kind: 'agent', name: '192.0.2.9' } as const;
    const only = new Set(['remove-account'] as const);
    await careFor(management, { ...session, tools }, { relay, mayHold: false, only });
  });
}

/** Returns the outcomes of ada's passcodes, for herself and for bob. */
export async function outcomesOf(scene: Scene, passcodes: readonly string[]): Promise<string[]> {
  const { decide } = makeEngine(scene.office.management);
  const { applicationId } = scene.means;
  const outcomes: string[] = [];
  for (const [n, passcode] of passcodes.entries())
    for (const user of ['ada', 'bob']) {
      // Wrong passcodes must not lock the account before the last one is tried.
      await scene.office.set('users', { failures: 0 });
      const requestId = `${user}-${n}-${scene.office.nowMs}`;
      outcomes.push(await decide({ user, passcode, applicationId, source: '192.0.2.1', requestId }));
    }
  return outcomes;
}

/** The steps of an activation, with their texts, and a person who acts on them. */
export class Person {
  readonly steps: [step: string, text: string][] = [];
  readonly wishes: Pick<RelayWishes, 'press' | 'report'>;

  /** @param press how the person answers a question of the fob: the nth one, counted from 0 */
  constructor(
    fob: CoreFob,
    press: (fob: CoreFob, n: number) => void = asked => asked.approve(),
    pin: (text: string) => void = text => this.choose(fob, text),
  ) {
    let presses = 0;
    this.wishes = {
      press: asked => press(asked, presses++),
      report: event => {
        if (event.event !== 'step') return;
        this.steps.push([event.step, event.text]);
        if (event.step === 'pin') pin(event.text);
      },
    };
  }

  get texts(): string[] {
    return this.steps.map(([, text]) => text);
  }

  /** Chooses the new PIN where the fob wants one. */
  private choose(fob: CoreFob, text: string): void {
    if (!text.startsWith('Choose')) return;
    if (!fob.screen.some(line => /new pin/i.test(line))) fob.press();
    fob.enter(NEW_PIN);
    fob.enter(NEW_PIN);
  }
}

/** Changes limits of relays for the tests of a file: so that nobody waits for ten minutes. */
export function limitRelays(changes: { readonly relayWaitMs?: number; readonly pinPollMs: number }): void {
  const before = { ...relayLimits };
  beforeAll(() => void Object.assign(relayLimits, changes));
  afterAll(() => void Object.assign(relayLimits, before));
}
