import type { AgentStatus, ServiceFobStatus, ServiceStatus } from '../../agent/status.ts';
import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { CommandCall } from '../base/command.ts';
import { inLines, type Report, reportOf } from '../base/report.ts';
import { printable } from '../base/terminal.ts';
import { askAgent } from './control.ts';
import { agentTexts, MEANS, statusTexts } from './texts.ts';

/** Reports the status of the running agent. @throws FobError `agent` if none runs */
export async function agentStatus({ terminal }: CommandCall): Promise<Report> {
  const directory = inventoryDirectory(terminal.environment);
  const said = await askAgent(directory, 'status');
  if (said === undefined) throw new FobError('agent', agentTexts.none);
  const status = said as AgentStatus;
  return reportOf(status, inLines(statusText(status, directory)));
}

function statusText({ pid, since, version, fobs, services }: AgentStatus, directory: string): string {
  const plugged = fobs.map(
    ({ serial, port, isInUse }) => `  ${serial}  ${port}${isInUse ? `  ${statusTexts.inUse}` : ''}`,
  );
  const lines = [
    statusTexts.agent(pid, since, version),
    ...(fobs.length === 0 ? [statusTexts.noFobs] : plugged),
    ...(services.length === 0 ? [agentTexts.waitingForServices(directory)] : services.flatMap(serviceLines)),
  ];
  return lines.map(printable).join('\n');
}

/** The running agent may be of an earlier version, which knows no tasks. */
function fobLines({ serial, standing, tasks = { waiting: [], done: [] } }: ServiceFobStatus): string[] {
  return [
    `${serial}  ${standing === null ? statusTexts.unsaid : statusTexts.standings[standing]}`,
    ...tasks.waiting.map(statusTexts.waits),
    ...tasks.done.map(statusTexts.done),
  ];
}

function serviceLines(service: ServiceStatus): string[] {
  const { url, name, state, since, by, proxy, connectsTo, problem, again, fobs } = service;
  const details = [
    ...(by === null ? [] : [statusTexts.by(MEANS[by])]),
    ...(connectsTo === '' ? [] : [statusTexts.connectsTo(connectsTo)]),
    ...(proxy === null ? [] : [statusTexts.proxy(proxy.source)]),
    ...(problem === null ? [] : [statusTexts.problem(problem.message, problem.next)]),
    ...(again === null ? [] : [statusTexts.again(again)]),
    ...fobs.flatMap(fobLines),
  ];
  return [
    statusTexts.service(url, name, statusTexts.states[state], since),
    ...details.map(detail => `  ${detail}`),
  ];
}
