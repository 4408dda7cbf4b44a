import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesIn } from './sources.ts';

/** Beside the folder of the images, so that it is in no package. */
const RECORD = 'firmware/dist/images.json';
const IMAGES = 'firmware/dist/image';

/** Parts whose sources the images are made from; versions of the tools stand in their `package.json`. */
const PARTS = ['firmware', 'protocol'];
const SETTINGS = 'tsconfig.base.json';

const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** SHA-256 of each file of the images, by its path. */
function made(root: string): Record<string, string> {
  const folder = join(root, IMAGES);
  if (!existsSync(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.map(path => join(folder, path)).filter(path => statSync(path).isFile());
  return Object.fromEntries(files.map(path => [path.slice(folder.length), hashOf(readFileSync(path))]));
}

function record(root: string): string {
  const sources = PARTS.map(part => sourcesIn(join(root, part)));
  const settings = hashOf(readFileSync(join(root, SETTINGS)));
  return `${JSON.stringify({ from: hashOf(JSON.stringify([sources, settings])), made: made(root) })}\n`;
}

/** Whether the images are those that were made of the present sources. */
export function imagesAreFresh(root: string): boolean {
  const path = join(root, RECORD);
  return existsSync(path) && readFileSync(path, 'utf8') === record(root);
}

/** Says from which sources the images were made. */
export function recordImages(root: string): void {
  writeFileSync(join(root, RECORD), record(root));
}
