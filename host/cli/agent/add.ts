import { systemTime } from '../../agent/base/time.ts';
import {
  checkReach,
  fingerprintText,
  readFingerprint,
  readServiceOrigin,
  readSettings,
  type ServiceSettings,
  withService,
  writeSettings,
} from '../../agent/network/settings.ts';
import { openByEither } from '../../agent/service/open-service.ts';
import type { Proved } from '../../agent/service/opening.ts';
import { FobError } from '../../errors.ts';
import { promptsOn } from '../base/prompts.ts';
import type { Report } from '../base/report.ts';
import { printable, type Terminal } from '../base/terminal.ts';
import { askAgent } from './control.ts';
import type { AgentInvocation } from './invocation.ts';
import { agentTexts } from './texts.ts';

/**
 * Adds a service. With its fingerprint nothing is connected to; without it the service is, and the person asked whether
 * the fingerprint that came is the right one.
 * @throws FobError `bad-input`, `usage` where nobody can be asked, why the service cannot be reached
 */
export async function addService(
  { url, fingerprint, ca, proxy, proxyLogin }: Extract<AgentInvocation, { command: 'agent-add' }>,
  directory: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Report> {
  const origin = readServiceOrigin(url);
  const reach = { ca, proxy, proxyLogin };
  checkReach(reach);
  const service = { url: origin, name: new URL(origin).host, fingerprint: '', ...reach };
  const made =
    fingerprint === undefined
      ? await compared(service, terminal, signal)
      : { ...service, fingerprint: readFingerprint(fingerprint) };
  writeSettings(directory, withService(readSettings(directory), made));
  const agent = await tellAgent(directory);
  return {
    document: { url: origin, name: made.name, fingerprint: made.fingerprint, agent },
    text: printable(agentTexts.added(origin, made.name)),
    note: agent === 'running' ? agentTexts.running : agentTexts.notRunning,
  };
}

async function compared(
  service: ServiceSettings,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ServiceSettings> {
  // Before anything is connected to.
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
): Promise<Proved> {
  const opened = await openByEither({ service, environment, time: systemTime, signal });
  opened.inbox.close();
  return opened.proved;
}

/** Has the agent that runs read its settings again. */
export async function tellAgent(directory: string): Promise<'running' | 'none'> {
  return (await askAgent(directory, 'reload')) === undefined ? 'none' : 'running';
}
