import { connect } from 'passfob/client';
import type { TryBoard } from '../fob/messages.ts';
import { workerPort } from '../fob/port.ts';
import { fobTransport } from '../fob/transport.ts';
import { CLOCK_SHOWN_MS, FOBS_MAX } from '../limits.ts';
import { UserService } from '../service/service.ts';
import { make, makeButton, makeField, say } from './dom.ts';
import { readImage, startWorker } from './embedded.ts';
import { makeFobPanel } from './fob-panel.ts';
import { PAGE_ID } from './ids.ts';
import { PageTime } from './page-time.ts';
import { makeServicePanel } from './service-panel.ts';
import { texts, USERS } from './texts.ts';
import { observeWire } from './wire-panel.ts';

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** Puts the page together, in the element that waits for it. */
function start(root: HTMLElement): void {
  const time = new PageTime();
  const stands = make('div', { class: 'stands' });
  const free = [...USERS];
  const add = (board: TryBoard) => {
    const user = free.shift();
    if (user === undefined) return;
    const stand = makeStand(time, board, user, () => {
      free.unshift(user);
      stand.element.remove();
      showFull();
    });
    stands.append(stand.element);
    showFull();
    return stand;
  };
  const adding = makeAdding(board => add(board));
  const showFull = () => adding.setFull(stands.children.length >= FOBS_MAX);
  root.append(stands, makeTime(time), adding.element, makeAbout());
  void add('pico')?.ready.then(() => {
    document.documentElement.dataset.interactiveAt = String(
      Math.round(performance.timeOrigin + performance.now()),
    );
  });
}

/** One fob with its user's service and its wire. */
function makeStand(time: PageTime, board: TryBoard, user: string, removed: () => void) {
  const bare = workerPort(startWorker());
  const keys: Uint8Array[] = [];
  const { port, element: wire } = observeWire(bare, time, keys);
  const fob = makeFobPanel(port, board);
  const client = connect(fobTransport(port, texts.boards[board]), { random });
  const service = new UserService(user, client, { now: () => time.now(), random }, keys);
  const stop = time.onTravel(ms => port.send({ do: 'travel', ms }));
  const remove = makeButton(texts.fob.remove, () => {
    stop();
    void client.close();
    port.close();
    removed();
  });
  port.send({ do: 'boot', board, image: readImage(board), nowMs: time.now() });
  const heading = make('h2', {}, `${texts.fob.heading(user)} `, make('small', {}, texts.boards[board]));
  const element = make(
    'section',
    { class: 'stand', 'aria-label': texts.fob.heading(user) },
    heading,
    fob.copy,
    fob.element,
    makeServicePanel(service, port),
    wire,
    remove,
  );
  return { element, ready: fob.ready };
}

/** The choice of a board, and the button that adds a fob of it. */
function makeAdding(add: (board: TryBoard) => void) {
  const boards = Object.keys(texts.boards) as TryBoard[];
  const choice = make(
    'select',
    {},
    ...boards.map(board => make('option', { value: board }, texts.boards[board])),
  );
  const button = makeButton(texts.add.button, () => add(choice.value as TryBoard));
  const full = make('p', { class: 'hint' }, texts.add.full);
  full.hidden = true;
  return {
    element: make(
      'section',
      { class: 'adding' },
      make('h2', {}, texts.add.heading),
      make('div', { class: 'line' }, makeField(texts.add.board, choice), button),
      full,
    ),
    setFull(isFull: boolean) {
      button.disabled = isFull;
      full.hidden = !isFull;
    },
  };
}

function makeTime(time: PageTime): HTMLElement {
  const clock = make('output', { 'aria-live': 'off' });
  const show = () => say(clock, new Date(time.now()).toISOString().slice(0, 19).replace('T', ' '));
  show();
  setInterval(show, CLOCK_SHOWN_MS);
  const spans = texts.world.spans.map(({ name, ms }) => makeButton(name, () => time.travel(ms)));
  return make(
    'section',
    { class: 'time' },
    make('h2', {}, texts.world.heading),
    make('p', {}, `${texts.world.clock}: `, clock),
    make('p', { class: 'hint' }, texts.world.explained),
    make('div', { class: 'line' }, ...spans),
  );
}

function makeAbout(): HTMLElement {
  const { heading, lines } = texts.about;
  return make(
    'section',
    { class: 'about' },
    make('h2', {}, heading),
    ...lines.map(line => make('p', {}, line)),
  );
}

const root = document.getElementById(PAGE_ID);
if (root !== null) start(root);
