import { texts as exampleTexts } from '@passfob/demo/example/texts';
import { pageTexts } from '@passfob/demo/page/texts';
import { REFUSALS } from '@passfob/protocol/refusals';
import { consoleFrame } from '@passfob/service/base/texts/console/frame';
import { helpTexts } from '@passfob/service/base/texts/help';
import { mailTexts } from '@passfob/service/base/texts/mail';
import { portalTexts } from '@passfob/service/base/texts/portal';
import { pushConsoleTexts } from '@passfob/service/base/texts/push';
import { radiusTexts } from '@passfob/service/base/texts/radius';
import { relayTexts } from '@passfob/service/base/texts/relay';
import { selfServiceTexts } from '@passfob/service/base/texts/self-service';
import { texts } from '@passfob/service/base/texts/texts';
import { buttonTexts } from 'passfob/button-texts';
import { progressText } from 'passfob/cli/base/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { ascii, Owner, random } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../conformance/vectors.ts';
import { follow, type Wish } from './reader.ts';

const ACCOUNT = 'Second';

/** Sentences after which a person has a passcode on the screen. */
const SHOWING = {
  ...Object.fromEntries(
    Object.entries(texts.login.lead).map(([factors, lead]) => [`log-in page, ${factors}`, lead]),
  ),
  'mail of an active fob': mailTexts.leads.activated('Example', 'ada'),
  'help page': helpTexts.parts[0].sentences[0],
  'test of a passcode': selfServiceTexts.test.lead,
  'choice of a PIN': selfServiceTexts.pin.lead,
  'fob to be found again': selfServiceTexts.resync.formLead,
  'end of an activation': portalTexts.done.lead,
  'sign-in of operators': consoleFrame.signIn.passcodeHint,
  'example application': exampleTexts.login.lead,
  'demo page': pageTexts.fob.pressed.text(ACCOUNT),
};

/** Sentences after which a request is approved. */
const APPROVING = {
  'step of the activation page': relayTexts.steps.press,
  'step of the activation page, again': relayTexts.steps.pressAgain,
  'step for the clock': relayTexts.steps.clock,
  'refusal over a relay': relayTexts.refusals.no_press.next,
  'mail of an activation': mailTexts.steps[2].title,
  'challenge over RADIUS': radiusTexts.press('42'),
  'autosend of the example application': exampleTexts.login.autosendHint,
  'demo page': pageTexts.login.approved.text,
  'check of a caller': pushConsoleTexts.lead,
  'command line': progressText({ event: 'press-needed', serial: 'PF-EPS6-4JRC', purpose: 'code' }),
  'refusal press-needed': REFUSALS['press-needed'].next,
  'refusal press-denied': REFUSALS['press-denied'].next,
  'refusal press-timeout': REFUSALS['press-timeout'].next,
};

/** Sentences that tell how to approve and how to decline. */
const DECIDING = {
  'help page': helpTexts.parts[1].sentences[1],
  'example application': exampleTexts.waiting.steps,
};

