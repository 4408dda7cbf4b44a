import { systemTime } from '../../agent/base/time.ts';
import {
  changeSettings,
  checkNetworkSettings,
  fingerprintText,
  readFingerprint,
  readServiceOrigin,
  type ServiceSettings,
  withoutService,
  withService,
} from '../../agent/network/settings.ts';
import { openByEither } from '../../agent/service/open-service.ts';
import type { ProvedService } from '../../agent/service/opening.ts';
import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { CommandCall } from '../base/command.ts';
import type { NetworkOptions } from '../base/network-options.ts';
import { promptsOn } from '../base/prompts.ts';
import { type Report, reportOf } from '../base/report.ts';
import { printable, type Terminal } from '../base/terminal.ts';
import { askAgent } from './control.ts';
import { agentCommand, agentTexts } from './texts.ts';

/** Options of `passfob agent add`. */
export interface AddOptions extends NetworkOptions {
  readonly url: string;
  readonly fingerprint: string | undefined;
}

/**
 * Adds a service. With a given fingerprint it makes no connection; without one it connects, and asks the person to
 * confirm the fingerprint.
 * @throws FobError `bad-input`, `usage` if nobody can be asked, why the service cannot be reached
 */
export async function addService(
  { url, fingerprint, ca, proxy, proxyLogin }: AddOptions,
  { terminal, signal }: CommandCall,
): Promise<Report> {
  const directory = inventoryDirectory(terminal.environment);
  const origin = readServiceOrigin(url);
  const reach = { ca, proxy, proxyLogin };
  checkNetworkSettings(reach);
  const service = { url: origin, name: new URL(origin).host, fingerprint: '', ...reach };
  const made =
    fingerprint === undefined
      ? await comparedService(service, terminal, signal)
      : { ...service, fingerprint: readFingerprint(fingerprint) };
  changeSettings(directory, settings => withService(settings, made));
  const agent = await tellAgent(directory);
  return {
    document: { url: origin, name: made.name, fingerprint: made.fingerprint, agent },
    text: printable(agentTexts.added(origin, made.name)),
    note:
      agent === 'running' ? agentTexts.running : agentTexts.notRunning(agentCommand(terminal.environment)),
  };
}

/**
 * Connects to a service, and has the person compare its fingerprint.
 * @throws FobError `usage` if nobody can be asked, `cancelled`, why the service cannot be reached
 */
export async function comparedService(
  service: ServiceSettings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ServiceSettings> {
  // Checked before any connection.
  if (!terminal.stdin.isTTY) throw new FobError('usage', agentTexts.unattended);
  const { name, fingerprint } = await proved(service, terminal, signal);
  terminal.note(agentTexts.compare(printable(name || service.name), fingerprintText(fingerprint)));
  const prompts = promptsOn(terminal, signal);
  try {
    if (!(await prompts.confirm(agentTexts.compareAsk)))
      throw new FobError('cancelled', agentTexts.notCompared);
  } finally {
    prompts.close();
  }
  return { ...service, name: name || service.name, fingerprint };
}

async function proved(
  service: ServiceSettings,
  { environment }: Terminal,
  signal: AbortSignal,
): Promise<ProvedService> {
  const opened = await openByEither({ service, environment, time: systemTime, signal });
  opened.inbox.close();
  return opened.proved;
}

/** Removes a service. @throws FobError `bad-input` */
export async function removeService(
  { url }: { readonly url: string },
  { terminal }: CommandCall,
): Promise<Report> {
  const directory = inventoryDirectory(terminal.environment);
  const origin = readServiceOrigin(url);
  changeSettings(directory, settings => withoutService(settings, origin));
  const agent = await tellAgent(directory);
  const note = agent === 'running' ? agentTexts.running : undefined;
  return reportOf({ url: origin, agent }, agentTexts.removed(origin), note);
}

/** Asks the running agent to read its settings again. */
export async function tellAgent(directory: string): Promise<'running' | 'none'> {
  return (await askAgent(directory, 'reload')) === undefined ? 'none' : 'running';
}
