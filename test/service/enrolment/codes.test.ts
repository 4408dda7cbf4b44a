import { PAIRING_CODE_SECONDS } from '@passfob/protocol/limits';
import { ServiceError } from '@passfob/service/base/errors';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { relayTexts } from '@passfob/service/base/texts/relay';
import { countAttempt } from '@passfob/service/subjects/enrolment/relay/records/attempts';
import { enterActivation } from '@passfob/service/subjects/enrolment/relay/records/enter';
import { CODE_WISHES_MAX } from 'passfob/activation/limits';
import type { RelayEvent, RelayOptions } from 'passfob/activation/relay-options';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { until } from '../agents/kit.ts';
import { failing } from '../kit/failing.ts';
import { randomSecret } from '../users/kit.ts';
import { hearingCommits } from './commits.ts';
import { openEachScene, type RelayWishes, refusalOf, type Scene, scene } from './kit.ts';

openEachScene();

const { code: FIRST, codeAgain: AGAIN, codeNew: NEW, codeSame: SAME } = relayTexts.steps;
const CODE_MS = PAIRING_CODE_SECONDS * 1000;
const OUT_MS = CODE_MS + relayLimits.codeOutMs;

/** A blank fob at a service, with one clock for both. */
class Desk {
  readonly fob = new CoreFob();
  /** Texts shown to the person about the code. */
  readonly told: string[] = [];
  /** The time limits that the service set for each answer. */
  readonly waits: number[] = [];
  private readonly scene: Scene;
  private endWait: () => void = () => undefined;
  private readonly hearers: ((event: RelayEvent) => void)[] = [];

  constructor(scene: Scene) {
    this.scene = scene;
  }

  pass(ms: number): void {
    this.fob.run(ms);
    this.scene.office.nowMs += ms;
  }

  /** Waits until this text is shown to the person. */
  heard(text: string): Promise<void> {
    return new Promise(resolve => {
      this.hearers.push(event => {
        if (event.event === 'step' && event.text === text) resolve();
      });
    });
  }

  /** Advances the clock until the service stops waiting. */
  waitOut(): void {
    this.pass(this.waits.at(-1) ?? 0);
    this.endWait();
  }

  /** Types nothing until the wait is over. */
  readonly idle: RelayOptions['askCode'] = async (_, signal) => {
    this.waitOut();
    return untilEnded(signal);
  };

  /** Enrols the fob through a relay. */
  async relay(wishes: RelayWishes): Promise<void> {
    const wait = (ms: number) => {
      this.waits.push(ms);
      return new Promise<void>(resolve => {
        this.endWait = resolve;
      });
    };
    await this.scene.relay(await this.scene.activation(), this.fob, {
      ...wishes,
      means: { ...this.scene.means, pause: wait },
      report: event => {
        if (event.event === 'step' && event.step === 'code') this.told.push(event.text);
        for (const hear of this.hearers) hear(event);
      },
    });
  }
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk(scene);
});

function untilEnded(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true }),
  );
}

it('an expired pairing code is followed by a new one, which is asked for again', async () => {
  const shown: string[] = [];
  const askCode: RelayOptions['askCode'] = async (...asked) => {
    shown.push(desk.fob.code);
    expect(asked[0]).toBe(false);
    return shown.length < 3 ? desk.idle(...asked) : desk.fob.code;
  };
  // Acts like a relay that asks twice because it missed the end of the first prompt.
  const toService = (text: string) => (text.includes('"pairing-code"') ? [text, text] : text);
  await desk.relay({ askCode, toService });
  expect(desk.told).toEqual([FIRST, NEW, NEW]);
  expect(desk.waits.slice(0, 2)).toEqual([OUT_MS, OUT_MS]);
  expect(new Set(shown).size).toBe(3);
  expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts: 0 }]);
  // Older relays do not know this field and refuse unknown ones.
  expect(scene.log.filter(text => text.includes('"same"'))).toEqual([]);
});

it.each([
  [0, 1, [FIRST, NEW, NEW], 0],
  [0, 2, [FIRST, NEW, NEW, AGAIN], 1],
  [relayLimits.codeLateMs, 1, [FIRST, NEW, AGAIN], 1],
])(
  'an answer to an expired pairing code comes %i ms after the new one was asked for, sent %i times',
  async (lateMs, times, told, attempts) => {
    let [held, said] = ['', 0];
    const toService = (text: string) => {
      if (!text.includes('"pairing-code"')) return text;
      if (++said > 1) return said > 1 + times ? text : held;
      held = text;
      desk.waitOut();
      return '';
    };
    const askCode: RelayOptions['askCode'] = async () => {
      if (said === 1) desk.pass(lateMs);
      return desk.fob.code;
    };
    await desk.relay({ askCode, toService });
    expect(desk.told).toEqual(told);
    expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts }]);
  },
);

