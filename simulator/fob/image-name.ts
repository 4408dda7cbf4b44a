import { textOf } from '../base/bytes.ts';

/** The first line of the application: its checksum, which the loader checks before it runs the rest. */
const HEAD = /^\/\/PF1 ([0-9a-f]{8})\n/;
/** The text that the fob reports as its firmware in its hello (firmware/boards/parts/firmware.ts). */
const VERSION = /"(\d+\.\d+\.\d+\S*) "\+process\.env\.VERSION/;

/** Returns the short name of an application, such as `0.2.0 (6d7e7c27)`; undefined for one that is no Passfob. */
export function imageName(app: Uint8Array | undefined): string | undefined {
  const text = app && textOf(app);
  const hash = text && HEAD.exec(text)?.[1];
  if (!hash) return undefined;
  return `${VERSION.exec(text)?.[1] ?? 'an unknown version'} (${hash})`;
}

/** The images of a state that holds another one than the built one, by their short names. */
export interface OtherImage {
  readonly kept: string;
  readonly built: string;
}

/**
 * Compares the files of a built image with those that a fob keeps.
 * @returns undefined if they are the same, or the fob keeps no Passfob
 */
export function otherImage(
  built: Readonly<Record<string, Uint8Array>>,
  kept: (name: string) => Uint8Array | undefined,
): OtherImage | undefined {
  const names = { kept: imageName(kept('app')), built: imageName(built.app) };
  if (names.kept === undefined || names.built === undefined) return undefined;
  const isSame = Object.entries(built).every(([name, bytes]) => {
    const stored = kept(name);
    return stored?.length === bytes.length && stored.every((byte, at) => byte === bytes[at]);
  });
  return isSame ? undefined : { kept: names.kept, built: names.built };
}
