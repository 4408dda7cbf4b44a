import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFiles, root, textOf } from './files.ts';
import { importedPackage, importsOf } from './imports.ts';
import { manifests, whole } from './manifests.ts';

/** A package of ours is linked from its folder, and has the version of the whole. */
const isOurs = (name: string) => manifests.some(manifest => manifest.name === name);

function packagesImportedBy(accepts: (path: string) => boolean): Set<string | undefined> {
  return new Set(
    codeFiles
      .filter(({ path }) => accepts(path))
      .flatMap(importsOf)
      .map(importedPackage),
  );
}

/** What stands in for packages that others ask for; `$name` is one that we have anyway. */
function overridden(): Record<string, string> {
  const entries = Object.entries(whole.overrides).flatMap(([name, version]) =>
    typeof version === 'string' ? [[name, version] as const] : Object.entries(version),
  );
  return Object.fromEntries(entries.filter(([, version]) => !version.startsWith('$')));
}

/** The commands a package installs. */
function commandsOf(name: string): string[] {
  const { bin } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
    bin?: string | Record<string, string>;
  };
  return typeof bin === 'string' ? [name.replace(/^.*\//, '')] : Object.keys(bin ?? {});
}

describe('dependencies', () => {
  it.each(manifests.map(manifest => [manifest.folder, manifest] as const))(
    'of %s are each used by its code, and for development by its code or the types of it',
    (folder, { dependencies, devDependencies }) => {
      const used = packagesImportedBy(path => path.startsWith(`${folder}/`));
      // Handed out as files, which no import names.
      const isFiles = (name: string) => name === '@passfob/firmware' && !folder.startsWith('test');
      const all = Object.keys({ ...dependencies, ...devDependencies });
      expect(all.filter(name => !used.has(name) && !isFiles(name))).toEqual([]);
    },
  );

  it('of the whole are tools: run by a script, or the types of what is imported', () => {
    const imported = packagesImportedBy(() => true);
    const scripts = Object.values(whole.scripts)
      .join(' ')
      .split(/[\s&|]+/);
    const unused = Object.keys(whole.devDependencies).filter(name => {
      if (imported.has(name) || name === '@types/node') return false;
      if (name.startsWith('@types/')) return !imported.has(name.slice('@types/'.length));
      return !commandsOf(name).some(command => scripts.includes(command));
    });
    expect([unused, whole.dependencies]).toEqual([[], {}]);
  });

  it('have one exact version, and one line in docs/dependencies.md that gives it and the reason', () => {
    const declared = [whole, ...manifests].flatMap(({ dependencies, devDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => !isOurs(name)),
    );
    const versions = new Set([...declared, ...Object.entries(overridden())].map(pair => pair.join(' ')));
    const stated = [...(textOf('docs/dependencies.md') ?? '').matchAll(/^- `([^`]+)` (\S+) — (.{20,})$/gm)];
    expect(stated.map(([, name, version]) => `${name} ${version}`).sort()).toEqual([...versions].sort());
    expect([...versions].filter(one => !/^\S+ (?:npm:\S+@)?\d+\.\d+\.\d+$/.test(one))).toEqual([]);
  });

  it('on each other are on the version that they have, as they are published together', () => {
    const wrong = manifests.flatMap(({ folder, version, dependencies, devDependencies, peerDependencies }) =>
      [
        ['', version] as const,
        ...Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies }),
      ]
        .filter(([name, wanted]) => (name === '' || isOurs(name)) && wanted !== whole.version)
        .map(([name]) => `${folder} ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are locked with the address they come from, without which npm refuses the versions in allowScripts', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const others = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'));
    const unknown = others.filter(
      ([, { resolved, link }]) => link !== true && !resolved?.startsWith('https://registry.npmjs.org/'),
    );
    const linked = others
      .filter(([, { link }]) => link === true)
      .map(([path]) => path.slice('node_modules/'.length));
    expect(unknown.map(([path]) => path)).toEqual([]);
    expect(linked.sort()).toEqual(manifests.map(({ name }) => name).sort());
  });
});
