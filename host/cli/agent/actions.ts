import {
  readServiceOrigin,
  readSettings,
  withoutService,
  writeSettings,
} from '../../agent/network/settings.ts';
import type { AgentStatus } from '../../agent/status.ts';
import { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import { inLines, type Report, sayReport } from '../base/report.ts';
import type { Terminal } from '../base/terminal.ts';
import { addService, tellAgent } from './add.ts';
import { checkServices } from './check.ts';
import { askAgent } from './control.ts';
import type { AgentInvocation } from './invocation.ts';
import { keepAgent } from './run.ts';
import { agentTexts } from './texts.ts';
import { statusText } from './words.ts';

/** Does what `passfob agent` asks for. @throws FobError */
export async function runAgent(
  invocation: AgentInvocation,
  isJson: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const directory = inventoryDirectory(terminal.environment);
  switch (invocation.command) {
    case 'agent':
      return keepAgent(invocation, directory, isJson, terminal, signal);
    case 'agent-add':
      return sayReport(terminal, isJson, await addService(invocation, directory, terminal, signal));
    case 'agent-remove':
      return sayReport(terminal, isJson, await removeService(invocation.url, directory));
    case 'agent-status':
      return sayReport(terminal, isJson, await agentStatus(directory));
    case 'agent-check':
      return checkServices(invocation, directory, isJson, terminal, signal);
  }
}

async function removeService(url: string, directory: string): Promise<Report> {
  const origin = readServiceOrigin(url);
  writeSettings(directory, withoutService(readSettings(directory), origin));
  const agent = await tellAgent(directory);
  return {
    document: { url: origin, agent },
    text: agentTexts.removed(origin),
    ...(agent === 'running' && { note: agentTexts.running }),
  };
}

/** @throws FobError `agent` where none runs */
async function agentStatus(directory: string): Promise<Report> {
  const said = await askAgent(directory, 'status');
  if (said === undefined) throw new FobError('agent', agentTexts.none);
  const status = said as AgentStatus;
  return { document: { ...status }, text: inLines(statusText(status)) };
}
