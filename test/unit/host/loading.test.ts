import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { needsBuilt, sourcesOf } from '../../kit/built.ts';
import { itNeeds } from '../../kit/tools.ts';
import { cliMain } from './kit/simulated-fob.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What a command line loads, as V8 counts it. */
interface Loaded {
  /** Our own modules: `host/cli/run`. */
  readonly own: readonly string[];
  /** Names of packages of others. */
  readonly packages: readonly string[];
  /** Files of all of them together. */
  readonly count: number;
}

function loadedBy(...args: string[]): Loaded {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-loading-'));
  try {
    const env = { ...process.env, PASSFOB_HOME: join(folder, 'home'), NODE_V8_COVERAGE: folder };
    spawnSync(process.execPath, [cliMain, ...args], { env, input: '' });
    const paths = readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .flatMap(name => JSON.parse(readFileSync(join(folder, name), 'utf8')).result as { url: string }[])
      .filter(({ url }) => url.startsWith('file:'))
      .map(({ url }) => fileURLToPath(url));
    const sources = paths.filter(path => path.startsWith(root)).flatMap(sourcesOf);
    const own = sources.flatMap(source => /^(\w+\/.+)\.ts$/.exec(source)?.[1] ?? []);
    const packages = sources.map(source => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? '');
    return { own, packages: [...new Set(packages)].filter(name => name !== ''), count: paths.length };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const built = needsBuilt('host/dist/program/cli/main.js', 'service/dist/program/cli/index.js');

// The time of a start depends on the machine, and grows with the number of modules. `npm run bench` measures the time.
itNeeds(built, 'passfob --version loads at most 16 modules, and no package', () => {
  const { own, packages, count } = loadedBy('--version');
  expect(own).toContain('host/cli/run');
  expect(packages).toEqual([]);
  expect(count).toBeLessThanOrEqual(16);
});

itNeeds(built, 'a completion of commands and options loads at most 64 modules, and no package', () => {
  for (const words of [['in'], ['enroll', '--'], ['import', '--format', '']]) {
    const { own, packages, count } = loadedBy('--complete', ...words);
    expect(own).toContain('host/cli/table');
    expect(packages).toEqual([]);
    expect(count).toBeLessThanOrEqual(64);
  }
});

itNeeds(
  built,
  'a completion of names loads the driver of the database and nothing else, at most 80 modules',
  () => {
    const { packages, count } = loadedBy('--complete', 'inventory', 'show', '');
    expect(
      packages.filter(name => !['better-sqlite3', 'bindings', 'file-uri-to-path'].includes(name)),
    ).toEqual([]);
    expect(count).toBeLessThanOrEqual(80);
  },
);

itNeeds(built, 'a help loads only the parser, and at most 110 modules', () => {
  for (const args of [['--help'], ['batch', '--help']]) {
    const { packages, count } = loadedBy(...args);
    expect(packages).toContain('yargs');
    expect(packages.filter(name => HEAVY_PACKAGES.includes(name))).toEqual([]);
    expect(count).toBeLessThanOrEqual(110);
  }
});

itNeeds(
  built,
  'without a fob a command opens no inventory and draws no help, and loads at most 150 modules',
  () => {
    for (const words of [['list'], ['devices'], ['code', 'example']]) {
      const { own, packages, count } = loadedBy(...words);
      expect(own).toContain('host/commands/find');
      expect(packages.filter(name => ['better-sqlite3', 'kysely'].includes(name))).toEqual([]);
      expect(count).toBeLessThanOrEqual(150);
    }
  },
);

/** They open ports, the inventory, connections and files, or ask questions. */
const HEAVY_PACKAGES = [
  '@bufbuild/protobuf',
  '@inquirer/prompts',
  'better-sqlite3',
  'csv-parse',
  'kysely',
  'listr2',
  'saxes',
  'serialport',
  'undici',
  'ws',
  'zxing-wasm',
];

itNeeds(built, 'a command loads neither agent, activation nor service, unless it is about them', () => {
  const heavy = /^host\/(?:agent\/|activation\/|cli\/(?:activate$|agent\/(?!commands$)))|^service\//;
  const list = loadedBy('inventory', 'list').own;
  expect(list).toContain('host/inventory/inventory');
  expect(list.filter(name => heavy.test(name))).toEqual([]);
  expect(loadedBy('agent', 'status').own).toEqual(
    expect.arrayContaining(['host/cli/agent/status', 'host/cli/agent/control']),
  );
  const service = loadedBy('service', '--help').own.filter(name => name.startsWith('service/'));
  expect(service).toContain('service/cli/index');
  expect(
    service.filter(
      name => !/^service\/(?:node\/configuration\/settings$|base\/|cli\/(?:index|options|needs)$)/.test(name),
    ),
  ).toEqual([]);
});
