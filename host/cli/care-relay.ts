import { type CaredFob, type RelayCareEvent, relayCare } from '../agent/care.ts';
import type { FobFound } from '../agent/fobs/fobs.ts';
import {
  checkNetworkSettings,
  readFingerprint,
  readServiceOrigin,
  readSettings,
  type ServiceSettings,
} from '../agent/network/settings.ts';
import { routeTo } from '../agent/service/open-service.ts';
import { watched } from '../client/trace.ts';
import { chooseFob, closeAll, type FobChoice, findFobs, isChosen } from '../commands/find.ts';
import { FobError } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { openTransport, readAddress } from '../transports/discover.ts';
import { openNodeSocket } from './activate-socket.ts';
import { comparedService } from './agent/services.ts';
import type { CommandCall } from './base/command.ts';
import type { NetworkOptions } from './base/network-options.ts';
import { type Report, reportOf } from './base/report.ts';
import { printable, type Terminal } from './base/terminal.ts';

/** Options of `passfob care --service`. */
export interface CareRelayOptions {
  readonly ports: readonly string[] | undefined;
  /** The address of the service. */
  readonly service: string;
  readonly fingerprint: string | undefined;
  readonly reach: NetworkOptions;
}

/**
 * `passfob care --service`: carries the bytes of the fobs that are plugged in to the service that owns them, shows its
 * steps, and reports what it did. No key ever reaches this process.
 * @throws FobError `attention` with the report as details if something waits, `not-in-inventory` if the service owns
 *   none of them, `unplugged`, errors of the connection (`networkFailure`) and of the ports, `cancelled`
 */
export async function relayedCare(
  { ports, fingerprint, reach, ...given }: CareRelayOptions,
  call: CommandCall,
): Promise<Report> {
  const { choice, terminal, signal } = call;
  const service = await serviceOf({ ...given, fingerprint, reach }, call);
  const { environment } = terminal;
  const route = routeTo({ service, environment });
  if (choice.wire?.isDryRun) throw new FobError('dry-run', { subject: `connect the fobs to ${service.url}` });
  const fobs = await fobsAtHand(ports, choice, signal);
  let name = service.name;
  const cared = await relayCare({
    service: service.url,
    fingerprint: service.fingerprint,
    openSocket: (url, ending) => openNodeSocket(url, route, ending),
    fobs,
    report(event) {
      if (event.event === 'connected' && event.name !== '') ({ name } = event);
      const text = eventText(event);
      if (text !== undefined) terminal.note(`${printable(text)}\n`);
    },
    signal,
  });
  return said(call, { url: service.url, name }, cared);
}

/** Returns a known service as the agent knows it; another one as it is given, or once a person has compared it. */
async function serviceOf(
  { service: text, fingerprint, reach }: Omit<CareRelayOptions, 'ports'>,
  { terminal, signal }: CommandCall,
): Promise<ServiceSettings> {
  const url = readServiceOrigin(text);
  checkNetworkSettings(reach);
  const known = readSettings(inventoryDirectory(terminal.environment)).services.find(one => one.url === url);
  const { ca = known?.ca, proxy = known?.proxy, proxyLogin = known?.proxyLogin } = reach;
  const ways = { url, name: known?.name ?? new URL(url).host, ca, proxy, proxyLogin };
  if (fingerprint !== undefined) return { ...ways, fingerprint: readFingerprint(fingerprint) };
  if (known !== undefined) return { ...ways, fingerprint: known.fingerprint };
  return comparedService({ ...ways, fingerprint: '' }, terminal, signal);
}

async function fobsAtHand(
  ports: readonly string[] | undefined,
  choice: FobChoice,
  signal: AbortSignal,
): Promise<FobFound[]> {
  const found = (
    await Promise.all((ports ?? [choice.port]).map(port => findFobs(port, false, signal, choice.wire)))
  ).flat();
  try {
    const chosen = found.flatMap(one => ('client' in one && isChosen(one.hello.serial, choice) ? [one] : []));
    // Reports why there is none.
    if (chosen.length === 0) chooseFob(found, choice);
    return chosen.map(({ address, hello }) => foundAt(address, hello.serial, choice));
  } finally {
    await closeAll(found);
  }
}

function foundAt(address: string, serial: string, { wire }: FobChoice): FobFound {
  const where = readAddress(address);
  return {
    serial,
    port: where.kind,
    open: async () => watched(await openTransport(where), wire ?? {}, () => performance.now()),
  };
}

function eventText(event: RelayCareEvent): string | undefined {
  switch (event.event) {
    case 'connecting':
      return `Connecting to ${event.service}.`;
    case 'lost':
      return 'The connection to the service is lost. Reconnecting.';
    case 'step':
      return `The fob ${event.serial}: ${event.text}${event.why === undefined ? '' : ` ${event.why}`}`;
    case 'standing':
      return event.standing === 'unproved'
        ? `The fob ${event.serial} did not answer the service yet.`
        : undefined;
    default:
      return undefined;
  }
}

interface AtService {
  readonly url: string;
  readonly name: string;
}

async function said(
  { isJson, terminal }: CommandCall,
  service: AtService,
  cared: readonly CaredFob[],
): Promise<Report> {
  const document = { service: service.url, name: service.name, fobs: cared.map(documentOf) };
  const text = cared.flatMap(fob => linesOf(fob, service));
  const error = errorOf(cared, service, document);
  if (error === undefined) return reportOf(document, text);
  if (!isJson && cared.some(({ outcome }) => outcome === 'done')) sayLines(terminal, text);
  throw error;
}

function sayLines(terminal: Terminal, lines: readonly string[]): void {
  terminal.out(lines.map(line => `${printable(line)}\n`).join(''));
}

/** attention: something waits for a person. */
function documentOf({ serial, outcome, text, tasks }: CaredFob): Readonly<Record<string, unknown>> {
  const isLeft = outcome === 'done' && tasks.waiting.length > 0;
  return { serial, outcome: isLeft ? 'attention' : outcome, text, done: tasks.done, waiting: tasks.waiting };
}

function linesOf({ serial, outcome, text, tasks }: CaredFob, { name }: AtService): string[] {
  if (outcome === 'other') return [`The fob ${serial} does not belong to ${name}.`];
  if (outcome === 'gone') return [`The fob ${serial} was unplugged, or does not answer.`];
  return [
    `The fob ${serial}: ${text}`,
    ...tasks.done.map(task => `  done    ${task}`),
    ...tasks.waiting.map(task => `  waits   ${task}`),
  ];
}

/** Returns the error for the exit code: a fob that is gone before one that waits; undefined if all is well. */
function errorOf(
  cared: readonly CaredFob[],
  { url, name }: AtService,
  details: Readonly<Record<string, unknown>>,
): FobError | undefined {
  const gone = cared.find(({ outcome }) => outcome === 'gone');
  if (gone !== undefined) return new FobError('unplugged', { subject: gone.serial, details });
  // Other owners' fobs are left alone, unless there are no others.
  if (cared.every(({ outcome }) => outcome === 'other'))
    return new FobError('not-in-inventory', {
      sentence: `${cared.length === 1 ? `The fob ${cared[0]?.serial} does` : 'These fobs do'} not belong to ${name} (${url}).`,
      next: 'Ask whoever gave you the fob which service it belongs to. A fob of this computer’s own inventory needs no --service.',
      details,
    });
  const left = cared.filter(({ outcome, tasks }) => outcome === 'done' && tasks.waiting.length > 0);
  if (left.length === 0) return undefined;
  return new FobError('attention', {
    sentence: 'Something waits for a fob.',
    next: 'Do what the lines above say, then run the same command again.',
    details,
  });
}
