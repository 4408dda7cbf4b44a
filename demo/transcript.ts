import { accountName } from 'passfob/commands/account-name';
import { type ClockResult, showClock } from 'passfob/commands/clock';
import { verify } from 'passfob/commands/verify';
import { FobError } from 'passfob/errors';
import { approveLogins } from './play/approval.ts';
import { type AlertSeen, enterOperatorPane, logIn } from './play/browser.ts';
import { CLOCK_DIFFERENCE_MS_MAX } from './play/limits.ts';
import {
  COUNTED,
  type DemoAccount,
  enrolAccount,
  handOver,
  onFob,
  pairFob,
  setFobClock,
  TIMED,
  USER,
} from './play/ownership.ts';
import { type ReadPasscode, readPasscode } from './play/person.ts';
import { expect, type Play } from './play/play.ts';
import type { Stage } from './play/stage.ts';
import { type Fact, stepsOf } from './play/steps.ts';
import { texts } from './play/texts.ts';

const { errors, transcript: words } = texts;
const { steps: titles, facts: names, expected } = words;

/**
 * Runs the whole demo without a browser and prints each step with its result.
 * @throws FobError that names the first step with an unexpected result
 */
export async function transcript(stage: Stage, say: (line: string) => void): Promise<void> {
  const { step, count } = stepsOf(say);
  say(words.heading);
  const operator = await enterOperatorPane(stage.service.operatorLink);
  const play = { stage, step, operator };
  const serial = await meetFob(play);
  await own(play, serial);
  await enrolAndHandOver(play, TIMED);
  await useTwice(play, serial);
  await enrolAndHandOver(play, COUNTED);
  await useCounted(play, serial);
  await approveLogins(play);
  say('');
  say(words.done(count()));
}

/** @returns the fob's serial */
function meetFob({ stage, step }: Play): Promise<string> {
  return step(titles.start, async fact => {
    const { address, noPtyBecause, control } = stage.fob;
    const path = address.replace(/^serial:/, '');
    fact(names.port, noPtyBecause === undefined ? words.overPty(path) : words.overTcp(address, noPtyBecause));
    const { serial, board, firmware, state } = (await onFob(stage, async fob => fob)).hello;
    fact(names.serial, serial);
    fact(names.board, board);
    fact(names.firmware, firmware);
    fact(names.state, state);
    fact(names.display, control.screen.text.join(' | '));
    if (state !== 'blank') throw new FobError('bad-input', errors.notBlank);
    return serial;
  });
}

async function own({ stage, step }: Play, serial: string): Promise<void> {
  await step(titles.pair, async fact => {
    let characters = 0;
    const paired = await pairFob(stage, code => {
      characters = code.replaceAll(' ', '').length;
    });
    fact(names.code, words.codeRead(characters));
    const { hello } = await onFob(stage, async fob => fob);
    expect(hello.state === 'owned' && paired.serial === serial, expected.owned, hello.state);
    fact(names.state, words.paired);
  });
  await step(titles.clock, async fact => {
    const before = await onFob(stage, fob => showClock(stage.context, fob));
    fact(names.before, clockText(before));
    const after = await setFobClock(stage);
    fact(names.after, clockText(after));
    expectRight(after);
  });
}

async function enrolAndHandOver({ stage, step }: Play, account: DemoAccount): Promise<void> {
  const listed = await step(titles.enrol(`${account.issuer}: ${USER}`), async fact => {
    const { account: enrolled } = await enrolAccount(stage, account);
    const { kind, algorithm, digits, periodSeconds } = enrolled;
    fact(names.account, words.account(kind, algorithm, digits, periodSeconds));
    fact(names.proof, words.proved);
    return enrolled;
  });
  await step(titles.handOver, async fact => {
    const token = await handOver(stage, account, listed);
    fact(names.token, token.serial);
    fact(names.user, String(token.user));
    fact(names.seed, words.seedKept);
  });
}

/** Shows replay protection: a passcode works for one log-in, and the second attempt is detected. */
async function useTwice(play: Play, serial: string): Promise<void> {
  const { step } = play;
  const { code } = await step(titles.press, fact => press(play, TIMED, fact));
  await step(titles.logIn, fact => type(play, code, 'accepted', fact));
  await step(titles.logInAgain, fact => type(play, code, 'refused', fact));
  await step(titles.alert, fact => lookForAlert(play, 1, TIMED.tokenSerial(serial), fact));
}

