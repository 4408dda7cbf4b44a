import { home, sleep } from '@passfob/firmware/core/acts';
import { ASK_REPORT } from '@passfob/firmware/core/approval';
import type { BoardFacts, Keystore, Storage } from '@passfob/firmware/core/base/ports';
import { PIN_TO_APPROVE } from '@passfob/firmware/core/base/state';
import { ask } from '@passfob/firmware/core/input';
import type { Person } from '@passfob/firmware/core/person';
import { VIEW } from '@passfob/firmware/core/screens/views';
import { SETTING } from '@passfob/firmware/core/setting-rows';
import { list, say, show, showForGood, showPairing, showSetting } from '@passfob/firmware/core/shows';
import { KIND_TOTP } from '@passfob/protocol/account';
import { hostPrimitives } from 'passfob/client/primitives';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { memories } from '../../unit/host/kit/core-memories.ts';

/**
 * Goes to each view of a fob whose randomness is constant, and does there what a person can do. Each line of the result
 * is a view, an act, and what is shown then.
 */

interface Situation {
  readonly fob: CoreFob;
  readonly person: Person;
  /** Whether its storage answers. */
  readonly memory: { answers: boolean };
}

const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const same = (length: number) => new Uint8Array(length).fill(7);
const PIN = ascii('2846');

const nameOf = (kind: number): string =>
  Object.keys(VIEW).find(name => VIEW[name as keyof typeof VIEW] === kind) ?? '?';

/** A fob with two accounts, whose owner asks for a PIN only where one is set. */
function situation(keys: number): Situation {
  const parts = memories();
  const memory = { answers: true };
  const storage: Storage = {
    ...parts.storage,
    read: (address, length) => (memory.answers ? parts.storage.read(address, length) : undefined),
  };
  const keystore: Keystore = { ...parts.keystore, birth: () => same(32) };
  const facts: BoardFacts = {
    board: 'core',
    firmware: 'test',
    serial: same(5),
    algorithms: 14,
    keys,
    clockPpm: 2,
  };
  const fob = new CoreFob(hostPrimitives, {
    ...parts,
    storage,
    keystore,
    facts,
    entropy: { sample: () => 7 },
  });
  const person: Person = Reflect.get(Reflect.get(fob, 'core'), 'person');
  const { vault, accounts, time, now } = person;
  vault.adopt(same(64), same(16));
  accounts.arrange();
  time.load();
  time.set(now.utc);
  for (const label of ['alice', 'bob']) {
    const traits = { kind: KIND_TOTP, algorithm: 1, digits: 6, period: 300, counter: 0 };
    accounts.put(label.length + 1_000, { ...traits, issuer: ascii('I'), label: ascii(label) }, same(20));
  }
  home(person);
  fob.pass(1);
  return { fob, person, memory };
}

const request = (person: Person): number => ask(person, 9, 'VPN', 'erika', ASK_REPORT, 42);

function asking({ fob, person }: Situation): void {
  request(person);
  // Keys are deaf at first.
  fob.run(800);
}

/** A fob locked by a PIN. */
function locked({ person, fob }: Situation): void {
  person.vault.policy.pinDigits = 4;
  person.lock.choose(PIN);
  person.lock.close();
  home(person);
  fob.pass(0);
}

/** A view that is reached, and what is done there besides looking at it: everything, or some of the acts. */
interface Place {
  readonly view: keyof typeof VIEW;
  readonly reach: (at: Situation) => void;
  readonly acts?: readonly string[];
}

const PLACES: Readonly<Record<string, Place>> = {
  message: { view: 'message', reach: ({ person }) => say(person, 'A sentence.') },
  code: { view: 'code', reach: ({ fob }) => fob.press(700) },
  pairing: { view: 'pairing', reach: ({ person }) => showPairing(person, 'abcdefghijklmnopqr', 180) },
  silent: {
    view: 'silent',
    reach({ person, memory }) {
      memory.answers = false;
      home(person);
    },
  },
  home: { view: 'home', reach: ({ person }) => show(person, VIEW.home, 'T', 'No accounts.', '', 0) },
  'home after wrong PINs': {
    view: 'home',
    reach(at) {
      locked(at);
      for (let wrong = 0; wrong < 4; wrong++) {
        at.person.lock.check(ascii('9999'));
        at.fob.run(wrong < 3 ? 16_000 : 0);
      }
      home(at.person);
    },
    acts: ['wait a second', 'wait for its end'],
  },
  list: { view: 'list', reach: ({ person }) => list(person) },
  'the end of the list': {
    view: 'list',
    reach({ person }) {
      person.place = 2;
      list(person);
    },
    acts: ['press', 'hold'],
  },
  settings: {
    view: 'settings',
    reach({ person }) {
      person.setting = SETTING.light;
      showSetting(person);
    },
  },
  notice: {
    view: 'notice',
    reach: ({ person }) => show(person, VIEW.notice, '', 'A notice.', 'Hold: go on', 0),
  },
  entry: { view: 'entry', reach: at => locked(at) },
  'entry for a request': {
    view: 'entry',
    reach(at) {
      at.person.vault.policy.pinDigits = 4;
      at.person.vault.policy.asks = PIN_TO_APPROVE;
      at.person.lock.choose(PIN);
      asking(at);
      at.fob.press(1_100);
    },
    acts: ['be asked', 'wait for its end'],
  },
  ask: { view: 'ask', reach: at => asking(at) },
  report: {
    view: 'report',
    reach(at) {
      asking(at);
      at.fob.press(100);
      at.fob.run(800);
    },
  },
  busy: { view: 'busy', reach: at => checking(at) },
  'busy with a request': {
    view: 'busy',
    reach(at) {
      asking(at);
      show(at.person, VIEW.busy, 'T', 'Checking', '', 1);
    },
    acts: ['be asked'],
  },
  stay: { view: 'stay', reach: ({ person }) => showForGood(person, 'For good.') },
  'stay with a request': {
    view: 'stay',
    reach(at) {
      asking(at);
      showForGood(at.person, 'For good.');
    },
    acts: ['be asked'],
  },
  off: { view: 'off', reach: ({ person }) => sleep(person) },
};

