import { Agent, type AgentEvent } from '../../agent/agent.ts';
import { systemTime } from '../../agent/base/time.ts';
import { readSettings } from '../../agent/network/settings.ts';
import { packageVersion } from '../../commands/package-root.ts';
import type { FobError } from '../../errors.ts';
import { inventoryDirectory } from '../../inventory/directory.ts';
import type { CommandCall } from '../base/command.ts';
import { errorDocument } from '../base/report.ts';
import { jsonLine, printable, type Terminal } from '../base/terminal.ts';
import { holdControl } from './control.ts';
import { eventDocument, eventText } from './event-format.ts';
import { finderOf } from './find-fobs.ts';
import { notifier } from './notify.ts';
import { agentTexts } from './texts.ts';

/** They may contain a password that child processes do not need. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * Runs the agent until the signal aborts. Prints events line by line on standard output.
 * @throws FobError `agent` if one runs already, `bad-input` for invalid settings or an invalid address
 */
export async function keepAgent(
  { notifies }: { readonly notifies: boolean },
  { choice, isJson, terminal, signal }: CommandCall,
): Promise<undefined> {
  const directory = inventoryDirectory(terminal.environment);
  const environment = { ...terminal.environment };
  for (const name of PROXY_VARIABLES) delete process.env[name];
  const { report, troubled } = reporting(isJson, notifies, terminal);
  const make = () =>
    new Agent({
      settings: readSettings(directory),
      environment,
      time: systemTime,
      version: packageVersion(),
      find: finderOf(choice, troubled),
      report,
    });
  // Reports an error in the settings before taking the lock. The settings are read again when a reload is requested.
  make();
  let agent: Agent | undefined;
  const held = await holdControl(directory, async request => {
    agent ??= make();
    if (request === 'status') return agent.status();
    if (request !== 'reload') return { told: agent.later(request.slice('later '.length)) };
    await agent.reload(readSettings(directory));
    return { reloaded: true };
  });
  try {
    agent ??= make();
    if (!isJson && readSettings(directory).services.length === 0)
      terminal.note(`${printable(agentTexts.waitingForServices(directory))}\n`);
    await agent.run(signal);
  } finally {
    await held.release();
  }
}

/** Prints events, and problems of a named port. */
function reporting(isJson: boolean, notifies: boolean, terminal: Terminal) {
  const say = (document: () => Readonly<Record<string, unknown>>, text: () => string) =>
    terminal.out(isJson ? jsonLine(document()) : `${printable(text())}\n`);
  const notify = notifies ? notifier(systemTime.now) : undefined;
  const report = (event: AgentEvent) => {
    const nowMs = systemTime.now();
    say(
      () => eventDocument(event, nowMs),
      () => eventText(event, nowMs),
    );
    if (event.event === 'notice') notify?.notice(event.service.url, event.name, event.kind);
    if (event.event === 'step' && event.step === 'press') notify?.hold(event.service.url, event.name, event);
  };
  const troubled = (address: string, problem: FobError) =>
    say(
      () => ({
        time: new Date(systemTime.now()).toISOString(),
        event: 'port',
        address,
        problem: errorDocument(problem),
      }),
      () => printable(`${problem.message} ${problem.next}`),
    );
  return { report, troubled };
}
