import { LOCK_AFTER_MAX_MS } from '../base/limits.ts';
import type { OwnerCall, OwnerPolicy, OwnerView, ScenarioOwner } from '../base/owner.ts';
import { StepFailed } from '../base/place.ts';
import {
  byKind,
  choice,
  duration,
  field,
  instant,
  list,
  map,
  nothing,
  number,
  required,
  type Shape,
  text,
} from '../base/shapes.ts';

/** What a command gave: a passcode, or nothing. */
export type OwnerAnswer = string | undefined;

/** Something that an owner does with a fob. */
export interface OwnerAct {
  readonly describe: string;
  readonly shape: Shape<unknown>;
  /** @param value as its shape reads it */
  run(owner: ScenarioOwner, value: unknown, call: OwnerCall): Promise<OwnerAnswer>;
}

function act<T>(
  describe: string,
  shape: Shape<T>,
  run: (owner: ScenarioOwner, value: T, call: OwnerCall) => Promise<OwnerAnswer> | Promise<void>,
): OwnerAct {
  return {
    describe,
    shape,
    run: async (owner, value, call) => (await run(owner, value as T, call)) ?? undefined,
  };
}

const ASKS = { passcode: 1, approval: 2, settings: 4 } as const;
const TYPING = { never: 0, allowed: 1, 'with enter': 3 } as const;

const policy = map({
  'pin digits': field(number(0, 16), 'fewest digits of a PIN, 0 for no PIN; default: 0'),
  attempts: field(number(1, 255), 'wrong PINs after which the fob locks or wipes itself; default: 10'),
  'after attempts': field(choice('wipe', 'lock'), 'which of the two; default: wipe'),
  'lock after': field(
    duration(LOCK_AFTER_MAX_MS),
    'time after the last key; default: when the display goes off',
  ),
  'ask before': field(
    list(choice('passcode', 'approval', 'settings'), 'a list of passcode, approval, settings', 3),
    'when the PIN is asked for again',
  ),
  typing: field(choice('never', 'allowed', 'with enter'), 'may the fob type passcodes; default: never'),
});

type GivenPolicy = ReturnType<(typeof policy)['read']>;

function policyOf(given: GivenPolicy): OwnerPolicy {
  return {
    pinDigits: given['pin digits'] ?? 0,
    attempts: given.attempts ?? 10,
    wipe: given['after attempts'] === 'lock' ? 0 : 1,
    lockSeconds: Math.round((given['lock after'] ?? 0) / 1000),
    asks: (given['ask before'] ?? []).reduce((sum, name) => sum + ASKS[name], 0),
    typing: TYPING[given.typing ?? 'never'],
  };
}

const yesOrNo = choice('yes', 'no');
const view = map({
  state: field(choice('blank', 'owned', 'keys-lost', 'damaged'), 'state of the fob, as hello gives it'),
  accounts: field(number(0, 255), 'number of accounts'),
  clock: field(choice('unset', 'trusted', 'stale'), 'state of the clock'),
  pin: field(choice('none', 'set', 'must be chosen'), 'the PIN'),
  locked: field(yesOrNo, 'whether the accounts are locked'),
  failures: field(number(0, 255), 'wrong PINs since the last right one'),
});

type ExpectedView = ReturnType<(typeof view)['read']>;

function compare(expected: ExpectedView, found: OwnerView): void {
  const seen: Readonly<Record<string, string>> = {
    state: found.state,
    accounts: String(found.accounts ?? 'unknown'),
    clock: found.clock,
    pin: found.pin,
    locked: found.locked ? 'yes' : 'no',
    failures: String(found.failures),
  };
  const asked = Object.entries(expected).filter(([, value]) => value !== undefined);
  if (asked.every(([name, value]) => seen[name] === String(value))) return;
  throw new StepFailed('The owner sees something else.', {
    expected: asked.map(([name, value]) => `${name}: ${value}`),
    shown: asked.map(([name]) => `${name}: ${seen[name]}`),
  });
}

const question = map({
  account: required(text('the label of an account'), 'label of the account'),
  question: required(text('a question'), 'question of the OCRA suite'),
  number: field(number(0, 99), 'two digits to compare'),
  service: field(text('a text'), 'name of the service on the screen'),
  user: field(text('a text'), 'name of the user on the screen'),
});

/** The acts, by their name in a file. */
export const ACTS = {
  'ask for pairing': act('have a blank fob show its pairing code', nothing, (owner, _, call) =>
    owner.askForPairing(call),
  ),
  pair: act(
    'become the owner by the code on the screen, or by another code, and set the clock',
    byKind({ nothing, map: map({ code: required(text('a code'), 'code that is typed') }) }),
    (owner, given, call) => owner.pair(given?.code, call),
  ),
  enrol: act('add an account', text('an otpauth URI'), (owner, uri, call) => owner.enrol(uri, call)),
  remove: act('remove an account', text('the label of an account'), (owner, account, call) =>
    owner.remove(account, call),
  ),
  'set clock': act(
    'set the clock, to true time or to a wrong one',
    byKind({ nothing, value: instant }),
    (owner, utcMs, call) => owner.setClock(utcMs ?? undefined, call),
  ),
  'set policy': act("set the owner's policy", policy, (owner, given, call) =>
    owner.setPolicy(policyOf(given), call),
  ),
  code: act(
    'get a passcode, if the person approves',
    text('the label of an account'),
    (owner, account, call) => owner.code(account, call),
  ),
  approve: act('have the fob answer a question, if the person approves', question, (owner, given, call) =>
    owner.approval({ ...given, service: given.service ?? '', user: given.user ?? '' }, call),
  ),
  'require pin': act('have the person choose a new PIN', nothing, (owner, _, call) => owner.requirePin(call)),
  'reset pin': act('reset a forgotten PIN, if the person approves', nothing, (owner, _, call) =>
    owner.resetPin(call),
  ),
  erase: act('erase the fob, if the person approves', nothing, (owner, _, call) => owner.erase(call)),
  expect: act('compare the fob as its owner sees it', view, async (owner, expected, call) =>
    compare(expected, await owner.look(call)),
  ),
} as const satisfies Readonly<Record<string, OwnerAct>>;

export type ActName = keyof typeof ACTS;
export const ACT_NAMES = Object.keys(ACTS) as ActName[];
