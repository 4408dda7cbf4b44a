import { isFobError } from 'passfob/errors';
import { hideCarry, prepareCarry, showCarry } from './carry.ts';
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
import { byId, isShown, onClick, sayProblem, sayStatus, showPart, texts } from './dom.ts';
import { enrol } from './enrol.ts';
import { prepareEntry, stopCamera } from './entry.ts';
import { makeFob, type PortalFob } from './fob.ts';
import { type ReadActivation, readGiven, takeFragment } from './given.ts';

/** The current string: kept only here, and gone with the page. */
let given: ReadActivation | undefined;
let running: { readonly fob: PortalFob; readonly abort: AbortController } | undefined;

/** Continues with a string from any source. */
function take(next: ReadActivation): void {
  // A picture may be read late, when the enrolment with another string already runs.
  if (running !== undefined || isShown('done')) return;
  const { service } = next.activation;
  stopCamera();
  sayProblem('');
  sayStatus('');
  if (service === location.origin) {
    given = next;
    showReady();
  } else sendElsewhere(next);
}

/** Anybody can put an address into a string: it was parsed as an origin, and is shown before the user goes there. */
function sendElsewhere({ activation, string }: ReadActivation): void {
  const { host } = new URL(activation.service);
  const link = byId<HTMLAnchorElement>('elsewhere-link');
  link.href = `${activation.service}/activate#${string}`;
  link.textContent = texts.elsewhere.replace('{host}', () => host);
  byId('elsewhere-host').textContent = host;
  showPart('elsewhere');
}

function showReady(): void {
  showCarry();
  if (!WAYS.some(way => canOpen[way])) {
    byId('unable-plain').hidden = window.isSecureContext;
    showPart('unable');
    return;
  }
  byId('choose-serial').hidden = !canOpen.serial;
  for (const way of ['hid', 'bluetooth'] as const)
    for (const id of [`choose-${way}`, `${way}-hint`]) byId(id).hidden = !canOpen[way];
  showPart('ready');
  void offerGiven();
}

/** A fob that this page may already open needs no list to choose it from. */
async function offerGiven(): Promise<Device | undefined> {
  const [device] = await givenDevices().catch(() => []);
  byId('use-given').hidden = device === undefined;
  return device;
}

async function useGiven(): Promise<void> {
  sayProblem('');
  const device = await offerGiven();
  if (device === undefined) sayProblem(texts.problems.notChosen);
  else if (running === undefined) await run(device);
}

function forget(): void {
  given = undefined;
  hideCarry();
  byId<HTMLTextAreaElement>('string').value = '';
  byId<HTMLAnchorElement>('elsewhere-link').removeAttribute('href');
}

function startOver(): void {
  forget();
  byId('user').hidden = true;
  sayStatus('');
  showPart('enter');
}

async function choose(by: Way): Promise<void> {
  sayProblem('');
  let device: Device;
  try {
    device = await chooseDevice(by);
  } catch (error) {
    sayProblem(deviceProblem(error));
    return;
  }
  if (running === undefined) await run(device);
  else running.fob.use(device);
}

let chosenBy: Way = 'serial';

async function run(device: Device): Promise<void> {
  if (given === undefined) return;
  hideCarry();
  showPart('run');
  running = { fob: makeFob(device), abort: new AbortController() };
  try {
    const done = await enrol(given.activation, running.fob, running.abort.signal);
    forget();
    sayProblem('');
    // The part itself says what the service's text says.
    sayStatus('');
    byId('serial').textContent = done.token;
    byId<HTMLInputElement>('ticket').value = done.ticket;
    showPart('done');
  } catch (error) {
    fail(error);
  } finally {
    running = undefined;
  }
}

function fail(error: unknown): void {
  sayStatus('');
  if (isFobError(error, 'cancelled')) {
    sayProblem('');
    showReady();
    return;
  }
  // An error that is no final refusal of the service, such as a browser that cannot check its key, keeps the string.
  const isFinal = isFobError(error, 'activation') && error.details?.isFinal === true;
  if (isFinal) forget();
  byId('again').hidden = isFinal;
  showPart('failed');
  if (isFobError(error, 'activation')) sayProblem(`${error.message} ${error.next}`);
  else sayProblem(isFobError(error, 'service-silent') ? texts.silent : texts.failed);
}

function begin(): void {
  const fragment = takeFragment();
  forget();
  const next = readGiven(fragment);
  if (next !== undefined) take(next);
  else {
    showPart('enter');
    sayProblem(fragment === '' ? '' : texts.badString);
  }
}

prepareEntry(take);
prepareCarry(() => given?.string);
for (const by of WAYS)
  onClick(`choose-${by}`, () => {
    chosenBy = by;
    void choose(by);
  });
onClick('use-given', () => void useGiven());
onDevice(() => void offerGiven());
onClick('choose-again', () => void choose(chosenBy));
onClick('stop', () => running?.abort.abort());
onClick('again', () => {
  sayProblem('');
  showReady();
});
onClick('over', () => {
  sayProblem('');
  startOver();
});
window.addEventListener('hashchange', () => {
  if (location.hash !== '' && running === undefined && !isShown('done')) begin();
  else takeFragment();
});
window.addEventListener('pagehide', forget);
// A page from the browser's cache has forgotten its string.
window.addEventListener('pageshow', event => {
  if (event.persisted) startOver();
});
begin();