describe('a person who does exactly what a sentence says', () => {
  const driver = new SimulatorDriver();
  const owner = new Owner(driver);
  let id: Uint8Array;

  beforeAll(async () => {
    await owner.pair();
    await owner.put({ issuer: ascii('First'), secret: secret(random(20)) });
    id = await owner.put({ issuer: ascii(ACCOUNT), secret: RFC4226_KEY });
  });
  afterAll(() => driver.fob.close());

  /** Leaves the fob alone until its display is off. */
  const untilDark = () => driver.advance(200_000);

  it.each(Object.entries(SHOWING))('the reader has a passcode on the screen: %s', async (_, sentence) => {
    await untilDark();
    expect(await driver.screen()).toEqual([]);
    await follow(driver, sentence, 'passcode', ACCOUNT);
    expect((await driver.screen())[0]).toBe(ACCOUNT);
    expect(await owner.passcodeShown()).toMatch(/^\d{6}$/);
  });

  // The first step of the demo begins with a fob that shows none.
  const { 'demo page': _, ...again } = SHOWING;

  it.each(Object.entries(again))(
    'the reader has a new passcode on the screen where an old one is still shown: %s',
    async (_, sentence) => {
      await untilDark();
      await follow(driver, sentence, 'passcode', ACCOUNT);
      const old = await owner.passcodeShown();
      await follow(driver, sentence, 'passcode', ACCOUNT);
      expect(await owner.passcodeShown()).toMatch(/^\d{6}$/);
      expect(await owner.passcodeShown()).not.toBe(old);
    },
  );

  const asking = async (sentence: string, wish: Wish) => {
    const onPressNeeded = () => void follow(driver, sentence, wish);
    return owner.client.call('code', { id }, { onPressNeeded });
  };

  it.each([...Object.entries(APPROVING), ...Object.entries(DECIDING)])(
    'the reader approves: %s',
    async (_, sentence) => {
      await untilDark();
      expect(await asking(sentence, 'approve')).toMatchObject({ code: expect.anything() });
    },
  );

  const DECLINING = {
    ...DECIDING,
    'check of a caller': pushConsoleTexts.lead,
    'command line': APPROVING['command line'],
    'refusal press-needed': REFUSALS['press-needed'].next,
  };

  it.each(Object.entries(DECLINING))('the reader declines: %s', async (_, sentence) => {
    await untilDark();
    await refused(asking(sentence, 'decline'), 'press-denied');
  });

  it('the reader dismisses the pairing code by a press', async () => {
    const blank = new SimulatorDriver();
    const client = new Owner(blank).client;
    await client.hello();
    await client.startPairing();
    expect((await blank.screen()).filter(line => /^\w{3} \w{3}$/.test(line))).toHaveLength(3);
    await follow(blank, portalTexts.run.codeShowHint, 'decline');
    expect((await blank.screen()).filter(line => /^\w{3} \w{3}$/.test(line))).toEqual([]);
  });

  it('the reader gathers randomness until a code is shown: a fob that is not ready', async () => {
    const blank = new SimulatorDriver({ birth: new Uint8Array() });
    const client = new Owner(blank).client;
    await client.hello();
    await refused(client.startPairing(), 'needs-entropy');
    for (let presses = 0; presses < 40; presses++) await follow(blank, relayTexts.steps.gather, 'decline');
    await client.startPairing();
  });

  it('the reader gets no passcode by a sentence that says press where the fob requires a hold', async () => {
    await untilDark();
    await follow(driver, 'Press the button on your fob and type the passcode it shows.', 'passcode', ACCOUNT);
    expect(await owner.passcodeShown()).toBe('');
  });

  it('the reader finds the same words on the fob', async () => {
    await untilDark();
    await driver.press();
    expect((await driver.screen()).join(' ')).toContain('Hold: passcode');
    expect(buttonTexts.typePasscode).toMatch(/hold the button/);
  });
});

const sentencesOf = (value: unknown): string[] => {
  if (typeof value === 'string') return value.split(/(?<=[.:])\s/);
  if (typeof value === 'function') return [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(sentencesOf);
};
const all = {
  ...{ texts, mailTexts, meTexts: selfServiceTexts, helpTexts, portalTexts, pushConsoleTexts },
  ...{ radiusTexts, relayTexts, consoleFrame, exampleTexts, pageTexts, REFUSALS },
};

it.each(Object.entries(all))(
  'the text asks for no press where the fob requires a hold: %s',
  (_, catalogue) => {
    const wrong = sentencesOf(catalogue).filter(
      sentence =>
        /press\w*\b.*(?<!\bno )\bpasscode/i.test(sentence) || /\bpress\w*\b.*\bapprove/i.test(sentence),
    );
    expect(wrong).toEqual([]);
  },
);