it('no more pairing codes follow once the person has been idle for too long', async () => {
  expect(await refusalOf(desk.relay({ askCode: desk.idle }))).toBe('idle');
  expect(desk.waits.reduce((sum, ms) => sum + ms)).toBe(relayLimits.relayWaitMs);
  expect(desk.told).toEqual([FIRST, NEW, NEW, NEW]);
});

it('a pairing code expires at its time also after a mistyped one', async () => {
  const askCode: RelayOptions['askCode'] = async (...asked) => {
    if (desk.told.at(-1) === AGAIN) return desk.idle(...asked);
    if (desk.told.at(-1) === NEW) return desk.fob.code;
    desk.pass(100_000);
    return 'typo';
  };
  await desk.relay({ askCode });
  expect(desk.waits.slice(0, 2)).toEqual([OUT_MS, OUT_MS - 100_000]);
  expect(desk.told).toEqual([FIRST, AGAIN, NEW]);
});

it('an expired pairing code does not count as a failed attempt, however often it happens', async () => {
  const asked: boolean[] = [];
  const code = (isAgain: boolean) => {
    asked.push(isAgain);
    const typed = desk.fob.code;
    if (asked.length < 5) desk.pass(CODE_MS);
    return typed;
  };
  await desk.relay({ code });
  expect(asked).toEqual([false, false, false, false, false]);
  expect(desk.told).toEqual([FIRST, NEW, NEW, NEW, NEW]);
  expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts: 0 }]);
});

it.each([
  ['proved itself', 1],
  ['opened its session', 2],
])(
  'a pairing code that expires between two frames counts no attempt: after the fob has %s',
  async (_, after) => {
    let since = Number.NEGATIVE_INFINITY;
    const toFob = (frame: string) => {
      if (since++ === after) desk.pass(CODE_MS);
      return frame;
    };
    const code = () => {
      if (desk.told.length === 1) since = 0;
      return desk.fob.code;
    };
    const openFob = async () => ({ transport: desk.fob.plugIn({ toFob }).transport, port: 'tcp' });
    await desk.relay({ code, openFob });
    expect(desk.told.slice(1)).toEqual(after === 1 ? [NEW] : []);
    expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts: 0 }]);
  },
);

it('a hidden pairing code is shown again on request, and the prompt stays open', async () => {
  let asked = 0;
  const askCode: RelayOptions['askCode'] = async (_, signal, showAgain) => {
    asked++;
    const { code } = desk.fob;
    desk.fob.press();
    expect(desk.fob.code === code).toBe(false);
    const shows = desk.heard(SAME);
    showAgain();
    await shows;
    expect([desk.fob.code === code, signal.aborted]).toEqual([true, false]);
    return code;
  };
  await desk.relay({ askCode });
  expect([asked, desk.told]).toEqual([1, [FIRST, SAME]]);
});

it('a pairing code counts when it is typed before the fob shows it again', async () => {
  let asked = 0;
  const askCode: RelayOptions['askCode'] = async (_isAgain, _signal, showAgain) => {
    asked++;
    showAgain();
    showAgain();
    return desk.fob.code;
  };
  await desk.relay({ askCode });
  expect(asked).toBe(1);
  expect((await scene.state()).activations).toMatchObject([{ state: 'used', attempts: 0 }]);
});

it('showing an expired pairing code again shows a new one', async () => {
  const askCode: RelayOptions['askCode'] = async (_, signal, showAgain) => {
    if (desk.told.length > 1) return desk.fob.code;
    desk.pass(CODE_MS);
    showAgain();
    return untilEnded(signal);
  };
  await desk.relay({ askCode });
  expect(desk.told).toEqual([FIRST, NEW]);
});

it('a pairing code is shown again a limited number of times', async () => {
  const askCode: RelayOptions['askCode'] = async (_isAgain, _signal, showAgain) => {
    for (let wishes = 0; wishes < CODE_WISHES_MAX; wishes++) {
      const shows = desk.heard(SAME);
      showAgain();
      await shows;
    }
    showAgain();
    return desk.fob.code;
  };
  await desk.relay({ askCode });
  expect(desk.told.filter(text => text === SAME)).toHaveLength(CODE_WISHES_MAX);
  expect((await scene.state()).activations).toMatchObject([{ state: 'used' }]);
});

/** Returns means whose database calls `heard` between a commit and its confirmation. */
function means({ means }: Scene, heard: () => Promise<void>) {
  const { management } = means;
  return { ...means, management: { ...management, db: hearingCommits(management.db, heard) } };
}

