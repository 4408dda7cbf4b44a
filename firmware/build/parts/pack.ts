import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRINTED_MAX } from './limits.ts';
import { type Locked, type LockFile, lockOf, type Tarball } from './lock.ts';
import { type Bundled, bundledIn } from './notices.ts';

// Runs as firmware/dist/build/parts/pack.js (`npm run pack`): makes the folder `packed`, with a tarball for each published
// part, and beside them what installs exactly these: package.json and its lock, the bill of materials, and hashes.
const root = resolve(fileURLToPath(import.meta.url), '../../../../..');
const packed = join(root, 'packed');

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const writeJson = (name: string, content: unknown) =>
  writeFileSync(join(packed, name), `${JSON.stringify(content, null, 2)}\n`);

/** Runs npm, by the file that started this program: its command is a script, which Windows cannot start like this. */
function npm(cwd: string, ...args: string[]): string {
  const program = process.env.npm_execpath;
  if (program === undefined) throw new Error('run it as: npm run pack');
  return execFileSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: PRINTED_MAX,
  });
}

interface Whole {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly workspaces: readonly string[];
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** Packs the published parts. */
function makeTarballs({ workspaces }: Whole): Tarball[] {
  const manifests = workspaces.map(folder => {
    const { name, private: isPrivate } = readJson(`${folder}/package.json`) as Record<string, unknown>;
    return { folder, name: String(name), isPublished: isPrivate !== true };
  });
  return manifests
    .filter(({ isPublished }) => isPublished)
    .map(({ folder, name }) => {
      npm(root, 'pack', '--silent', '--pack-destination', packed, '--workspace', folder);
      const version = (readJson('package.json') as Whole).version;
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
      const hash = createHash('sha512')
        .update(readFileSync(join(packed, file)))
        .digest('base64');
      return { folder, name, file, integrity: `sha512-${hash}` };
    });
}

/** Writes package.json and package-lock.json, by which `npm ci` installs the tarballs with what they were tested with. */
function writeProject(
  { version, license, engines, allowScripts }: Whole,
  tarballs: readonly Tarball[],
): void {
  const { packages } = readJson('package-lock.json') as { packages: LockFile };
  const project: Locked = {
    name: 'passfob-installation',
    version,
    license,
    dependencies: Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
    engines,
  };
  const lock = lockOf(packages, tarballs, project);
  const installed = new Set(
    Object.entries(lock).map(([path, entry]) => `${path.replace(/^.*node_modules\//, '')}@${entry.version}`),
  );
  const scripts = Object.entries(allowScripts).filter(([name]) => installed.has(name));
  writeJson('package.json', { ...project, private: true, allowScripts: Object.fromEntries(scripts) });
  const { name } = project;
  writeJson('package-lock.json', { name, version, lockfileVersion: 3, requires: true, packages: lock });
  writeFileSync(join(packed, '.npmrc'), 'engine-strict=true\n');
}

/** What is read of the bill of materials. */
interface Bill {
  readonly components: { readonly name: string; readonly version: string }[];
  readonly dependencies: { readonly ref: string; readonly dependsOn: string[] }[];
}

/**
 * Writes the bill of materials, with the tarballs by their name instead of their path here, and with the packages whose
 * code is in them.
 */
function writeBill(tarballs: readonly Tarball[]): void {
  const printed = npm(packed, 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only');
  const bill = JSON.parse(printed.replace(/"file:[^"]*[/\\]([^"/\\]+\.tgz)"/g, '"file:$1"')) as Bill;
  for (const { folder, name } of tarballs) {
    const part = bill.dependencies.find(({ ref }) => ref.startsWith(`${name}@`));
    if (part === undefined) throw new Error(`the bill of materials has no ${name}`);
    for (const inside of bundledIn(root, folder)) part.dependsOn.push(listed(bill, inside));
  }
  writeJson('sbom.cdx.json', bill);
}

/** Returns how the bill refers to a package, and adds it where it is not there. */
function listed(bill: Bill, { name, version, license }: Bundled): string {
  const ref = `${name}@${version}`;
  if (bill.components.some(one => one.name === name && one.version === version)) return ref;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = license === undefined ? {} : { licenses: [{ expression: license }] };
  bill.components.push(Object.assign({ 'bom-ref': ref, type: 'library', name, version, purl }, licenses));
  bill.dependencies.push({ ref, dependsOn: [] });
  return ref;
}

/** Writes the SHA-256 of every file, in the form of `sha256sum --check`. */
function writeSums(): void {
  const sums = readdirSync(packed)
    .sort()
    .map(
      name =>
        `${createHash('sha256')
          .update(readFileSync(join(packed, name)))
          .digest('hex')}  ${name}\n`,
    );
  writeFileSync(join(packed, 'SHA256SUMS'), sums.join(''));
}

const whole = readJson('package.json') as Whole;
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed);
const tarballs = makeTarballs(whole);
writeProject(whole, tarballs);
writeBill(tarballs);
copyFileSync(join(root, 'firmware/dist/image/SHA256SUMS'), join(packed, 'firmware-images.sha256'));
writeSums();
for (const { file } of tarballs) console.log(`packed/${file}`);
