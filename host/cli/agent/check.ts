import { systemTime } from '../../agent/base/time.ts';
import { type CheckResult, type CheckStep, checkService } from '../../agent/check/check.ts';
import {
  checkReach,
  readServiceOrigin,
  readSettings,
  type ServiceSettings,
} from '../../agent/network/settings.ts';
import { FobError } from '../../errors.ts';
import { errorDocument, sayReport } from '../base/report.ts';
import { printable, type Terminal } from '../base/terminal.ts';
import type { AgentInvocation } from './invocation.ts';
import { agentTexts } from './texts.ts';

interface Checked extends Omit<CheckResult, 'problem'> {
  readonly url: string;
  readonly steps: readonly CheckStep[];
  readonly problem: FobError | undefined;
}

/**
 * `passfob agent check`: which addresses are used, and every hop to each service.
 * @throws FobError why a service cannot be reached, with all that was tried in its `details`
 */
export async function checkServices(
  invocation: Extract<AgentInvocation, { command: 'agent-check' }>,
  directory: string,
  isJson: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const services = chosen(invocation, directory);
  if (services.length === 0) throw new FobError('agent', agentTexts.noServices);
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
  if (problem === undefined) {
    if (isJson) sayReport(terminal, true, { document, text: '' });
    return;
  }
  const { kind, message, next } = problem;
  throw new FobError(kind === 'refused' ? 'agent' : kind, {
    sentence: message,
    next,
    details: { ...problem.details, ...document },
    cause: problem,
  });
}

/** The service that was named, with what is known of it, or all. @throws FobError `bad-input` */
function chosen(
  { url, ca, proxy, proxyLogin }: Extract<AgentInvocation, { command: 'agent-check' }>,
  directory: string,
): readonly ServiceSettings[] {
  const given = Object.fromEntries(
    Object.entries({ ca, proxy, proxyLogin }).filter(([, value]) => value !== undefined),
  );
  checkReach(given);
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
