import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, settingsPath } from 'passfob/agent/network/settings';
import { recordService } from 'passfob/cli/agent/record';
import { agentCommand, agentTexts } from 'passfob/cli/agent/texts';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { terminalOf } from '../../unit/host/kit/terminal.ts';

const service = 'https://tokens.example.org';
const fingerprint = new Uint8Array(randomBytes(16));

/** Returns the record that is made where the inventory's folder is set up so. */
async function noted(make: (home: string) => void): Promise<{ home: string; notes: string }> {
  const parent = temporaryFolder();
  const home = join(parent, 'home');
  make(home);
  const { terminal, said } = terminalOf({ environment: { PASSFOB_HOME: home } });
  await recordService(
    { service, fingerprint },
    { ca: undefined, proxy: undefined, proxyLogin: undefined },
    terminal,
  );
  return { home, notes: said.stderr };
}

it('the hint names the port and the folder that were set, quoted where a shell needs it', () => {
  expect(agentCommand({})).toBe('passfob agent');
  expect(agentCommand({ PASSFOB_PORT: './try/ada', PASSFOB_HOME: './my home' })).toBe(
    "PASSFOB_PORT=./try/ada PASSFOB_HOME='./my home' passfob agent",
  );
});

it('an agent without services names the folder that it reads', () => {
  const { sentence, next } = agentTexts.noServices('/there');
  for (const text of [agentTexts.waitingForServices('/there'), `${sentence} ${next}`]) {
    expect(text).toContain('there is none in /there.');
    expect(text).toContain('PASSFOB_HOME');
  }
});

it('the agent knows a service at which a fob was activated', async () => {
  const { home, notes } = await noted(() => undefined);
  expect(readSettings(home).services).toMatchObject([{ url: service, name: 'tokens.example.org' }]);
  expect(notes).toContain(`The agent keeps a connection to ${service} from now on`);
  // The variable may have been set for the activation only.
  expect(notes).toMatch(new RegExp(`Start it: PASSFOB_HOME=${home} passfob agent\n$`));
});

it.each([
  // As on a full disk: there are no settings yet, and none can be written.
  ['a folder that cannot be made', (home: string) => symlinkSync(join(home, '..', 'none', 'none'), home)],
  ['a folder in place of the settings', (home: string) => mkdirSync(settingsPath(home), { recursive: true })],
])(
  'a service is recorded as unknown to the agent, and the activation does not fail, by %s',
  async (_, make) => {
    const { notes } = await noted(make);
    expect(notes).toMatch(/^The service was not added to the agent: .+\. Later: passfob agent add https/);
  },
);
