import type { CarePageTexts } from 'passfob/activation/portal';
import { openedSocket } from 'passfob/activation/socket';
import { type CaredFob, type RelayCareEvent, relayCare } from 'passfob/agent/care';
import { connect } from 'passfob/client/client';
import { isFobError } from 'passfob/errors';
import {
  canOpen,
  chooseDevice,
  type Device,
  deviceProblem,
  givenDevices,
  onDevice,
  WAYS,
  type Way,
} from './devices.ts';
import { byId, onClick, readTexts, sayProblem, sayStatus } from './dom.ts';

/** The script of the page on which a user's fob is connected for its care. */

const texts = readTexts<CarePageTexts>();

const PARTS = ['ready', 'run', 'end'] as const;

let running: AbortController | undefined;
let putOff: (() => void) | undefined;

/** Shows one part of the page; its heading takes the focus, so that screen readers read it next. */
function showPart(part: (typeof PARTS)[number], hasFocus = true): void {
  for (const name of PARTS) byId(name).hidden = name !== part;
  if (hasFocus) byId(`${part}-heading`).focus();
}

/** @param hasFocus whether the heading takes the focus: not where the page begins with a message */
function showReady(hasFocus: boolean): void {
  if (!WAYS.some(way => canOpen[way])) {
    byId('unable').hidden = false;
    return;
  }
  byId('choose-serial').hidden = !canOpen.serial;
  for (const way of ['hid', 'bluetooth'] as const)
    for (const id of [`choose-${way}`, `${way}-hint`]) byId(id).hidden = !canOpen[way];
  showPart('ready', hasFocus);
  void offerGiven();
}

/** A fob that this page may already open needs no list to choose it from. */
async function offerGiven(): Promise<readonly Device[]> {
  const devices = await givenDevices().catch(() => []);
  byId('use-given').hidden = devices.length === 0;
  return devices;
}

async function choose(by: Way): Promise<void> {
  sayProblem('');
  try {
    await care([await chooseDevice(by)]);
  } catch (error) {
    sayProblem(deviceProblem(error));
  }
}

async function useGiven(): Promise<void> {
  sayProblem('');
  const devices = await offerGiven();
  if (devices.length === 0) sayProblem(texts.problems.notChosen);
  else await care(devices);
}

/** Has the service look after the first of the devices that is a fob. */
async function care(devices: readonly Device[]): Promise<void> {
  if (running !== undefined) return;
  const ending = new AbortController();
  running = ending;
  showPart('run');
  try {
    const found = await firstFob(devices, ending.signal);
    const [cared] = await relayCare({
      service: location.origin,
      // The page itself came from this origin.
      fingerprint: '',
      openSocket: (url, signal) => openedSocket(new WebSocket(url), signal),
      fobs: [found],
      report,
      signal: ending.signal,
    });
    if (cared !== undefined) showEnd(cared);
  } catch (error) {
    fail(error);
  } finally {
    running = undefined;
    hideHold();
  }
}

/** Reads the serial number of each device, until one answers. @throws FobError of the first device if none does */
async function firstFob(devices: readonly Device[], signal: AbortSignal) {
  sayStatus(texts.reading);
  let first: unknown;
  for (const device of devices)
    try {
      return await fobAt(device, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      first ??= error;
    }
  throw first;
}

async function fobAt(device: Device, signal: AbortSignal) {
  const { transport, port } = await device.open();
  const client = connect(transport);
  try {
    const { serial } = await client.hello(undefined, signal);
    return { serial, port, open: async () => (await device.open()).transport };
  } finally {
    await client.close();
  }
}

function report(event: RelayCareEvent): void {
  switch (event.event) {
    case 'connecting':
      sayStatus(texts.connecting);
      break;
    case 'lost':
      hideHold();
      sayStatus(texts.reconnecting);
      break;
    case 'step':
      if (event.step === 'press') showHold(event);
      else {
        hideHold();
        sayStatus([event.text, event.why ?? ''].join(' ').trim());
      }
  }
}

/** Asks the person to hold the button: what and why. */
function showHold({ text, why, later }: Extract<RelayCareEvent, { event: 'step' }>): void {
  sayStatus('');
  byId('hold').hidden = false;
  byId('hold-text').textContent = text;
  byId('hold-why').textContent = why ?? '';
  for (const id of ['later', 'later-hint']) byId(id).hidden = false;
  putOff = later;
}

function hideHold(): void {
  putOff = undefined;
  for (const id of ['hold', 'later', 'later-hint']) byId(id).hidden = true;
  for (const id of ['hold-text', 'hold-why']) byId(id).textContent = '';
}

function showEnd({ outcome, text, tasks }: CaredFob): void {
  sayStatus('');
  const said = { done: text, other: texts.other, gone: texts.gone }[outcome];
  byId('result').textContent = said;
  fill('done', tasks.done);
  fill('waiting', tasks.waiting);
  showPart('end');
}

function fill(id: 'done' | 'waiting', lines: readonly string[]): void {
  byId(`${id}-part`).hidden = lines.length === 0;
  byId(id).replaceChildren(
    ...lines.map(line => {
      const item = document.createElement('li');
      item.textContent = line;
      return item;
    }),
  );
}

function fail(error: unknown): void {
  const isStopped = isFobError(error, 'cancelled');
  showReady(true);
  sayStatus(isStopped ? texts.stopped : '');
  sayProblem(isStopped ? '' : problemOf(error));
}

function problemOf(error: unknown): string {
  if (isFobError(error, 'no-answer', 'unplugged', 'port-hung', 'wrong-version')) return texts.noFob;
  if (isFobError(error, 'port-busy', 'port-failed', 'port-forbidden', 'port-absent'))
    return deviceProblem(error);
  if (isFobError(error, 'service-silent')) return texts.silent;
  return isFobError(error) ? `${error.message} ${error.next}` : texts.failed;
}

for (const by of WAYS) onClick(`choose-${by}`, () => void choose(by));
onClick('use-given', () => void useGiven());
onDevice(() => void offerGiven());
onClick('stop', () => running?.abort());
onClick('later', () => {
  const tell = putOff;
  hideHold();
  sayStatus(texts.putOff);
  byId('run-heading').focus();
  tell?.();
});
onClick('again', () => {
  sayProblem('');
  showReady(true);
});
showReady(false);
