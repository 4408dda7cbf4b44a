import { textOf } from './files.ts';

/** The target of a name that a package exports: one file, or one for each condition. Without types it is for our parts. */
type Target =
  | string
  | { readonly source?: string; readonly types?: string | null; readonly default?: string };
type Versions = Readonly<Record<string, string>>;

/** The package.json of a part. */
export interface Manifest {
  /** From the root: `host`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly private: boolean;
  /** Install scripts that npm runs or refuses, by package and version. */
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly exports: Readonly<Record<string, Target>>;
  readonly files: readonly string[];
  readonly scripts: Versions;
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly peerDependencies: Versions;
}

/** @param folder of the part; empty for the whole */
function read(folder: string): Manifest {
  const path = folder === '' ? 'package.json' : `${folder}/package.json`;
  const text = textOf(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  const none = {
    description: '',
    dependencies: {},
    devDependencies: {},
    peerDependencies: {},
    scripts: {},
    exports: {},
  };
  return { ...none, private: false, files: [], ...JSON.parse(text), folder };
}

/** The package.json of the whole, which names the parts. */
export const whole = read('') as Manifest & {
  readonly overrides: Readonly<Record<string, string | Versions>>;
  readonly workspaces: readonly string[];
};

/** The package.json files of the parts. */
export const manifests: readonly Manifest[] = whole.workspaces.map(read);

/** The package.json of the documentation site, whose packages only `npm run site` installs. */
export const site: Manifest = read('docs/site');

/** Returns the part that a file belongs to: the whole where it is in none. */
export function manifestOf(path: string): Manifest {
  return [...manifests, site].find(({ folder }) => path.startsWith(`${folder}/`)) ?? whole;
}
