import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFiles, root, textOf } from './files.ts';
import { importedPackage, importsOf } from './imports.ts';
import { manifests, site, whole } from './manifests.ts';

/** Named so that the packages which need them get this version: newer ones of the range ask for a newer Node. */
const HELD_BACK = new Set(['light-my-request']);

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

/** Returns the replacements for packages that others require; `$name` is a package that we have anyway. */
function overridden(): Record<string, string> {
  const entries = Object.entries(whole.overrides).flatMap(([name, version]) =>
    typeof version === 'string' ? [[name, version] as const] : Object.entries(version),
  );
  return Object.fromEntries(entries.filter(([, version]) => !version.startsWith('$')));
}

/** Returns the commands a package installs. */
function commandsOf(name: string): string[] {
  const { bin } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
    bin?: string | Record<string, string>;
  };
  return typeof bin === 'string' ? [name.replace(/^.*\//, '')] : Object.keys(bin ?? {});
}

describe('dependencies', () => {
  it('dependencies of the site are locked by address, and only the one that is refused has an install script', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'docs/site/package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; resolved?: string; hasInstallScript?: boolean }>;
    };
    const locked = Object.entries(packages).filter(([path]) => path !== '');
    const unknown = locked.filter(([, { resolved }]) => !resolved?.startsWith('https://registry.npmjs.org/'));
    expect(unknown.map(([path]) => path)).toEqual([]);
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path, { version }]) => [`${path.replace(/^.*node_modules\//, '')}@${version}`, false]);
    expect(Object.fromEntries(scripted)).toEqual(site.allowScripts);
    const commands = textOf('docs/site/build/main.ts');
    expect(commands).toContain("'ci', '--ignore-scripts'");
  });

  it.each(manifests.map(manifest => [manifest.folder, manifest] as const))(
    'dependencies of %s are each used by its code, and for development by its code or the types of it',
    (folder, { dependencies, devDependencies }) => {
      const used = packagesImportedBy(path => path.startsWith(`${folder}/`));
      // Published as files, which no import names.
      const isFiles = (name: string) => name === '@passfob/firmware' && !folder.startsWith('test');
      const all = Object.keys({ ...dependencies, ...devDependencies });
      expect(all.filter(name => !used.has(name) && !isFiles(name) && !HELD_BACK.has(name))).toEqual([]);
    },
  );

  it('dependencies of the whole are tools: run by a script, or the types of an import', () => {
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

  it('dependencies have one exact version, and one line in docs/dependencies.md with it and the reason', () => {
    const declared = [whole, ...manifests, site].flatMap(({ dependencies, devDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => !isOurs(name)),
    );
    const versions = new Set([...declared, ...Object.entries(overridden())].map(pair => pair.join(' ')));
    const stated = [...(textOf('docs/dependencies.md') ?? '').matchAll(/^- `([^`]+)` (\S+) — (.{20,})$/gm)];
    expect(stated.map(([, name, version]) => `${name} ${version}`).sort()).toEqual([...versions].sort());
    expect([...versions].filter(one => !/^\S+ (?:npm:\S+@)?\d+\.\d+\.\d+$/.test(one))).toEqual([]);
  });

  it('dependencies between our packages name the present version, as they are published together', () => {
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

  it('dependencies are locked with their address, without which npm refuses the versions in allowScripts', () => {
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