/** Waits until earlier events were handled. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve));

it('an activation is free at once after the person cancels while the code is checked', async () => {
  const activation = await scene.activation();
  const ending = new AbortController();
  let isEntered = false;
  const heard = async () => {
    await turn();
    isEntered = true;
  };
  const toService = (text: string) => {
    if (text.includes('"enter"')) ending.abort();
    return text;
  };
  const wishes = { means: means(scene, heard), toService, signal: ending.signal };
  expect(await refusalOf(scene.relay(activation, new CoreFob(), wishes))).toBe('cancelled');
  await until(async () => isEntered && (await scene.state()).activations[0]?.claim === null, 'the release');
  await scene.relay(activation, new CoreFob());
  expect((await scene.state()).activations).toMatchObject([{ state: 'used' }]);
});

it('an activation is free at once after the service fails right after claiming it', async () => {
  const activation = await scene.activation();
  const { management } = scene.means;
  const db = management.db.withPlugin(brokenSettings);
  const means = { ...scene.means, management: { ...management, db } };
  expect(await refusalOf(scene.relay(activation, new CoreFob(), { means }))).toBe('failed');
  await scene.relay(activation, new CoreFob());
  expect((await scene.state()).activations).toMatchObject([{ state: 'used' }]);
});

it('a used activation survives a lost commit confirmation: the same relay is told that it is done', async () => {
  let losses = 0;
  const heard = async () => {
    const [activation] = (await scene.state()).activations;
    if (activation?.state === 'used' && losses++ === 0) throw lost();
  };
  const done = await scene.relay(await scene.activation(), new CoreFob(), { means: means(scene, heard) });
  expect(losses).toBeGreaterThan(0);
  const { tokens, events } = await scene.state();
  expect(tokens).toMatchObject([{ serial: done.token, state: 'active' }]);
  expect(events).toHaveLength(1);
});

it('a claim survives lost confirmations of its lease renewals', async () => {
  let isLost = false;
  const heard = async () => {
    if (isLost) throw lost();
  };
  const { management } = means(scene, heard);
  const { code } = await scene.activation();
  const entry = await enterActivation(management, CALLER, { code, relay: randomSecret(16) });
  if (entry.kind !== 'claimed') throw new Error(entry.kind);
  const { claim } = entry;
  const step = () => claim.holding(async (_, activation) => activation.step);
  isLost = true;
  await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
  await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
  isLost = false;
  expect(await step()).toBe('connected');
  await claim.renew();
  expect(await step()).toBe('connected');
  isLost = true;
  await expect(claim.renew()).rejects.toMatchObject({ code: 'busy' });
  isLost = false;
  await claim.release();
  expect((await scene.state()).activations).toMatchObject([{ claim: null }]);
});

it('a claim survives a lease renewal that was not stored', async () => {
  const { management } = scene.means;
  const { code } = await scene.activation();
  const db = management.db.withPlugin(lostRenewals);
  const entry = await enterActivation({ ...management, db }, CALLER, { code, relay: randomSecret(16) });
  if (entry.kind !== 'claimed') throw new Error(entry.kind);
  await expect(entry.claim.renew()).rejects.toMatchObject({ code: 'busy' });
  expect(await entry.claim.holding(async (_, activation) => activation.step)).toBe('connected');
});

it('the end of an enrolment is delivered although the relay’s time limit has passed', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => timers.mockRestore());
  let isOld = false;
  const heard = async () => {
    if (isOld || (await scene.state()).activations[0]?.state !== 'used') return;
    isOld = true;
    const life = timers.mock.calls.find(([, ms]) => ms === relayLimits.relayLifeMs);
    life?.[0]();
    await turn();
  };
  await scene.relay(await scene.activation(), new CoreFob(), { means: means(scene, heard) });
  expect(isOld).toBe(true);
});

it('a lease renewal after the last attempt does not report a lost claim', async () => {
  const { code } = await scene.activation({ attempts: relayLimits.activationAttemptsMax - 1 });
  const entry = await enterActivation(scene.means.management, CALLER, { code, relay: randomSecret(16) });
  if (entry.kind !== 'claimed') throw new Error(entry.kind);
  const counted = countAttempt(entry.claim, 'wrong_fob');
  const renewed = entry.claim.renew();
  expect(await counted).toBe(true);
  await renewed;
});

const CALLER = { source: '192.0.2.9', requestId: 'relay' };

/** The error after a lost PostgreSQL connection, also during the commit. */
const lost = () => new ServiceError('busy', 'the database is gone');

/** A database that is lost when a lease is renewed. */
const lostRenewals = failing(node => {
  const isRenewal = node.kind === 'UpdateQueryNode' && node.updates?.length === 1;
  return isRenewal && JSON.stringify(node).includes('until') ? lost() : undefined;
});

/** A database whose settings cannot be read. */
const brokenSettings = failing(node => {
  const isOfSettings = node.kind === 'SelectQueryNode' && JSON.stringify(node.from).includes('"settings"');
  return isOfSettings ? new Error('disk failed') : undefined;
});
