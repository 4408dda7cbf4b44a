import { changeSettings } from 'passfob/agent/network/settings';
import type { AgentStatus } from 'passfob/agent/status';
import { askAgent } from 'passfob/cli/agent/control';
import { keepAgent } from 'passfob/cli/agent/run';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { terminalOf } from '../../unit/host/kit/terminal.ts';
import { settingsOf } from './kit/agent.ts';
import { Peer } from './kit/peer.ts';

it('an agent that is just starting has the service that was added while no agent could be told', async () => {
  const directory = temporaryFolder();
  await using peer = await Peer.start();
  const { terminal } = terminalOf({ environment: { PASSFOB_HOME: directory } });
  const ending = new AbortController();
  const choice = { port: 'tcp:127.0.0.1:9' };
  const { signal } = ending;
  const running = keepAgent({ notifies: false }, { choice, isJson: true, terminal, signal });
  // `agent add` does the same when no agent runs.
  changeSettings(directory, () => ({ services: [settingsOf(peer)] }));
  const status = (await askAgent(directory, 'status')) as AgentStatus;
  expect(status.services.map(({ url }) => url)).toEqual([peer.origin]);
  ending.abort();
  await running;
});
