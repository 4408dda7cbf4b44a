import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFiles, root, textOf } from './files.ts';
import { importedPackage, importsOf } from './imports.ts';

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly overrides: Record<string, string | Record<string, string>>;
}

const manifest = JSON.parse(textOf('package.json') ?? '{}') as Manifest;

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
  const entries = Object.entries(manifest.overrides).flatMap(([name, version]) =>
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
  it('are each used by code that ships', () => {
    const used = packagesImportedBy(path => /^(protocol|firmware|simulator|host)\//.test(path));
    expect(Object.keys(manifest.dependencies).filter(name => !used.has(name))).toEqual([]);
  });

  it('for development are each used: imported, run by a script, or the types of what is imported', () => {
    const imported = packagesImportedBy(() => true);
    const scripts = Object.values(manifest.scripts)
      .join(' ')
      .split(/[\s&|]+/);
    const unused = Object.keys(manifest.devDependencies).filter(name => {
      if (imported.has(name) || name === '@types/node') return false;
      if (name.startsWith('@types/')) return !imported.has(name.slice('@types/'.length));
      return !commandsOf(name).some(command => scripts.includes(command));
    });
    expect(unused).toEqual([]);
  });

  it('have one exact version, and one line in docs/dependencies.md that gives it and the reason', () => {
    const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...overridden() };
    const stated = [...(textOf('docs/dependencies.md') ?? '').matchAll(/^- `([^`]+)` (\S+) — (.{20,})$/gm)];
    expect(stated.map(([, name, version]) => `${name} ${version}`).sort()).toEqual(
      Object.entries(declared)
        .map(([name, version]) => `${name} ${version}`)
        .sort(),
    );
    expect(
      Object.entries(declared).filter(([, version]) => !/^(?:npm:\S+@)?\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
  });

  it('are locked with the address they come from, without which npm refuses the versions in allowScripts', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const unknown = Object.entries(packages).filter(
      ([path, { resolved }]) => path !== '' && !resolved?.startsWith('https://registry.npmjs.org/'),
    );
    expect(unknown.length).toBe(0);
  });
});
