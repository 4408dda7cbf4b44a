import { systemTime } from '../../agent/base/time.ts';
import { type CheckResult, type CheckStep, checkService } from '../../agent/check/check.ts';
import {
  checkNetworkSettings,
  readServiceOrigin,
  readSettings,
  type ServiceSettings,
} from '../../agent/network/settings.ts';
import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { CommandCall, CommandOutcome } from '../base/command.ts';
import type { NetworkOptions } from '../base/network-options.ts';
import { errorDocument, reportOf } from '../base/report.ts';
import { printable } from '../base/terminal.ts';
import { agentTexts } from './texts.ts';

/** Options of `passfob agent check`. */
export interface CheckOptions extends NetworkOptions {
  readonly url: string | undefined;
}

interface Checked extends Omit<CheckResult, 'problem'> {
  readonly url: string;
  readonly steps: readonly CheckStep[];
  readonly problem: FobError | undefined;
}

/**
 * `passfob agent check`: shows the addresses in use, and tries every hop to each service.
 * @throws FobError why a service cannot be reached, with all checks in its `details`
 */
export async function checkServices(
  asked: CheckOptions,
  { isJson, terminal, signal }: CommandCall,
): Promise<CommandOutcome> {
  const directory = inventoryDirectory(terminal.environment);
  const services = chosen(asked, directory);
  if (services.length === 0) throw new FobError('agent', agentTexts.noServices(directory));
  const { environment } = terminal;
  const done: Checked[] = [];
  for (const service of services) {
    const steps: CheckStep[] = [];
    const told = (step: CheckStep) => {
      steps.push(step);
      if (!isJson) terminal.out(`${stepText(step)}\n`);
    };
    if (!isJson) terminal.out(`${service.url}\n`);
    const result = await checkService({ service, environment, time: systemTime, signal }, told);
    if (signal.aborted) throw new FobError('cancelled');
    done.push({ url: service.url, ...result, steps });
  }
  const document = { services: done.map(documentOf) };
  const problem = done.find(one => one.problem !== undefined)?.problem;
  // Every step has been printed already.
  if (problem === undefined) return isJson ? reportOf(document, '') : undefined;
  const { kind, message, next } = problem;
  throw new FobError(kind === 'refused' ? 'agent' : kind, {
    sentence: message,
    next,
    details: { ...problem.details, ...document },
    cause: problem,
  });
}

/** Returns the named service with its saved settings, or all services. @throws FobError `bad-input` */
function chosen({ url, ca, proxy, proxyLogin }: CheckOptions, directory: string): readonly ServiceSettings[] {
  const given = Object.fromEntries(
    Object.entries({ ca, proxy, proxyLogin }).filter(([, value]) => value !== undefined),
  );
  checkNetworkSettings(given);
  const { services } = readSettings(directory);
  if (url === undefined) return services.map(service => ({ ...service, ...given }));
  const origin = readServiceOrigin(url);
  const known = services.find(service => service.url === origin);
  return [{ ...(known ?? { url: origin, name: '', fingerprint: '' }), ...given }];
}

function stepText({ isWell, text, next }: CheckStep): string {
  const lines = [`  ${isWell ? 'ok' : '!!'}  ${printable(text)}`];
  if (next) lines.push(`      ${printable(next)}`);
  return lines.join('\n');
}

function documentOf({ url, connectsTo, proxyAllows, steps, problem }: Checked) {
  return {
    url,
    connectsTo,
    proxyAllows,
    steps: steps.map(({ isWell, ...step }) => ({ ...step, ok: isWell })),
    problem: problem === undefined ? null : errorDocument(problem),
  };
}
