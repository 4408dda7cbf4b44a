import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { BLINK } from '../../unit/emulator/board/programs.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { linkOthers, packed, partNamed, published, unpack, withItsParts } from './installed.ts';

// npm and each process take seconds where other tests keep the machine busy.

describeNeeds(needsBuild, 'a package installed from its tarball, with only its dependencies', () => {
  const folder = temporaryFolder('packages');
  let tarballs: Map<string, string>;
  beforeAll(() => {
    tarballs = packed(folder);
  });

  /** An empty folder in which packages are installed, each with its dependencies. */
  function installed(...folders: string[]): string {
    const place = join(folder, folders.join('+'));
    const packages = join(place, 'node_modules');
    if (existsSync(place)) return place;
    mkdirSync(packages, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"type":"module"}');
    const parts = [...new Set(folders.flatMap(withItsParts))];
    for (const part of parts) unpack(tarballs.get(part.folder) ?? '', packages, part.name);
    linkOthers(parts, packages);
    return place;
  }

  function run(place: string, ...args: string[]) {
    const env = { ...process.env, PASSFOB_HOME: join(place, 'home'), NODE_OPTIONS: '' };
    return spawnSync(process.execPath, args, { cwd: place, env, input: '', encoding: 'utf8' });
  }
  const passfob = (place: string, ...args: string[]) =>
    run(place, join(place, 'node_modules/passfob/bin/passfob.js'), ...args);

  /** The modules that a package exports to others. @param typed only those with types */
  function exported(place: string, part: string, typed = false): string[] {
    const { name, exports } = partNamed(part);
    return Object.entries(exports).flatMap(([key, target]) => {
      if (typeof target === 'string' || target.default === undefined) return [];
      if (typed && target.types === null) return [];
      if (!key.endsWith('/*')) return [`${name}${key.slice(1)}`];
      const inner = join(place, 'node_modules', name, target.default.replace(/\/\*\.js$/, ''));
      return readdirSync(inner)
        .filter(file => file.endsWith('.js') && !RUNS.test(file))
        .map(file => `${name}${key.slice(1, -1)}${file.slice(0, -3)}`);
    });
  }

  it.each(published.map(({ folder: part }) => part))('%s has every module that it exports', part => {
    const place = installed(part);
    const names = exported(place, part);
    // It re-exports another package, which may be missing.
    const loaded = names.filter(one => one !== 'passfob/simulator');
    const program = `for (const name of ${JSON.stringify(loaded)}) await import(name);`;
    const { status, stderr } = run(place, '--input-type=module', '--eval', program);
    expect([[status, stderr], names.length > 0 || part === 'firmware']).toEqual([[0, ''], true]);
  });

  it('a strict program that checks the declarations of all exported modules compiles', () => {
    const place = installed('host', 'emulator', 'service');
    const names = published.flatMap(({ folder: part }) => exported(place, part, true));
    expect(names).toContain('passfob/client');
    expect(names).toContain('@passfob/service/service');
    const program = names.map((name, at) => `export * as n${at} from '${name}';\n`).join('');
    const strict = mkdtempSync(join(place, 'strict-'));
    writeFileSync(join(strict, 'program.ts'), program);
    const compilerOptions = {
      ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'] },
      ...{ strict: true, skipLibCheck: false, noEmit: true },
      ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    };
    writeFileSync(join(strict, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));
    const { status, stdout } = run(place, join(root, 'node_modules/typescript/bin/tsc'), '--project', strict);
    expect([status, stdout]).toEqual([0, '']);
  });

  it('host installs neither the service nor the packages that only the service needs', () => {
    const packages = readdirSync(join(installed('host'), 'node_modules'));
    for (const name of ['fastify', 'pg', 'nodemailer', 'otplib', '@fastify'])
      expect(packages).not.toContain(name);
    expect(readdirSync(join(installed('host'), 'node_modules/@passfob')).sort()).toEqual([
      'firmware',
      'protocol',
    ]);
  });

  it('host alone says how to install its optional parts', () => {
    const place = installed('host');
    for (const [args, name] of [
      [['serve'], '@passfob/service'],
      [['serve', '--port', '8480', '--dir', 'x'], '@passfob/service'],
      [['service', 'admin-link'], '@passfob/service'],
      [['simulate', '--tcp', '0'], '@passfob/simulator'],
    ] as const) {
      const { status, stdout, stderr } = passfob(place, ...args);
      expect([args, status, stdout, stderr.includes(`tarball of ${name}`)]).toEqual([args, 16, '', true]);
    }
    expect(passfob(place, '--help').stdout).toContain('run the token management service');
    expect(passfob(place, 'list', '--port', 'tcp:127.0.0.1:1').status).toBe(4);
  });

  it('host and simulator without the emulator run every fob but one with a firmware, and say how to install it', () => {
    const place = installed('host', 'simulator');
    const firmware = passfob(place, 'simulate', '--firmware', 'espruino.bin', '--tcp', '0');
    expect([firmware.status, firmware.stdout]).toEqual([16, '']);
    expect(firmware.stderr).toContain('tarball of @passfob/emulator');
    expect(passfob(place, 'simulate', '--help').status).toBe(0);
  });

  it('an installed service that lacks a package is not reported as absent', () => {
    const place = installed('host');
    const service = join(place, 'node_modules/@passfob/service');
    mkdirSync(service);
    writeFileSync(join(service, 'package.json'), '{"type":"module","exports":{"./cli":"./cli.js"}}');
    writeFileSync(join(service, 'cli.js'), "import '@passfob/missing';");
    const { status, stderr } = passfob(place, 'serve');
    rmSync(service, { recursive: true });
    expect([status, stderr.includes('tarball')]).toEqual([1, false]);
  });

  it('the simulator alone boots in a test of another project', () => {
    const program = `import { boot } from '@passfob/simulator';
const fob = boot({ board: 'pico' });
fob.advance(1000);
console.log(fob.screen() !== undefined);
fob.close();`;
    const { stdout, stderr } = run(installed('simulator'), '--input-type=module', '--eval', program);
    expect([stdout, stderr]).toEqual(['true\n', '']);
  });

  it('the simulator refuses images that were built from other sources than those beside them', () => {
    const firmware = join(installed('simulator'), 'node_modules/@passfob/firmware');
    const program = `import { boot } from '@passfob/simulator'; boot({ board: 'pico' }).close(); console.log('booted');`;
    const booted = () => run(installed('simulator'), '--input-type=module', '--eval', program);
    writeFileSync(join(firmware, 'fob.ts'), 'now');
    const stamp = (text: string) =>
      writeFileSync(
        join(firmware, 'dist/sources.json'),
        JSON.stringify({ 'fob.ts': createHash('sha256').update(text).digest('hex') }),
      );
    stamp('now');
    expect(booted().stdout).toBe('booted\n');
    stamp('then');
    expect(booted().stderr).toContain('were built before fob.ts changed: run "npm run build"');
    rmSync(join(firmware, 'dist/sources.json'));
  });

  it('host and emulator run a firmware', () => {
    const place = join(folder, 'real');
    // The process of the interpreter may read no file outside of the installation.
    cpSync(installed('host', 'emulator'), place, { recursive: true, dereference: true });
    writeFileSync(join(place, 'blink.bin'), BLINK);
    const { status, stderr } = passfob(place, 'simulate', '--firmware', 'blink.bin', '--control');
    expect([status, stderr]).toEqual([0, expect.stringContaining('"ready":true')]);
  });

  it('host, simulator, emulator and service together do the whole job', () => {
    const place = installed('host', 'emulator', 'service');
    expect(passfob(place, 'service', 'config', '--json').stdout).toContain('"ok":true');
    expect(passfob(place, 'simulate', '--help').stdout).toContain('--pty');
    const library = `import { boot } from 'passfob/simulator'; console.log(typeof boot);`;
    expect(run(place, '--input-type=module', '--eval', library).stdout).toBe('function\n');
  });
});

it('every package name is under our scope, except the command line', () => {
  expect(published.map(({ name }) => name).filter(name => !name.startsWith('@passfob/'))).toEqual([
    'passfob',
  ]);
});

/** Programs: they run when they are loaded. */
const RUNS = /^(?:main|print-manual|worker)\.js$/;
