import { existsSync, readFileSync } from 'node:fs';
import { VECTOR_KINDS, type Vector, type VectorInput, type VectorKind } from './vectors.ts';

/** The protocol versions that have a folder of vectors. */
export const VERSIONS = ['v1', 'v2'] as const;
export type Version = (typeof VERSIONS)[number];

/** Vectors by kind and name; one that somebody has just added has no output yet. */
type Vectors = { readonly [K in VectorKind]: Readonly<Record<string, Vector<K>>> };

export const pathOf = (version: Version, kind: VectorKind) =>
  new URL(`../../../../protocol/vectors/${version}/${kind}.json`, import.meta.url);

function read(version: Version, kind: VectorKind): Record<string, Vector> {
  const path = pathOf(version, kind);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

const readAll = (version: Version): Vectors =>
  Object.assign({}, ...VECTOR_KINDS.map(kind => ({ [kind]: read(version, kind) })));

export const VECTORS: Readonly<Record<Version, Vectors>> = { v1: readAll('v1'), v2: readAll('v2') };

/** Returns the vectors of a kind, of all versions. */
export function vectorsOf<K extends VectorKind>(kind: K): Readonly<Record<string, Vector<K>>> {
  return Object.assign({}, ...VERSIONS.map(version => VECTORS[version][kind]));
}

/** Every request and its answer, refusals last. */
export const EXCHANGES = [...Object.values(vectorsOf('clear')), ...Object.values(vectorsOf('sealed'))].sort(
  (one, other) => Number(one.in.refusal !== undefined) - Number(other.in.refusal !== undefined),
);
/** Their frames, in both directions. */
export const FRAMES = EXCHANGES.flatMap(({ out }) => [out.requestFrame, out.responseFrame]);

/** Returns the input of a vector. @throws where there is none of this name */
export function sample<K extends VectorKind>(kind: K, name: string): VectorInput<K> {
  const found = vectorsOf(kind)[name];
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found.in;
}
