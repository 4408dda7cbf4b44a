import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readSettings, settingsPath } from 'passfob/agent/network/settings';
import { recordService } from 'passfob/cli/agent/record';
import type { Terminal } from 'passfob/cli/base/terminal';
import { describe, expect, it, onTestFinished } from 'vitest';

const service = 'https://tokens.example.org';
const fingerprint = new Uint8Array(randomBytes(16));

/** Returns the record that is made where the inventory's folder is set up so. */
async function noted(make: (home: string) => void): Promise<{ home: string; notes: string }> {
  const parent = mkdtempSync(join(tmpdir(), 'passfob-record-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const home = join(parent, 'home');
  make(home);
  let notes = '';
  const terminal: Terminal = {
    stdin: new PassThrough(),
    stderr: new PassThrough(),
    environment: { PASSFOB_HOME: home },
    out: () => undefined,
    note: text => {
      notes += text;
    },
  };
  await recordService(
    { service, fingerprint },
    { ca: undefined, proxy: undefined, proxyLogin: undefined },
    terminal,
  );
  return { home, notes };
}

describe('activation of a fob at a service', () => {
  it('the agent knows a service at which a fob was activated', async () => {
    const { home, notes } = await noted(() => undefined);
    expect(readSettings(home).services).toMatchObject([{ url: service, name: 'tokens.example.org' }]);
    expect(notes).toContain(`The agent keeps a connection to ${service} from now on`);
  });

  it.each([
    // As on a full disk: there are no settings yet, and none can be written.
    ['a folder that cannot be made', (home: string) => symlinkSync(join(home, '..', 'none', 'none'), home)],
    [
      'a folder in place of the settings',
      (home: string) => mkdirSync(settingsPath(home), { recursive: true }),
    ],
  ])(
    'a service is recorded as unknown to the agent, and the activation does not fail, by %s',
    async (_, make) => {
      const { notes } = await noted(make);
      expect(notes).toMatch(/^The service was not added to the agent: .+\. Later: passfob agent add https/);
    },
  );
});
