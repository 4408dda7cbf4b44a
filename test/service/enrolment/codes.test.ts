import { PAIRING_CODE_SECONDS } from '@passfob/protocol/limits';
import { relayLimits } from '@passfob/service/base/limits/relay';
import { relayTexts } from '@passfob/service/base/texts/relay';
import { CODE_WISHES_MAX } from 'passfob/activation/limits';
import type { RelayEvent, RelayOptions } from 'passfob/activation/relay-options';
import { describe, expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { type RelayWishes, refusalOf, Scene } from './kit.ts';

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

function untilEnded(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true }),
  );
}

describe('pairing codes that expire before they are typed', () => {
  it('an expired pairing code is followed by a new one, which is asked for again', async () => {
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
      await using scene = await Scene.open();
      const desk = new Desk(scene);
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
    await using scene = await Scene.open();
    const desk = new Desk(scene);
    expect(await refusalOf(desk.relay({ askCode: desk.idle }))).toBe('idle');
    expect(desk.waits.reduce((sum, ms) => sum + ms)).toBe(relayLimits.relayWaitMs);
    expect(desk.told).toEqual([FIRST, NEW, NEW, NEW]);
  });

  it('a pairing code expires at its time also after a mistyped one', async () => {
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
});

describe('pairing codes that expire before they are used', () => {
  it('an expired pairing code does not count as a failed attempt, however often it happens', async () => {
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
      await using scene = await Scene.open();
      const desk = new Desk(scene);
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
});

describe('pairing codes that a press hides', () => {
  it('a hidden pairing code is shown again on request, and the prompt stays open', async () => {
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
    await using scene = await Scene.open();
    const desk = new Desk(scene);
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
});