/** Shows that a counter-based passcode is never displayed twice, even after a loss of power. */
async function useCounted(play: Play, serial: string): Promise<void> {
  const { step } = play;
  const first = await step(titles.pressOther(COUNTED.issuer), fact => press(play, COUNTED, fact));
  await step(titles.powerCut, fact => cutPower(play, fact));
  const second = await step(titles.pressNext, async fact => {
    const read = await press(play, COUNTED, fact);
    expect(read.code !== first.code, expected.otherPasscode, read.code);
    return read;
  });
  await step(titles.logInBoth, async fact => {
    await type(play, first.code, 'accepted', fact);
    await type(play, second.code, 'accepted', fact);
  });
  await step(titles.logInFirst, fact => type(play, first.code, 'refused', fact));
  await step(titles.alert, fact => lookForAlert(play, 2, COUNTED.tokenSerial(serial), fact));
}

async function press({ stage }: Play, account: DemoAccount, fact: Fact): Promise<ReadPasscode> {
  const read = await readPasscode(stage.fob.control, account.issuer);
  fact(names.display, stage.fob.control.screen.text.join(' | '));
  fact(names.passcode, words.valid(read.code, read.secondsLeft));
  return read;
}

async function type(
  { stage }: Play,
  code: string,
  result: 'accepted' | 'refused',
  fact: Fact,
): Promise<void> {
  fact(names.passcode, code);
  const { isAccepted, status, title } = await logIn(stage.service.url, USER, code);
  fact(names.answer, words.answer(status, title));
  const got = isAccepted ? 'accepted' : 'refused';
  expect(got === result, words[result], words[got]);
  fact(names.result, words[got]);
}

async function lookForAlert({ operator }: Play, count: number, token: string, fact: Fact): Promise<void> {
  const alerts = await operator.alerts();
  const [latest] = alerts;
  const said = latest === undefined ? '' : alertText(latest);
  if (latest !== undefined) fact(names.alert, said);
  const shows = (text: string) => [...(latest?.facts.values() ?? [])].includes(text);
  const isRight = alerts.length === count && shows(USER) && shows(token) && latest?.times === '1 time';
  expect(isRight, expected.alerts(count, USER, token), `${alerts.length}, ${said}`);
}

async function cutPower({ stage }: Play, fact: Fact): Promise<void> {
  const { control } = stage.fob;
  await control.ask({ do: 'cutPower' });
  await control.untilScreen(({ powered, on }) => !powered && !on, texts.screens.dark);
  fact(names.display, words.dark);
  await control.ask({ do: 'powerOn' });
  const { text } = await control.untilScreen(
    screen => screen.on && screen.text.length > 0,
    texts.screens.lit,
  );
  fact(names.display, text.join(' | '));
  const { hello } = await onFob(stage, async fob => fob);
  fact(names.state, hello.state);
  expect(hello.state === 'owned', expected.owned, hello.state);
  const clock = await onFob(stage, fob => showClock(stage.context, fob));
  fact(names.clock, clockText(clock));
  expectRight(clock);
  const { accounts } = await onFob(stage, fob => verify(stage.context, fob));
  expect(accounts.length === 2, expected.accounts(2), String(accounts.length));
  fact(names.accounts, words.allProved(accounts.map(accountName)));
}

function alertText({ title, times, facts }: AlertSeen): string {
  return words.replay(title, times, [...facts].map(([name, value]) => `${name} ${value}`).join(', '));
}

function clockText({ state, fobTime = '', differenceMs = 0, uncertaintyMs = 0 }: ClockResult): string {
  return state === 'unset' ? words.clockUnset : words.clockSet(fobTime, differenceMs, uncertaintyMs);
}

function expectRight(clock: ClockResult): void {
  const isRight = clock.state === 'trusted' && Math.abs(clock.differenceMs ?? 0) <= CLOCK_DIFFERENCE_MS_MAX;
  expect(isRight, expected.clock(CLOCK_DIFFERENCE_MS_MAX), clockText(clock));
}
