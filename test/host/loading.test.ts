import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { needsBuilt } from '../kit/built.ts';
import { itNeeds } from '../kit/tools.ts';
import { cliMain } from './kit/simulated-fob.ts';

// A process takes a second to start, more where other tests keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns our modules that a command line loads, as V8 counts them: `host/cli/run`. */
function loadedBy(...args: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-loading-'));
  try {
    const env = { ...process.env, PASSFOB_HOME: join(folder, 'home'), NODE_V8_COVERAGE: folder };
    spawnSync(process.execPath, [cliMain, ...args], { env, input: '' });
    const scripts = readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .flatMap(name => JSON.parse(readFileSync(join(folder, name), 'utf8')).result as { url: string }[])
      .map(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : ''));
    return scripts
      .filter(path => path.startsWith(root) && /^\w+\/dist\//.test(path.slice(root.length)))
      .map(path => path.slice(root.length).replace('/dist/', '/').replace(/\.js$/, ''));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

itNeeds(
  needsBuilt('host/dist/cli/main.js', 'service/dist/cli/index.js'),
  'a command loads neither agent, activation nor service, unless it is about them',
  () => {
    const heavy =
      /^host\/(?:agent\/|activation\/|cli\/(?:activate$|agent\/(?!commands$)))|^service\/(?:app\/(?!configuration\/settings$)|storage|features|doors|cli\/(?!(?:index|options|needs)$))/;
    const version = loadedBy('--version');
    expect(version).toContain('host/cli/table');
    expect(version).toContain('service/cli/index');
    expect(version.filter(name => heavy.test(name))).toEqual([]);
    expect(loadedBy('agent', 'status')).toEqual(
      expect.arrayContaining(['host/cli/agent/status', 'host/cli/agent/control']),
    );
  },
);