function checking(at: Situation): void {
  locked(at);
  at.person.enteredPin = PIN.slice();
  show(at.person, VIEW.busy, 'T', 'Checking', '', 1);
}

const ONE = 1;
const FOUR = 4;

/** What is done there, on a fob with so many keys. */
const ACTS: Readonly<Record<string, readonly [keys: number, act: (at: Situation) => unknown]>> = {
  'is shown': [ONE, ({ fob }) => fob.pass(0)],
  'press the only key': [ONE, ({ fob }) => fob.press(100)],
  press: [FOUR, ({ fob }) => fob.press(100)],
  hold: [ONE, ({ fob }) => fob.press(700)],
  'hold for long': [ONE, ({ fob }) => fob.press(1_100)],
  next: [FOUR, ({ fob }) => fob.key(true, 1)],
  back: [FOUR, ({ fob }) => fob.key(true, 3)],
  'wait a second': [ONE, ({ fob }) => fob.run(1_000)],
  'wait for its end': [ONE, at => waited(at)],
  'hold on': [
    ONE,
    ({ fob }) => {
      fob.key(true);
      fob.run(700);
    },
  ],
  'touch the only key': [ONE, at => touch(at)],
  touch: [FOUR, at => touch(at)],
  'hold while the fob works': [
    ONE,
    ({ fob }) => {
      fob.key(true);
      fob.beBusy(700);
      fob.pass(0);
      fob.key(false);
      fob.run(10);
    },
  ],
  'press the only key after 20 s': [ONE, at => later(at, 0)],
  'press after 20 s': [FOUR, at => later(at, 0)],
  'go back after 20 s': [FOUR, at => later(at, 3)],
  'turn after 20 s': [FOUR, at => later(at, 2)],
  'memory answers again': [
    ONE,
    ({ fob, memory }) => {
      memory.answers = true;
      fob.run(2_000);
    },
  ],
  'hold in the last moment': [
    ONE,
    ({ fob }) => {
      fob.run(29_800);
      fob.press(700);
    },
  ],
  'be asked': [ONE, ({ person }) => request(person)],
  'be asked, then poll': [ONE, at => [request(at.person), at.fob.run(900), request(at.person)]],
};

/** Presses a key after 20 s, and waits until another view is shown. @returns after how many seconds */
function later(at: Situation, which: number): number {
  at.fob.run(20_000);
  at.fob.press(100, which);
  return 20 + waited(at);
}

/** Waits until another view is shown. @returns after how many seconds */
function waited({ fob, person }: Situation): number {
  const { kind } = person;
  let seconds = 0;
  while (person.kind === kind && seconds < 400) {
    fob.run(1_000);
    seconds++;
    // The computer still asks.
    if (person.approval.isWaiting) request(person);
  }
  return seconds;
}

/** A press within one millisecond. */
function touch({ fob }: Situation): void {
  fob.key(true);
  fob.key(false);
}

/** @param only the view of which the places are visited; all without it */
export function walk(only?: string): string[] {
  const places = Object.entries(PLACES).filter(([, { view }]) => only === undefined || view === only);
  return places.flatMap(([place, { view: name, reach, acts = Object.keys(ACTS) }]) =>
    acts.map(act => {
      const [keys, does] = ACTS[act] ?? [ONE, () => 'is no act'];
      const at = situation(keys);
      reach(at);
      if (nameOf(at.person.kind) !== name) return `${place}: not reached, but ${nameOf(at.person.kind)}`;
      const result = [does(at) ?? ''].flat().join(' ').trim();
      return [`${place}, ${act}:`, result, shownBy(at.person)].filter(Boolean).join(' ');
    }),
  );
}

function shownBy({ view, kind }: Person): string {
  const texts = [view.layout, view.title, view.detail, view.large, view.next, view.note, view.hint];
  const place = view.count > 0 ? [`${view.place + 1}/${view.count}`] : [];
  const seconds = view.secondsLeft > 0 ? [`${view.secondsLeft}s`] : [];
  return `${nameOf(kind)} [${[...texts, ...place, ...seconds].join('|')}]`;
}
